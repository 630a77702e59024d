//! Channels: who makes, sees, joins, changes and leaves them, and what the system says of it.

use crate::support::team::{NOBODY, said};
use crate::support::*;

fn team(caller: &Caller) -> Value {
    let body = json!({"name": "core", "display_name": "Core", "type": "O"});
    caller.post("/teams", body).created()
}

fn channel(caller: &Caller, team: &str, name: &str, kind: &str) -> Answer {
    let body = json!({"team_id": team, "name": name, "display_name": name, "type": kind, "purpose": "p", "header": "h"});
    caller.post("/channels", body)
}

fn let_into(caller: &Caller, channel: &str, user: &Caller) -> Answer {
    caller.add_to_channel(channel, user)
}

/// wire teams-channels-posts: `POST /channels` | `team_id`
/// wire teams-channels-posts: channel type not `O` or `P` / `D`
/// wire teams-channels-posts: channel name bad / taken
#[test]
fn members_of_a_team_make_channels_in_it() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let team = team(&alice).text("id");
    for kind in ["O", "P"] {
        channel(&bob, &team, "general", kind).forbidden();
        channel(&mm.admin(), "", "general", kind).forbidden();
        let name = format!("made-{}", kind.to_lowercase());
        let made = channel(&alice, &team, &name, kind).created();
        assert_eq!(
            (made.text("purpose"), made.text("header")),
            ("p".into(), "h".into())
        );
        let path = format!("/channels/{}/members/me", made.text("id"));
        assert_eq!(alice.get(&path).ok()["roles"], "channel_user channel_admin");
    }
    let name = "model.channel.is_valid.2_or_more.app_error";
    for bad in ["", "a", "General", "a b", "-ab", "ab_"] {
        channel(&alice, &team, bad, "O").refused(400, name);
    }
    channel(&alice, &team, "made-o", "P")
        .refused(400, "store.sql_channel.save_channel.exists.app_error");
    for (kind, id) in [
        ("X", "model.channel.is_valid.type.app_error"),
        ("", "model.channel.is_valid.type.app_error"),
        ("D", "api.channel.create_channel.direct_channel.app_error"),
        ("G", "api.channel.create_channel.direct_channel.app_error"),
    ] {
        channel(&alice, &team, "x1", kind).refused(400, id);
    }
    let make = |field: &str, value: String| {
        let mut body = json!({"team_id": team, "name": "x1", "display_name": "x", "type": "O"});
        body[field] = value.into();
        alice.post("/channels", body)
    };
    make("display_name", "x".repeat(65))
        .refused(400, "model.channel.is_valid.display_name.app_error");
    make("header", "x".repeat(1025)).refused(400, "model.channel.is_valid.header.app_error");
    make("purpose", "x".repeat(251)).refused(400, "model.channel.is_valid.purpose.app_error");
    make("id", NOBODY.into()).refused(400, "store.sql_channel.save_channel.existing.app_error");
    let ids = format!("{}__{}", alice.id, bob.id);
    make("name", ids).refused(400, "model.channel.is_valid.name.app_error");
}

/// wire teams-channels-posts: `POST /channels/direct` | `["id1","id2"]`
/// wire teams-channels-posts: direct: not two ids / an ill-formed one
#[test]
fn two_have_one_direct_channel() {
    let mm = server();
    let (alice, bob, carol) = (mm.user("alice"), mm.user("bob"), mm.user("carol"));
    let open = |caller: &Caller, ids: Value| caller.post("/channels/direct", ids);
    let first = open(&alice, json!([alice.id, bob.id])).created();
    let mut ids = [alice.id.as_str(), &bob.id];
    ids.sort_unstable();
    assert_eq!(
        (
            first.text("type"),
            first.text("team_id"),
            first.text("name")
        ),
        ("D".into(), String::new(), ids.join("__"))
    );
    assert_eq!(
        open(&bob, json!([bob.id, alice.id])).created()["id"],
        first["id"]
    );
    open(&carol, json!([alice.id, bob.id])).forbidden();
    assert_eq!(
        open(&mm.admin(), json!([alice.id, bob.id])).created()["id"],
        first["id"]
    );
    for ids in [
        json!([]),
        json!([alice.id]),
        json!([alice.id, bob.id, carol.id]),
    ] {
        open(&alice, ids).refused_body("user_ids");
    }
    open(&alice, json!([alice.id, "x"])).refused_body("user_id");
    open(&alice, json!([alice.id, NOBODY])).refused(
        400,
        "api.channel.create_direct_channel.invalid_user.app_error",
    );
    let group = |ids: Value| alice.post("/channels/group", ids);
    assert_eq!(group(json!([bob.id, carol.id])).created()["type"], "G");
    group(json!([bob.id])).refused(400, "api.channel.create_group.bad_size.app_error");
    group(json!([bob.id, NOBODY])).refused(400, "api.channel.create_group.bad_user.app_error");
    let path = format!("/channels/{}", first.text("id"));
    bob.put(&format!("{path}/patch"), json!({"header": "ours"}))
        .ok();
    carol
        .put(&format!("{path}/patch"), json!({"header": "mine"}))
        .refused(403, "api.channel.patch_update_channel.forbidden.app_error");
    alice
        .delete(&path)
        .refused(400, "api.channel.delete_channel.type.invalid");
}

