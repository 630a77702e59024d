//! Bots: made, read, changed, given away, disabled; how they follow their owner.

use crate::support::*;

const MISSING: &str = "store.sql_bot.get.missing.app_error";

/// An id that nobody has.
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

fn with_bots() -> Mattermost {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    mm
}

/// wire bots: `POST /bots`
/// wire bots: `GET /bots/{id}?include_deleted`
/// wire bots: `PUT /bots/{id}`
/// wire bots: `POST /bots/{id}/disable`, `/enable`
/// wire bots: `POST /bots/{id}/assign/{user_id}`
/// wire bots: unknown bot, a person's id, or hidden from the caller
#[test]
fn a_bot_is_made_read_changed_and_given_away() {
    let mm = with_bots();
    let (admin, plain) = (mm.admin(), mm.user("plain"));
    plain.create_bot("x").forbidden();
    let bot = admin
        .post(
            "/bots",
            json!({"username": "ci", "display_name": "CI", "description": "builds"}),
        )
        .created();
    let members: Vec<&String> = bot.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "create_at",
            "delete_at",
            "description",
            "display_name",
            "owner_id",
            "update_at",
            "user_id",
            "username"
        ]
    );
    assert_eq!(bot["owner_id"], admin.id);
    let path = format!("/bots/{}", bot.text("user_id"));
    assert_eq!(admin.get(&path).ok(), bot);
    plain.get(&path).refused(404, MISSING);
    plain
        .put(&path, json!({"display_name": "x"}))
        .refused(404, MISSING);
    let user = plain.get(&format!("/users/{}", bot.text("user_id"))).ok();
    assert_eq!(
        (
            user["is_bot"].as_bool(),
            user["bot_description"].as_str(),
            user["email"].as_str(),
            user["first_name"].as_str()
        ),
        (Some(true), Some("builds"), Some("ci@localhost"), Some("CI"))
    );
    let change = json!({"username": "ci2", "display_name": "CI two", "description": ""});
    let changed = admin.put(&path, change).ok();
    assert_eq!(changed["username"], "ci2");
    assert_eq!(changed["display_name"], "CI two");
    assert_eq!(changed.get("description"), None);
    let assign = |to: &str| admin.post(&format!("{path}/assign/{to}"), json!({}));
    assert_eq!(assign(&plain.id).ok()["owner_id"], plain.id);
    assign(&bot.text("user_id")).forbidden();
    for change in ["disable", "enable", &format!("assign/{}", admin.id)] {
        let refused = plain.post(&format!("{path}/{change}"), json!({}));
        refused.refused_saying(404, MISSING, "Bot does not exist.");
    }
    assert_eq!(
        admin.post(&format!("{path}/enable"), json!({})).ok()["delete_at"],
        0
    );
}

/// wire bots: `GET /bots?page&per_page&include_deleted&only_orphaned`
/// wire bots: assign to an id nobody has
#[test]
fn the_list_shows_all_bots_in_pages_or_those_without_an_active_owner() {
    let mm = with_bots();
    let (admin, owner) = (mm.admin(), mm.user("owner"));
    let make = |name: &str| {
        let bot = admin.create_bot(name).created();
        bot.text("user_id")
    };
    let [orphan, disabled, nobodys] = ["orphan", "disabled", "nobodys"].map(make);
    let post = |path: &str| admin.post(path, json!({})).ok();
    post(&format!("/bots/{orphan}/assign/{}", owner.id));
    post(&format!("/bots/{disabled}/disable"));
    let assigned = post(&format!("/bots/{nobodys}/assign/{NOBODY}"));
    assert_eq!(assigned["owner_id"], NOBODY);
    mm.set(
        "ServiceSettings",
        "DisableBotsWhenOwnerIsDeactivated",
        false,
    );
    let gone = json!({"active": false});
    let path = format!("/users/{}/active", owner.id);
    admin.put(&path, gone).acknowledged();
    let list = |query: &str| {
        let bots = admin.get(&format!("/bots?{query}")).ok();
        bots.each("username")
    };
    assert_eq!(list(""), ["nobodys", "orphan"]);
    let all = "include_deleted=true";
    assert_eq!(list(all), ["disabled", "nobodys", "orphan"]);
    assert_eq!(list("only_orphaned=true"), ["orphan"]);
    let page = |page: &str| list(&format!("{all}&per_page=2&page={page}"));
    assert_eq!([page("0"), page("1")].concat(), list(all));
    assert!(page("2").is_empty());
    mm.user("plain").get("/bots").forbidden();
}

