//! Incoming webhooks: their life, who may have them, and that their secrets are known to their makers alone.

use crate::support::team::{NOBODY, Team};
use crate::support::*;

/// A webhook of the caller's in a channel, as its making shows it.
fn webhook(caller: &Caller, channel: &str) -> Value {
    let new = json!({"channel_id": channel, "display_name": "CI", "description": "d"});
    caller.post("/hooks/incoming", new).created()
}

/// What is posted in a channel, oldest first, but for what the system says.
fn posted(mm: &Mattermost, channel: &str) -> Vec<Value> {
    let list = mm.admin().get(&format!("/channels/{channel}/posts")).ok();
    let order = list["order"].as_array().unwrap().iter().rev();
    let posts = order.map(|id| list["posts"][id.as_str().unwrap()].clone());
    posts
        .filter(|post| !post.text("type").starts_with("system_"))
        .collect()
}

/// Sends a body to a webhook, with a media type where one is given.
fn send(mm: &Mattermost, secret: &str, media: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = Request::new("POST", &format!("/hooks/{secret}")).body(body);
    mm.send(&match media {
        "" => request,
        media => request.header("Content-Type", media),
    })
}

fn say(mm: &Mattermost, secret: &str, payload: Value) -> Answer {
    send(mm, secret, "application/json", payload.to_string())
}

#[track_caller]
fn is_ok(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (200, "ok"),
        "{answer:?}"
    );
    assert_eq!(answer.header("content-type"), Some("text/plain"));
}

/// Makes every member of the team able to have webhooks.
fn permit(mm: &Mattermost, permission: &str) {
    let role = mm.admin().get("/roles/name/team_user").ok();
    let mut permissions = role["permissions"].as_array().unwrap().clone();
    permissions.push(permission.into());
    let path = format!("/roles/{}/patch", role.text("id"));
    mm.admin()
        .put(&path, json!({"permissions": permissions}))
        .ok();
}

#[test]
fn the_secret_of_a_webhook_is_shown_once_and_names_it_where_its_id_does() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    let made = webhook(&admin, &channel);
    let secret = made.text("id");
    mm.note_secret(&secret);
    for (name, value) in [
        ("user_id", &admin.id),
        ("channel_id", &channel),
        ("team_id", &team.id),
    ] {
        assert_eq!(made.text(name), *value, "{name}");
    }
    let listed = admin.get("/hooks/incoming").ok();
    let id = listed[0].text("id");
    assert_ne!(id, secret);
    assert!(!listed.to_string().contains(&secret));
    for asked in [&id, &secret] {
        let read = admin.get(&format!("/hooks/incoming/{asked}")).ok();
        assert_eq!(
            (&read.text("id"), read.text("display_name")),
            (asked, "CI".into())
        );
        let update = json!({"id": asked, "channel_id": channel, "display_name": "CD"});
        let path = format!("/hooks/incoming/{asked}");
        let updated = admin.put(&path, update).created();
        assert_eq!(
            (&updated.text("id"), updated.text("description")),
            (asked, "".into())
        );
        let back = json!({"id": asked, "channel_id": channel, "display_name": "CI"});
        admin.put(&path, back).created();
    }
    // The public id is no way to post.
    say(&mm, &id, json!({"text": "t"})).refused(400, "web.incoming_webhook.invalid.app_error");
    is_ok(&say(&mm, &secret, json!({"text": "t"})));
    let audits = admin.get("/users/me/audits").ok().to_string();
    assert!(
        audits.contains(&format!("success - hook_id={id}")),
        "{audits}"
    );
    admin
        .delete(&format!("/hooks/incoming/{secret}"))
        .acknowledged();
    say(&mm, &secret, json!({"text": "t"})).refused(400, "web.incoming_webhook.invalid.app_error");
    admin
        .get(&format!("/hooks/incoming/{id}"))
        .refused(404, "app.webhooks.get_incoming.app_error");
    assert!(
        !admin
            .get("/audits?per_page=200")
            .ok()
            .to_string()
            .contains(&secret)
    );
}

