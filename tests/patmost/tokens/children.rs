//! Tokens that were made by a token: they know it, and are revoked with it where that is asked for.

use crate::support::*;

/// A server with a token, one that was made by it, and one that was made by that one.
fn three(mm: &Mattermost) -> (Caller<'_>, [Token; 3]) {
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let first = ci.token("first");
    let made_by = |token: &Token, description| {
        let made = ci.with_token(&token.secret).create_token(description);
        let made = made.ok();
        Token {
            id: made.text("id"),
            secret: made.text("token"),
        }
    };
    let second = made_by(&first, "second");
    let third = made_by(&second, "third");
    (ci, [first, second, third])
}

fn works(ci: &Caller, token: &Token) -> bool {
    ci.with_token(&token.secret).me().status == 200
}

fn revoke(caller: &Caller, token: &Token, with_children: Value) -> Answer {
    let body = json!({"token_id": token.id, "with_children": with_children});
    caller.post("/users/tokens/revoke", body)
}

#[test]
fn a_list_with_usage_tells_which_token_made_a_token() {
    let mm = server();
    let (ci, [first, second, third]) = three(&mm);
    let list = ci
        .get(&format!("/users/{}/tokens?include_usage=true", ci.id))
        .ok();
    for (token, parent) in [(&first, ""), (&second, &*first.id), (&third, &second.id)] {
        let mut rows = list.as_array().unwrap().iter();
        let row = rows.find(|row| row["id"] == token.id.as_str()).unwrap();
        assert_eq!(row["parent_id"], parent);
    }
    let plain = ci.tokens().ok();
    assert!(plain[0].get("parent_id").is_none());
    // A new secret changes nothing about where the token is from.
    ci.rotate(&third).ok();
    let list = ci
        .get(&format!("/users/{}/tokens?include_usage=true", ci.id))
        .ok();
    let mut rows = list.as_array().unwrap().iter();
    assert!(
        rows.any(|row| row["id"] == third.id.as_str() && row["parent_id"] == second.id.as_str())
    );
}

#[test]
fn revoking_leaves_the_children_unless_they_are_named() {
    let mm = server();
    let (ci, [first, second, third]) = three(&mm);
    let apart = ci.token("apart");
    revoke(&ci, &second, json!(false)).acknowledged();
    assert!(!works(&ci, &second) && works(&ci, &third));
    let (ci, [first_again, second, third]) = (ci, [first, apart, third]);
    revoke(&ci, &first_again, json!(true)).acknowledged();
    // Its child is gone, so nothing leads to the third one any more.
    assert!(!works(&ci, &first_again) && works(&ci, &second) && works(&ci, &third));
}

#[test]
fn revoking_with_children_ends_all_that_it_made_and_audits_each() {
    let mm = server();
    let (ci, [first, second, third]) = three(&mm);
    let apart = ci.token("apart");
    revoke(&ci, &first, json!(true)).acknowledged();
    for token in [&first, &second, &third] {
        assert!(!works(&ci, token));
        let row = format!("success - token_id={}", token.id);
        let audits = mm.admin().get("/audits?per_page=100").ok();
        let mut rows = audits.as_array().unwrap().iter();
        assert!(
            rows.any(|audit| audit["extra_info"] == row.as_str()),
            "{row}"
        );
    }
    assert!(works(&ci, &apart));
}

#[test]
fn revoking_with_children_is_all_or_nothing_where_one_is_somebody_elses() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let first = mm.admin().token("first");
    let by_first = mm.admin().with_token(&first.secret);
    let body = json!({"description": "for ci"});
    let made = by_first
        .post(&format!("/users/{}/tokens", ci.id), body)
        .ok();
    let of_ci = ci.with_token(&made.text("token"));
    let bob = mm.user("bob").with_role(TOKEN_ROLE);
    mm.sql("UPDATE tokens SET owner = (SELECT number FROM users WHERE username = 'bob') WHERE description = 'first'");
    revoke(&bob, &first, json!(true)).forbidden();
    of_ci.me().ok();
    bob.with_token(&first.secret).me().ok();
    revoke(&mm.admin(), &first, json!(true)).acknowledged();
    of_ci.me().expired();
}

#[test]
fn with_children_must_be_true_or_false() {
    let mm = server();
    let (ci, [first, ..]) = three(&mm);
    for value in [json!("true"), json!(1), json!({})] {
        revoke(&ci, &first, value).refused_body("with_children");
    }
    assert!(works(&ci, &first));
}
