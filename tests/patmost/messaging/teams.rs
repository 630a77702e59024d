//! Teams: who makes, sees, joins, changes and leaves them, and what the system says of it.

use crate::support::team::{NOBODY, said};
use crate::support::*;

fn team(caller: &Caller, name: &str, open: bool) -> Value {
    let body = json!({"name": name, "display_name": name, "type": "O", "allow_open_invite": open});
    caller.post("/teams", body).created()
}

/// wire teams-channels-posts: `POST /teams` | `name`
#[test]
fn a_team_is_made_with_two_channels_and_its_maker_as_admin() {
    let mm = server();
    let alice = mm.user("alice");
    let made = team(&alice, "core", false);
    let (id, path) = (made.text("id"), format!("/teams/{}", made.text("id")));
    assert_eq!(made["email"], "alice@example.com");
    let member = alice.get(&format!("{path}/members/me")).ok();
    assert_eq!(member["roles"], "team_user team_admin");
    let channels = alice.get(&format!("/users/me{path}/channels")).ok();
    assert_eq!(channels.each("name"), ["off-topic", "town-square"]);
    assert_eq!(channels.each("display_name"), ["Off-Topic", "Town Square"]);
    let stats = alice.get(&format!("{path}/stats")).ok();
    assert_eq!(
        stats,
        json!({"team_id": id, "total_member_count": 1, "active_member_count": 1})
    );
}

/// wire teams-channels-posts: team name bad / taken
#[test]
fn a_team_with_a_bad_or_taken_field_is_refused_by_that_field() {
    let mm = server();
    let alice = mm.user("alice");
    team(&alice, "core", false);
    let make = |body: Value| alice.post("/teams", body);
    let name = "model.team.is_valid.characters.app_error";
    for bad in [
        "",
        "a",
        "Core",
        "a b",
        "-ab",
        "ab-",
        "a_b",
        "\u{e4}b",
        &"a".repeat(65),
    ] {
        make(json!({"name": bad, "display_name": "x", "type": "O"})).refused(400, name);
    }
    for (field, value, id) in [
        ("name", json!("core"), "app.team.save.existing.app_error"),
        (
            "name",
            json!("apiary"),
            "model.team.is_valid.reserved.app_error",
        ),
        ("id", json!(NOBODY), "app.team.save.existing.app_error"),
        (
            "display_name",
            json!(""),
            "model.team.is_valid.name.app_error",
        ),
        (
            "display_name",
            json!("x".repeat(65)),
            "model.team.is_valid.name.app_error",
        ),
        (
            "description",
            json!("x".repeat(256)),
            "model.team.is_valid.description.app_error",
        ),
        ("type", json!("X"), "model.team.is_valid.type.app_error"),
    ] {
        let mut body = json!({"name": "other", "display_name": "Other", "type": "O"});
        body[field] = value;
        make(body).refused(400, id);
    }
    make(
        json!({"name": "other", "display_name": "x", "type": "I", "description": "x".repeat(255)}),
    )
    .created();
}

/// wire teams-channels-posts: `create_team` missing
#[test]
fn no_team_is_created_without_the_permission_to_create_teams() {
    let mm = server();
    let alice = mm.user("alice");
    let role = mm.admin().get("/roles/name/system_user").ok();
    let names = role["permissions"].as_array().unwrap().iter();
    let without: Vec<&Value> = names.filter(|name| *name != "create_team").collect();
    let role = format!("/roles/{}/patch", role.text("id"));
    mm.admin()
        .put(&role, json!({ "permissions": without }))
        .ok();
    alice
        .create_team("third")
        .refused(403, "api.team.is_team_creation_allowed.disabled.app_error");
}

/// wire teams-channels-posts: `GET /teams/{id}`, `GET /teams/name/{name}`
/// wire teams-channels-posts: `GET /teams/{id}/members`, `GET /users/{id}/teams`
#[test]
fn a_team_is_seen_by_its_members_and_an_open_one_by_everybody() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let (closed, open) = (team(&alice, "closed", false), team(&alice, "open", true));
    for (team, others) in [(&closed, 403), (&open, 200)] {
        let paths = ["id", "name"].map(|by| {
            let infix = if by == "name" { "name/" } else { "" };
            format!("/teams/{infix}{}", team.text(by))
        });
        for path in &paths {
            assert_eq!(alice.get(path).status, 200);
            assert_eq!(mm.admin().get(path).status, 200);
            assert_eq!(bob.get(path).status, others, "{path}");
        }
        let members = format!("{}/members", paths[0]);
        assert_eq!(
            alice.get(&members).ok().each("user_id"),
            [alice.id.as_str()]
        );
        bob.get(&members).forbidden();
        bob.get(&format!("{}/stats", paths[0])).forbidden();
    }
    // What is for those who manage it is hidden from others.
    let seen = bob.get(&format!("/teams/{}", open.text("id"))).ok();
    assert_eq!(
        (&seen["email"], &seen["invite_id"]),
        (&json!(""), &json!(""))
    );
    assert_eq!(
        alice.get("/users/me/teams").ok().each("name"),
        ["closed", "open"]
    );
    bob.get(&format!("/users/{}/teams", alice.id)).forbidden();
}

