//! Accounts: made, read, listed, found; who sees what.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

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
    let recorded: Value = serde_json::from_str(include_str!("snapshots/wire/user.json")).unwrap();
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
    assert_eq!(mm.login("alice").get("/users/me").ok(), made);
}

/// wire users-and-roles: `GET /users/me`, `/users/{id}`, `/users/username/{name}`, `/users/email/{email}`
#[test]
fn an_unchanged_account_is_304_and_a_changed_one_is_not() {
    let mm = fresh();
    let alice = mm.user("alice");
    let etag = alice.get("/users/me").header("etag").unwrap().to_owned();
    let again = || {
        mm.send(
            &alice
                .request("GET", "/users/me")
                .header("If-None-Match", &etag),
        )
    };
    assert_eq!((again().status, again().body.len()), (304, 0));
    mm.clock().advance(std::time::Duration::from_millis(5));
    alice.put("/users/me/patch", json!({"nickname": "Al"})).ok();
    assert_eq!(again().ok()["nickname"], "Al");
    for path in [
        "/users/me",
        &format!("/users/{}", alice.id),
        "/users/username/alice",
        "/users/email/alice@example.com",
    ] {
        let ask = |known: &str| mm.send(&alice.request("GET", path).header("If-None-Match", known));
        let etag = ask("").header("etag").unwrap().to_owned();
        let again = ask(&etag);
        assert_eq!(
            (again.status, again.body.len(), again.header("etag")),
            (304, 0, Some(&*etag)),
            "{path}"
        );
        assert_eq!(ask("other").status, 200);
    }
}

/// wire users-and-roles: `GET /users`
/// wire users-and-roles: `sort` not known
/// wire users-and-roles: `inactive=true&active=true` is 400
#[test]
fn the_list_is_by_username_in_pages() {
    let mm = fresh();
    let names = ["dora", "bert", "carl"];
    names.iter().for_each(|name| drop(mm.user(name)));
    let list = |query: &str| {
        mm.admin()
            .get(&format!("/users?{query}"))
            .ok()
            .each("username")
    };
    assert_eq!(list(""), ["admin", "bert", "carl", "dora"]);
    assert_eq!(
        [list("per_page=3"), list("per_page=3&page=1")].concat(),
        list("")
    );
    assert!(list("page=99").is_empty() && list("per_page=0").is_empty());
    let carl = mm.login("carl");
    mm.admin()
        .put(
            &format!("/users/{}/active", carl.id),
            json!({"active": false}),
        )
        .acknowledged();
    assert_eq!(
        (list("active=true"), list("inactive=true")),
        (
            vec!["admin".into(), "bert".into(), "dora".into()],
            vec!["carl".into()]
        )
    );
    assert_eq!(list("role=system_admin"), ["admin"]);
    let refused =
        |query: &str, name: &str| mm.admin().get(&format!("/users?{query}")).refused_url(name);
    refused("active=true&inactive=true", "inactive");
    for sort in ["nonsense", "create_at", "last_activity_at", "status"] {
        refused(&format!("sort={sort}"), "sort");
    }
}

