//! Roles: given to accounts, read, patched; what the built-in ones permit.

use crate::support::*;

/// An id that nobody has.
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// wire users-and-roles: `PUT /users/{id}/roles`
/// wire users-and-roles: `roles`
/// wire users-and-roles: roles ill-formed, or `system_admin` alone
/// wire users-and-roles: roles: a name that does not exist
/// wire users-and-roles: roles of an unknown user
/// wire users-and-roles: `system_user_manager`, `system_manager`, `system_read_only_admin` without a licence
/// wire users-and-roles: New roles hold in open sessions and tokens on the next request
#[test]
fn roles_are_given_by_admins_and_must_exist() {
    let mm = server();
    let alice = mm.user("alice");
    alice
        .set_roles(&alice, "system_user system_admin")
        .forbidden();
    alice.set_roles(&alice, "no-role").refused_body("roles");
    for bad in [
        "no-role",
        "System_User",
        "system_admin",
        " system_admin ",
        &"x".repeat(65),
    ] {
        mm.admin().set_roles(&alice, bad).refused_body("roles");
    }
    mm.admin()
        .set_roles(&alice, "system_user no_role")
        .refused_saying(
            400,
            "app.role.check_roles_exist.role_not_found",
            "The provided role does not exist",
        );
    for licensed in [
        "system_user_manager",
        "system_manager",
        "system_read_only_admin",
    ] {
        mm.admin()
            .set_roles(&alice, &format!("system_user {licensed}"))
            .refused_saying(
                400,
                "api.user.update_user_roles.license.app_error",
                "Custom Permission Schemes not supported by current license",
            );
    }
    mm.admin()
        .set_roles(&alice, &"system_user ".repeat(30))
        .refused(400, "model.user.is_valid.roles_limit.app_error");
    mm.admin().set_roles(NOBODY, "system_user").refused_saying(
        400,
        "app.user.missing_account.const",
        "Unable to find the user.",
    );
}

#[test]
fn given_and_taken_roles_hold_on_the_next_request_of_session_and_token() {
    let mm = server();
    let alice = mm.user("alice");
    let token = alice.with_token(&alice.token("x").secret);
    token.me().ok();
    for caller in [&alice, &token] {
        caller.config().forbidden();
    }
    mm.admin()
        .set_roles(&alice, "system_user  system_admin")
        .acknowledged();
    assert_eq!(token.me().ok()["roles"], "system_user system_admin");
    for caller in [&alice, &token] {
        caller.config().ok();
    }
    mm.admin().set_roles(&alice, "").acknowledged();
    for caller in [&alice, &token] {
        assert_eq!(caller.me().ok()["roles"], "");
        caller.config().forbidden();
        caller.direct_channel(mm.admin()).forbidden();
    }
}

/// The permissions of a role, whose order is arbitrary.
fn sorted(role: &Value) -> Vec<String> {
    let mut names: Vec<String> = serde_json::from_value(role["permissions"].clone()).unwrap();
    names.sort_unstable();
    names
}

/// wire users-and-roles: `system_user_access_token`
/// wire users-and-roles: `system_post_all`
/// wire users-and-roles: `system_post_all_public`
/// wire users-and-roles: `system_user` | `create_team`
/// wire users-and-roles: `system_admin`
/// wire users-and-roles: `team_user`
/// wire users-and-roles: `channel_user`
#[test]
fn the_built_in_roles_permit_what_those_of_mattermost_do() {
    let mm = fresh();
    let alice = mm.user("alice");
    let permissions = |name: &str| sorted(&alice.get(&format!("/roles/name/{name}")).ok());
    let listed =
        |names: &str| sorted(&json!({"permissions": names.split(' ').collect::<Vec<_>>()}));
    for (role, exactly) in [
        (
            TOKEN_ROLE,
            "create_user_access_token read_user_access_token revoke_user_access_token",
        ),
        (
            "system_post_all",
            "create_post use_channel_mentions use_group_mentions",
        ),
        (
            "system_post_all_public",
            "create_post_public use_channel_mentions use_group_mentions",
        ),
        (
            "system_user",
            "create_team list_public_teams join_public_teams create_direct_channel create_group_channel view_members create_emojis delete_emojis",
        ),
    ] {
        assert_eq!(permissions(role), listed(exactly), "{role}");
    }
    for (role, among) in [
        (
            "system_admin",
            "manage_system manage_roles edit_other_users create_user_access_token read_user_access_token revoke_user_access_token \
             create_bot manage_bots manage_others_bots read_bots read_others_bots create_post create_post_public read_audits get_logs",
        ),
        (
            "team_user",
            "view_team create_public_channel create_private_channel read_public_channel join_public_channels add_user_to_team",
        ),
        (
            "channel_user",
            "read_channel create_post edit_post delete_post",
        ),
    ] {
        let permitted = permissions(role);
        for name in listed(among) {
            assert!(permitted.contains(&name), "{role}: {name}");
        }
    }
}

