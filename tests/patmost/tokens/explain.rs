//! Why a token works, or does not.

use crate::support::*;

fn explain(by: &Caller, id: &str, query: &str) -> Value {
    by.get(&format!("/users/tokens/{id}/explain{query}")).ok()
}

/// The gates that the token does not pass.
fn failed(explained: &Value) -> Vec<&str> {
    let gates = explained["gates"].as_array().unwrap().iter();
    let failed: Vec<&str> = gates
        .filter(|gate| gate["passed"] == false)
        .map(|gate| gate["gate"].as_str().unwrap())
        .collect();
    assert_eq!(explained["works"], failed.is_empty());
    failed
}

#[test]
fn each_gate_is_named_when_the_token_does_not_pass_it() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let end = mm.clock().now() + 60_000;
    let path = format!("/users/{}/tokens", ci.id);
    let body = json!({"description": "t", "expires_at": end, "scopes": ["read"], "allowed_from": ["127.0.0.1"]});
    let made = ci.post(&path, body).ok();
    let (id, secret) = (made.text("id"), made.text("token"));
    let works = || ci.with_token(&secret).me().status == 200;
    let admin = mm.admin();
    let gates = |query: &str| -> Vec<String> {
        let explained = explain(&admin, &id, query);
        failed(&explained).into_iter().map(str::to_owned).collect()
    };
    assert!(works() && gates("").is_empty() && failed(&explain(&ci, &id, "")).is_empty());
    assert_eq!(gates("?address=203.0.113.7"), ["address"]);
    assert!(gates("?address=127.0.0.1&method=GET&path=/api/v4/users/me").is_empty());
    assert_eq!(gates("?method=post&path=/api/v4/posts"), ["scope"]);
    type Step<'s> = &'s dyn Fn();
    let changes: [(&str, Step, Step); 3] = [
        ("active", &|| ci.disable(&id).acknowledged(), &|| {
            ci.enable(&id).acknowledged()
        }),
        ("owner", &|| admin.deactivate(&ci).acknowledged(), &|| {
            admin.activate(&ci).acknowledged()
        }),
        (
            "switch",
            &|| mm.set("ServiceSettings", "EnableUserAccessTokens", false),
            &|| {
                mm.set("ServiceSettings", "EnableUserAccessTokens", true);
            },
        ),
    ];
    for (gate, change, undo) in changes {
        change();
        assert!(!works() && gates("") == [gate], "{gate}");
        undo();
        assert!(works(), "{gate}");
    }
    mm.clock().advance(std::time::Duration::from_secs(60));
    assert!(!works());
    assert_eq!(gates(""), ["expiry"]);
}

#[test]
fn only_the_owner_and_admins_are_told() {
    let mm = server();
    let (ci, other) = (
        mm.user("ci").with_role(TOKEN_ROLE),
        mm.user("other").with_role(TOKEN_ROLE),
    );
    let token = ci.token("t");
    let path = format!("/users/tokens/{}/explain", token.id);
    other.get(&path).forbidden();
    ci.get(&format!("{path}?address=nonsense"))
        .refused_url("address");
    ci.get(&format!("{path}?method=GET&path=/nowhere"))
        .refused_url("path");
}

#[test]
fn the_command_line_explains_by_id_and_by_secret() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("t");
    ci.disable(&token).acknowledged();
    let data = mm.data().display().to_string();
    let run = |arguments: &[&str], stdin: &str| {
        let arguments = [&["token", "explain", "--data", &data], arguments].concat();
        let output = process::patmost_reading(&arguments, &[], stdin);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let by_id = run(&[&token.id], "");
    assert!(by_id.contains("NO  active: It is disabled"), "{by_id}");
    assert_eq!(
        run(&["--secret-stdin"], &format!("{}\n", token.secret)),
        by_id
    );
    assert_eq!(run(&[&token.id, "--quiet"], "").trim_end(), "does not work");
}