/// wire teams-channels-posts: `GET /channels/{id}`, `GET /teams/{id}/channels/name/{name}`
/// wire teams-channels-posts: `GET /teams/{id}/channels` | | 200 array
#[test]
fn a_channel_is_seen_by_its_members_and_a_public_one_by_the_team() {
    let mm = server();
    let (alice, bob, carol) = (mm.user("alice"), mm.user("bob"), mm.user("carol"));
    let team = team(&alice).text("id");
    alice.add_to_team(&team, &bob).created();
    let public = channel(&alice, &team, "public", "O").created();
    let private = channel(&alice, &team, "private", "P").created();
    let direct = alice
        .post("/channels/direct", json!([alice.id, mm.admin().id]))
        .created();
    for (caller, expected) in [
        (&alice, [200, 200, 200, 200, 200]),
        (&bob, [200, 403, 403, 200, 404]),
        (&carol, [403, 403, 403, 403, 404]),
        (&mm.admin(), [200, 200, 200, 200, 200]),
    ] {
        let by_id =
            [&public, &private, &direct].map(|channel| format!("/channels/{}", channel.text("id")));
        let by_name =
            ["public", "private"].map(|name| format!("/teams/{team}/channels/name/{name}"));
        let answers: Vec<u16> = by_id
            .iter()
            .chain(&by_name)
            .map(|path| caller.get(path).status)
            .collect();
        assert_eq!(answers, expected, "{}", caller.username);
    }
    let list = format!("/teams/{team}/channels");
    assert_eq!(
        bob.get(&list).ok().each("name"),
        ["off-topic", "town-square", "public"]
    );
    carol.get(&list).forbidden();
    // Who is in a channel and how many is for those who are in it.
    let path = format!("/channels/{}", public.text("id"));
    for rest in ["stats", "members", &format!("members/{}", alice.id)] {
        alice.get(&format!("{path}/{rest}")).ok();
        bob.get(&format!("{path}/{rest}")).forbidden();
        mm.admin()
            .get(&format!("/channels/{NOBODY}/{rest}"))
            .forbidden();
    }
    let stats = alice.get(&format!("{path}/stats")).ok();
    assert_eq!(stats["member_count"], 1);
    let search = |caller: &Caller| caller.post(&format!("{list}/search"), json!({"term": "UBL"}));
    assert_eq!(search(&bob).ok().each("name"), ["public"]);
    search(&carol).refused(404, "app.team.get_member.missing.app_error");
    carol
        .get(&format!("/users/me/teams/{team}/channels"))
        .forbidden();
}