#[test]
fn a_setting_shows_secrets_as_mattermost_does_and_forgets_them_when_it_is_off() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    let before = webhook(&admin, &channel).text("id");
    mm.set("PatmostSettings", "ShowWebhookIds", true);
    let kept = webhook(&admin, &channel).text("id");
    let listed = || admin.get("/hooks/incoming").ok().each("id");
    assert_eq!(listed().len(), 2);
    assert!(listed().contains(&kept) && !listed().contains(&before));
    mm.set("PatmostSettings", "ShowWebhookIds", false);
    assert!(!listed().contains(&kept));
    mm.clean_up();
    mm.set("PatmostSettings", "ShowWebhookIds", true);
    assert!(!listed().contains(&kept));
    is_ok(&say(&mm, &kept, json!({"text": "still there"})));
}

#[test]
fn webhooks_are_for_team_admins_and_for_whom_they_permit_it() {
    let mm = server();
    let team = mm.team("core");
    let [alice, bob] = ["alice", "bob"].map(|name| mm.member(name, &team));
    let (open, private) = (
        team.channel("open", "O", &[]),
        team.channel("private", "P", &[]),
    );
    let new = |channel: &str| json!({"channel_id": channel});
    alice.post("/hooks/incoming", new(&open)).forbidden();
    alice
        .get(&format!("/hooks/incoming?team_id={}", team.id))
        .forbidden();
    permit(&mm, "manage_own_incoming_webhooks");
    let locked = alice.post("/hooks/incoming", new(&open)).created();
    // 11.x: with this permission alone it stays in its channel.
    assert_eq!(locked["channel_locked"], true);
    say(
        &mm,
        &locked.text("id"),
        json!({"text": "t", "channel": "town-square"}),
    )
    .refused(403, "web.incoming_webhook.channel_locked.app_error");
    permit(&mm, "manage_incoming_webhooks");
    let free = alice.post("/hooks/incoming", new(&open)).created();
    assert_eq!(free["channel_locked"], false);
    alice.post("/hooks/incoming", new(&private)).forbidden();
    let for_bob = json!({"channel_id": open, "user_id": bob.id});
    alice.post("/hooks/incoming", for_bob.clone()).forbidden();
    let of_bob = mm.admin().post("/hooks/incoming", for_bob).created();
    let path = format!("/hooks/incoming/{}", of_bob.text("id"));
    alice.get(&path).forbidden();
    alice.delete(&path).forbidden();
    let update = json!({"id": of_bob.text("id"), "channel_id": open});
    alice.put(&path, update).forbidden();
    // Each sees one's own, and who may manage others' sees all.
    let list = |caller: &Caller| {
        let path = format!(
            "/hooks/incoming?team_id={}&include_total_count=true",
            team.id
        );
        caller.get(&path).ok()["total_count"].clone()
    };
    assert_eq!([list(&alice), list(&bob), list(&mm.admin())], [2, 1, 3]);
    bob.get("/hooks/incoming").forbidden();
    bob.delete(&path).acknowledged();
}

#[test]
fn what_cannot_be_a_webhook_is_refused_as_mattermost_does() {
    let mm = server();
    let (admin, team, other) = (mm.admin(), mm.team("core"), mm.team("other"));
    let channel = team.default_channel("town-square");
    let create = |member: &str, value: Value| {
        let mut new = json!({"channel_id": channel});
        new[member] = value;
        admin.post("/hooks/incoming", new)
    };
    admin
        .send_text("POST", "/hooks/incoming", "[]")
        .refused_body("incoming_webhook");
    create("channel_id", NOBODY.into()).refused(404, "app.channel.get.existing.app_error");
    create("user_id", NOBODY.into()).refused(404, "app.user.missing_account.const");
    create("id", NOBODY.into()).refused(400, "app.webhooks.save_incoming.existing.app_error");
    create("display_name", "x".repeat(65).into())
        .refused(400, "model.incoming_hook.display_name.app_error");
    create("description", "x".repeat(501).into())
        .refused(400, "model.incoming_hook.description.app_error");
    // Mattermost: as long as settings do not allow a name, nobody looks at it.
    assert_eq!(
        create("username", "Not A Name".into()).created()["username"],
        ""
    );
    mm.set("ServiceSettings", "EnablePostUsernameOverride", true);
    create("username", "Not A Name".into())
        .refused(400, "api.incoming_webhook.invalid_username.app_error");
    let made = webhook(&admin, &channel).text("id");
    let path = format!("/hooks/incoming/{made}");
    let update = |changes: Value| {
        let mut whole = json!({"id": made, "channel_id": channel});
        for (name, value) in changes.as_object().unwrap() {
            whole[name] = value.clone();
        }
        admin.put(&path, whole)
    };
    update(json!({"id": NOBODY})).refused_body("hook_id");
    update(json!({"team_id": other.id})).refused(400, "api.webhook.team_mismatch.app_error");
    update(json!({"channel_id": other.default_channel("town-square")})).refused_body("channel_id");
    let direct = json!([admin.id, mm.user("alice").id]);
    let direct = admin.post("/channels/direct", direct).created();
    create("channel_id", direct["id"].clone()).forbidden();
    mm.set("PatmostSettings", "MaximumWebhooksPerUser", 2);
    create("display_name", "third".into())
        .refused(400, "app.webhooks.save_incoming.limit.app_error");
    mm.set("ServiceSettings", "EnableIncomingWebhooks", false);
    for answer in [
        create("display_name", "off".into()),
        admin.get("/hooks/incoming"),
        admin.get(&path),
        admin.delete(&path),
        update(json!({})),
    ] {
        answer.refused(501, "api.incoming_webhook.disabled.app_error");
    }
    say(&mm, &made, json!({"text": "t"})).refused(501, "web.incoming_webhook.disabled.app_error");
}

