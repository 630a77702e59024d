//! What happens to a token in its life, and what leaves it alone.

use crate::support::*;

/// wire tokens: created
/// wire tokens: first use
/// wire tokens: session length
#[test]
fn the_first_use_opens_one_session_that_the_session_length_does_not_bind() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("x");
    let by_token = ci.with_token(&token.secret);
    let of_token = |caller: &Caller| {
        let sessions = caller.sessions().ok();
        sessions
            .as_array()
            .unwrap()
            .iter()
            .filter(|session| session["props"]["user_access_token_id"] == token.id.as_str())
            .cloned()
            .collect::<Vec<_>>()
    };
    assert!(of_token(&ci).is_empty());
    by_token.me().ok();
    let session = of_token(&by_token).pop().unwrap();
    assert_eq!(session["props"]["type"], "UserAccessToken");
    assert_eq!(
        session["expires_at"].as_i64().unwrap() - session["create_at"].as_i64().unwrap(),
        36_500 * 86_400_000
    );
    mm.advance_days(1000);
    by_token.me().ok();
    ci.me().expired();
    assert_eq!(of_token(&by_token).len(), 1);
}

/// wire tokens: session revoked, all sessions revoked, logout
#[test]
fn the_end_of_a_session_does_not_end_its_token() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.with_token(&ci.token("x").secret);
    let id = token.sessions().ok()[0].text("id");
    ci.revoke_session(&id).acknowledged();
    let next = token.sessions().ok()[0].text("id");
    assert_ne!(next, id);
    token.log_out().acknowledged();
    token.revoke_all_sessions("me").acknowledged();
    token.me().ok();
    ci.me().expired();
}

/// wire tokens: password of the owner changed
/// wire tokens: account locked by wrong passwords
/// wire tokens: owner's roles changed
#[test]
fn passwords_locks_and_roles_leave_a_token_working_as_its_owner() {
    let mm = server();
    let ci = mm.user("ci");
    let token = ci.with_token(&ci.token("x").secret);
    token
        .change_password(PASSWORD, "Another-Horse-1")
        .acknowledged();
    token.me().ok();
    mm.admin()
        .reset_password(&ci, "Another-Horse-2")
        .acknowledged();
    token.me().ok();
    let guess = || mm.log_in("ci", "Wrong-Horse-1");
    (0..10).for_each(|_| drop(guess()));
    guess().refused(401, "api.user.check_user_login_attempts.too_many.app_error");
    token.me().ok();
    token.get("/users/tokens").forbidden();
    mm.admin()
        .set_roles(&ci, "system_user system_admin")
        .acknowledged();
    token.get("/users/tokens").ok();
    mm.admin().set_roles(&ci, "system_user").acknowledged();
    token.get("/users/tokens").forbidden();
}

/// wire tokens: owner deactivated
/// wire tokens: owner reactivated
/// wire tokens: created for a deactivated owner
#[test]
fn a_deactivated_owners_tokens_are_refused_until_they_are_active_again() {
    let mm = server();
    let ci = mm.user("ci");
    let (token, disabled) = (ci.token("x"), ci.token("y"));
    mm.admin().disable(&disabled).acknowledged();
    let by_token = ci.with_token(&token.secret);
    by_token.me().ok();
    mm.admin().deactivate(&ci).acknowledged();
    let sessions = mm.admin().sessions_of(&ci).ok();
    assert_eq!(sessions, json!([]));
    by_token.me().expired();
    ci.me().expired();
    let late = ci.token("made while deactivated");
    ci.with_token(&late.secret).me().expired();
    assert_eq!(mm.admin().read_token(&token).ok()["is_active"], true);
    mm.admin().activate(&ci).acknowledged();
    by_token.me().ok();
    ci.with_token(&late.secret).me().ok();
    ci.with_token(&disabled.secret).me().expired();
    ci.me().expired();
}

/// wire tokens: create for a person
/// wire tokens: use of a person's token, also one with an open session
/// wire tokens: list, read, search, revoke, disable, enable
/// wire tokens: switched on again
#[test]
fn tokens_switched_off_are_refused_but_can_be_managed() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let (token, revoked) = (ci.token("x"), ci.token("revoked meanwhile"));
    let by_token = ci.with_token(&token.secret);
    by_token.me().ok();
    mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    by_token.me().expired();
    ci.create_token("y")
        .refused(501, "app.user_access_token.disabled");
    assert_eq!(ci.tokens().ok().as_array().unwrap().len(), 2);
    ci.read_token(&token).ok();
    let found = mm.admin().search_tokens("ci");
    assert_eq!(found.ok().as_array().unwrap().len(), 2);
    ci.disable(&token).acknowledged();
    ci.enable(&token).acknowledged();
    ci.revoke(&revoked).acknowledged();
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    by_token.me().ok();
}

/// wire tokens: owner's login service set to LDAP or SAML
#[test]
fn another_login_service_leaves_tokens_working_and_lets_new_ones_be_made() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.with_token(&ci.token("x").secret);
    for service in ["ldap", "saml"] {
        let auth = json!({"auth_service": service, "auth_data": "ci"});
        let path = format!("/users/{}/auth", ci.id);
        mm.admin().put(&path, auth).ok();
        let me = token.me().ok();
        assert_eq!(me["auth_service"], service);
        let new = token.create_token(service).new_token();
        ci.with_token(&new.secret).me().ok();
    }
}