/// wire bots: `POST /bots`
/// wire tokens: create for a bot
/// wire tokens: use of a bot's token
/// wire bots: The session has `props.is_bot`
/// wire bots: login
/// wire bots: disable
/// wire bots: enable
#[test]
fn a_bots_token_works_while_those_of_people_are_off() {
    let mm = with_bots();
    let bot = mm.bot("ci");
    let (id, token) = (&bot.id, bot.token("x"));
    let by_bot = bot.with_token(&token.secret);
    assert_eq!(by_bot.me().ok()["is_bot"], true);
    assert_eq!(by_bot.sessions().ok()[0]["props"]["is_bot"], "true");
    mm.admin().disable(&token).acknowledged();
    by_bot.me().expired();
    mm.admin().enable(&token).acknowledged();
    mm.admin()
        .set_roles(&bot, "system_user system_admin")
        .acknowledged();
    by_bot.create_bot("child").forbidden();
    mm.admin()
        .post(&format!("/bots/{id}/disable"), json!({}))
        .ok();
    by_bot.me().expired();
    let of_bot = |path: &str| mm.admin().get(path).ok();
    let [bot_path, user_path] = [
        format!("/bots/{id}?include_deleted=true"),
        format!("/users/{id}"),
    ];
    assert_eq!(mm.admin().sessions_of(&bot).ok(), json!([]));
    for path in [&bot_path, &user_path] {
        assert!(of_bot(path)["delete_at"].as_i64().unwrap() > 0, "{path}");
    }
    let login = json!({"id": id, "password": PASSWORD});
    mm.admin()
        .post(&format!("/bots/{id}/enable"), json!({}))
        .ok();
    by_bot.me().ok();
    for path in [&bot_path, &user_path] {
        assert_eq!(of_bot(path)["delete_at"], 0, "{path}");
    }
    mm.anonymous().post("/users/login", login).refused_saying(
        401,
        "api.user.login.bot_login_forbidden.app_error",
        "Bot login is forbidden.",
    );
}

/// wire bots: owner deactivated, `DisableBotsWhenOwnerIsDeactivated`
/// wire bots: the same with the setting false
/// wire bots: owner reactivated
#[test]
fn bots_follow_their_owner_as_the_setting_says() {
    let mm = with_bots();
    let owner = mm.user("owner").with_role("system_admin");
    let make = |name: &str| {
        let id = owner.create_bot(name).created().text("user_id");
        let bot = mm.account_of(&id);
        bot.with_token(&bot.token("x").secret)
    };
    let bot = make("one");
    mm.set(
        "ServiceSettings",
        "DisableBotsWhenOwnerIsDeactivated",
        false,
    );
    mm.admin().deactivate(&owner).acknowledged();
    bot.me().ok();
    mm.admin().activate(&owner).acknowledged();
    mm.set("ServiceSettings", "DisableBotsWhenOwnerIsDeactivated", true);
    mm.admin().deactivate(&owner).acknowledged();
    bot.me().expired();
    mm.admin().activate(&owner).acknowledged();
    bot.me().expired();
    let bots = mm.admin().get("/bots?include_deleted=true").ok();
    assert!(bots[0]["delete_at"].as_i64().unwrap() > 0);
    let id = bots[0].text("user_id");
    let enable = format!("/bots/{id}/enable");
    mm.admin().post(&enable, json!({})).ok();
    bot.me().ok();
}

/// wire users-and-roles: `POST /users/{id}/convert_to_bot`
#[test]
fn a_person_becomes_a_bot() {
    let mm = server();
    let alice = mm.user("alice");
    let token = alice.with_token(&alice.token("x").secret);
    alice.convert_to_bot(&alice).forbidden();
    assert_eq!(
        mm.admin().convert_to_bot(&alice).ok()["owner_id"],
        alice.id.as_str()
    );
    alice.me().expired();
    mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    token.me().ok();
}

/// wire bots: unknown bot, a person's id, or hidden from the caller
/// wire bots: id ill-formed
#[test]
fn the_id_of_no_bot_is_404_and_an_ill_formed_id_is_400() {
    let mm = with_bots();
    let admin = mm.admin();
    let bot = admin.create_bot("ci").created().text("user_id");
    for id in [NOBODY, &mm.user("person").id] {
        for (method, path) in [
            ("GET", ""),
            ("PUT", ""),
            ("POST", "/disable"),
            ("POST", "/enable"),
        ] {
            admin
                .send(method, &format!("/bots/{id}{path}"), Some(json!({})))
                .refused_saying(404, MISSING, "Bot does not exist.");
        }
    }
    admin.get("/bots/short").refused_url("bot_user_id");
    admin
        .post("/bots/short/assign/short", json!({}))
        .refused_url("user_id");
    admin
        .post(&format!("/bots/short/assign/{bot}"), json!({}))
        .refused_url("bot_user_id");
}