#[test]
fn a_webhook_posts_what_json_and_forms_say() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    let secret = webhook(&admin, &channel).text("id");
    let json = r#"{"text": "from JSON", "props": {"a": 1, "from_webhook": "no"}}"#;
    let multipart =
        "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nfrom parts\r\n--b--\r\n";
    let parts = "--b\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{\"text\": \"from a part\"}\r\n--b--\r\n";
    let form = "application/x-www-form-urlencoded";
    let cases = [
        ("application/json", json, "from JSON"),
        ("", r#"{"text": "from nothing"}"#, "from nothing"),
        // curl says so of everything.
        (
            form,
            "payload=%7B%22text%22%3A+%22from+a+form%22%7D",
            "from a form",
        ),
        ("multipart/form-data; boundary=b", multipart, "from parts"),
        ("multipart/form-data; boundary=b", parts, "from a part"),
        (
            "application/json",
            "{\"text\": \"two\nlines\"}",
            "two\nlines",
        ),
    ];
    for (media, body, said) in cases {
        is_ok(&send(&mm, &secret, media, body));
        let post = posted(&mm, &channel).pop().unwrap();
        assert_eq!(post.text("message"), said, "{media}");
        assert_eq!(post.text("user_id"), admin.id);
        assert_eq!(post["props"]["from_webhook"], "true");
        assert_eq!(post["props"]["webhook_display_name"], "CI");
        // No setting allows another name.
        assert!(post["props"].get("override_username").is_none());
    }
    assert_eq!(posted(&mm, &channel)[0]["props"]["a"], 1);
}

#[test]
fn a_webhook_refuses_what_says_nothing_and_posts_none_of_it() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    let secret = webhook(&admin, &channel).text("id");
    let refused = |media: &str, body: &str, id: &str| {
        send(&mm, &secret, media, body).refused(400, id);
    };
    refused(
        "application/json",
        "{",
        "model.incoming_hook.parse_data.app_error",
    );
    refused(
        "application/json",
        r#"{"text": 1}"#,
        "model.incoming_hook.parse_data.app_error",
    );
    refused(
        "application/x-www-form-urlencoded",
        "text=t",
        "model.incoming_hook.parse_data.app_error",
    );
    refused(
        "application/json",
        "{}",
        "web.incoming_webhook.text.app_error",
    );
    refused("/", r#"{"text": "t"}"#, "api.webhook.incoming.error");
    refused(
        "multipart/form-data; boundary=b",
        "--b",
        "api.webhook.incoming.error",
    );
    refused(
        "",
        r#"{"text": "t", "type": "system_x"}"#,
        "api.context.invalid_param.app_error",
    );
    refused(
        "",
        r#"{"text": "t", "type": "x"}"#,
        "api.post.create_webhook_post.creating.app_error",
    );
    assert_eq!(posted(&mm, &channel), Vec::<Value>::new());
}

