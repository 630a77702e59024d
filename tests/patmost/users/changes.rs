//! Changes to an account: its fields, its password, another login service, deactivation.

use crate::support::*;

/// An id that nobody has.
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What a login with the password answers.
fn login(mm: &Mattermost, username: &str, password: &str) -> Answer {
    mm.log_in(username, password)
}

/// wire users-and-roles: `PUT /users/{id}/patch`
/// wire users-and-roles: patch of an unknown user (by an admin)
/// wire users-and-roles: `roles`, `id`, `password` in a patch are ignored without an error
#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}/patch", alice.id);
    let before = alice.me().ok();
    let patch = json!({
        "username": "Alice2", "nickname": "Al", "first_name": "Alice", "last_name": "L", "position": "p", "locale": "de",
        "notify_props": {"email": "false", "mention_keys": "Al,,Queen"}, "timezone": {"manualTimezone": "UTC"},
        "roles": "system_admin", "id": bob.id, "password": "Another-Horse-2", "auth_service": "ldap", "delete_at": 1, "email": before["email"],
    });
    let patched = alice.put(&path, patch).ok();
    for (name, value) in [
        ("username", json!("alice2")),
        ("nickname", json!("Al")),
        ("first_name", json!("Alice")),
        ("last_name", json!("L")),
        ("position", json!("p")),
        ("locale", json!("de")),
        (
            "notify_props",
            json!({"email": "false", "mention_keys": ",al,queen"}),
        ),
        ("timezone", json!({"manualTimezone": "UTC"})),
    ] {
        assert_eq!(patched[name], value, "{name}");
    }
    for name in [
        "id",
        "email",
        "roles",
        "auth_service",
        "delete_at",
        "create_at",
    ] {
        assert_eq!(patched[name], before[name], "{name}");
    }
    assert_eq!(login(&mm, "alice2", PASSWORD).status, 200);
    let none = alice
        .put(&path, json!({"notify_props": {}, "nickname": null}))
        .ok();
    assert_eq!(none["notify_props"], before["notify_props"]);
    assert_eq!(none["nickname"], "Al");
    let by_admin = mm
        .admin()
        .put(&path, json!({"nickname": "by the admin"}))
        .ok();
    assert_eq!(by_admin["nickname"], "by the admin");
    assert!(by_admin.get("notify_props").is_some());
    bob.put(&path, json!({"nickname": "x"})).forbidden();
    let nobodys = format!("/users/{NOBODY}/patch");
    mm.admin().put(&nobodys, json!({})).refused_body("user_id");
    bob.put(&nobodys, json!({})).forbidden();
    for body in ["", "null", "[]", "{"] {
        alice.send_text("PUT", &path, body).refused_body("user");
    }
    let taken = json!({"username": "BOB"});
    alice
        .put(&path, taken)
        .refused(400, "app.user.save.username_exists.app_error");
}

/// wire users-and-roles: own e-mail changed without `password` / with a wrong one
#[test]
fn an_own_address_changes_with_the_password_and_an_admin_needs_none() {
    let mm = fresh();
    let alice = mm.user("alice");
    let patch = |by: &Caller, body: Value| by.put(&format!("/users/{}/patch", alice.id), body);
    let new = "new@example.com";
    patch(&alice, json!({ "email": new })).refused_body("password");
    patch(&alice, json!({"email": new, "password": "wrong"})).refused_saying(
        401,
        "api.user.check_user_password.invalid.app_error",
        "Login failed because of invalid password.",
    );
    let taken = json!({"email": "admin@example.com", "password": PASSWORD});
    patch(&alice, taken).refused(400, "app.user.save.email_exists.app_error");
    let right = json!({"email": new, "password": PASSWORD});
    assert_eq!(patch(&alice, right).ok()["email"], new);
    let by_admin = json!({"email": "Third@example.com"});
    assert_eq!(
        patch(&mm.admin(), by_admin).ok()["email"],
        "third@example.com"
    );
    assert_eq!(login(&mm, "third@example.com", PASSWORD).status, 200);
}