/// wire teams-channels-posts: `POST /channels/{id}/members` | `user_id`
/// wire teams-channels-posts: `DELETE /channels/{id}/members/{user_id}`
#[test]
fn one_joins_a_public_channel_and_is_let_into_a_private_one() {
    let mm = server();
    let (alice, bob, carol, dave) = (
        mm.user("alice"),
        mm.user("bob"),
        mm.user("carol"),
        mm.user("dave"),
    );
    let team = team(&alice).text("id");
    for user in [&bob, &carol] {
        alice.add_to_team(&team, user).created();
    }
    let public = channel(&alice, &team, "public", "O").created().text("id");
    let private = channel(&alice, &team, "private", "P").created().text("id");
    let_into(&bob, &public, &carol).forbidden();
    let_into(&bob, &public, &bob).created();
    let_into(&bob, &public, &bob).created();
    let_into(&bob, &public, &carol).created();
    let_into(&dave, &public, &dave).forbidden();
    let_into(&alice, &public, &dave).refused(404, "app.team.get_member.missing.app_error");
    let_into(&bob, &private, &bob).forbidden();
    let_into(&bob, &private, &carol).forbidden();
    let_into(&alice, &private, &bob).created();
    let_into(&bob, &private, &carol).created();
    let out = |caller: &Caller, channel: &str, user: &str| {
        caller.delete(&format!("/channels/{channel}/members/{user}"))
    };
    out(&dave, &public, &bob.id).forbidden();
    out(&alice, &public, &carol.id).acknowledged();
    out(&alice, &public, &carol.id).refused(404, "app.channel.get_member.missing.app_error");
    out(&alice, &public, NOBODY).refused(404, "app.user.missing_account.const");
    out(&bob, &public, "me").acknowledged();
    assert_eq!(
        said(&alice, &public),
        [
            "system_join_channel: alice joined the channel.",
            "system_join_channel: bob joined the channel.",
            "system_add_to_channel: carol added to the channel by bob.",
            "system_remove_from_channel: carol removed from the channel.",
            "system_leave_channel: bob left the channel.",
        ]
    );
    let town_square = alice
        .get(&format!("/teams/{team}/channels/name/town-square"))
        .ok();
    out(&alice, &town_square.text("id"), "me").refused(400, "api.channel.remove.default.app_error");
    let members = format!("/channels/{public}/members");
    let post = alice.post_message(&private, "m").created();
    for root in [json!("x"), post["id"].clone()] {
        let body = json!({"user_id": carol.id, "post_root_id": root});
        alice.post(&members, body).refused_body("post_root_id");
    }
    for bad in [json!("x"), json!(""), json!(null), json!(7)] {
        alice
            .post(&members, json!({"user_id": bad}))
            .refused_body("user_id");
    }
}

#[test]
fn a_channel_is_changed_by_its_admin_and_says_so() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let team = team(&alice).text("id");
    alice.add_to_team(&team, &bob).created();
    let made = channel(&alice, &team, "general", "O").created();
    let (id, path) = (made.text("id"), format!("/channels/{}", made.text("id")));
    bob.put(&format!("{path}/patch"), json!({"header": "x"}))
        .forbidden();
    let patch = json!({"header": "", "purpose": "q", "display_name": "General", "name": null});
    let patched = alice.put(&format!("{path}/patch"), patch).ok();
    assert_eq!(
        (patched.text("name"), patched.text("purpose")),
        ("general".into(), "q".into())
    );
    let whole = alice
        .put(&path, json!({"id": id, "header": "top", "type": "O"}))
        .ok();
    assert_eq!(
        (whole.text("display_name"), whole.text("purpose")),
        ("General".into(), String::new())
    );
    alice
        .put(&path, json!({"id": NOBODY}))
        .refused_body("channel_id");
    alice
        .put(&path, json!({"id": id, "type": "P"}))
        .refused(400, "api.channel.update_channel.typechange.app_error");
    bob.put(&format!("{path}/privacy"), json!({"privacy": "P"}))
        .forbidden();
    alice
        .put(&format!("{path}/privacy"), json!({"privacy": "X"}))
        .refused_body("privacy");
    assert_eq!(
        alice
            .put(&format!("{path}/privacy"), json!({"privacy": "P"}))
            .ok()["type"],
        "P"
    );
    assert_eq!(
        said(&alice, &id)[1..],
        [
            "system_displayname_change: alice updated the channel display name from: general to: General",
            "system_header_change: alice removed the channel header (was: h)",
            "system_purpose_change: alice updated the channel purpose from: p to: q",
            "system_header_change: alice updated the channel header to: top",
            "system_purpose_change: alice removed the channel purpose (was: q)",
            "system_change_chan_privacy: This channel has been converted to a Private Channel.",
        ]
    );
}

/// wire teams-channels-posts: `DELETE /channels/{id}` | | OK
#[test]
fn a_channel_is_archived_and_restored_by_its_admin_and_says_so() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let team = team(&alice).text("id");
    alice.add_to_team(&team, &bob).created();
    let made = channel(&alice, &team, "general", "O").created();
    let (id, path) = (made.text("id"), format!("/channels/{}", made.text("id")));
    bob.delete(&path).forbidden();
    alice
        .delete(&format!("{path}?permanent=true"))
        .refused(401, "api.user.delete_channel.not_enabled.app_error");
    alice.delete(&path).acknowledged();
    assert!(alice.get(&path).ok()["delete_at"].as_i64().unwrap() > 0);
    alice
        .get(&format!("/teams/{team}/channels/name/general"))
        .refused(404, "app.channel.get_by_name.missing.app_error");
    alice
        .delete(&path)
        .refused(400, "api.channel.delete_channel.deleted.app_error");
    bob.post(&format!("{path}/restore"), json!({})).forbidden();
    assert_eq!(
        alice.post(&format!("{path}/restore"), json!({})).ok()["delete_at"],
        0
    );
    alice
        .post(&format!("{path}/restore"), json!({}))
        .refused(400, "api.channel.restore_channel.restored.app_error");
    assert_eq!(
        said(&alice, &id)[1..],
        [
            "system_channel_deleted: alice archived the channel.",
            "system_channel_restored: alice unarchived the channel.",
        ]
    );
}