#[test]
fn lists_and_searches_show_open_teams_and_admins_all() {
    let mm = server();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    team(&alice, "closed", false);
    team(&alice, "open", true);
    assert_eq!(bob.get("/teams").ok().each("name"), ["open"]);
    let found = |caller: &Caller, term: &str| {
        caller
            .post("/teams/search", json!({"term": term}))
            .ok()
            .each("name")
    };
    assert_eq!(found(&bob, ""), ["open"]);
    assert_eq!(found(&mm.admin(), "OSE"), ["closed"]);
    let counted = mm.admin().post(
        "/teams/search",
        json!({"term": "", "page": 1, "per_page": 1}),
    );
    let counted = counted.ok();
    assert_eq!(
        (counted["teams"].each("name"), &counted["total_count"]),
        (vec!["open".to_owned()], &json!(2))
    );
}

/// wire teams-channels-posts: unknown team / channel
#[test]
fn an_unknown_team_or_channel_is_404_for_everybody() {
    let mm = server();
    let bob = mm.user("bob");
    for caller in [&bob, &mm.admin()] {
        caller
            .get(&format!("/teams/{NOBODY}"))
            .refused(404, "app.team.get.find.app_error");
        caller
            .get("/teams/name/nothing")
            .refused(404, "app.team.get_by_name.missing.app_error");
        caller
            .get(&format!("/channels/{NOBODY}"))
            .refused(404, "app.channel.get.existing.app_error");
    }
}

/// wire teams-channels-posts: `POST /teams/{id}/members` | `team_id`
#[test]
fn members_add_others_and_anyone_joins_an_open_team() {
    let mm = server();
    let (alice, bob, carol) = (mm.user("alice"), mm.user("bob"), mm.user("carol"));
    let (closed, open) = (
        team(&alice, "closed", false).text("id"),
        team(&alice, "open", true).text("id"),
    );
    bob.add_to_team(&closed, &bob).forbidden();
    bob.add_to_team(&closed, &carol).forbidden();
    bob.add_to_team(NOBODY, &carol).forbidden();
    bob.add_to_team(&open, &bob).created();
    let member = alice.add_to_team(&closed, &bob).created();
    assert_eq!(
        (&member["roles"], &member["user_id"]),
        (&json!("team_user"), &json!(bob.id))
    );
    // Members may add others.
    bob.add_to_team(&closed, &carol).created();
    alice.add_to_team(&closed, &carol).created();
    let path = format!("/teams/{closed}/members");
    bob.delete(&format!("{path}/{}", carol.id)).forbidden();
    alice.delete(&format!("{path}/{}", carol.id)).acknowledged();
    alice
        .delete(&format!("{path}/{}", carol.id))
        .refused(400, "api.team.remove_user_from_team.missing.app_error");
    alice
        .delete(&format!("{path}/{NOBODY}"))
        .refused(404, "app.user.missing_account.const");
    bob.delete(&format!("{path}/{}", bob.id)).acknowledged();
    let town_square = alice
        .get(&format!("/teams/{closed}/channels/name/town-square"))
        .ok();
    assert_eq!(
        said(&alice, &town_square.text("id")),
        [
            "system_join_team: alice joined the team.",
            "system_join_team: bob joined the team.",
            "system_join_team: carol joined the team.",
            "system_remove_from_team: carol was removed from the team.",
            "system_leave_team: bob left the team.",
        ]
    );
    let off_topic = alice
        .get(&format!("/teams/{closed}/channels/name/off-topic"))
        .ok();
    assert_eq!(
        said(&alice, &off_topic.text("id"))[0],
        "system_join_channel: alice joined the channel."
    );
    bob.get(&format!("/channels/{}", town_square.text("id")))
        .forbidden();
}

