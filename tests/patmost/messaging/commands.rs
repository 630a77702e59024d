//! Slash commands: their life, and what their integrations are asked and answer.

use crate::support::integration::{Integration, http};
use crate::support::team::{NOBODY, Team, said};
use crate::support::*;

fn new(team: &Team, trigger: &str, url: &str) -> Value {
    json!({
        "team_id": team.id, "trigger": trigger, "method": "P", "url": url, "display_name": "D", "description": "d",
        "auto_complete": true, "auto_complete_desc": "says it", "auto_complete_hint": "[text]",
    })
}

fn give(caller: &Caller, channel: &str, command: &str) -> Answer {
    let given = json!({"channel_id": channel, "command": command});
    caller.post("/commands/execute", given)
}

/// The posts of a channel that are not the system's, newest first.
fn posts(caller: &Caller, channel: &str) -> Vec<Value> {
    let list = caller.get(&format!("/channels/{channel}/posts")).ok();
    let order = list["order"].as_array().unwrap().iter();
    let posts = order.map(|id| list["posts"][id.as_str().unwrap()].clone());
    posts
        .filter(|post| !post.text("type").starts_with("system_"))
        .collect()
}

#[test]
fn a_command_is_made_listed_changed_and_deleted() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let alice = mm.member("alice", &team);
    let made = admin
        .post("/commands", new(&team, "Deploy", "http://127.0.0.1:1/"))
        .created();
    let (id, token) = (made.text("id"), made.text("token"));
    assert_eq!(
        (made.text("trigger"), token.len(), made.text("creator_id")),
        ("deploy".into(), 26, admin.id.clone())
    );
    let path = format!("/commands/{id}");
    assert_eq!(admin.get(&path).ok(), made);
    let list = format!("/commands?team_id={}", team.id);
    assert_eq!(
        admin.get(&format!("{list}&custom_only=true")).ok(),
        json!([made])
    );
    // Who may only give it sees neither secret nor address.
    let offered = format!("/teams/{}/commands/autocomplete", team.id);
    for shown in [alice.get(&list), alice.get(&offered), admin.get(&list)] {
        let shown = shown.ok();
        assert_eq!(shown[0].text("auto_complete_hint"), "[text]");
        for hidden in ["token", "url", "method", "creator_id"] {
            assert_eq!(shown[0][hidden], "", "{hidden}");
        }
    }
    alice.get(&format!("{list}&custom_only=true")).forbidden();
    let missing = "store.sql_command.save.get.app_error";
    alice.get(&path).refused(404, missing);
    alice.delete(&path).refused(404, missing);
    alice
        .post("/commands", new(&team, "mine", "http://a/"))
        .forbidden();
    mm.user("stranger").get(&list).forbidden();
    let mut changed = made.clone();
    changed["trigger"] = "release".into();
    changed["token"] = "x".into();
    changed["creator_id"] = NOBODY.into();
    let updated = admin.put(&path, changed).ok();
    assert_eq!(
        (updated.text("trigger"), updated.text("token")),
        ("release".into(), token.clone())
    );
    assert_eq!(updated.text("creator_id"), admin.id);
    let regenerated = admin.put(&format!("{path}/regen_token"), json!({})).ok();
    assert_ne!(regenerated.text("token"), token);
    assert_eq!(admin.get(&path).ok()["token"], regenerated["token"]);
    admin.delete(&path).acknowledged();
    admin.get(&path).refused(404, missing);
    let audits = admin.get("/users/me/audits").ok().to_string();
    assert!(audits.contains(&format!("success - command_id={id}")));
    assert!(!audits.contains(&token));
}