#[test]
fn the_default_channel_keeps_its_name_its_kind_and_its_life() {
    let mm = server();
    let alice = mm.user("alice");
    let team = team(&alice).text("id");
    let town_square = alice
        .get(&format!("/teams/{team}/channels/name/town-square"))
        .ok();
    let path = format!("/channels/{}", town_square.text("id"));
    mm.admin()
        .delete(&path)
        .refused(400, "api.channel.delete_channel.cannot.app_error");
    mm.admin()
        .put(&format!("{path}/patch"), json!({"name": "other"}))
        .refused(400, "api.channel.update_channel.tried.app_error");
    alice
        .put(&format!("{path}/privacy"), json!({"privacy": "P"}))
        .refused(
            400,
            "api.channel.update_channel_privacy.default_channel_error",
        );
}

#[test]
fn a_channel_is_marked_read_by_its_user_or_an_admin() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let team = team(&alice).text("id");
    alice.add_to_team(&team, &bob).created();
    let channel = channel(&alice, &team, "general", "O").created().text("id");
    let_into(&bob, &channel, &bob).created();
    alice.post_message(&channel, "hi @bob").created();
    let unread = || {
        let unread = bob
            .get(&format!("/users/me/channels/{channel}/unread"))
            .ok();
        (
            unread["msg_count"].as_i64().unwrap(),
            unread["mention_count"].as_i64().unwrap(),
        )
    };
    assert_eq!(unread(), (1, 1));
    let path = format!("/channels/members/{}/view", bob.id);
    let view = json!({"channel_id": channel, "prev_channel_id": ""});
    alice.post(&path, view.clone()).forbidden();
    let viewed = mm.admin().post(&path, view).ok();
    assert_eq!(viewed["status"], "OK");
    assert!(viewed["last_viewed_at_times"][&channel].as_i64().unwrap() > 0);
    assert_eq!(unread(), (0, 0));
    for (name, told) in [
        ("channel_id", "channel_view.channel_id"),
        ("prev_channel_id", "channel_view.prev_channel_id"),
    ] {
        bob.post(&path, json!({name: "x"})).refused_body(told);
        bob.post(&path, json!({name: NOBODY}))
            .refused(400, "app.channel.update_last_viewed_at.app_error");
    }
    bob.post(&path, json!({})).ok();
}

#[test]
fn the_list_of_all_channels_has_archived_ones_names_of_teams_and_a_total() {
    let mm = server();
    let team = mm.team("core");
    let gone = team.channel("gone", "O", &[]);
    mm.admin()
        .delete(&format!("/channels/{gone}"))
        .acknowledged();
    let list = |query: &str| mm.admin().get(&format!("/channels?{query}")).ok();
    assert_eq!(list("").each("name"), ["off-topic", "town-square"]);
    assert_eq!(
        list("include_deleted=true&exclude_default_channels=true").each("name"),
        ["gone"]
    );
    let first = &list("")[0];
    assert_eq!(
        (first.text("team_name"), first.text("team_display_name")),
        ("core".into(), "core".into())
    );
    assert!(first["team_update_at"].as_i64().unwrap() > 0);
    let page = list("include_total_count=true&per_page=1");
    assert_eq!(page["total_count"], 2);
    assert_eq!(page["channels"].each("name"), ["off-topic"]);
}

#[test]
fn ones_own_archived_channels_are_listed_on_demand() {
    let mm = server();
    let team = mm.team("core");
    let gone = team.channel("gone", "O", &[]);
    mm.admin()
        .delete(&format!("/channels/{gone}"))
        .acknowledged();
    let list = |query: &str| {
        let path = format!("/users/me/teams/{}/channels?{query}", team.id);
        mm.admin().get(&path).ok().each("name")
    };
    assert!(!list("").contains(&"gone".to_owned()));
    assert!(list("include_deleted=true").contains(&"gone".to_owned()));
    let later = "include_deleted=true&last_delete_at=99999999999999";
    assert!(!list(later).contains(&"gone".to_owned()));
}