/// wire teams-channels-posts: `team_id` in body and path differ
#[test]
fn a_member_of_another_team_than_in_the_path_or_unknown_is_refused() {
    let mm = server();
    let (alice, carol) = (mm.user("alice"), mm.user("carol"));
    let closed = team(&alice, "closed", false).text("id");
    let open = team(&alice, "open", true).text("id");
    let path = format!("/teams/{closed}/members");
    for other in [json!(open), json!(""), json!(null), json!(7)] {
        let body = json!({"team_id": other, "user_id": carol.id});
        alice.post(&path, body).refused_body("team_id");
    }
    for other in [json!("x"), json!(""), json!(null)] {
        let body = json!({"team_id": closed, "user_id": other});
        alice.post(&path, body).refused_body("user_id");
    }
    alice
        .send_text("POST", &path, "{")
        .refused(400, "api.team.add_team_member.invalid_body.app_error");
    let unknown = json!({"team_id": closed, "user_id": NOBODY});
    alice
        .post(&path, unknown)
        .refused(404, "app.user.missing_account.const");
}

#[test]
fn names_in_paths_are_found_in_any_case() {
    let mm = server();
    let team = mm.admin().create_team("core").created().text("id");
    for path in [
        "/teams/name/Core".to_owned(),
        format!("/teams/{team}/channels/name/Town-Square"),
        "/teams/name/CORE/channels/name/OFF-topic".to_owned(),
    ] {
        mm.admin().get(&path).ok();
    }
    assert_eq!(
        mm.admin().get("/teams/name/Core/exists").ok()["exists"],
        true
    );
}

#[test]
fn members_of_a_team_are_listed_by_username_and_without_deactivated_ones() {
    let mm = server();
    let team = mm.team("core");
    let (zoe, ann) = (mm.member("zoe", &team), mm.member("ann", &team));
    let list = |query: &str| {
        let path = format!("/teams/{}/members?{query}", team.id);
        mm.admin().get(&path).ok().each("user_id")
    };
    let admin = mm.admin().id.clone();
    let names = |query: &str| list(&format!("sort=Username&{query}"));
    assert_eq!(names(""), [&*admin, &*ann.id, &*zoe.id]);
    assert_eq!(names("per_page=1&page=1"), [&*ann.id]);
    mm.admin().deactivate(&ann).acknowledged();
    assert_eq!(names("exclude_deleted_users=true"), [&*admin, &*zoe.id]);
    assert_eq!(list("exclude_deleted_users=true").len(), 2);
    assert_eq!(list("").len(), 3);
}

/// Mattermost: whoever knows the invite id of a team may sign up though sign-up is closed, and is in the team.
#[test]
fn an_invite_id_lets_a_stranger_sign_up_into_the_team() {
    let mm = server();
    let team = mm.team("core");
    let invite = mm
        .admin()
        .get(&format!("/teams/{}", team.id))
        .ok()
        .text("invite_id");
    mm.set("TeamSettings", "EnableOpenServer", false);
    let sign_up = |query: &str, name: &str| {
        let body =
            json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD});
        mm.anonymous().post(&format!("/users{query}"), body)
    };
    sign_up("", "ann").refused(403, "api.user.create_user.no_open_server");
    sign_up("?iid=abc", "ann").refused(404, "app.team.get_by_invite_id.finding.app_error");
    sign_up("?t=abc", "ann").refused(400, "api.user.create_user.signup_link_invalid.app_error");
    let ann = sign_up(&format!("?iid={invite}"), "ann").created();
    let path = format!("/teams/{}/members/{}", team.id, ann.text("id"));
    mm.admin().get(&path).ok();
    mm.set("TeamSettings", "EnableUserCreation", false);
    sign_up(&format!("?iid={invite}"), "bob")
        .refused(501, "api.user.create_user.signup_email_disabled.app_error");
}

#[test]
fn teams_are_found_by_whether_anyone_may_join() {
    let mm = server();
    mm.team("core");
    let search = |rest: Value| {
        let mut body = json!({"term": "core"});
        body.as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        mm.admin().post("/teams/search", body).ok().each("name")
    };
    let open = mm.admin().get("/teams/name/core").ok()["allow_open_invite"] == true;
    assert_eq!(search(json!({"allow_open_invite": open})), ["core"]);
    assert!(search(json!({"allow_open_invite": !open})).is_empty());
    assert!(search(json!({"group_constrained": true})).is_empty());
}