/// wire users-and-roles: `GET /roles/{role_id}`, `GET /roles/name/{name}`
/// wire users-and-roles: `POST /roles/names`
#[test]
fn roles_are_read_by_id_name_and_names() {
    let mm = fresh();
    let alice = mm.user("alice");
    let role = alice.get("/roles/name/system_user_access_token").ok();
    let members: Vec<&String> = role.as_object().unwrap().keys().collect();
    let recorded = [
        "built_in",
        "create_at",
        "delete_at",
        "description",
        "display_name",
        "id",
        "name",
        "permissions",
        "scheme_managed",
        "update_at",
    ];
    assert_eq!(members, recorded);
    assert_eq!(
        role["permissions"],
        json!([
            "create_user_access_token",
            "read_user_access_token",
            "revoke_user_access_token"
        ])
    );
    assert_eq!(alice.get(&format!("/roles/{}", role.text("id"))).ok(), role);
    assert_eq!(
        alice
            .post(
                "/roles/names",
                json!(["system_user_access_token", "nothing"])
            )
            .ok(),
        json!([role])
    );
}

/// wire users-and-roles: unknown id / name
/// wire users-and-roles: id ill-formed
/// wire users-and-roles: name with other characters than `a-z0-9_`
/// wire users-and-roles: empty array / a name that cannot be one
#[test]
fn unknown_roles_are_404_and_ill_formed_names_are_400() {
    let mm = fresh();
    let alice = mm.user("alice");
    alice
        .post("/roles/names", json!([]))
        .refused_body("rolenames");
    alice
        .send_text("POST", "/roles/names", "{")
        .refused_body("rolenames");
    for bad in ["Bad Name", " system_user", "é", &"x".repeat(65)] {
        alice
            .post("/roles/names", json!([bad]))
            .refused_body("rolename");
    }
    let blank = alice.post("/roles/names", json!([" ", ""])).ok();
    assert_eq!(blank, json!([]));
    let unknown = "Unable to get role.";
    alice
        .get("/roles/name/nothing")
        .refused_saying(404, "app.role.get_by_name.app_error", unknown);
    alice
        .get(&format!("/roles/{NOBODY}"))
        .refused_saying(404, "app.role.get.app_error", unknown);
    for name in ["Bad", "a-b", "a.b"] {
        let answer = alice.get(&format!("/roles/name/{name}"));
        let id = answer.json().text("id");
        assert_eq!(
            (answer.status, id.as_str()),
            (404, "api.context.404.app_error")
        );
    }
    mm.anonymous().get("/roles/name/system_user").expired();
    alice.get("/roles/short").refused_url("role_id");
    alice.get("/roles").forbidden();
    assert!(
        mm.admin()
            .get("/roles")
            .ok()
            .each("name")
            .contains(&"system_admin".to_owned())
    );
}

