//! What every refusal looks like, and what is common to all routes: ids, times, pages. `routes.rs` has the paths and the
//! headers, `credentials.rs` and `login.rs` who is asked.

use crate::support::*;

const NOBODY: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
const BODY: &str = "api.context.invalid_body_param.app_error";
const URL: &str = "api.context.invalid_url_param.app_error";
const EXPIRED: &str = "api.context.session_expired.app_error";
const PERMISSIONS: &str = "api.context.permissions.app_error";

/// The refusal, to the letter of its sentence.
#[track_caller]
fn told(answer: &Answer, status: u16, id: &str, message: &str) {
    assert_eq!(answer.refused(status, id).text("message"), message, "{id}");
}

/// wire errors-and-auth: `id` | machine name
/// wire errors-and-auth: `message` | a sentence
/// wire errors-and-auth: `request_id` | 26 letters
/// wire errors-and-auth: `status_code` | the HTTP
/// wire errors-and-auth: `Content-Type: application/json` on every answer
#[test]
fn a_refusal_has_five_fields_and_an_id_of_its_own() {
    let mm = fresh();
    let refused = mm.anonymous().me();
    let body = refused.refused(401, EXPIRED);
    let request_id = body.text("request_id");
    assert!(
        request_id.len() == 26 && request_id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{request_id}"
    );
    assert_eq!(refused.headers("content-type"), ["application/json"]);
    assert_eq!(body["detailed_error"], "");
    let again = mm.anonymous().me().refused(401, EXPIRED);
    assert_ne!(again.text("request_id"), request_id);
    // Whatever language is asked for.
    let english = Request::new("GET", "/api/v4/users/me").header("Accept-Language", "en-GB");
    told(
        &mm.send(&english),
        401,
        EXPIRED,
        "Invalid or expired session, please login again.",
    );
}

/// wire errors-and-auth: `detailed_error` | empty
#[test]
fn details_are_told_in_developer_mode_alone() {
    let mm = fresh();
    let alice = mm.user("alice");
    let detail = || {
        alice
            .get("/audits")
            .refused(403, PERMISSIONS)
            .text("detailed_error")
    };
    assert_eq!(detail(), "");
    mm.set("ServiceSettings", "EnableDeveloper", true);
    assert_eq!(
        detail(),
        format!("userId={}, permission=read_audits", alice.id)
    );
}

/// wire errors-and-auth: `<`, `>`, `&` come as
#[test]
fn text_that_could_be_html_is_escaped() {
    let mm = fresh();
    let answer = mm.send(&Request::new("GET", "/api/v4/%3Cscript%3E&x"));
    assert_eq!(answer.status, 404);
    let text = answer.text();
    assert!(
        text.contains(r"/api/v4/\u003cscript\u003e\u0026x"),
        "{text}"
    );
    assert!(!text.contains(['<', '>', '&']), "{text}");
}

/// wire errors-and-auth: 400 | `api.context.invalid_body_param
/// wire errors-and-auth: 400 | `api.context.invalid_url_param
/// wire errors-and-auth: 403 | `api.context.permissions
/// wire errors-and-auth: 404 | `api.context.404
/// wire errors-and-auth: 413 | `api.context.request_body_too_large
#[test]
fn the_generic_refusals_have_their_words() {
    let mm = fresh();
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let malformed = admin.send_text("POST", "/users", "{");
    told(
        &malformed,
        400,
        BODY,
        "Invalid or missing user in request body.",
    );
    let field = admin.revoke_session("");
    told(
        &field,
        400,
        BODY,
        "Invalid or missing session_id in request body.",
    );
    for id in ["x", &"a".repeat(25), &"a".repeat(27)] {
        let answer = admin.get(&format!("/users/{id}"));
        told(
            &answer,
            400,
            URL,
            "Invalid or missing user_id parameter in request URL.",
        );
    }
    let forbidden = alice.get("/audits");
    told(
        &forbidden,
        403,
        PERMISSIONS,
        "You do not have the appropriate permissions.",
    );
    let nowhere = admin.get("/nowhere").json();
    assert_eq!(nowhere["id"], "api.context.404.app_error");
    assert_eq!(nowhere["message"], "Sorry, we could not find the page.");
    let long = json!({"term": "a".repeat(300_000)});
    admin
        .post("/users/search", long)
        .refused(413, "api.context.request_body_too_large.app_error");
}