#[test]
fn names_and_pictures_of_webhooks_are_shown_where_settings_allow_them() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let alice = mm.member("alice", &team);
    let channel = team.default_channel("town-square");
    for name in ["EnablePostUsernameOverride", "EnablePostIconOverride"] {
        mm.set("ServiceSettings", name, true);
    }
    let new = json!({"channel_id": channel, "username": "ci", "icon_url": "http://a/i.png"});
    let secret = admin.post("/hooks/incoming", new).created().text("id");
    let plain = webhook(&admin, &channel).text("id");
    let mut socket = alice.listen();
    is_ok(&say(&mm, &secret, json!({"text": "t"})));
    assert_eq!(socket.only("posted")["data"]["sender_name"], "ci");
    is_ok(&say(
        &mm,
        &secret,
        json!({"text": "t", "username": "Other", "icon_url": "http://b", "icon_emoji": "tada"}),
    ));
    is_ok(&say(
        &mm,
        &plain,
        json!({"text": "t", "props": {"override_username": "no"}}),
    ));
    let props: Vec<Value> = posted(&mm, &channel)
        .iter()
        .map(|post| post["props"].clone())
        .collect();
    let shown = |at: usize, name: &str| props[at].get(name).cloned().unwrap_or_default();
    assert_eq!(shown(0, "override_username"), "ci");
    assert_eq!(shown(0, "override_icon_url"), "http://a/i.png");
    assert_eq!(shown(1, "override_username"), "Other");
    assert_eq!(shown(1, "override_icon_url"), "http://b");
    assert_eq!(shown(1, "override_icon_emoji"), "tada");
    assert_eq!(shown(2, "override_username"), "webhook");
    assert_eq!(shown(2, "override_icon_url"), Value::Null);
}

/// Says a payload to the channel, which has to arrive there.
fn goes_to(mm: &Mattermost, secret: &str, name: &str, channel: &str) {
    is_ok(&say(
        mm,
        secret,
        json!({"text": format!("to {name}"), "channel": name}),
    ));
    let post = posted(mm, channel).pop().unwrap();
    assert_eq!(post.text("message"), format!("to {name}"));
}

fn two_teams(mm: &Mattermost) -> [Team<'_>; 2] {
    ["core", "other"].map(|name| mm.team(name))
}

#[test]
fn a_webhook_posts_in_other_channels_of_its_team_and_to_people() {
    let mm = server();
    let (admin, [team, other]) = (mm.admin(), two_teams(&mm));
    let alice = mm.member("alice", &team);
    let channel = team.default_channel("town-square");
    let (open, private) = (
        team.channel("open", "O", &[]),
        team.channel("private", "P", &[]),
    );
    let secret = webhook(&admin, &channel).text("id");
    goes_to(&mm, &secret, "open", &open);
    goes_to(&mm, &secret, "#open", &open);
    goes_to(&mm, &secret, &open, &open);
    goes_to(&mm, &secret, "private", &private);
    let to = |name: &str| say(&mm, &secret, json!({"text": "t", "channel": name}));
    is_ok(&to("@Alice"));
    let direct = alice
        .post("/channels/direct", json!([admin.id, alice.id]))
        .created();
    assert_eq!(posted(&mm, &direct.text("id"))[0].text("user_id"), admin.id);
    to("@nobody").refused(400, "web.incoming_webhook.user.app_error");
    to("nowhere").refused(404, "web.incoming_webhook.channel.app_error");
    to(&other.default_channel("off-topic")).refused(404, "web.incoming_webhook.channel.app_error");
    // What its owner may not read, it may not write.
    let of_alice = json!({"channel_id": channel, "user_id": alice.id});
    let of_alice = admin.post("/hooks/incoming", of_alice).created().text("id");
    say(&mm, &of_alice, json!({"text": "t", "channel": "private"}))
        .refused(403, "web.incoming_webhook.permissions.app_error");
    say(
        &mm,
        &of_alice,
        json!({"text": "t", "channel": direct["id"]}),
    );
    let locked = json!({"channel_id": open, "channel_locked": true});
    let locked = admin.post("/hooks/incoming", locked).created().text("id");
    goes_to(&mm, &locked, "open", &open);
    say(&mm, &locked, json!({"text": "t", "channel": "@alice"}))
        .refused(403, "web.incoming_webhook.channel_locked.app_error");
}

#[test]
fn a_credential_beside_the_secret_does_not_matter() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    let secret = webhook(&admin, &channel).text("id");
    let alice = mm.user("alice").with_role(TOKEN_ROLE);
    let reacting = json!({"description": "d", "scopes": ["add_reaction"]});
    let reacting = alice.post("/users/me/tokens", reacting).ok().text("token");
    for credential in [&reacting, NOBODY] {
        let caller = alice.with_token(credential);
        let path = format!("/hooks/{secret}");
        is_ok(&caller.post(&path, json!({"text": "t", "channel": "@alice"})));
    }
    let direct = json!([admin.id, alice.id]);
    let direct = admin.post("/channels/direct", direct).created();
    let authors = posted(&mm, &direct.text("id"));
    assert!(authors.iter().all(|post| post["user_id"] == *admin.id) && authors.len() == 2);
}