#[test]
fn a_list_leaves_out_the_members_of_a_team_or_a_channel() {
    let mm = server();
    let (inside, outside) = (mm.user("inside"), mm.user("outside"));
    let team = json!({"name": "core", "display_name": "Core", "type": "O"});
    let team = mm.admin().post("/teams", team).created().text("id");
    let member = json!({"team_id": team, "user_id": inside.id});
    mm.admin()
        .post(&format!("/teams/{team}/members"), member)
        .created();
    let square = format!("/teams/{team}/channels/name/town-square");
    let square = mm.admin().get(&square).ok().text("id");
    for query in [format!("not_in_team={team}"), "without_team=true".into()] {
        let listed = mm.admin().get(&format!("/users?{query}")).ok();
        assert_eq!(listed.each("username"), ["outside"], "{query}");
    }
    // Of the team, everybody is in this channel; without a team the question is none.
    let all_inside = format!("/users?in_team={team}&not_in_channel={square}");
    assert_eq!(mm.admin().get(&all_inside).ok(), json!([]));
    mm.admin()
        .get(&format!("/users?not_in_channel={square}"))
        .refused_url("team_id");
    outside
        .get(&format!("/users?not_in_team={team}"))
        .forbidden();
    outside
        .get(&format!("/users?in_channel={square}"))
        .forbidden();
    outside.get("/users?without_team=true").forbidden();
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
    mm.admin()
        .post("/bots", json!({"username": "robot"}))
        .created();
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

/// wire users-and-roles: unknown id, unknown e-mail
/// wire users-and-roles: unknown username
/// wire users-and-roles: ill-formed e-mail in the path
/// wire users-and-roles: ill-formed username in the path
/// wire users-and-roles: by e-mail while addresses are hidden
#[test]
fn accounts_are_read_by_id_name_and_address() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    for path in [
        bob.id.as_str(),
        "username/bob",
        "email/bob@example.com",
        "email/BOB@example.com",
    ] {
        let seen = alice.get(&format!("/users/{path}")).ok();
        assert_eq!(seen["id"], bob.id.as_str());
    }
    let unknown = ("app.user.missing_account.const", "Unable to find the user.");
    for path in [NOBODY, "email/nobody@example.com"] {
        alice
            .get(&format!("/users/{path}"))
            .refused_saying(404, unknown.0, unknown.1);
    }
    alice.get("/users/username/nobody").refused_saying(
        404,
        "app.user.get_by_username.app_error",
        "Unable to find an existing account matching your username for this team. This team may require an invite from the team owner to join.",
    );
    alice.get("/users/login").refused_url("user_id");
    alice.get("/users/email/nothing").refused_url("email");
    alice.get("/users/username/Bob").refused_body("username");
    mm.anonymous().get(&format!("/users/{}", bob.id)).expired();
    mm.set("PrivacySettings", "ShowEmailAddress", false);
    alice.get("/users/email/bob@example.com").refused_saying(
        403,
        "api.user.get_user_by_email.permissions.app_error",
        "Unable to get user by email.",
    );
    mm.admin().get("/users/email/bob@example.com").ok();
}

/// wire users-and-roles: `id` `create_at` `update_at` `delete_at`
/// wire users-and-roles: `auth_service`
/// wire users-and-roles: `auth_data`
/// wire users-and-roles: `notify_props` `last_password_update`
/// wire users-and-roles: `failed_attempts` `mfa_secret` `password`
/// wire users-and-roles: `is_bot` `bot_description`
/// wire users-and-roles: `locale` `timezone`
#[test]
fn who_asks_decides_which_fields_are_there() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}", alice.id);
    let auth = json!({"auth_service": "saml", "auth_data": "a"});
    mm.admin().put(&format!("{path}/auth"), auth).ok();
    let fields = |user: &Value| {
        user.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let shown = [
        "auth_data",
        "auth_service",
        "create_at",
        "delete_at",
        "disable_welcome_email",
        "email",
        "first_name",
        "id",
        "last_name",
        "locale",
        "nickname",
        "position",
        "roles",
        "timezone",
        "update_at",
        "username",
    ];
    let of_owner = ["last_password_update", "notify_props"];
    let mut own: Vec<&str> = shown.iter().chain(&of_owner).copied().collect();
    own.sort_unstable();
    assert_eq!(fields(&alice.get(&path).ok()), own);
    for other in [&bob, &mm.admin()] {
        let user = other.get(&path).ok();
        assert_eq!(fields(&user), shown);
        assert_eq!(
            (&user["auth_service"], &user["auth_data"]),
            (&json!("saml"), &json!(""))
        );
    }
    // Mattermost: in a list, and by address, one sees of oneself what others see.
    let ids = json!([alice.id]);
    assert_eq!(fields(&alice.post("/users/ids", ids).ok()[0]), shown);
    assert_eq!(
        fields(&alice.get("/users/email/alice@example.com").ok()),
        shown
    );
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = json!({"username": "ci", "description": "builds"});
    let bot = mm.admin().post("/bots", bot).created().text("user_id");
    let bot = bob.get(&format!("/users/{bot}")).ok();
    assert_eq!(
        (&bot["is_bot"], &bot["bot_description"]),
        (&json!(true), &json!("builds"))
    );
    assert_eq!(fields(&bot).len(), shown.len() + 2);
}

