//! What an account loses with a change, and that somebody is left who manages the system.

use std::process::Command;

use crate::support::*;

const LAST_ADMIN: &str = "app.user.update.lastAdmin.app_error";

fn set_roles(by: &Caller, id: &str, roles: &str) -> Answer {
    by.put(&format!("/users/{id}/roles"), json!({ "roles": roles }))
}

fn set_active(by: &Caller, id: &str, active: bool) -> Answer {
    by.put(&format!("/users/{id}/active"), json!({ "active": active }))
}

#[test]
fn last_system_admin_keeps_their_power() {
    let mm = server();
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    mm.set("TeamSettings", "EnableUserDeactivation", true);
    let admin = mm.admin();
    let path = format!("/users/{}", admin.id);
    set_roles(&admin, &admin.id, "system_user").refused(400, LAST_ADMIN);
    set_active(&admin, &admin.id, false).refused(400, LAST_ADMIN);
    admin.delete(&path).refused(400, LAST_ADMIN);
    admin
        .delete(&format!("{path}?permanent=true"))
        .refused(400, LAST_ADMIN);
    admin
        .post(&format!("{path}/convert_to_bot"), json!({}))
        .refused(400, LAST_ADMIN);
    let second = mm.user("second");
    set_roles(&admin, &second.id, "system_user system_admin").acknowledged();
    set_active(&admin, &second.id, false).acknowledged();
    // One who is deactivated manages nothing.
    set_roles(&admin, &admin.id, "system_user").refused(400, LAST_ADMIN);
    set_active(&admin, &second.id, true).acknowledged();
    set_roles(&admin, &admin.id, "system_user").acknowledged();
    set_roles(&mm.login("second"), &admin.id, "system_user system_admin").acknowledged();
}

#[test]
fn operator_may_insist_on_having_no_system_admin() {
    let mm = server();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
        command
            .args(arguments)
            .arg("--data")
            .arg(mm.data())
            .output()
            .unwrap()
    };
    for arguments in [
        &["user", "roles", "admin", "--remove", "system_admin"][..],
        &["user", "deactivate", "admin"],
    ] {
        let refused = run(arguments);
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("last active system admin"), "{said}");
        assert!(run(&[arguments, &["--force"]].concat()).status.success());
        assert!(run(&["user", "activate", "admin"]).status.success());
        assert!(
            run(&["user", "roles", "admin", "--add", "system_admin"])
                .status
                .success()
        );
    }
}

#[test]
fn bots_of_an_owner_who_is_deleted_for_good_are_disabled() {
    let mm = server();
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let owner = mm.user("owner");
    let bot = mm
        .admin()
        .post("/bots", json!({"username": "robot"}))
        .created()
        .text("user_id");
    let assign = format!("/bots/{bot}/assign/{}", owner.id);
    mm.admin().post(&assign, json!({})).ok();
    let robot = mm.account_of(&bot);
    let robot = robot.with_token(&robot.token("ci").secret);
    robot.get("/users/me").ok();
    mm.admin()
        .delete(&format!("/users/{}?permanent=true", owner.id))
        .acknowledged();
    robot.get("/users/me").expired();
    let orphan = format!("/bots/{bot}?include_deleted=true");
    assert!(mm.admin().get(&orphan).ok()["delete_at"].as_i64().unwrap() > 0);
}

#[test]
fn new_password_ends_sessions_and_tokens_where_that_is_asked_for() {
    let mm = server();
    let (here, elsewhere) = (mm.user("alice"), mm.login("alice"));
    let token = elsewhere.with_token(&elsewhere.token("ci").secret);
    let change = |old: &str, new: &str, more: Value| {
        let mut body = json!({"current_password": old, "new_password": new});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        here.put("/users/me/password", body).acknowledged();
    };
    change(PASSWORD, "Another-Horse-2", json!({}));
    token.get("/users/me").ok();
    elsewhere.get("/users/me").ok();
    change(
        "Another-Horse-2",
        "Another-Horse-3",
        json!({"revoke_sessions": true}),
    );
    elsewhere.get("/users/me").expired();
    token.get("/users/me").ok();
    change(
        "Another-Horse-3",
        "Another-Horse-4",
        json!({"revoke_tokens": true}),
    );
    token.get("/users/me").expired();
    here.get("/users/me").ok();
}

#[test]
fn nobody_gives_roles_that_permit_more_than_their_own() {
    let mm = server();
    let (alice, bob) = (
        mm.user("alice").with_role("system_post_all"),
        mm.user("bob"),
    );
    mm.sql(
        "UPDATE roles SET permissions = 'manage_roles create_post' WHERE name = 'system_post_all';
         UPDATE config SET revision = revision + 1;",
    );
    set_roles(&alice, &alice.id, "system_user system_admin").forbidden();
    set_roles(&alice, &bob.id, "system_user system_user_access_token").forbidden();
    set_roles(&alice, &mm.admin().id, "system_user").forbidden();
    set_roles(&alice, &bob.id, "system_user system_post_all").acknowledged();
}