/// wire users-and-roles: `PUT /users/{id}`
/// wire users-and-roles: `PUT /users/{id}` with another id in the body
#[test]
fn a_whole_account_is_put_back_and_what_it_lacks_is_emptied() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}", alice.id);
    let mut whole = alice.me().ok();
    (whole["first_name"], whole["position"]) = ("Alice".into(), "p".into());
    (whole["roles"], whole["delete_at"]) = ("system_admin".into(), 1.into());
    let put = |by: &Caller, body: &Value| by.put(&path, body.clone());
    let answer = put(&alice, &whole).ok();
    assert_eq!(
        (&answer["first_name"], &answer["position"]),
        (&json!("Alice"), &json!("p"))
    );
    assert_eq!(
        (&answer["roles"], &answer["delete_at"]),
        (&json!("system_user"), &json!(0))
    );
    put(&bob, &whole).forbidden();
    alice
        .put(&format!("/users/{}", bob.id), whole.clone())
        .refused_body("user_id");
    let few = json!({
        "id": alice.id, "create_at": answer["create_at"], "username": "alice", "email": "alice@example.com",
    });
    let mut unmade = few.clone();
    unmade.as_object_mut().unwrap().remove("create_at");
    put(&mm.admin(), &unmade).refused(400, "model.user.is_valid.create_at.app_error");
    let emptied = put(&mm.admin(), &few).ok();
    for name in ["first_name", "position"] {
        assert_eq!(emptied[name], "", "{name}");
    }
    for name in ["notify_props", "timezone", "locale"] {
        assert_eq!(emptied[name], answer[name], "{name}");
    }
    for (name, id) in [
        ("username", "model.user.is_valid.username.app_error"),
        ("email", "model.user.is_valid.email.app_error"),
    ] {
        let mut lacking = few.clone();
        lacking.as_object_mut().unwrap().remove(name);
        put(&mm.admin(), &lacking).refused(400, id);
    }
    let mut moved = few;
    moved["email"] = "new@example.com".into();
    put(&alice, &moved).refused_body("password");
    moved["password"] = "wrong".into();
    put(&alice, &moved).refused_body("password");
    moved["password"] = PASSWORD.into();
    assert_eq!(put(&alice, &moved).ok()["email"], "new@example.com");
}

/// wire users-and-roles: `PUT /users/{id}/password`
/// wire users-and-roles: new password too weak in `PUT .../password`
/// wire users-and-roles: own password without / with a wrong current one
/// wire users-and-roles: somebody else's password, not admin
/// wire users-and-roles: Changing a password, own or by an admin, ends **no** session and no token
#[test]
fn a_password_is_changed_with_the_old_one_or_by_an_admin() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let token = alice.with_token(&alice.token("x").secret);
    let path = format!("/users/{}/password", alice.id);
    let put = |caller: &Caller, body: Value| caller.put(&path, body);
    let new = "Another-Horse-2";
    put(&bob, json!({ "new_password": new })).refused_saying(
        403,
        "api.user.update_password.context.app_error",
        "Update password failed because context user_id did not match props user_id.",
    );
    put(&alice, json!({ "new_password": new })).refused_body("current_password");
    put(&alice, json!({"current_password": "wrong", "new_password": new})).refused_saying(
        400,
        "api.user.update_password.incorrect.app_error",
        "The \"Current Password\" you entered is incorrect. Please check that Caps Lock is off and try again.",
    );
    let right = |new: &str| json!({"current_password": PASSWORD, "new_password": new});
    mm.set_all_password_rules();
    put(&alice, right("short")).refused_saying(
        400,
        "model.user.is_valid.pwd_lowercase_uppercase_number_symbol.app_error",
        "Your password must contain at least 10 characters made up of at least one lowercase letter, at least one uppercase letter, at least one number, and at least one symbol (e.g. \"~!@#$%^&*()\").",
    );
    put(&alice, right(new)).acknowledged();
    let statuses = [PASSWORD, new].map(|password| login(&mm, "alice", password).status);
    assert_eq!(statuses, [401, 200]);
    put(&mm.admin(), json!({ "new_password": PASSWORD })).acknowledged();
    assert_eq!(login(&mm, "alice", PASSWORD).status, 200);
    alice.me().ok();
    token.me().ok();
    for (rules, id) in [
        (
            json!({"Lowercase": false, "Symbol": false}),
            "model.user.is_valid.pwd_uppercase_number.app_error",
        ),
        (
            json!({"Uppercase": false, "Number": false}),
            "model.user.is_valid.pwd.app_error",
        ),
    ] {
        mm.admin()
            .patch_config(json!({ "PasswordSettings": rules }))
            .ok();
        put(&alice, right("SHORT1")).refused(400, id);
    }
    put(&alice, right(&"x".repeat(73))).refused(400, "model.user.is_valid.pwd.app_error");
    put(&alice, right("xxxxxxxxxx")).acknowledged();
}