/// wire users-and-roles: `PUT /roles/{role_id}/patch`
#[test]
fn a_roles_patch_holds_on_the_next_request() {
    let mm = fresh();
    let alice = mm.user("alice");
    let role = alice.get("/roles/name/system_user").ok();
    let path = format!("/roles/{}/patch", role.text("id"));
    let without: Vec<Value> = role["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|name| *name != "create_team")
        .cloned()
        .collect();
    mm.admin()
        .put(&path, json!({ "permissions": without }))
        .ok();
    alice
        .create_team("core")
        .refused(403, "api.team.is_team_creation_allowed.disabled.app_error");
    mm.admin()
        .put(&path, json!({"permissions": role["permissions"]}))
        .ok();
    alice.create_team("core").created();
}

#[test]
fn a_roles_patch_adds_no_permission_that_its_author_lacks() {
    let mm = server();
    let alice = mm.user("alice").with_role("system_post_all");
    mm.sql(
        "UPDATE roles SET permissions = 'sysconsole_write_user_management_permissions' WHERE name = 'system_post_all';
         UPDATE config SET revision = revision + 1;",
    );
    let role = alice.get("/roles/name/system_user").ok();
    let path = format!("/roles/{}/patch", role.text("id"));
    let permissions = role["permissions"].as_array().unwrap().clone();
    let with = |name: &str| {
        let more = [permissions.clone(), vec![name.into()]].concat();
        alice.put(&path, json!({ "permissions": more }))
    };
    with("edit_others_posts").forbidden();
    alice.put(&path, json!({ "permissions": permissions })).ok();
}

/// wire users-and-roles: patch that adds or takes a permission the unlicensed server does not let go
#[test]
fn a_roles_patch_takes_and_gives_only_what_needs_no_licence() {
    let mm = fresh();
    let alice = mm.user("alice");
    let role = alice.get("/roles/name/system_user").ok();
    let path = format!("/roles/{}/patch", role.text("id"));
    let licence = "Your license does not support advanced permissions.";
    let permissions = role["permissions"].as_array().unwrap();
    let with = [permissions.clone(), vec!["manage_system".into()]].concat();
    let without_another = permissions.iter().filter(|name| *name != "view_members");
    let without_another: Vec<&Value> = without_another.collect();
    for refused in [
        json!(["manage_system"]),
        json!(with),
        json!(without_another),
        json!([]),
    ] {
        mm.admin()
            .put(&path, json!({ "permissions": refused }))
            .refused_saying(501, "api.roles.patch_roles.license.error", licence);
    }
    for unchanged in [
        json!({"permissions": permissions}),
        json!({}),
        json!({"permissions": null}),
    ] {
        let patched = mm.admin().put(&path, unchanged).ok();
        assert_eq!(sorted(&patched), sorted(&role));
    }
    let more = [
        "manage_incoming_webhooks",
        "manage_outgoing_webhooks",
        "manage_slash_commands",
        "manage_oauth",
        "manage_system_wide_oauth",
        "edit_others_posts",
    ];
    let more = permissions.iter().cloned().chain(more.map(Value::from));
    let more: Vec<Value> = more
        .filter(|name| !name.as_str().unwrap().ends_with("emojis"))
        .collect();
    let patched = mm.admin().put(&path, json!({ "permissions": more })).ok();
    assert_eq!(patched["permissions"].as_array().unwrap().len(), more.len());
}

#[test]
fn roles_are_patched_by_admins_alone() {
    let mm = fresh();
    let alice = mm.user("alice");
    let role = alice.get("/roles/name/system_user").ok();
    let path = format!("/roles/{}/patch", role.text("id"));
    let without: Vec<Value> = role["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|name| *name != "create_team")
        .cloned()
        .collect();
    alice
        .put(&path, json!({ "permissions": without }))
        .forbidden();
    let admins = mm.admin().get("/roles/name/system_admin").ok();
    let of_admins = format!("/roles/{}/patch", admins.text("id"));
    let body = json!({"permissions": admins["permissions"]});
    mm.admin().put(&of_admins, body.clone()).ok();
    alice.put(&of_admins, body).forbidden();
    mm.admin()
        .put(&format!("/roles/{NOBODY}/patch"), json!({}))
        .refused(404, "app.role.get.app_error");
    mm.admin().send_text("PUT", &path, "{").refused_body("role");
}