/// Mattermost: the name of a team stays; what is not sent in a whole team is emptied.
#[test]
fn a_team_is_changed_by_its_admin_and_its_members_hear_of_it() {
    let mm = server();
    let team = mm.team("core");
    let bob = mm.member("bob", &team);
    let path = format!("/teams/{}", team.id);
    let mut hears = bob.listen();
    let patch = json!({"display_name": "Core", "description": "d", "company_name": "c"});
    bob.put(&format!("{path}/patch"), patch.clone()).forbidden();
    let patched = mm.admin().put(&format!("{path}/patch"), patch).ok();
    assert_eq!(
        ["name", "display_name", "description", "company_name"].map(|name| patched.text(name)),
        ["core", "Core", "d", "c"]
    );
    let heard = hears.hear();
    assert_eq!(heard["event"], "update_team");
    let heard: Value = serde_json::from_str(&heard["data"].text("team")).unwrap();
    assert_eq!(
        (heard.text("display_name"), heard.text("invite_id")),
        ("Core".into(), String::new())
    );
    let whole = json!({"id": team.id, "display_name": "Whole", "name": "other"});
    let updated = mm.admin().put(&path, whole.clone()).ok();
    assert_eq!(
        ["name", "display_name", "description", "company_name"].map(|name| updated.text(name)),
        ["core", "Whole", "", ""]
    );
    let mut other = whole;
    other["id"] = bob.id.clone().into();
    mm.admin().put(&path, other).refused_body("id");
    for (field, text, id) in [
        (
            "display_name",
            String::new(),
            "model.team.is_valid.name.app_error",
        ),
        (
            "description",
            "d".repeat(256),
            "model.team.is_valid.description.app_error",
        ),
        (
            "company_name",
            "c".repeat(65),
            "model.team.is_valid.company.app_error",
        ),
        (
            "allowed_domains",
            "d".repeat(1001),
            "model.team.is_valid.domains.app_error",
        ),
    ] {
        mm.admin()
            .put(&format!("{path}/patch"), json!({field: text}))
            .refused(400, id);
    }
    let nobody = format!("/teams/{NOBODY}/patch");
    mm.admin()
        .put(&nobody, json!({}))
        .refused(404, "app.team.get.find.app_error");
}

#[test]
fn a_team_lets_in_only_addresses_of_its_domains() {
    let mm = server();
    let team = mm.team("core");
    let path = format!("/teams/{}", team.id);
    let domains = json!({"allowed_domains": "example.org, example.net"});
    mm.admin().put(&format!("{path}/patch"), domains).ok();
    let bob = mm.user("bob");
    let join = || {
        let body = json!({"team_id": team.id, "user_id": bob.id});
        mm.admin().post(&format!("{path}/members"), body)
    };
    join().refused(400, "api.team.join_user_to_team.allowed_domains.app_error");
    let domains = json!({"allowed_domains": "EXAMPLE.com"});
    mm.admin().put(&format!("{path}/patch"), domains).ok();
    join().created();
}

#[test]
fn a_team_is_archived_and_restored_and_nothing_is_deleted_for_good() {
    let mm = server();
    let team = mm.team("core");
    let bob = mm.member("bob", &team);
    let path = format!("/teams/{}", team.id);
    bob.delete(&path).forbidden();
    mm.admin()
        .delete(&format!("{path}?permanent=true"))
        .refused(401, "api.user.delete_team.not_enabled.app_error");
    mm.admin().delete(&path).acknowledged();
    assert!(mm.admin().get(&path).ok()["delete_at"].as_i64().unwrap() > 0);
    assert_eq!(mm.admin().get("/teams").ok(), json!([]));
    assert_eq!(bob.get("/users/me/teams").ok(), json!([]));
    let mut hears = bob.listen();
    let restored = mm.admin().post(&format!("{path}/restore"), json!({})).ok();
    assert_eq!(restored["delete_at"], 0);
    assert_eq!(hears.hear()["event"], "restore_team");
    assert_eq!(bob.get("/users/me/teams").ok().each("name"), ["core"]);
}

/// Mattermost: an invitation of a team that becomes closed no longer counts.
#[test]
fn an_invite_id_leads_to_an_open_team_until_there_is_another() {
    let mm = server();
    let team = mm.team("core");
    let path = format!("/teams/{}", team.id);
    let id = || mm.admin().get(&path).ok().text("invite_id");
    let read = |invite: &str| mm.anonymous().get(&format!("/teams/invite/{invite}"));
    let first = id();
    let shown = json!({"id": team.id, "name": "core", "display_name": "core", "description": ""});
    assert_eq!(read(&first).ok(), shown);
    mm.admin()
        .post(&format!("{path}/regenerate_invite_id"), json!({}))
        .ok();
    read(&first).refused(404, "app.team.get_by_invite_id.finding.app_error");
    let second = id();
    assert_ne!(first, second);
    let privacy = |word: &str| {
        mm.admin()
            .put(&format!("{path}/privacy"), json!({"privacy": word}))
    };
    assert_eq!(privacy("I").ok()["allow_open_invite"], false);
    read(&second).refused(404, "app.team.get_by_invite_id.finding.app_error");
    read(&id()).refused(403, "api.team.get_invite_info.not_open_team");
    assert_eq!(privacy("O").ok()["allow_open_invite"], true);
    read(&id()).ok();
    privacy("x").refused_body("privacy");
}