/// A request, and what Mattermost calls its body when it is malformed.
const NAMES: &[(&str, &str, &str)] = &[
    // wire errors-and-auth: `POST /users` | `user`
    ("POST", "/users", "user"),
    ("POST", "/users/tokens/search", "user_access_token_search"),
    // wire errors-and-auth: `PUT /users/{id}/patch`, `PUT
    ("PUT", "/users/{id}/patch", "user"),
    ("PUT", "/users/{id}", "user"),
    ("PUT", "/users/{id}/auth", "user"),
    ("POST", "/roles/names", "rolenames"),
    // wire errors-and-auth: `PUT /users/{id}/active` | `active`
    ("PUT", "/users/{id}/active", "active"),
    ("PUT", "/roles/{role}/patch", "role"),
    // wire errors-and-auth: `POST /users/ids` | `user_ids`
    ("POST", "/users/ids", "user_ids"),
    ("POST", "/bots", "bot"),
    ("PUT", "/bots/{bot}", "bot"),
    // wire errors-and-auth: `POST /users/usernames` | `usernames`
    ("POST", "/users/usernames", "usernames"),
    ("POST", "/teams", "team"),
    // wire errors-and-auth: `POST /users/search` | `term`
    ("POST", "/users/search", "term"),
    ("POST", "/channels", "channel"),
    // wire errors-and-auth: `POST /users/{id}/tokens` | `user_access_token`
    ("POST", "/users/{id}/tokens", "user_access_token"),
    ("POST", "/channels/direct", "user_ids"),
    // wire errors-and-auth: `POST /users/{id}/sessions/revoke` | `session_id`
    ("POST", "/users/{id}/sessions/revoke", "session_id"),
    ("POST", "/posts", "post"),
    // wire errors-and-auth: `POST /users/login` | see login
    ("PUT", "/config/patch", "config"),
    // wire config-and-system: malformed JSON
    ("PUT", "/config", "config"),
];

#[test]
fn a_malformed_body_is_called_by_its_name() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let bot = admin.create_bot("ci-bot").created();
    let role = admin.get("/roles/name/system_user").ok();
    for (method, path, name) in NAMES {
        let path = path
            .replace("{id}", &alice.id)
            .replace("{role}", &role.text("id"))
            .replace("{bot}", &bot.text("user_id"));
        for body in ["", "null", "{\"a\":", "\"text\"", "[[[["] {
            let answer = admin.send_text(method, &path, body);
            let message = answer.refused(400, BODY).text("message");
            let expected = format!("Invalid or missing {name} in request body.");
            assert_eq!(message, expected, "{method} {path} {body:?}");
        }
    }
    mm.anonymous()
        .send_text("POST", "/users/login", "{")
        .refused(400, "api.user.login.blank_pwd.app_error");
}

/// wire errors-and-auth: An empty body and `null` count as malformed
#[test]
fn a_field_of_the_wrong_type_counts_as_missing() {
    let mm = fresh();
    let admin = mm.admin();
    for id in [json!(7), json!(null), json!({}), json!([]), json!(true)] {
        let body = json!({"session_id": id});
        admin
            .post("/users/me/sessions/revoke", body)
            .refused_body("session_id");
    }
    let patched = admin.patch_me(json!({"nickname": 7, "position": "p"}));
    let patched = patched.ok();
    assert_eq!(
        (&patched["nickname"], &patched["position"]),
        (&json!(""), &json!("p"))
    );
}

/// wire errors-and-auth: Unknown fields are ignored
#[test]
fn unknown_fields_and_the_content_type_are_not_looked_at() {
    let mm = fresh();
    let body = json!({"nickname": "n", "nobody_knows": {"a": [1]}}).to_string();
    for kind in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
        "",
    ] {
        let request = mm.admin().request("PUT", "/users/me/patch");
        let request = request.header("Content-Type", kind).body(body.clone());
        let patched = mm.send(&request).ok();
        assert_eq!(patched["nickname"], "n");
        assert!(patched.get("nobody_knows").is_none());
    }
}

