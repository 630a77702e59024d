//! Custom emoji: made, found, shown and deleted.

use crate::support::verbs::{EMOJI, send_emoji};
use crate::support::*;

const NOBODY: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";

#[test]
fn an_emoji_is_made_by_its_creator_and_seen_by_everyone() {
    let mm = server();
    let (ann, bob) = (mm.user("ann"), mm.user("bob"));
    assert_eq!(bob.get("/emoji").ok(), json!([]));
    let mut hears = bob.listen();
    let made = send_emoji(&mm, &ann, "parrott", EMOJI).ok();
    assert_eq!(
        (made.text("name"), made.text("creator_id")),
        ("parrott".into(), ann.id.clone())
    );
    assert_eq!(made["delete_at"], 0);
    assert_eq!(hears.hear()["event"], "emoji_added");
    let id = made.text("id");
    assert_eq!(bob.get(&format!("/emoji/{id}")).ok(), made);
    assert_eq!(bob.get("/emoji/name/parrott").ok(), made);
    let image = bob.get(&format!("/emoji/{id}/image"));
    assert_eq!(
        (image.status, image.header("content-type")),
        (200, Some("image/png"))
    );
    assert_eq!(image.body, EMOJI);
    send_emoji(&mm, &bob, "party-parrot", EMOJI).ok();
    send_emoji(&mm, &bob, "catt", EMOJI).ok();
    assert_eq!(
        bob.get("/emoji").ok().each("name"),
        ["parrott", "party-parrot", "catt"]
    );
    assert_eq!(
        bob.get("/emoji?sort=name&per_page=2").ok().each("name"),
        ["catt", "parrott"]
    );
    assert_eq!(
        bob.get("/emoji/autocomplete?name=par").ok().each("name"),
        ["parrott", "party-parrot"]
    );
    let search = |body: Value| bob.post("/emoji/search", body).ok().each("name");
    assert_eq!(
        search(json!({"term": "arrot"})),
        ["parrott", "party-parrot"]
    );
    assert!(search(json!({"term": "arrot", "prefix_only": true})).is_empty());
    let named = bob.post("/emoji/names", json!(["catt", "nothing"])).ok();
    assert_eq!(named.each("name"), ["catt"]);
    bob.get("/emoji?sort=age").refused_url("sort");
    bob.get("/emoji/autocomplete?name=").refused_url("name");
}

#[test]
fn an_emoji_is_deleted_by_its_creator_or_an_admin() {
    let mm = server();
    let (ann, bob) = (mm.user("ann"), mm.user("bob"));
    let id = send_emoji(&mm, &ann, "parrott", EMOJI).ok().text("id");
    bob.delete(&format!("/emoji/{id}")).forbidden();
    ann.delete(&format!("/emoji/{id}")).acknowledged();
    for path in [
        format!("/emoji/{id}"),
        format!("/emoji/{id}/image"),
        format!("/emoji/{NOBODY}"),
    ] {
        ann.get(&path).refused(404, "app.emoji.get.no_result");
    }
    ann.get("/emoji/name/parrott")
        .refused(404, "app.emoji.get_by_name.no_result");
    // The name is free again.
    let id = send_emoji(&mm, &bob, "parrott", EMOJI).ok().text("id");
    mm.admin().delete(&format!("/emoji/{id}")).acknowledged();
}

#[test]
fn what_cannot_be_an_emoji_is_refused() {
    let mm = server();
    let ann = mm.user("ann");
    let refused = |name: &str, image: &[u8], status: u16, id: &str| {
        send_emoji(&mm, &ann, name, image).refused(status, id);
    };
    refused("a b", EMOJI, 400, "model.emoji.name.app_error");
    refused(&"a".repeat(65), EMOJI, 400, "model.emoji.name.app_error");
    for name in ["+1", "100", "cat", "mattermost"] {
        refused(name, EMOJI, 400, "model.emoji.system_emoji_name.app_error");
    }
    refused(
        "parrott",
        b"<svg/>",
        400,
        "api.emoji.upload.image.app_error",
    );
    let large = [EMOJI, &[0; 512 * 1024]].concat();
    refused(
        "parrott",
        &large,
        413,
        "api.emoji.create.too_large.app_error",
    );
    send_emoji(&mm, &ann, "parrott", EMOJI).ok();
    refused(
        "parrott",
        EMOJI,
        400,
        "api.emoji.create.duplicate.app_error",
    );
    ann.post("/emoji", json!({}))
        .refused(400, "api.emoji.create.parse.app_error");
    mm.set("PatmostSettings", "MaximumEmoji", 1);
    refused("catt", EMOJI, 400, "app.emoji.create.limit.app_error");
    mm.set("ServiceSettings", "EnableCustomEmoji", false);
    refused("catt", EMOJI, 501, "api.emoji.disabled.app_error");
    ann.get("/emoji")
        .refused(501, "api.emoji.disabled.app_error");
}