#[test]
fn a_command_asks_its_integration_and_posts_what_that_answers() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let alice = mm.member("alice", &team);
    let channel = team.default_channel("town-square");
    mm.allow_integrations_at("127.0.0.1");
    let integration = Integration::of_json(&json!({
        "response_type": "in_channel", "text": "by <@USER>", "username": "not allowed", "props": null,
        "attachments": [{"text": "t", "actions": [{"name": "Go", "integration": {"url": "http://a", "context": {"k": "v"}}}]}],
        "extra_responses": [{"text": "for you alone"}],
    }));
    let made = admin
        .post("/commands", new(&team, "deploy", &integration.url))
        .created();
    let mut hers = alice.listen();
    let answered = give(&alice, &channel, "/Deploy a b&c=ä").ok();
    let asked = integration.next();
    assert!(
        asked.head.starts_with("POST /act?k=v HTTP/1.1\r\n"),
        "{}",
        asked.head
    );
    let token = made.text("token");
    assert!(
        asked
            .head
            .contains(&format!("\r\nAuthorization: Token {token}"))
    );
    let (start, user) = asked.body.split_once("&trigger_id=").unwrap();
    assert_eq!(
        start,
        format!(
            "channel_id={channel}&channel_name=town-square&command=%2Fdeploy&root_id=&team_domain=core&team_id={}&text=a+b%26c%3D%C3%A4&token={token}",
            team.id
        )
    );
    assert!(
        user.ends_with(&format!("&user_id={}&user_name=alice", alice.id)),
        "{user}"
    );
    // The client knows the time of asking by the first part of what the integration got.
    assert!(user.starts_with(&answered.text("trigger_id")));
    assert_eq!(answered.text("response_type"), "in_channel");
    assert!(!answered.to_string().contains("integration"), "{answered}");
    let posted = &posts(&admin, &channel)[0];
    assert_eq!(
        (posted.text("message"), posted.text("user_id")),
        ("by <@USER>".into(), alice.id.clone())
    );
    assert_eq!(posted["props"]["from_webhook"], "true");
    assert!(posted["props"].get("override_username").is_none());
    assert_eq!(
        posted["props"]["attachments"][0]["actions"][0]["name"],
        "Go"
    );
    let alone = hers.only("ephemeral_message")["data"].text("post");
    let alone: Value = serde_json::from_str(&alone).unwrap();
    assert_eq!(
        (alone.text("message"), alone.text("type")),
        ("for you alone".into(), "system_ephemeral".into())
    );
}

#[test]
fn a_command_may_be_asked_by_get_and_answered_with_a_text() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    mm.allow_integrations_at("127.0.0.1");
    let integration = Integration::new(&http("text/plain", "plain"));
    let mut command = new(&team, "ask", &integration.url);
    command["method"] = "G".into();
    admin.post("/commands", command).created();
    let mut socket = admin.listen();
    let answered = give(&admin, &channel, "/ask").ok();
    let asked = integration.next();
    let line = asked.head.lines().next().unwrap();
    assert!(
        line.starts_with("GET /act?k=v&channel_id=") && asked.body.is_empty(),
        "{line}"
    );
    assert_eq!(answered.text("text"), "plain");
    let alone = socket.only("ephemeral_message")["data"].text("post");
    assert!(alone.contains("plain"));
    assert!(posts(&admin, &channel).is_empty());
}

#[test]
fn what_is_no_command_and_what_cannot_be_posted_is_refused() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let channel = team.default_channel("town-square");
    let start = "api.command.execute_command.start.app_error";
    for command in ["", "/", "deploy"] {
        give(&admin, &channel, command).refused(400, start);
    }
    give(&admin, "x", "/deploy").refused(400, start);
    let unknown = "api.command.execute_command.not_found.app_error";
    give(&admin, &channel, "/deploy now").refused(404, unknown);
    give(&mm.user("stranger"), &channel, "/deploy").forbidden();
    give(&admin, NOBODY, "/deploy").forbidden();
    let failed = "api.command.execute_command.failed.app_error";
    let not_posted = "api.command.execute_command.create_post_failed.app_error";
    let integration = Integration::of_json(
        &json!({"type": "system_join_channel", "text": "t", "response_type": "in_channel"}),
    );
    let made = admin
        .post("/commands", new(&team, "deploy", &integration.url))
        .created();
    // No host is allowed at first.
    give(&admin, &channel, "/deploy").refused(500, failed);
    assert!(!integration.was_asked());
    mm.allow_integrations_at("127.0.0.1");
    give(&admin, &channel, "/deploy").refused(500, not_posted);
    for (answer, id) in [
        (http("application/json", "[]"), failed),
        (http("application/json", ""), failed),
        (
            "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".to_owned(),
            failed,
        ),
        (
            http(
                "application/json",
                r#"{"text":"t","response_type":"in_channel","attachments":[{"text":1}]}"#,
            ),
            not_posted,
        ),
    ] {
        let mut command = made.clone();
        command["url"] = Integration::new(&answer).url.into();
        admin
            .put(&format!("/commands/{}", made.text("id")), command)
            .ok();
        give(&admin, &channel, "/deploy").refused(500, id);
    }
    let elsewhere = json!({"text": "t", "channel_id": NOBODY});
    let mut command = made.clone();
    command["url"] = Integration::of_json(&elsewhere).url.into();
    admin
        .put(&format!("/commands/{}", made.text("id")), command)
        .ok();
    give(&admin, &channel, "/deploy").refused(403, "api.command.command_post.forbidden.app_error");
    assert!(posts(&admin, &channel).is_empty());
    mm.set("ServiceSettings", "EnableCommands", false);
    give(&admin, &channel, "/deploy").refused(501, "api.command.disabled.app_error");
    let list = format!("/commands?team_id={}", team.id);
    assert_eq!(admin.get(&list).ok(), json!([]));
    admin
        .get(&format!("{list}&custom_only=true"))
        .refused(501, "api.command.disabled.app_error");
}