/// wire errors-and-auth: Where the body is a flat map of strings
#[test]
fn malformed_maps_of_strings_lack_their_first_field() {
    let mm = server();
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let of = |action: &str| format!("/users/tokens/{action}");
    let path = format!("/users/{}", alice.id);
    for body in ["", "null", "{", "[]", "7"] {
        for action in ["revoke", "disable", "enable"] {
            // Mattermost: a token id that is missing is one that nobody has.
            admin
                .send_text("POST", &of(action), body)
                .refused(404, "app.user_access_token.get_by_user.app_error");
        }
        let by_oneself = alice.send_text("PUT", "/users/me/password", body);
        by_oneself.refused_body("current_password");
        let login = mm.anonymous().send_text("POST", "/users/login", body);
        login.refused(400, "api.user.login.blank_pwd.app_error");
    }
    // No roles at all are a list of roles.
    admin
        .send_text("PUT", &format!("{path}/roles"), "{")
        .acknowledged();
    assert_eq!(admin.get(&path).ok()["roles"], "");
}

/// wire errors-and-auth: Ids: 26 characters
#[test]
fn ids_and_times_have_their_form() {
    let mm = server();
    let admin = mm.admin();
    let user = admin.me().ok();
    let id = user.text("id");
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    assert!(id.len() == 26 && id.bytes().all(letter), "{id}");
    assert_eq!(user["delete_at"], 0);
    let token = admin.create_token("x");
    assert_eq!(token.ok()["expires_at"], 0);
    let before = user["create_at"].as_i64().unwrap();
    mm.advance_days(1);
    let later = mm.user("later").me().ok();
    let made = later["create_at"].as_i64().unwrap();
    assert!(made - before >= 86_400_000 && before > 1_500_000_000_000);
}

/// wire errors-and-auth: `page` from 0, default 0; `per_page`
#[test]
fn lists_come_in_pages() {
    let mm = fresh();
    let admin = mm.admin();
    let team = admin.create_team("core").created().text("id");
    for number in 0..203 {
        let name = format!("channel-{number:03}");
        let channel = json!({"team_id": team, "name": name, "display_name": name, "type": "O"});
        admin.post("/channels", channel).created();
    }
    let names = |query: &str| {
        let list = admin.get(&format!("/teams/{team}/channels?{query}")).ok();
        list.each("name")
    };
    assert_eq!(names("").len(), 60);
    for same in [
        "page=0",
        "page=-1",
        "page=x",
        "per_page=-1",
        "per_page=x",
        "per_page=",
    ] {
        assert_eq!(names(same), names(""), "{same}");
    }
    assert_eq!(names("per_page=201").len(), 200);
    assert_eq!(names("per_page=200&page=1").len(), 5);
    assert_eq!(names("per_page=3&page=1"), names("per_page=6")[3..]);
    assert_eq!(names("per_page=0"), [""; 0]);
    assert_eq!(names("page=7"), [""; 0]);
    assert_eq!(names("page=9223372036854775807"), [""; 0]);
}

/// wire errors-and-auth: `app.team.get.find.app_error`
/// wire errors-and-auth: `app.team.save.existing.app_error`
#[test]
fn refusals_of_teams_have_their_words() {
    let mm = fresh();
    let admin = mm.admin();
    admin.create_team("core").created();
    let short = "Name must be 2 or more lowercase alphanumeric characters.";
    let bad = json!({"name": "Bad Name", "display_name": "Core", "type": "O"});
    told(
        &admin.post("/teams", bad),
        400,
        "model.team.is_valid.characters.app_error",
        short,
    );
    told(
        &admin.create_team("core"),
        400,
        "app.team.save.existing.app_error",
        "Must call update for existing team.",
    );
    told(
        &admin.get(&format!("/teams/{NOBODY}")),
        404,
        "app.team.get.find.app_error",
        "Unable to find the existing team.",
    );
}

