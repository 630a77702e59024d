//! Accounts are made: who may, and what their fields may be.

use crate::support::*;

const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// wire users-and-roles: `POST /users`
#[test]
fn the_first_account_is_system_admin_and_sign_up_is_closed_behind_it() {
    let mm = empty(&[]);
    let first = mm.anonymous().post("/users", mm.account("first")).created();
    assert_eq!(first["roles"], "system_admin system_user");
    mm.anonymous()
        .post("/users", mm.account("second"))
        .refused(403, "api.user.create_user.no_open_server");
    let admin = mm.login("first");
    assert_eq!(
        admin.post("/users", mm.account("second")).created()["roles"],
        "system_user"
    );
    mm.login("second")
        .post("/users", mm.account("third"))
        .refused(403, "api.user.create_user.no_open_server");
}

#[test]
fn an_account_is_as_recorded() {
    let mm = fresh();
    let made = mm.admin().post("/users", mm.account("alice")).created();
    let recorded: Value =
        serde_json::from_str(include_str!("../../snapshots/wire/user.json")).unwrap();
    let members = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(members(&made), members(&recorded));
    assert_eq!(made["notify_props"], recorded["notify_props"]);
    assert_eq!(made["timezone"], recorded["timezone"]);
    assert_eq!(mm.login("alice").me().ok(), made);
}

/// wire users-and-roles: `POST /users`
/// wire users-and-roles: `roles`, `id`, `password` in a patch are ignored without an error
/// wire users-and-roles: A missing username at creation becomes a random 26-character one.
/// wire users-and-roles: sign-up while `TeamSettings.EnableUserCreation` is false
#[test]
fn sign_up_follows_its_settings() {
    let mm = fresh();
    mm.set("TeamSettings", "EnableOpenServer", true);
    let body = json!({
        "username": "Eve", "email": " Eve@Example.com ", "password": PASSWORD, "nickname": "E", "first_name": "Eve", "last_name": "L",
        "position": "spy", "locale": "de", "roles": "system_admin", "auth_service": "ldap", "auth_data": "eve",
    });
    let eve = mm.anonymous().post("/users", body).created();
    for (name, value) in [
        ("username", "eve"),
        ("email", "eve@example.com"),
        ("nickname", "E"),
        ("first_name", "Eve"),
        ("last_name", "L"),
        ("position", "spy"),
        ("locale", "de"),
        ("roles", "system_user"),
        ("auth_service", ""),
    ] {
        assert_eq!(eve[name], value);
    }
    let nameless = json!({
        "email": "nameless@example.com", "password": PASSWORD, "locale": "tlh",
        "notify_props": {"email": "false"}, "timezone": {"manualTimezone": "UTC"},
    });
    let nameless = mm.anonymous().post("/users", nameless).created();
    assert_eq!(nameless.text("username").len(), 26);
    assert_eq!(nameless["locale"], "en");
    assert_eq!(nameless["notify_props"], json!({"email": "false"}));
    assert_eq!(nameless["timezone"], json!({"manualTimezone": "UTC"}));
    mm.set("TeamSettings", "EnableUserCreation", false);
    mm.anonymous()
        .post("/users", mm.account("mallory"))
        .refused_saying(
            501,
            "api.user.create_user.signup_email_disabled.app_error",
            "User sign-up with email is disabled.",
        );
    mm.admin().post("/users", mm.account("trent")).created();
}