#[test]
fn a_member_of_a_channel_gets_roles_and_what_notifies_it() {
    let mm = server();
    let team = mm.team("core");
    let (ann, bob) = (mm.member("ann", &team), mm.member("bob", &team));
    let channel = team.channel("general", "O", &[&ann, &bob]);
    let path = format!("/channels/{channel}/members/{}", ann.id);
    let mut hears = ann.listen();
    let scheme = json!({"scheme_user": true, "scheme_admin": true});
    bob.put(&format!("{path}/schemeRoles"), scheme.clone())
        .forbidden();
    mm.admin()
        .put(&format!("{path}/schemeRoles"), scheme)
        .acknowledged();
    assert_eq!(
        mm.admin().get(&path).ok()["roles"],
        "channel_user channel_admin"
    );
    assert_eq!(hears.hear()["event"], "channel_member_updated");
    mm.admin()
        .put(&format!("{path}/roles"), json!({"roles": "channel_user"}))
        .acknowledged();
    assert_eq!(mm.admin().get(&path).ok()["scheme_admin"], false);
    mm.admin()
        .put(&format!("{path}/roles"), json!({"roles": "channel_admin"}))
        .refused(
            400,
            "api.channel.update_channel_member_roles.unset_user_scheme.app_error",
        );
    let notify = json!({"desktop": "all", "mark_unread": "mention", "unknown": "x"});
    bob.put(&format!("{path}/notify_props"), notify.clone())
        .forbidden();
    ann.put(&format!("{path}/notify_props"), notify)
        .acknowledged();
    let props = ann.get(&path).ok()["notify_props"].clone();
    assert_eq!(
        props,
        json!({
            "desktop": "all", "email": "default", "ignore_channel_mentions": "default", "mark_unread": "mention", "push": "default",
        })
    );
    ann.put(&format!("{path}/notify_props"), json!({"desktop": "x"}))
        .refused(400, "model.channel_member.is_valid.notify_props.app_error");
}

#[test]
fn channels_are_found_by_what_was_typed() {
    let mm = server();
    let (team, other) = (mm.team("core"), mm.team("other"));
    let ann = mm.member("ann", &team);
    let open = team.channel("deploy", "O", &[]);
    let hidden = team.channel("deploy-secret", "P", &[]);
    let own = team.channel("deploy-own", "P", &[&ann]);
    other.channel("deploy-other", "O", &[]);
    let complete = |kind: &str| {
        let path = format!("/teams/{}/channels/{kind}?name=DEPL", team.id);
        ann.get(&path).ok().each("id")
    };
    assert_eq!(complete("autocomplete"), [&*open, &*own]);
    assert_eq!(complete("search_autocomplete"), [&*own]);
    let path = format!("/teams/{}/channels/autocomplete?name=d", other.id);
    ann.get(&path).forbidden();
    ann.post("/channels/search", json!({"term": "d"}))
        .forbidden();
    let search = |body: Value| mm.admin().post("/channels/search", body).ok();
    let names = |body: Value| {
        let mut names = search(body).each("name");
        names.sort();
        names
    };
    assert_eq!(
        names(json!({"term": "deploy"})),
        ["deploy", "deploy-other", "deploy-own", "deploy-secret"]
    );
    assert_eq!(
        names(json!({"term": "deploy", "public": true})),
        ["deploy", "deploy-other"]
    );
    assert_eq!(
        names(json!({"term": "deploy", "team_ids": [other.id]})),
        ["deploy-other"]
    );
    mm.admin()
        .delete(&format!("/channels/{hidden}"))
        .acknowledged();
    assert_eq!(
        names(json!({"term": "deploy", "deleted": true})),
        ["deploy-secret"]
    );
    let page = search(json!({"term": "deploy", "page": 0, "per_page": 1}));
    assert_eq!(
        (
            page["total_count"].as_i64(),
            page["channels"].each("name").len()
        ),
        (Some(3), 1)
    );
    assert!(names(json!({"term": "deploy", "group_constrained": true})).is_empty());
    let everywhere = ann.get("/users/me/channels").ok().each("name");
    assert!(
        everywhere.contains(&"deploy-own".to_owned()) && !everywhere.contains(&"deploy".to_owned())
    );
    mm.admin().get(&format!("/users/{}/channels", ann.id)).ok();
    ann.get(&format!("/users/{}/channels", mm.admin().id))
        .forbidden();
}
