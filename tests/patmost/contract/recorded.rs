//! Answers beside those that were recorded from a real server of version 5.37 (`snapshots/wire/`), and beside what 11.x adds to
//! them by its source (`snapshots/wire_11.json`): the same members, of the same types.

use crate::support::*;

/// Each member and the type of its value. The names of permissions and of settings are values, not members.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), shape(member)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(elements) => elements.first().map(shape).into_iter().collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Null => Value::Null,
    }
}

/// Fails when the answer has not the shape of the recorded one; `except` says what is known to differ.
#[track_caller]
fn is_as_recorded(name: &str, answer: &Value, except: impl FnOnce(&mut Value)) {
    let path = format!(
        "{}/tests/snapshots/wire/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut recorded: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    if let Some(added) = added(name).as_object() {
        recorded.as_object_mut().unwrap().extend(added.clone());
    }
    except(&mut recorded);
    let (answer, recorded) = (shape(answer), shape(&recorded));
    assert_eq!(
        answer, recorded,
        "{name}\nis:       {answer}\nrecorded: {recorded}"
    );
}

fn nothing(_: &mut Value) {}

/// What 11.x adds to an answer of 5.37, null if that is nothing.
fn added(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../snapshots/wire_11.json")).unwrap();
    all[name].clone()
}

/// Fails when the answer lacks a member that 11.x adds, or has it with another type.
#[track_caller]
fn has_added(name: &str, answer: &Value) {
    let added = added(name);
    let members = added.as_object().unwrap();
    for (member, value) in members {
        let there = answer.get(member).map(shape);
        assert_eq!(there, Some(shape(value)), "{member} of {name}: {answer}");
    }
}

#[test]
fn members_that_are_always_there_in_11_are() {
    let mm = server();
    let admin = mm.admin();
    let team = admin.create_team("core").created();
    has_added("team", &team);
    let channel = admin
        .create_channel(team.text("id"), "general", "O")
        .created();
    has_added("channel", &channel);
    let path = format!("/channels/{}", channel.text("id"));
    has_added("channel_stats", &admin.get(&format!("{path}/stats")).ok());
    let member = admin.get(&format!("{path}/members/me")).ok();
    has_added("channel_member", &member);
    let post = json!({"channel_id": channel["id"], "message": "hi"});
    let post = admin.post("/posts", post).created();
    has_added("post", &post);
    has_added("post_list", &admin.get(&format!("{path}/posts")).ok());
    let reaction = json!({"user_id": admin.id, "post_id": post["id"], "emoji_name": "smile"});
    let reaction = admin.post("/reactions", reaction).ok();
    has_added("reaction", &reaction);
    assert_eq!(reaction["channel_id"], channel["id"]);
    assert_eq!(post["file_ids"], json!([]));
}

#[test]
fn a_bot_is_told_from_a_person_where_accounts_are_shown() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = json!({"username": "ci-bot", "display_name": "Bot", "description": "builds"});
    let bot = mm.admin().post("/bots", bot).created().text("user_id");
    let alice = mm.user("alice");
    let shown = alice.get(&format!("/users/{bot}")).ok();
    assert_eq!(
        (&shown["is_bot"], &shown["bot_description"]),
        (&true.into(), &"builds".into())
    );
    let person = alice.me().ok();
    assert!(person.get("is_bot").is_none() && person.get("bot_description").is_none());
}

#[test]
fn an_error_and_a_ping_are_as_recorded() {
    let mm = fresh();
    let refused = mm.anonymous().get("/users/me").json();
    is_as_recorded("error", &refused, nothing);
    is_as_recorded("ping", &mm.anonymous().get("/system/ping").ok(), nothing);
}

#[test]
fn a_token_its_session_and_its_audit_are_as_recorded() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let made = ci.create_token("cron").ok();
    // The recorded server is older than the lifetime of tokens.
    let with_lifetime = |recorded: &mut Value| recorded["expires_at"] = 0.into();
    is_as_recorded("token", &made, with_lifetime);
    let listed = &ci.get("/users/me/tokens").ok()[0];
    is_as_recorded("token", listed, |recorded| {
        with_lifetime(recorded);
        recorded.as_object_mut().unwrap().remove("token");
    });
    ci.with_token(&made.text("token")).get("/users/me").ok();
    let sessions = ci.get("/users/me/sessions").ok();
    let of = |kind: &str| {
        let sessions = sessions.as_array().unwrap().iter();
        let mut of_kind =
            sessions.filter(|session| session["props"]["type"].as_str().unwrap_or("login") == kind);
        of_kind.next().unwrap()
    };
    is_as_recorded("session_of_a_token", of("UserAccessToken"), nothing);
    is_as_recorded("session_of_a_login", of("login"), nothing);
    is_as_recorded("audit", &ci.get("/users/me/audits").ok()[0], nothing);
}

#[test]
fn a_role_and_a_bot_are_as_recorded() {
    let mm = server();
    let role = mm.admin().get("/roles/name/system_user_access_token").ok();
    is_as_recorded("role", &role, nothing);
    let mut permissions = role["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect::<Vec<_>>();
    permissions.sort_unstable();
    assert_eq!(
        permissions,
        [
            "create_user_access_token",
            "read_user_access_token",
            "revoke_user_access_token"
        ]
    );
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = json!({"username": "ci-bot", "display_name": "Bot", "description": "desc"});
    is_as_recorded("bot", &mm.admin().post("/bots", bot).created(), nothing);
}

#[test]
fn a_channel_a_membership_and_a_post_are_as_recorded() {
    let mm = server();
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let team = admin.create_team("core").created().text("id");
    let member = admin.add_to_team(&team, &alice).created();
    is_as_recorded("team_member", &member, nothing);
    let channel = admin.create_channel(&team, "general", "O").created();
    is_as_recorded("channel", &channel, nothing);
    let post = json!({"channel_id": channel["id"], "message": "hi"});
    let post = admin.post("/posts", post).created();
    // The recorded server is older than posts that always say which files they have.
    is_as_recorded("post", &post, |recorded| recorded["file_ids"] = json!([]));
}