/// wire users-and-roles: `username`
/// wire users-and-roles: `email`
/// wire users-and-roles: `nickname` `first_name` `last_name`
/// wire users-and-roles: `position`
/// wire users-and-roles: username taken, any case (also a bot's)
/// wire users-and-roles: e-mail taken
/// wire users-and-roles: bad username
/// wire users-and-roles: missing or bad e-mail
/// wire users-and-roles: nickname too long
/// wire users-and-roles: password at creation missing, too weak or above 72
/// wire users-and-roles: `id` sent at creation
/// wire users-and-roles: password and `auth_data` together
#[test]
fn each_field_has_its_rule_and_its_refusal() {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    mm.admin().create_bot("robot").created();
    let make = |fields: Value| {
        let mut account = mm.account("alice");
        account
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        mm.admin().post("/users", account)
    };
    let long = |length: usize| "x".repeat(length);
    let (taken, email_taken, weak) = (
        (
            "app.user.save.username_exists.app_error",
            "An account with that username already exists.",
        ),
        (
            "app.user.save.email_exists.app_error",
            "An account with that email already exists.",
        ),
        (
            "api.user.check_user_password.invalid.app_error",
            "Login failed because of invalid password.",
        ),
    );
    let username = (
        "model.user.is_valid.username.app_error",
        "Username must begin with a letter, and contain between 3 to 22 lowercase characters made up of numbers, letters, and the symbols \".\", \"-\", and \"_\".",
    );
    let email = ("model.user.is_valid.email.app_error", "Invalid email.");
    for (fields, (id, message)) in [
        (json!({"password": "short"}), weak),
        (json!({"password": format!("Aa-1{}", long(69))}), weak),
        (json!({"password": null}), weak),
        (json!({"password": ""}), weak),
        (
            json!({"id": NOBODY}),
            (
                "app.user.save.existing.app_error",
                "Must call update for existing user.",
            ),
        ),
        (json!({"username": "a b"}), username),
        (json!({"username": "ä"}), username),
        (json!({"username": "all"}), username),
        (json!({"username": "channel"}), username),
        (json!({"username": "matterbot"}), username),
        (json!({"username": "System"}), username),
        (json!({"username": long(65)}), username),
        (json!({"username": "ADMIN"}), taken),
        (json!({"username": "Robot"}), taken),
        (json!({"email": "nothing"}), email),
        (json!({"email": null}), email),
        (json!({"email": format!("{}@b", long(127))}), email),
        (json!({"email": "Admin@Example.com"}), email_taken),
        (
            json!({"nickname": long(65)}),
            (
                "model.user.is_valid.nickname.app_error",
                "Invalid nickname.",
            ),
        ),
        (
            json!({"first_name": long(65)}),
            (
                "model.user.is_valid.first_name.app_error",
                "Invalid first name.",
            ),
        ),
        (
            json!({"last_name": long(65)}),
            (
                "model.user.is_valid.last_name.app_error",
                "Invalid last name.",
            ),
        ),
        (
            json!({"position": long(129)}),
            (
                "model.user.is_valid.position.app_error",
                "Invalid position: must not be longer than 128 characters.",
            ),
        ),
        (
            json!({"auth_service": "ldap", "auth_data": "x"}),
            (
                "model.user.is_valid.auth_data_pwd.app_error",
                "Invalid user, password and auth data cannot both be set.",
            ),
        ),
        (
            json!({"auth_data": "x"}),
            (
                "model.user.is_valid.auth_data_type.app_error",
                "Invalid user, auth data must be set with auth type.",
            ),
        ),
    ] {
        make(fields).refused_saying(400, id, message);
    }
    for body in ["", "null", "[]", "{"] {
        mm.admin()
            .send_text("POST", "/users", body)
            .refused_body("user");
    }
    let widest = json!({
        "username": "U".repeat(64), "email": format!("{}@b", long(126)), "nickname": "é".repeat(64), "position": "é".repeat(128),
        "first_name": "é".repeat(64), "last_name": "é".repeat(64), "password": format!("Aa-1{}", long(68)),
    });
    let made = make(widest).created();
    assert_eq!(made["username"], "u".repeat(64));
    make(json!({"username": "a", "email": "A@b"})).created();
    let ldap = json!({"username": "l", "email": "l@b", "auth_service": "ldap", "auth_data": "l", "password": ""});
    assert_eq!(make(ldap.clone()).created()["auth_service"], "ldap");
    let mut same_data = ldap;
    (same_data["username"], same_data["email"]) = ("m".into(), "m@b".into());
    make(same_data).refused(400, "app.user.update_auth_data.email_exists.app_error");
}
