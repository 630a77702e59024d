//! Accounts are read, listed and found; who sees what of them.

use crate::support::*;

const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// wire users-and-roles: `GET /users/me`, `/users/{id}`, `/users/username/{name}`, `/users/email/{email}`
#[test]
fn an_unchanged_account_is_304_and_a_changed_one_is_not() {
    let mm = fresh();
    let alice = mm.user("alice");
    let etag = alice.me().header("etag").unwrap().to_owned();
    let again = || {
        mm.send(
            &alice
                .request("GET", "/users/me")
                .header("If-None-Match", &etag),
        )
    };
    assert_eq!((again().status, again().body.len()), (304, 0));
    mm.clock().advance(std::time::Duration::from_millis(5));
    alice.patch_me(json!({"nickname": "Al"})).ok();
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
    mm.admin().deactivate(&carl).acknowledged();
    assert_eq!(
        (list("active=true"), list("inactive=true")),
        (
            vec!["admin".into(), "bert".into(), "dora".into()],
            vec!["carl".into()]
        )
    );
    assert_eq!(list("role=system_admin"), ["admin"]);
    assert_eq!(list("roles=system_admin"), ["admin"]);
    assert_eq!(list("roles=system_user"), ["bert", "carl", "dora"]);
    assert_eq!(
        list("roles=system_user,system_admin&active=true"),
        ["admin", "bert", "dora"]
    );
    assert_eq!(list("roles=channel_user"), list(""));
    mm.admin().get("/users?roles=a-b").refused_body("roles");
    let search = json!({"term": "", "roles": ["system_admin"]});
    mm.admin()
        .post("/users/search", search)
        .refused_body("term");
    let search = json!({"term": "a", "roles": ["system_user"]});
    assert_eq!(mm.admin().post("/users/search", search).ok(), json!([]));
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
    let team = mm.admin().create_team("core").created().text("id");
    mm.admin().add_to_team(&team, &inside).created();
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
    mm.anonymous().read_user(&bob).expired();
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
fn the_viewer_decides_which_fields_of_an_account_are_shown() {
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
        .patch_me(json!({"first_name": "Alice", "last_name": "Liddell", "nickname": "Al"}))
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
    alice.patch_me(json!({"nickname": "A"})).ok();
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
        .patch_me(json!({"first_name": "Zoe", "nickname": "queen"}))
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
    let team = mm.admin().create_team("core").created().text("id");
    let within = |of: &str| json!({"term": "a", of: team});
    search(within("team_id")).forbidden();
    search(within("not_in_team_id")).forbidden();
    mm.admin().add_to_team(&team, &bob).created();
    assert_eq!(found(within("team_id")), ["admin"]);
    assert_eq!(found(within("not_in_team_id")), ["alice"]);
}

/// Mattermost: with `in_team` the newest, or who was active last and was seen at all; with `in_channel` by presence, or admins
/// first.
#[test]
fn members_are_listed_in_the_order_that_is_asked_for() {
    let mm = fresh();
    let team = mm.team("core");
    let later = || mm.clock().advance(std::time::Duration::from_secs(1));
    for name in ["zoe", "bob", "ann"] {
        later();
        let body =
            json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD});
        let id = mm.admin().post("/users", body).created().text("id");
        let body = json!({"team_id": team.id, "user_id": id});
        mm.admin()
            .post(&format!("/teams/{}/members", team.id), body)
            .created();
    }
    let list = |query: &str| mm.admin().get(&format!("/users?{query}")).ok();
    let names = |query: &str| list(query).each("username");
    let in_team = |rest: &str| names(&format!("in_team={}&{rest}", team.id));
    assert_eq!(in_team("sort="), ["admin", "ann", "bob", "zoe"]);
    assert_eq!(in_team("sort=create_at"), ["ann", "bob", "zoe", "admin"]);
    assert_eq!(
        in_team("sort=create_at&per_page=2&page=1"),
        ["zoe", "admin"]
    );
    later();
    mm.login("zoe");
    later();
    mm.login("bob");
    assert_eq!(in_team("sort=last_activity_at"), ["bob", "zoe", "admin"]);
    let seen = list(&format!("in_team={}&sort=last_activity_at", team.id));
    assert!(seen[0]["last_activity_at"].as_i64() > seen[1]["last_activity_at"].as_i64());
    assert!(list("")[0].get("last_activity_at").is_none());

    let bob = mm.login("bob");
    let channel = team.channel("general", "O", &[&bob]);
    let in_channel = |rest: &str| names(&format!("in_channel={channel}&{rest}"));
    let status = json!({"user_id": mm.admin().id, "status": "dnd"});
    mm.admin().put("/users/me/status", status).ok();
    assert_eq!(in_channel("sort=status"), ["bob", "admin"]);
    assert_eq!(in_channel("sort=admin"), ["admin", "bob"]);
    assert_eq!(in_channel("sort="), ["admin", "bob"]);
    for refused in ["sort=status", "sort=create_at", "sort=admin", "sort=name"] {
        mm.admin()
            .get(&format!("/users?{refused}"))
            .refused_url("sort");
    }
}

