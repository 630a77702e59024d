//! Answers beside those that were recorded from the real server (`snapshots/wire/`): the same members, of the same types.

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
    except(&mut recorded);
    let (answer, recorded) = (shape(answer), shape(&recorded));
    assert_eq!(
        answer, recorded,
        "{name}\nis:       {answer}\nrecorded: {recorded}"
    );
}

fn nothing(_: &mut Value) {}

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