#[test]
fn a_webhook_ends_with_its_channel_and_its_owner() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let alice = mm.member("alice", &team);
    let channel = team.channel("open", "O", &[]);
    let secret = webhook(&admin, &channel).text("id");
    let of_alice = json!({"channel_id": team.default_channel("town-square"), "user_id": alice.id});
    let of_alice = admin.post("/hooks/incoming", of_alice).created().text("id");
    is_ok(&say(&mm, &secret, json!({"text": "t"})));
    admin.delete(&format!("/channels/{channel}")).acknowledged();
    say(&mm, &of_alice, json!({"text": "t", "channel": "open"}))
        .refused(404, "web.incoming_webhook.channel.app_error");
    admin
        .post(&format!("/channels/{channel}/restore"), json!({}))
        .ok();
    say(&mm, &secret, json!({"text": "t"})).refused(400, "web.incoming_webhook.invalid.app_error");
    let active = |active: bool| {
        let path = format!("/users/{}/active", alice.id);
        admin.put(&path, json!({"active": active})).acknowledged();
    };
    active(false);
    say(&mm, &of_alice, json!({"text": "t"})).refused(403, "web.incoming_webhook.user.app_error");
    active(true);
    is_ok(&say(&mm, &of_alice, json!({"text": "t"})));
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    admin
        .delete(&format!("/users/{}?permanent=true", alice.id))
        .acknowledged();
    say(&mm, &of_alice, json!({"text": "t"}))
        .refused(400, "web.incoming_webhook.invalid.app_error");
}

#[test]
fn slack_forms_become_those_of_mattermost_and_long_texts_several_posts() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let alice = mm.member("alice", &team);
    let channel = team.default_channel("town-square");
    let secret = webhook(&admin, &channel).text("id");
    let text = format!("<!channel> <@{}> <http://a|words>", alice.id);
    let attachment = json!({
        "text": text, "title": "<!here>", "color": "good",
        "fields": [{"title": "n", "value": 5, "short": true}, {"title": "x", "value": text}],
    });
    let mut socket = alice.listen();
    is_ok(&say(
        &mm,
        &secret,
        json!({"text": text, "attachments": [attachment, null]}),
    ));
    assert!(
        socket.only("posted")["data"]
            .text("mentions")
            .contains(&alice.id)
    );
    let post = posted(&mm, &channel).pop().unwrap();
    let said = "@channel @alice [words](http://a)";
    assert_eq!(
        (post.text("message").as_str(), post.text("type").as_str()),
        (said, "slack_attachment")
    );
    let made = &post["props"]["attachments"][0];
    assert_eq!(
        (made.text("text").as_str(), made.text("title").as_str()),
        (said, "@here")
    );
    assert_eq!(
        made["fields"][0],
        json!({"title": "n", "value": "5", "short": true})
    );
    assert_eq!(made["fields"][1]["value"], said);
    assert_eq!(
        post["metadata"]["embeds"],
        json!([{"type": "message_attachment"}])
    );
    let long = "\u{e4}".repeat(16_384);
    is_ok(&say(&mm, &secret, json!({"text": long})));
    let lengths: Vec<usize> = posted(&mm, &channel)[1..]
        .iter()
        .map(|post| post.text("message").chars().count())
        .collect();
    assert_eq!(lengths, [16_383, 1]);
}

#[test]
fn guesses_of_webhooks_are_dear_and_large_bodies_of_strangers_are_not_read() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    let secret = webhook(&admin, &channel).text("id");
    let large = json!({"text": "x".repeat(100_000)});
    say(&mm, NOBODY, large.clone()).refused(413, "api.context.request_body_too_large.app_error");
    is_ok(&say(&mm, &secret, large));
    let patch = json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 100}});
    admin.put("/config/patch", patch).ok();
    let left = |secret: &str| {
        let answer = say(&mm, secret, json!({"text": "t"}));
        let left = answer.header("x-ratelimit-remaining").unwrap();
        left.parse::<i64>().unwrap()
    };
    let first = left(&secret);
    assert!(first - left(NOBODY) >= 9);
}