/// wire errors-and-auth: `api.channel.create_channel.direct_channel.app_error`
/// wire errors-and-auth: `api.channel.create_direct_channel.invalid_user.app_error`
/// wire errors-and-auth: `app.channel.get.existing.app_error`
/// wire errors-and-auth: `model.channel.is_valid.2_or_more.app_error`, `model
/// wire errors-and-auth: `model.channel.is_valid.type.app_error`
/// wire errors-and-auth: `model.post.is_valid.msg.app_error`
#[test]
fn refusals_of_channels_and_posts_have_their_words() {
    let mm = fresh();
    let admin = mm.admin();
    let id = mm.team("core").id;
    let short = "Name must be 2 or more lowercase alphanumeric characters.";
    let channel = |name: &str, kind: &str| {
        let body = json!({"team_id": id, "name": name, "display_name": "x", "type": kind});
        admin.post("/channels", body)
    };
    let two_or_more = "model.channel.is_valid.2_or_more.app_error";
    told(&channel("Bad Name", "O"), 400, two_or_more, short);
    told(
        &channel("x1", "X"),
        400,
        "model.channel.is_valid.type.app_error",
        "Invalid type.",
    );
    for kind in ["D", "G"] {
        told(
            &channel("x1", kind),
            400,
            "api.channel.create_channel.direct_channel.app_error",
            "Must use createDirectChannel API service for direct message channel creation.",
        );
    }
    told(
        &admin.get(&format!("/channels/{NOBODY}")),
        404,
        "app.channel.get.existing.app_error",
        "Unable to find the existing channel.",
    );
    told(
        &admin.post("/channels/direct", json!([admin.id, NOBODY])),
        400,
        "api.channel.create_direct_channel.invalid_user.app_error",
        "Invalid user ID for direct channel creation.",
    );
    let channel_id = channel("x1", "O").created().text("id");
    let long = json!({"channel_id": channel_id, "message": "x".repeat(16_384)});
    told(
        &admin.post("/posts", long),
        400,
        "model.post.is_valid.msg.app_error",
        "Invalid message.",
    );
}

/// wire errors-and-auth: `api.config.client.old_format.app_error`
/// wire errors-and-auth: `model.config.is_valid.login_attempts.app_error`
/// wire errors-and-auth: `api.team.is_team_creation_allowed.disabled.app_error`
#[test]
fn refusals_of_settings_have_their_words() {
    let mm = fresh();
    let admin = mm.admin();
    told(
        &admin.get("/config/client"),
        501,
        "api.config.client.old_format.app_error",
        "New format for the client configuration is not supported yet. Please specify format=old in the query string.",
    );
    let attempts = json!({"ServiceSettings": {"MaximumLoginAttempts": 0}});
    told(
        &admin.patch_config(attempts),
        400,
        "model.config.is_valid.login_attempts.app_error",
        "Invalid maximum login attempts for service settings. Must be a positive number.",
    );
    let role = admin.get("/roles/name/system_user").ok();
    let names = role["permissions"].as_array().unwrap().iter();
    let without: Vec<&Value> = names.filter(|name| *name != "create_team").collect();
    let path = format!("/roles/{}/patch", role.text("id"));
    admin.put(&path, json!({ "permissions": without })).ok();
    told(
        &mm.user("alice").create_team("core"),
        403,
        "api.team.is_team_creation_allowed.disabled.app_error",
        "Team creation has been disabled. Please ask your System Administrator for details.",
    );
}

/// wire errors-and-auth: `api.user.create_user.signup_email_disabled.app_error`
/// wire errors-and-auth: `api.user.delete_user.not_enabled.app_error`
/// wire errors-and-auth: `api.user.get_user_by_email.permissions.app_error`
/// wire errors-and-auth: `api.user.update_active.not_enable.app_error`
/// wire errors-and-auth: `api.user.update_active.permissions.app_error`
/// wire errors-and-auth: `api.user.update_password.context.app_error`
/// wire errors-and-auth: `api.user.update_password.incorrect.app_error`
#[test]
fn refusals_of_missing_permissions_have_their_words() {
    let mm = fresh();
    let (admin, alice, bob) = (mm.admin(), mm.user("alice"), mm.user("bob"));
    let (hers, his) = (format!("/users/{}", alice.id), format!("/users/{}", bob.id));
    mm.set("TeamSettings", "EnableUserCreation", false);
    mm.set("PrivacySettings", "ShowEmailAddress", false);
    told(
        &mm.anonymous().post("/users", mm.account("carol")),
        501,
        "api.user.create_user.signup_email_disabled.app_error",
        "User sign-up with email is disabled.",
    );
    told(
        &admin.delete(&format!("{hers}?permanent=true")),
        401,
        "api.user.delete_user.not_enabled.app_error",
        "Permanent user deletion feature is not enabled. Please contact your System Administrator.",
    );
    told(
        &alice.get("/users/email/bob@example.com"),
        403,
        "api.user.get_user_by_email.permissions.app_error",
        "Unable to get user by email.",
    );
    let inactive = json!({"active": false});
    told(
        &alice.put(&format!("{hers}/active"), inactive.clone()),
        401,
        "api.user.update_active.not_enable.app_error",
        "You cannot deactivate yourself because this feature is not enabled. Please contact your System Administrator.",
    );
    told(
        &alice.put(&format!("{his}/active"), inactive),
        403,
        "api.user.update_active.permissions.app_error",
        "You do not have the appropriate permissions.",
    );
    let password = json!({"current_password": "Wrong-Horse-1", "new_password": "Other-Horse-2"});
    told(
        &alice.put(&format!("{his}/password"), password.clone()),
        403,
        "api.user.update_password.context.app_error",
        "Update password failed because context user_id did not match props user_id.",
    );
    told(
        &alice.put(&format!("{hers}/password"), password),
        400,
        "api.user.update_password.incorrect.app_error",
        "The \"Current Password\" you entered is incorrect. Please check that Caps Lock is off and try again.",
    );
}

