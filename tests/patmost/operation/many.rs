//! Counts that are kept beside the rows, and the end of a server that has much to clean up.

use crate::support::process::{serve, succeeds};
use crate::support::*;

const DAY: i64 = 86_400_000;

/// The dashboard's numbers of tokens: active, soon ended, unused, disabled, expired.
fn states(mm: &Mattermost) -> [i64; 5] {
    let states = mm.admin().get("/system/dashboard").ok();
    ["active", "expires_soon", "unused", "disabled", "expired"]
        .map(|name| states["tokens"][name].as_i64().unwrap())
}

fn make(caller: &Caller, expires_at: i64) -> Value {
    let body = json!({"description": "x", "expires_at": expires_at});
    caller.post("/users/me/tokens", body).ok()
}

#[test]
fn the_counts_follow_every_change() {
    let mm = server();
    let before = states(&mm);
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let now = mm.clock().now();
    let used = make(&ci, 0);
    let ends = make(&ci, now + 3 * DAY);
    let later = make(&ci, now + 40 * DAY);
    let (revoked, disabled) = (make(&ci, 0), make(&ci, 0));
    let id = |token: &Value| json!({"token_id": token["id"]});
    ci.post("/users/tokens/revoke", id(&revoked)).ok();
    ci.post("/users/tokens/disable", id(&disabled)).ok();
    ci.post("/users/tokens/rotate", id(&later)).ok();
    let [active, soon, _, off, expired] = before;
    let made = states(&mm);
    assert_eq!(made[..2], [active + 3, soon + 1]);
    assert_eq!(made[3..], [off + 1, expired]);
    mm.advance_days(35);
    mm.sign_in_admin();
    ci.with_token(&used.text("token")).me().ok();
    let after = states(&mm);
    assert_eq!(after[3..], [before[3] + 1, before[4] + 1]);
    let unused = mm.admin().get("/system/dashboard").ok();
    let ids: Vec<_> = unused["unused"].as_array().unwrap().iter().collect();
    assert!(ids.iter().any(|token| token["id"] == later["id"]));
    for token in [&used, &ends, &disabled, &revoked] {
        assert!(ids.iter().all(|other| other["id"] != token["id"]));
    }
    let count = |path: &str| mm.admin().get(path).ok()["total_users_count"].as_i64();
    let accounts = count("/users/stats").unwrap();
    let admins = "/users/stats/filtered?roles=system_admin";
    let found = count(admins);
    let robot = mm.user("robot").with_role("system_admin");
    assert_eq!(count("/users/stats"), Some(accounts + 1));
    assert_eq!(count(admins), found.map(|admins| admins + 1));
    mm.admin().delete(&format!("/users/{}", robot.id)).ok();
    assert_eq!(count("/users/stats"), Some(accounts));
    assert_eq!(count(admins), found);
    mm.sql("DELETE FROM users WHERE username = 'ci'");
    mm.clean_up();
    let folder = mm.data().parent().unwrap().to_owned();
    let file = mm.data().display().to_string();
    succeeds(&folder, &["check", "--data", &file]);
    mm.sql("UPDATE user_counts SET count = count + 1");
    let text = crate::support::process::fails(&folder, &["check", "--data", &file]);
    assert!(text.contains("not sound"), "{text}");
}

#[test]
fn a_server_with_much_to_clean_up_ends_at_once() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]).with_admin();
    process.signal("TERM");
    process.ends_with(0);
    let file = rusqlite::Connection::open(folder.join("patmost.db")).unwrap();
    file.execute_batch(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300000)
         INSERT INTO audits (id, create_at, user_id, action, extra_info, ip_address, session_id)
         SELECT n, 1, '', '', '', '', '' FROM n",
    )
    .unwrap();
    let process = serve(&folder, &[], &[]);
    process.signal("TERM");
    process.ends_with(0);
    let left = "SELECT count(*) FROM audits WHERE create_at = 1";
    let left: i64 = file.query_row(left, [], |row| row.get(0)).unwrap();
    assert!(left > 0, "it ended only when all was deleted");
    drop(file);
    std::fs::remove_dir_all(folder).unwrap();
}