/// wire bots: username taken / bad
/// wire bots: no username
/// wire bots: malformed JSON
#[test]
fn a_bot_with_a_bad_field_is_refused_by_that_field() {
    let mm = with_bots();
    mm.user("person");
    let admin = mm.admin();
    let bot = admin.create_bot("ci").created().text("user_id");
    let path = format!("/bots/{bot}");
    for body in ["", "null", "[]", "{"] {
        admin.send_text("POST", "/bots", body).refused_body("bot");
        admin.send_text("PUT", &path, body).refused_body("bot");
    }
    let (long_name, long_text) = ("x".repeat(65), "x".repeat(1025));
    for (fields, id) in [
        (json!({}), "model.user.is_valid.email.app_error"),
        (
            json!({"username": 7}),
            "model.user.is_valid.email.app_error",
        ),
        (
            json!({"username": "a b"}),
            "model.user.is_valid.username.app_error",
        ),
        (
            json!({"username": "all"}),
            "model.user.is_valid.username.app_error",
        ),
        (
            json!({"username": "CI"}),
            "app.user.save.username_exists.app_error",
        ),
        (
            json!({"username": "x", "display_name": long_name}),
            "model.user.is_valid.first_name.app_error",
        ),
        (
            json!({"username": "x", "description": long_text}),
            "model.bot.is_valid.description.app_error",
        ),
    ] {
        admin.post("/bots", fields).refused(400, id);
    }
    admin
        .put(&path, json!({"username": "person"}))
        .refused(400, "app.user.save.username_exists.app_error");
    assert_eq!(admin.get("/bots").ok().as_array().unwrap().len(), 1);
}

/// wire bots: creation switched off
#[test]
fn no_bot_is_created_while_that_is_switched_off() {
    let mm = with_bots();
    let admin = mm.admin();
    admin.create_bot("ci").created();
    mm.set("ServiceSettings", "EnableBotAccountCreation", false);
    admin.create_bot("x").refused_saying(
        403,
        "api.bot.create_disabled",
        "Bot creation has been disabled.",
    );
    assert_eq!(admin.get("/bots").ok().as_array().unwrap().len(), 1);
}

/// wire bots: Made at `POST /users/{bot user_id}/tokens`
#[test]
fn a_bots_token_is_made_by_a_user_who_may_manage_the_bot() {
    let mm = with_bots();
    let owner = mm.user("owner").with_role(TOKEN_ROLE);
    let bot = mm.admin().create_bot("ci").created().text("user_id");
    let assign = format!("/bots/{bot}/assign/{}", owner.id);
    mm.admin().post(&assign, json!({})).ok();
    let path = format!("/users/{bot}/tokens");
    let make = |by: &Caller| by.post(&path, json!({"description": "x"}));
    make(&owner).forbidden();
    owner.get(&path).forbidden();
    owner
        .get(&format!("/bots/{bot}"))
        .refused_saying(404, MISSING, "Bot does not exist.");
    let by_bot = mm
        .anonymous()
        .with_token(&make(&mm.admin()).ok().text("token"));
    make(&by_bot).forbidden();
    by_bot.get(&path).forbidden();
}

/// wire bots: Roles are given with `PUT /users/{id}/roles` as for people
#[test]
fn a_bot_that_may_post_everywhere_posts_where_it_is_no_member() {
    let mm = with_bots();
    let bot = mm.bot("ci");
    let by_bot = bot.with_token(&bot.token("x").secret);
    let team = mm.team("core");
    let channels = [
        team.channel("open", "O", &[]),
        team.channel("closed", "P", &[]),
    ];
    let post = |to: &str| by_bot.post_message(to, "built");
    for channel in &channels {
        post(channel).forbidden();
    }
    let roles = "system_user system_post_all";
    mm.admin().set_roles(&bot, roles).acknowledged();
    for channel in &channels {
        assert_eq!(post(channel).created()["user_id"], bot.id);
    }
}

#[test]
fn a_user_who_becomes_a_bot_keeps_a_name_and_cannot_log_in() {
    let mm = with_bots();
    let alice = mm.user("alice");
    alice.convert_to_bot("short").refused_url("user_id");
    alice
        .convert_to_bot(NOBODY)
        .refused(404, "app.user.missing_account.const");
    alice.convert_to_bot(&alice).forbidden();
    let bot = mm.admin().convert_to_bot(&alice).ok();
    assert_eq!(bot["display_name"], "alice");
    assert_eq!(mm.admin().get(&format!("/bots/{}", alice.id)).ok(), bot);
    mm.log_in("alice", PASSWORD)
        .refused(401, "api.user.login.bot_login_forbidden.app_error");
}

/// Mattermost: the account keeps its id and gets a password; it may become a system admin at once.
#[test]
fn a_bot_becomes_an_account_that_logs_in() {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = mm
        .admin()
        .post("/bots", json!({"username": "ci"}))
        .created()
        .text("user_id");
    let path = format!("/bots/{bot}/convert_to_user");
    let new = json!({"password": PASSWORD, "email": "ci@example.com"});
    mm.user("ann").post(&path, new.clone()).forbidden();
    mm.admin()
        .post(&path, json!({"password": "x"}))
        .refused(400, "model.user.is_valid.pwd.app_error");
    mm.admin().post(&path, json!({})).refused_body("password");
    let user = mm
        .admin()
        .post(&format!("{path}?set_system_admin=true"), new)
        .ok();
    assert_eq!(
        (user.text("id"), user.text("email"), user.text("roles")),
        (
            bot.clone(),
            "ci@example.com".into(),
            "system_user system_admin".into()
        )
    );
    assert!(user.get("is_bot").is_none());
    mm.log_in("ci", PASSWORD).ok();
    mm.admin()
        .get(&format!("/bots/{bot}"))
        .refused(404, "store.sql_bot.get.missing.app_error");
}