#[test]
fn a_command_that_is_not_as_it_must_be_is_refused() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let with = |name: &str, value: Value| {
        let mut command = new(&team, "deploy", "http://a/");
        command[name] = value;
        admin.post("/commands", command)
    };
    for (name, value, rule) in [
        ("token", "x".into(), "token"),
        ("trigger", "".into(), "trigger"),
        ("trigger", "/a".into(), "trigger"),
        ("trigger", "a b".into(), "trigger"),
        ("trigger", "a".repeat(129).into(), "trigger"),
        ("url", "".into(), "url"),
        ("url", "a".repeat(1025).into(), "url"),
        ("url", "ftp://a".into(), "url_http"),
        ("method", "X".into(), "method"),
        ("display_name", "a".repeat(65).into(), "display_name"),
        ("description", "a".repeat(129).into(), "description"),
    ] {
        with(name, value).refused(400, &format!("model.command.is_valid.{rule}.app_error"));
    }
    with("username", "a".repeat(65).into()).refused_body("username");
    with("icon_url", "a".repeat(1025).into()).refused_body("icon_url");
    with("id", NOBODY.into()).refused_body("id");
    with("creator_id", NOBODY.into()).refused(404, "app.user.missing_account.const");
    let made = with("trigger", "deploy".into()).created();
    with("trigger", "DEPLOY".into()).refused(400, "api.command.duplicate_trigger.app_error");
    let path = format!("/commands/{}", made.text("id"));
    let mut moved = made.clone();
    moved["team_id"] = NOBODY.into();
    admin
        .put(&path, moved)
        .refused(400, "api.command.team_mismatch.app_error");
    admin
        .put(&path, json!({"id": NOBODY}))
        .refused_body("command");
    mm.set("PatmostSettings", "MaximumCommandsPerTeam", 1);
    with("trigger", "more".into()).refused(400, "app.command.createcommand.limit.app_error");
    admin.get("/commands").refused_body("team_id");
}

#[test]
fn a_channel_moves_to_another_team_with_its_posts_and_webhooks() {
    let mm = server();
    let (admin, from, to) = (mm.admin(), mm.team("from"), mm.team("to"));
    let [alice, bob, gone] = ["alice", "bob", "gone"].map(|name| mm.member(name, &from));
    to.add(&alice);
    let channel = from.channel("news", "P", &[&alice, &bob, &gone]);
    let post = admin
        .post("/posts", json!({"channel_id": channel, "message": "m"}))
        .created();
    let hook = admin
        .post("/hooks/incoming", json!({"channel_id": channel}))
        .created();
    admin.delete(&format!("/users/{}", gone.id)).acknowledged();
    let path = format!("/channels/{channel}/move");
    let ask = |force: bool| json!({"team_id": to.id, "force": force});
    alice.post(&path, ask(true)).forbidden();
    admin
        .post(&path, ask(false))
        .refused(500, "app.channel.move_channel.members_do_not_match.error");
    // Nothing is half done: who is deactivated is still there.
    let stats = format!("/channels/{channel}/members?per_page=200");
    assert_eq!(admin.get(&stats).ok().as_array().unwrap().len(), 4);
    let moved = admin.post(&path, ask(true)).ok();
    assert_eq!(moved.text("team_id"), to.id);
    assert_eq!(admin.get(&stats).ok().as_array().unwrap().len(), 2);
    alice.get(&format!("/posts/{}", post.text("id"))).ok();
    bob.get(&format!("/posts/{}", post.text("id"))).forbidden();
    let hook = format!("/hooks/incoming/{}", hook.text("id"));
    assert_eq!(admin.get(&hook).ok().text("team_id"), to.id);
    let notices = said(&admin, &channel);
    assert!(
        notices
            .last()
            .unwrap()
            .contains("system_move_channel: This channel has been moved to this team from from."),
        "{notices:?}"
    );
    let direct = admin
        .post("/channels/direct", json!([admin.id, alice.id]))
        .created();
    admin
        .post(&format!("/channels/{}/move", direct.text("id")), ask(true))
        .refused(403, "api.channel.move_channel.type.invalid");
    // The name is taken there.
    let same = from.channel("twin", "O", &[]);
    to.channel("twin", "O", &[]);
    admin
        .post(&format!("/channels/{same}/move"), ask(true))
        .refused(400, "store.sql_channel.save_channel.exists.app_error");
    admin
        .post(&path, json!({"force": true}))
        .refused_body("team_id");
    admin
        .post(&path, json!({"team_id": to.id}))
        .refused_body("force");
    admin
        .post(&path, json!({"team_id": NOBODY, "force": true}))
        .refused(404, "app.team.get.find.app_error");
}