/// Mattermost: a member is a user of the team, and may be its admin; other roles are not given in a team.
#[test]
fn a_member_becomes_an_admin_of_the_team_and_hears_of_it() {
    let mm = server();
    let team = mm.team("core");
    let (ann, bob) = (mm.member("ann", &team), mm.member("bob", &team));
    let path = format!("/teams/{}/members/{}", team.id, ann.id);
    let mut hears = ann.listen();
    let roles = |names: &str| {
        mm.admin()
            .put(&format!("{path}/roles"), json!({"roles": names}))
    };
    bob.put(
        &format!("{path}/roles"),
        json!({"roles": "team_user team_admin"}),
    )
    .forbidden();
    roles("team_user team_admin").acknowledged();
    assert_eq!(mm.admin().get(&path).ok()["roles"], "team_user team_admin");
    let heard = hears.hear();
    assert_eq!(heard["event"], "memberrole_updated");
    assert!(heard["data"].text("member").contains("team_admin"));
    ann.put(
        &format!("/teams/{}/patch", team.id),
        json!({"description": "d"}),
    )
    .ok();
    roles("team_admin").refused(
        400,
        "api.team.update_team_member_roles.unset_user_scheme.app_error",
    );
    roles("team_user team_guest").refused(
        400,
        "api.channel.update_team_member_roles.changing_guest_role.app_error",
    );
    roles("team_user system_admin").refused(
        400,
        "api.channel.update_team_member_roles.scheme_role.app_error",
    );
    roles("team_user nothing").refused(400, "app.role.get_by_name.app_error");
    roles("A-b").refused_body("roles");
    let scheme = |user: bool, admin: bool| {
        let body = json!({"scheme_user": user, "scheme_admin": admin});
        mm.admin().put(&format!("{path}/schemeRoles"), body)
    };
    scheme(true, false).acknowledged();
    assert_eq!(mm.admin().get(&path).ok()["scheme_admin"], false);
    scheme(false, true).refused(
        400,
        "api.team.update_team_member_roles.unset_user_scheme.app_error",
    );
    let nobody = format!("/teams/{}/members/{NOBODY}/roles", team.id);
    mm.admin()
        .put(&nobody, json!({"roles": "team_user"}))
        .refused(404, "app.team.get_member.missing.app_error");
}

/// Counted as they come, go, and are deactivated, activated and deleted; `patmost check` compares the counts with the rows.
#[test]
fn members_are_counted_whatever_becomes_of_them() {
    let mm = server();
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    let team = mm.team("core");
    let (ann, bob) = (mm.member("ann", &team), mm.member("bob", &team));
    let channel = team.channel("general", "O", &[&ann, &bob]);
    let counts = || {
        let of_team = mm.admin().get(&format!("/teams/{}/stats", team.id)).ok();
        let of_channel = mm.admin().get(&format!("/channels/{channel}/stats")).ok();
        [
            &of_team["total_member_count"],
            &of_team["active_member_count"],
            &of_channel["member_count"],
        ]
        .map(|count| count.as_i64().unwrap())
    };
    assert_eq!(counts(), [3, 3, 3]);
    mm.admin().deactivate(&ann).acknowledged();
    assert_eq!(counts(), [3, 2, 2]);
    mm.admin().activate(&ann).acknowledged();
    assert_eq!(counts(), [3, 3, 3]);
    mm.admin()
        .delete(&format!("/channels/{channel}/members/{}", ann.id))
        .acknowledged();
    assert_eq!(counts(), [3, 3, 2]);
    mm.admin().deactivate(&bob).acknowledged();
    mm.admin()
        .delete(&format!("/users/{}?permanent=true", bob.id))
        .acknowledged();
    assert_eq!(counts(), [2, 2, 1]);
    mm.admin()
        .delete(&format!("/teams/{}/members/{}", team.id, ann.id))
        .acknowledged();
    assert_eq!(counts(), [1, 1, 1]);
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_patmost"))
        .args(["check", "--data"])
        .arg(mm.data())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}