#[test]
fn a_password_is_never_set_from_a_hash_nor_for_nobody() {
    let mm = fresh();
    let alice = mm.user("alice");
    let put = |by: &Caller, id: &str, body: Value| by.put(&format!("/users/{id}/password"), body);
    let hashed = json!({"new_password": "Another-Horse-2", "current_password": PASSWORD, "already_hashed": "true"});
    put(&alice, &alice.id, hashed.clone())
        .refused(401, "api.user.update_password.user_and_hashed.app_error");
    put(&mm.admin(), &alice.id, hashed.clone()).refused(501, "api.not_implemented.app_error");
    let context = "api.user.update_password.context.app_error";
    put(&alice, &mm.admin().id, hashed).refused(403, context);
    put(&mm.admin(), NOBODY, json!({"new_password": PASSWORD})).refused(403, context);
    let spoilt = json!({"new_password": "Another-Horse-2", "current_password": PASSWORD, "already_hashed": true});
    put(&alice, &alice.id, spoilt).refused_body("current_password");
    assert_eq!(login(&mm, "alice", PASSWORD).status, 200);
}

/// wire users-and-roles: `PUT /users/{id}/active`
/// wire users-and-roles: `active` missing or not a boolean
/// wire users-and-roles: deactivate another / reactivate oneself, not admin
/// wire users-and-roles: deactivate oneself while not enabled
#[test]
fn users_are_deactivated_by_admins_or_by_themselves_where_that_is_on() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let put = |caller: &Caller, of: &Caller, body: Value| {
        caller.put(&format!("/users/{}/active", of.id), body)
    };
    for body in [
        json!({}),
        json!({"active": "no"}),
        json!({"active": null}),
        json!([]),
    ] {
        put(&mm.admin(), &bob, body).refused_body("active");
    }
    let (id, message) = (
        "api.user.update_active.permissions.app_error",
        "You do not have the appropriate permissions.",
    );
    alice.deactivate(&bob).refused_saying(403, id, message);
    alice.activate(&alice).refused_saying(403, id, message);
    let not_enabled = |answer: Answer| {
        answer.refused_saying(
            401,
            "api.user.update_active.not_enable.app_error",
            "You cannot deactivate yourself because this feature is not enabled. Please contact your System Administrator.",
        )
    };
    not_enabled(alice.deactivate(&alice));
    not_enabled(mm.admin().deactivate(mm.admin()));
    mm.set("TeamSettings", "EnableUserDeactivation", true);
    alice.deactivate(&alice).acknowledged();
    alice.me().expired();
    put(&mm.admin(), &bob, json!({"active": false, "reason": 7})).acknowledged();
    mm.admin().activate(&bob).acknowledged();
    assert_eq!(login(&mm, "bob", PASSWORD).status, 200);
    mm.admin()
        .deactivate(NOBODY)
        .refused(404, "app.user.missing_account.const");
}

/// wire users-and-roles: `id` `create_at` `update_at` `delete_at`
/// wire users-and-roles: Deactivation deletes all sessions of the user
/// wire users-and-roles: Deactivated users are still found by id
#[test]
fn a_deactivated_user_is_out_at_once_and_still_known() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let (alice, bob) = (mm.user("alice").with_role("system_admin"), mm.user("bob"));
    let bot = alice.create_bot("ci").created();
    let token = alice.token("x");
    let by_token = alice.with_token(&token.secret);
    by_token.me().ok();
    mm.admin().deactivate(&alice).acknowledged();
    alice.me().expired();
    by_token.me().expired();
    let admin_sees = |path: &str| mm.admin().get(path).ok();
    assert_eq!(
        admin_sees(&format!("/users/{}/sessions", alice.id)),
        json!([])
    );
    let tokens = admin_sees(&format!("/users/{}/tokens", alice.id));
    assert_eq!(tokens.each("id"), [token.id]);
    let bots = admin_sees("/bots?include_deleted=true");
    assert_eq!(bots[0]["user_id"], bot["user_id"]);
    assert!(bots[0]["delete_at"].as_i64().unwrap() > 0);
    let seen = bob.read_user(&alice).ok();
    assert!(seen["delete_at"].as_i64().unwrap() > 0);
    let found = |body: Value| bob.post("/users/search", body).ok().each("username");
    assert!(found(json!({"term": "alice"})).is_empty());
    assert_eq!(
        found(json!({"term": "alice", "allow_inactive": true})),
        ["alice"]
    );
    let listed = |query: &str| {
        let listed = bob.get(&format!("/users?{query}")).ok().each("username");
        listed.contains(&"alice".to_owned())
    };
    assert_eq!((listed(""), listed("active=true")), (true, false));
}

