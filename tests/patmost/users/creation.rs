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

/// Creates `alice` as the admin, with these fields in place of the usual ones.
fn create_with(mm: &Mattermost, fields: &Value) -> Answer {
    let mut account = mm.account("alice");
    let fields = fields.as_object().unwrap().clone();
    account.as_object_mut().unwrap().extend(fields);
    mm.admin().post("/users", account)
}

/// What a field is refused with: 400 with an id and a sentence.
struct Refusal {
    id: &'static str,
    message: &'static str,
}

impl Refusal {
    #[track_caller]
    fn of_each(&self, mm: &Mattermost, fields: &[Value]) {
        for fields in fields {
            create_with(mm, fields).refused_saying(400, self.id, self.message);
        }
    }
}

fn long(length: usize) -> String {
    "x".repeat(length)
}

/// wire users-and-roles: `username`
/// wire users-and-roles: username taken, any case (also a bot's)
/// wire users-and-roles: bad username
#[test]
fn a_username_must_be_well_formed_and_free_in_any_case() {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    mm.admin().create_bot("robot").created();
    let bad = Refusal {
        id: "model.user.is_valid.username.app_error",
        message: "Username must begin with a letter, and contain between 3 to 22 lowercase characters made up of numbers, letters, and the symbols \".\", \"-\", and \"_\".",
    };
    let long = long(65);
    for name in ["a b", "ä", "all", "channel", "matterbot", "System", &long] {
        bad.of_each(&mm, &[json!({ "username": name })]);
    }
    let taken = Refusal {
        id: "app.user.save.username_exists.app_error",
        message: "An account with that username already exists.",
    };
    for name in ["ADMIN", "Robot"] {
        taken.of_each(&mm, &[json!({ "username": name })]);
    }
}

/// wire users-and-roles: `email`
/// wire users-and-roles: e-mail taken
/// wire users-and-roles: missing or bad e-mail
#[test]
fn an_address_must_be_well_formed_and_free_in_any_case() {
    let mm = fresh();
    let bad = Refusal {
        id: "model.user.is_valid.email.app_error",
        message: "Invalid email.",
    };
    bad.of_each(
        &mm,
        &[
            json!({"email": "nothing"}),
            json!({"email": null}),
            json!({"email": format!("{}@b", long(127))}),
        ],
    );
    let taken = Refusal {
        id: "app.user.save.email_exists.app_error",
        message: "An account with that email already exists.",
    };
    taken.of_each(&mm, &[json!({"email": "Admin@Example.com"})]);
}

/// wire users-and-roles: password at creation missing, too weak or above 72
#[test]
fn a_password_at_creation_must_be_strong_and_at_most_72_bytes() {
    let mm = fresh();
    let weak = Refusal {
        id: "api.user.check_user_password.invalid.app_error",
        message: "Login failed because of invalid password.",
    };
    weak.of_each(
        &mm,
        &[
            json!({"password": "short"}),
            json!({"password": format!("Aa-1{}", long(69))}),
            json!({"password": null}),
            json!({"password": ""}),
        ],
    );
}

/// wire users-and-roles: `nickname` `first_name` `last_name`
/// wire users-and-roles: `position`
/// wire users-and-roles: nickname too long
#[test]
fn names_and_positions_have_a_longest_length() {
    let mm = fresh();
    let nickname = Refusal {
        id: "model.user.is_valid.nickname.app_error",
        message: "Invalid nickname.",
    };
    let first_name = Refusal {
        id: "model.user.is_valid.first_name.app_error",
        message: "Invalid first name.",
    };
    let last_name = Refusal {
        id: "model.user.is_valid.last_name.app_error",
        message: "Invalid last name.",
    };
    let position = Refusal {
        id: "model.user.is_valid.position.app_error",
        message: "Invalid position: must not be longer than 128 characters.",
    };
    nickname.of_each(&mm, &[json!({"nickname": long(65)})]);
    first_name.of_each(&mm, &[json!({"first_name": long(65)})]);
    last_name.of_each(&mm, &[json!({"last_name": long(65)})]);
    position.of_each(&mm, &[json!({"position": long(129)})]);
    let widest = json!({
        "username": "U".repeat(64), "email": format!("{}@b", long(126)), "nickname": "é".repeat(64), "position": "é".repeat(128),
        "first_name": "é".repeat(64), "last_name": "é".repeat(64), "password": format!("Aa-1{}", long(68)),
    });
    let made = create_with(&mm, &widest).created();
    assert_eq!(made["username"], "u".repeat(64));
    create_with(&mm, &json!({"username": "a", "email": "A@b"})).created();
}

/// wire users-and-roles: password and `auth_data` together
#[test]
fn a_login_service_needs_its_own_auth_data_and_no_password() {
    let mm = fresh();
    let both = Refusal {
        id: "model.user.is_valid.auth_data_pwd.app_error",
        message: "Invalid user, password and auth data cannot both be set.",
    };
    both.of_each(&mm, &[json!({"auth_service": "ldap", "auth_data": "x"})]);
    let no_service = Refusal {
        id: "model.user.is_valid.auth_data_type.app_error",
        message: "Invalid user, auth data must be set with auth type.",
    };
    no_service.of_each(&mm, &[json!({"auth_data": "x"})]);
    let mut ldap = json!({"username": "l", "email": "l@b", "auth_service": "ldap", "auth_data": "l", "password": ""});
    assert_eq!(create_with(&mm, &ldap).created()["auth_service"], "ldap");
    // Somebody else with the auth data of the first.
    (ldap["username"], ldap["email"]) = ("m".into(), "m@b".into());
    create_with(&mm, &ldap).refused(400, "app.user.update_auth_data.email_exists.app_error");
}

/// wire users-and-roles: `id` sent at creation
#[test]
fn a_body_with_an_id_or_without_an_account_is_refused() {
    let mm = fresh();
    let existing = Refusal {
        id: "app.user.save.existing.app_error",
        message: "Must call update for existing user.",
    };
    existing.of_each(&mm, &[json!({"id": NOBODY})]);
    for body in ["", "null", "[]", "{"] {
        mm.admin()
            .send_text("POST", "/users", body)
            .refused_body("user");
    }
}
