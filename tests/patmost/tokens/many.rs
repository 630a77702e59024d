//! Tokens in numbers: lists of some of them, and what is done to many at once.

use std::time::Duration;

use crate::support::*;

const DAY: i64 = 86_400_000;

/// The descriptions of a list, in its order.
fn names(list: &Value) -> Vec<String> {
    list.each("description")
}

#[test]
fn tokens_are_listed_by_owner_state_use_end_and_scope() {
    let mm = server();
    let (ann, bob) = (mm.user("ann"), mm.user("bob"));
    let now = mm.clock().now();
    let create = |by: &Caller, new: Value| {
        mm.clock().advance(Duration::from_secs(1));
        mm.admin()
            .post(&format!("/users/{}/tokens", by.id), new)
            .ok()
    };
    let used = create(&ann, json!({"description": "used"}));
    create(
        &ann,
        json!({"description": "ends soon", "expires_at": now + 2 * DAY}),
    );
    create(
        &bob,
        json!({"description": "reads", "scopes": ["read"], "expires_at": now + 30 * DAY}),
    );
    let off = create(&bob, json!({"description": "off"}));
    mm.admin()
        .post("/users/tokens/disable", json!({"token_id": off.text("id")}))
        .acknowledged();
    let list = |query: &str| names(&mm.admin().get(&format!("/users/tokens?{query}")).ok());
    assert_eq!(list(""), ["used", "ends soon", "reads", "off"]);
    assert_eq!(list(&format!("user_id={}", bob.id)), ["reads", "off"]);
    assert_eq!(list("state=active"), ["used", "ends soon", "reads"]);
    assert_eq!(list("state=disabled"), ["off"]);
    assert_eq!(list("state=expiring"), ["ends soon"]);
    assert!(list("state=expired").is_empty());
    assert_eq!(list("scope=read"), ["reads"]);
    assert_eq!(list("scope=full&state=active"), ["used", "ends soon"]);
    assert_eq!(
        list(&format!("expires_before={}", now + 31 * DAY)),
        ["ends soon", "reads"]
    );
    assert_eq!(list("sort=-create_at&per_page=2"), ["off", "reads"]);
    assert_eq!(
        list("sort=description"),
        ["ends soon", "off", "reads", "used"]
    );
    assert_eq!(list("sort=expires_at&per_page=2"), ["ends soon", "reads"]);
    assert_eq!(list("sort=-username&per_page=2").len(), 2);
    mm.clock().advance(Duration::from_secs(3 * 86_400));
    assert_eq!(list("state=expired"), ["ends soon"]);
    ann.with_token(&used.text("token")).me().ok();
    let since = mm.clock().now() - 60_000;
    assert_eq!(
        list(&format!("unused_since={since}&state=active")),
        ["reads"]
    );
    assert_eq!(list("sort=-last_used_at&per_page=1"), ["used"]);
    let page = mm
        .admin()
        .get("/users/tokens?state=active&per_page=1&include_total_count=true")
        .ok();
    assert_eq!(
        (page["total_count"].as_i64(), names(&page["tokens"])),
        (Some(2), vec!["used".into()])
    );
    for (name, value) in [
        ("state", "x"),
        ("scope", "nothing"),
        ("sort", "age"),
        ("unused_since", "x"),
        ("expires_before", "-1"),
        ("user_id", "x"),
    ] {
        mm.admin()
            .get(&format!("/users/tokens?{name}={value}"))
            .refused_url(name);
    }
    bob.get("/users/tokens?state=active").forbidden();
}

#[test]
fn a_list_of_tokens_is_comma_separated_for_whoever_asks() {
    let mm = server();
    let ann = mm.user("ann");
    let new = json!({"description": "=1+1, \"x\""});
    let secret = mm
        .admin()
        .post(&format!("/users/{}/tokens", ann.id), new)
        .ok()
        .text("token");
    let request = mm
        .admin()
        .request("GET", "/users/tokens?state=active")
        .header("Accept", "text/csv");
    let answer = client::send(&mm.address(), &request);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/csv; charset=utf-8"))
    );
    let text = answer.text();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("id,user_id,username,description,is_active"));
    assert!(
        lines[1].contains(&format!("{},ann,\"'=1+1, \"\"x\"\"\",true", ann.id)),
        "{text}"
    );
    assert!(!text.contains(&secret));
}

#[test]
fn all_tokens_of_an_account_are_revoked_at_once() {
    let mm = server();
    let (ann, bob) = (mm.user("ann"), mm.user("bob"));
    let (first, second, other) = (ann.token("a"), ann.token("b"), bob.token("c"));
    let path = format!("/users/{}/tokens/revoke_all", ann.id);
    bob.post(&path, json!({})).forbidden();
    assert_eq!(mm.admin().post(&path, json!({})).ok(), json!({"count": 2}));
    for token in [&first, &second] {
        ann.with_token(&token.secret).me().expired();
    }
    bob.with_token(&other.secret).me().ok();
    assert_eq!(mm.admin().post(&path, json!({})).ok(), json!({"count": 0}));
}