/// wire users-and-roles: `DELETE /users/{id}`
/// wire users-and-roles: `DELETE /users/{id}?permanent=true` while `EnableAPIUserDeletion` is false
#[test]
fn deleting_deactivates_unless_deletion_for_good_is_on() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let delete =
        |by: &Caller, of: &Caller, query: &str| by.delete(&format!("/users/{}{query}", of.id));
    let not_enabled = "api.user.update_active.not_enable.app_error";
    delete(&alice, &alice, "").refused(401, not_enabled);
    delete(&bob, &alice, "").forbidden();
    for query in ["?permanent=true", "?permanent=1"] {
        delete(&mm.admin(), &alice, query).refused_saying(
            401,
            "api.user.delete_user.not_enabled.app_error",
            "Permanent user deletion feature is not enabled. Please contact your System Administrator.",
        );
    }
    alice.me().ok();
    delete(&mm.admin(), &alice, "").acknowledged();
    alice.me().expired();
    let seen = bob.read_user(&alice).ok();
    assert!(seen["delete_at"].as_i64().unwrap() > 0);
    mm.set("TeamSettings", "EnableUserDeactivation", true);
    delete(&bob, &bob, "").acknowledged();
    bob.me().expired();
    mm.admin()
        .delete(&format!("/users/{NOBODY}"))
        .refused(404, "app.user.missing_account.const");
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    let token = alice.token("x");
    delete(&mm.admin(), &alice, "?permanent=true").acknowledged();
    mm.admin()
        .read_user(&alice)
        .refused(404, "app.user.missing_account.const");
    assert_eq!(mm.admin().read_token(&token).status, 404);
}

/// wire users-and-roles: `PUT /users/{id}/auth`
/// wire users-and-roles: auth without service or data, or empty
/// wire users-and-roles: auth data that another account has
/// wire users-and-roles: `auth_service`
/// wire users-and-roles: `PUT /users/{id}/auth` does not check the service name or that the user exists
/// wire users-and-roles: Changing a password, own or by an admin, ends **no** session and no token
#[test]
fn another_login_service_takes_the_password_away_and_leaves_the_tokens() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let token = alice.with_token(&alice.token("x").secret);
    let auth = |by: &Caller, id: &str, body: Value| by.put(&format!("/users/{id}/auth"), body);
    let ldap = json!({"auth_service": "ldap", "auth_data": "a"});
    auth(&alice, &alice.id, ldap.clone()).forbidden();
    auth(&alice, "short", ldap.clone()).forbidden();
    auth(&mm.admin(), "short", ldap.clone()).refused_url("user_id");
    for lacking in [
        json!({"auth_service": "ldap"}),
        json!({"auth_data": "a"}),
        json!({"auth_service": "", "auth_data": "a"}),
        json!({"auth_service": "ldap", "auth_data": ""}),
        json!({"auth_service": "ldap", "auth_data": null}),
    ] {
        auth(&mm.admin(), &alice.id, lacking).refused_saying(
            400,
            "api.user.update_user_auth.invalid_request",
            "Request is missing either AuthData or AuthService parameter.",
        );
    }
    assert_eq!(auth(&mm.admin(), &alice.id, ldap.clone()).ok(), ldap);
    auth(&mm.admin(), &bob.id, ldap.clone())
        .refused(400, "app.user.update_auth_data.email_exists.app_error");
    let anything = json!({"auth_service": "nonsense", "auth_data": "n"});
    auth(&mm.admin(), NOBODY, anything.clone()).refused(404, "app.user.missing_account.const");
    let service = |user: &Value| user.text("auth_service");
    let found = bob.post("/users/search", json!({"term": "alice"})).ok();
    assert_eq!(service(&found[0]), "ldap");
    assert_eq!(service(&bob.read_user(&alice).ok()), "ldap");
    login(&mm, "alice", PASSWORD).refused_saying(
        401,
        "api.user.login.invalid_credentials_email_username",
        "Enter a valid email or username and/or password.",
    );
    token.me().ok();
    alice.me().ok();
    alice
        .change_password(PASSWORD, "Another-Horse-2")
        .refused(400, "api.user.update_password.oauth.app_error");
    mm.admin().reset_password(&alice, PASSWORD).acknowledged();
    assert_eq!(service(&login(&mm, "alice", PASSWORD).ok()), "");
}

#[test]
fn invisible_characters_are_left_out_of_names() {
    let mm = fresh();
    let alice = mm.user("alice");
    let patch =
        json!({"nickname": "a\u{202e}b", "first_name": "\u{feff}A", "username": "al\u{2028}ice2"});
    let patched = alice.patch_me(patch).ok();
    let names = ["nickname", "first_name", "username"].map(|name| patched.text(name));
    assert_eq!(names, ["ab", "A", "alice2"]);
}