/// wire users-and-roles: `email`
/// wire users-and-roles: `nickname` `first_name` `last_name`
#[test]
fn privacy_settings_hide_from_others_but_not_from_admins() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    alice
        .put(
            "/users/me/patch",
            json!({"first_name": "Alice", "last_name": "Liddell", "nickname": "Al"}),
        )
        .ok();
    mm.set("PrivacySettings", "ShowEmailAddress", false);
    mm.set("PrivacySettings", "ShowFullName", false);
    let path = format!("/users/{}", alice.id);
    let fields = ["email", "first_name", "last_name", "nickname"];
    let shown = |user: &Value| fields.map(|name| user.text(name));
    let all = ["alice@example.com", "Alice", "Liddell", "Al"];
    assert_eq!(shown(&alice.get(&path).ok()), all);
    assert_eq!(shown(&mm.admin().get(&path).ok()), all);
    assert_eq!(shown(&bob.get(&path).ok()), ["", "", "", "Al"]);
    let found = |by: &Caller, term: &str| {
        let found = by.post("/users/search", json!({ "term": term })).ok();
        found.as_array().unwrap().len()
    };
    for term in ["liddell", "alice@"] {
        assert_eq!(
            (found(&bob, term), found(&mm.admin(), term)),
            (0, 1),
            "{term}"
        );
    }
    let listed = bob.post("/users/search", json!({"term": "al"})).ok();
    assert_eq!(shown(&listed[0]), ["", "", "", "Al"]);
}

/// wire users-and-roles: `POST /users/ids`
/// wire users-and-roles: `POST /users/usernames`
/// wire users-and-roles: `GET /users/stats`
#[test]
fn several_accounts_are_read_at_once_and_all_are_counted() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let ids = |query: &str, body: Value| bob.post(&format!("/users/ids{query}"), body);
    let both = json!([bob.id, NOBODY, alice.id, alice.id]);
    assert_eq!(
        ids("", both.clone()).ok().each("username"),
        ["alice", "bob"]
    );
    let names = json!(["bob", "nobody", "alice"]);
    let named = bob.post("/users/usernames", names).ok();
    assert_eq!(named.each("username"), ["alice", "bob"]);
    for body in [json!([]), json!({}), json!([7]), json!("x")] {
        ids("", body.clone()).refused_body("user_ids");
        bob.post("/users/usernames", body).refused_body("usernames");
    }
    let now = mm.clock().now();
    mm.clock().advance(std::time::Duration::from_millis(1));
    alice.put("/users/me/patch", json!({"nickname": "A"})).ok();
    let since = ids(&format!("?since={now}"), both.clone()).ok();
    assert_eq!(since.each("username"), ["alice"]);
    ids("?since=yesterday", both).refused_body("since");
    assert_eq!(
        bob.get("/users/stats").ok(),
        json!({"total_users_count": 3})
    );
}

/// wire users-and-roles: `POST /users/search`
/// wire users-and-roles: search: no term; `limit` below 0 or above 1000
#[test]
fn a_search_is_by_the_beginning_of_each_name_and_within_a_team() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    alice
        .put(
            "/users/me/patch",
            json!({"first_name": "Zoe", "nickname": "queen"}),
        )
        .ok();
    let search = |body: Value| bob.post("/users/search", body);
    let found = |body: Value| search(body).ok().each("username");
    for term in [
        "ALI",
        "@ali",
        "zo",
        "queen",
        "alice@",
        "zoe queen",
        &alice.id,
    ] {
        assert_eq!(found(json!({ "term": term })), ["alice"], "{term}");
    }
    for term in ["%", "_lice", "lice", "zoe bob"] {
        assert!(found(json!({ "term": term })).is_empty(), "{term}");
    }
    assert_eq!(found(json!({"term": "a", "limit": 1})), ["admin"]);
    for (body, name) in [
        (json!({}), "term"),
        (json!({"term": ""}), "term"),
        (json!({"term": "a", "limit": 1001}), "limit"),
        (json!({"term": "a", "limit": -1}), "limit"),
        (json!({"term": "a", "not_in_channel_id": NOBODY}), "team_id"),
    ] {
        search(body).refused_body(name);
    }
    bob.send_text("POST", "/users/search", "{")
        .refused_body("term");
    let team = json!({"name": "core", "display_name": "Core", "type": "O"});
    let team = mm.admin().post("/teams", team).created().text("id");
    let within = |of: &str| json!({"term": "a", of: team});
    search(within("team_id")).forbidden();
    search(within("not_in_team_id")).forbidden();
    let member = json!({"team_id": team, "user_id": bob.id});
    mm.admin()
        .post(&format!("/teams/{team}/members"), member)
        .created();
    assert_eq!(found(within("team_id")), ["admin"]);
    assert_eq!(found(within("not_in_team_id")), ["alice"]);
}