/// Mattermost: any of the roles is enough, and a system admin has none in teams and channels.
#[test]
fn members_are_told_apart_by_their_roles_in_teams_and_channels() {
    let mm = fresh();
    let team = mm.team("core");
    let (ann, bob) = (mm.member("ann", &team), mm.member("bob", &team));
    let body = json!({"team_id": team.id, "name": "of-ann", "display_name": "Of Ann", "type": "O"});
    let channel = ann.post("/channels", body).created().text("id");
    team.join(&channel, &bob);
    team.join(&channel, &mm.admin());
    let names = |query: &str| {
        mm.admin()
            .get(&format!("/users?{query}"))
            .ok()
            .each("username")
    };
    let in_channel = |roles: &str| names(&format!("in_channel={channel}&{roles}"));
    assert_eq!(in_channel("channel_roles=channel_admin"), ["ann"]);
    assert_eq!(in_channel("channel_roles=channel_user"), ["bob"]);
    assert_eq!(
        in_channel("channel_roles=channel_user,channel_admin"),
        ["ann", "bob"]
    );
    assert_eq!(
        in_channel("channel_roles=channel_user&roles=system_admin"),
        ["admin", "bob"]
    );
    assert_eq!(
        names(&format!("in_team={}&team_roles=team_user", team.id)),
        ["ann", "bob"]
    );
    assert!(names(&format!("in_team={}&team_roles=team_admin", team.id)).is_empty());
    mm.admin()
        .get("/users?team_roles=a-b")
        .refused_body("team_roles");
    let counted = |query: &str| {
        let answer = mm
            .admin()
            .get(&format!("/users/stats/filtered?{query}"))
            .ok();
        answer["total_users_count"].as_i64().unwrap()
    };
    assert_eq!(
        counted(&format!("in_channel={channel}&channel_roles=channel_admin")),
        1
    );
    assert_eq!(
        counted(&format!("in_team={}&team_roles=team_user", team.id)),
        2
    );
    assert_eq!(counted(&format!("in_team={}", team.id)), 3);
    let search = json!({"term": "a", "in_channel_id": channel, "channel_roles": ["channel_admin"]});
    let found = mm
        .admin()
        .post("/users/search", search)
        .ok()
        .each("username");
    assert_eq!(found, ["ann"]);
}

/// There are no groups: Mattermost says so with a licence, patmost always.
#[test]
fn lists_by_group_are_refused_and_a_channel_of_nobody_is_nobodys_to_read() {
    let mm = fresh();
    for query in [
        format!("in_group={NOBODY}"),
        "group_constrained=true".into(),
    ] {
        mm.admin()
            .get(&format!("/users?{query}"))
            .refused(501, "api.ldap_groups.license_error");
    }
    mm.admin()
        .get(&format!("/users?in_channel={NOBODY}"))
        .refused(403, "api.context.permissions.app_error");
}

/// Mattermost: texts by name, which clients keep with an account; everyone who sees the account sees them.
#[test]
fn an_account_keeps_the_props_that_clients_gave_it() {
    let mm = fresh();
    let ann = mm.user("ann");
    assert!(ann.me().ok().get("props").is_none());
    ann.patch_me(json!({"props": {"k": "v", "n": 1}})).ok();
    let path = format!("/users/{}", ann.id);
    assert_eq!(mm.admin().get(&path).ok()["props"], json!({"k": "v"}));
    ann.patch_me(json!({"nickname": "A"})).ok();
    assert_eq!(ann.me().ok()["props"], json!({"k": "v"}));
    ann.patch_me(json!({"props": {"k": "x".repeat(8001)}}))
        .refused_body("props");
    ann.patch_me(json!({"locale": "xx"}))
        .refused(400, "model.user.is_valid.locale.app_error");
    ann.patch_me(json!({"locale": "pt-BR"})).ok();
}