/// wire errors-and-auth: `api.user.update_user_auth.invalid_request`
/// wire errors-and-auth: `api.user.update_user_roles.license.app_error`
/// wire errors-and-auth: `app.user.get_by_username.app_error`
/// wire errors-and-auth: `app.user.update_auth_data.email_exists.app_error`
/// wire errors-and-auth: `model.user.is_valid.auth_data_pwd.app_error`
/// wire errors-and-auth: `model.user.is_valid.username.app_error`
/// wire errors-and-auth: `model.user.is_valid.pwd_lowercase_uppercase_number_symbol.app_error`
#[test]
fn refusals_of_account_fields_have_their_words() {
    let mm = fresh();
    let (admin, alice, bob) = (mm.admin(), mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}", alice.id);
    told(
        &admin.put(&format!("{path}/auth"), json!({"auth_service": "ldap"})),
        400,
        "api.user.update_user_auth.invalid_request",
        "Request is missing either AuthData or AuthService parameter.",
    );
    let licensed = json!({"roles": "system_user system_manager"});
    told(
        &admin.put(&format!("{path}/roles"), licensed),
        400,
        "api.user.update_user_roles.license.app_error",
        "Custom Permission Schemes not supported by current license",
    );
    told(
        &admin.get("/users/username/nobody"),
        404,
        "app.user.get_by_username.app_error",
        "Unable to find an existing account matching your username for this team. This team may require an invite from the team owner to join.",
    );
    let other = json!({"auth_service": "ldap", "auth_data": "1"});
    admin.put(&format!("{path}/auth"), other.clone()).ok();
    let taken = admin.put(&format!("/users/{}/auth", bob.id), other);
    let taken = taken.refused(400, "app.user.update_auth_data.email_exists.app_error");
    assert!(!taken.text("message").contains("no value"));
    let account = |name: &str, changes: Value| {
        let mut account = mm.account(name);
        let changes = changes.as_object().unwrap().clone();
        account.as_object_mut().unwrap().extend(changes);
        admin.post("/users", account)
    };
    told(
        &account("carol", json!({"auth_service": "ldap", "auth_data": "2"})),
        400,
        "model.user.is_valid.auth_data_pwd.app_error",
        "Invalid user, password and auth data cannot both be set.",
    );
    told(
        &account("!!", json!({"email": "x@example.com"})),
        400,
        "model.user.is_valid.username.app_error",
        "Username must begin with a letter, and contain between 3 to 22 lowercase characters made up of numbers, letters, and the symbols \".\", \"-\", and \"_\".",
    );
    mm.set_all_password_rules();
    let weak = json!({"current_password": PASSWORD, "new_password": "short"});
    told(
        &bob.put("/users/me/password", weak),
        400,
        "model.user.is_valid.pwd_lowercase_uppercase_number_symbol.app_error",
        "Your password must contain at least 10 characters made up of at least one lowercase letter, at least one uppercase letter, at least one number, and at least one symbol (e.g. \"~!@#$%^&*()\").",
    );
}