#[test]
fn unused_tokens_are_disabled_together_and_a_dry_run_tells_which() {
    let mm = server();
    mm.set("ServiceSettings", "SessionIdleTimeoutInMinutes", 0);
    let (ann, bob) = (mm.user("ann"), mm.user("bob"));
    let (old, used) = (ann.token("old"), bob.token("used"));
    mm.clock().advance(Duration::from_secs(40 * 86_400));
    bob.with_token(&used.secret).me().ok();
    let young = ann.token("young");
    let since = mm.clock().now() - 30 * DAY;
    let admin = mm.admin();
    let run = |dry_run: bool| {
        let body = json!({"unused_since": since, "dry_run": dry_run});
        admin.post("/users/tokens/disable_unused", body).ok()
    };
    let would = run(true);
    assert_eq!(
        (would["count"].as_i64(), names(&would["tokens"])),
        (Some(1), vec!["old".into()])
    );
    ann.with_token(&old.secret).me().ok();
    // It was used a moment ago, by the look at it.
    assert_eq!(run(true)["count"], 0);
    mm.clock().advance(Duration::from_secs(40 * 86_400));
    let admin = mm.admin();
    let body = json!({"unused_since": mm.clock().now() - 30 * DAY});
    let done = admin.post("/users/tokens/disable_unused", body).ok();
    assert_eq!(done["count"], 3);
    ann.with_token(&young.secret).me().expired();
    admin
        .post("/users/tokens/enable", json!({"token_id": young.id}))
        .acknowledged();
    ann.with_token(&young.secret).me().ok();
    for body in [
        json!({}),
        json!({"unused_since": "x"}),
        json!({"unused_since": 0}),
    ] {
        admin
            .post("/users/tokens/disable_unused", body)
            .refused_body("unused_since");
    }
    let body = json!({"unused_since": since, "dry_run": "yes"});
    admin
        .post("/users/tokens/disable_unused", body)
        .refused_body("dry_run");
    mm.login("ann")
        .post(
            "/users/tokens/disable_unused",
            json!({"unused_since": since}),
        )
        .forbidden();
}

#[test]
fn a_limit_on_lifetimes_is_tried_before_it_is_set() {
    let mm = server();
    let ann = mm.user("ann");
    ann.token("endless");
    let days = |days: i64| {
        let path = format!("/users/tokens/non_compliant/count?days={days}");
        mm.admin().get(&path).ok()["count"].clone()
    };
    assert_eq!(days(30), 1);
    assert_eq!(
        mm.admin().get("/users/tokens/non_compliant/count").ok()["count"],
        0
    );
    let body = json!({"dry_run": true, "days": 30});
    let would = mm
        .admin()
        .post("/users/tokens/non_compliant/revoke", body)
        .ok();
    assert_eq!(
        (would["count"].as_i64(), names(&would["tokens"])),
        (Some(1), vec!["endless".into()])
    );
    assert_eq!(
        mm.admin().get("/users/tokens").ok().each("description"),
        ["endless"]
    );
    mm.admin()
        .post("/users/tokens/non_compliant/revoke", json!({"days": 30}))
        .refused_body("days");
    mm.admin()
        .get("/users/tokens/non_compliant/count?days=0")
        .refused_url("days");
}

#[test]
fn the_command_lists_the_same_tokens() {
    let mm = server();
    let ann = mm.user("ann");
    let (first, off) = (ann.token("first"), ann.token("off"));
    mm.admin().disable(&off).acknowledged();
    let list = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_patmost"))
            .args(["token", "list", "--quiet", "--data"])
            .arg(mm.data())
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let ids = |arguments: &[&str]| {
        let (code, ids, told) = list(arguments);
        assert_eq!((code, told), (Some(0), String::new()), "{arguments:?}");
        ids.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["--state", "disabled"]), [&*off.id]);
    assert_eq!(ids(&["--state", "active", "--user", "ann"]), [&*first.id]);
    assert_eq!(ids(&["ann", "--scope", "full"]).len(), 2);
    assert!(ids(&["--expiring", "14d"]).is_empty());
    assert!(ids(&["--unused", "30d"]).is_empty());
    for (arguments, says) in [
        (
            ["--state", "x"],
            "--state: \"x\" is none of active, disabled, expired, expiring",
        ),
        (["--scope", "x"], "--scope: \"x\" is no scope"),
        (["--unused", "soon"], "--unused: \"soon\" is not like"),
    ] {
        let (code, _, told) = list(&arguments);
        assert!(code != Some(0) && told.contains(says), "{told}");
    }
}
