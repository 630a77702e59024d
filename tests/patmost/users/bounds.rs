//! How much an account can store: each refusal names the bound.

use crate::support::*;

fn refuses(answer: &Answer, id: &str, bound: &str) {
    let body = answer.refused(400, id);
    let message = body["message"].as_str().unwrap();
    assert!(message.contains(bound), "{message}");
}

#[test]
fn an_account_has_a_bounded_number_of_tokens() {
    const ID: &str = "app.user_access_token.limit.app_error";
    let mm = server();
    mm.set("PatmostSettings", "MaximumTokensPerUser", 2);
    let (ci, other) = (
        mm.user("ci").with_role(TOKEN_ROLE),
        mm.user("other").with_role(TOKEN_ROLE),
    );
    let first = ci.token("first");
    // A disabled token counts, for it stays in the file.
    ci.disable(&first).acknowledged();
    ci.token("second");
    refuses(&ci.create_token("third"), ID, " 2 tokens");
    let path = format!("/users/{}/tokens", ci.id);
    let by_admin = mm.admin().post(&path, json!({"description": "third"}));
    refuses(&by_admin, ID, "PatmostSettings.MaximumTokensPerUser");
    // Another has their own number, a new secret is no further token, and a revoked one makes room.
    other.token("first");
    ci.enable(&first).acknowledged();
    ci.rotate(&first).ok();
    ci.revoke(&first).acknowledged();
    ci.token("third");
    refuses(&ci.create_token("fourth"), ID, " 2 tokens");
    mm.set("PatmostSettings", "MaximumTokensPerUser", 0);
    ci.token("fourth");
}

#[test]
fn teams_and_channels_of_a_team_have_a_bounded_number() {
    let mm = server();
    mm.set("PatmostSettings", "MaximumTeams", 2);
    mm.set("TeamSettings", "MaxChannelsPerTeam", 3);
    let admin = mm.admin();
    let team = admin.create_team("one").created();
    // A team begins with two.
    let channel = admin.create_channel(&team, "third", "O").created();
    let archived = format!("/channels/{}", channel.text("id"));
    admin.delete(&archived).acknowledged();
    let refused = admin.create_channel(&team, "fourth", "P");
    refuses(
        &refused,
        "store.sql_channel.save_channel.limit.app_error",
        " 3 ",
    );
    let other = admin.create_team("two").created();
    admin.create_channel(&other, "third", "O").created();
    let refused = admin.create_team("three");
    refuses(&refused, "app.team.save.limit.app_error", " 2 teams");
}

#[test]
fn a_post_has_a_bounded_number_of_different_emoji() {
    let mm = server();
    mm.set("ServiceSettings", "UniqueEmojiReactionLimitPerPost", 2);
    let admin = mm.admin();
    let team = mm.team("core");
    let other = mm.member("other", &team);
    let channel = team.default_channel("town-square");
    let post = admin.says(&channel, "hello").text("id");
    let react = |caller: &Caller, emoji: &str| {
        let body = json!({"user_id": caller.id, "post_id": post, "emoji_name": emoji});
        caller.post("/reactions", body)
    };
    react(&admin, "one").ok();
    react(&admin, "two").ok();
    let refused = react(&admin, "three");
    refuses(&refused, "app.reaction.save.save.too_many_reactions", " 2 ");
    // The same ones by others, and again, are no further ones.
    react(&other, "one").ok();
    react(&admin, "one").ok();
    let path = format!("/posts/{post}/reactions");
    assert_eq!(admin.get(&path).ok().as_array().unwrap().len(), 3);
}

#[test]
fn an_account_has_a_bounded_number_of_preferences() {
    let mm = server();
    let (ci, other) = (mm.user("ci"), mm.user("other"));
    let save = |caller: &Caller, numbers: std::ops::Range<i32>| {
        let preferences = numbers.map(|number| {
            json!({"user_id": caller.id, "category": "c", "name": number.to_string(), "value": "v"})
        });
        let body: Vec<Value> = preferences.collect();
        caller.put("/users/me/preferences", json!(body))
    };
    for start in (0..5000).step_by(100) {
        save(&ci, start..start + 100).acknowledged();
    }
    let refused = save(&ci, 4999..5001);
    refuses(&refused, "app.preference.save.limit.app_error", " 5000 ");
    // Nothing of it was kept, others have their own number, and what is there can change.
    save(&ci, 0..100).acknowledged();
    save(&other, 0..1).acknowledged();
    let all = ci.get("/users/me/preferences").ok();
    assert_eq!(all.as_array().unwrap().len(), 5000);
}

#[test]
fn a_device_id_has_a_bounded_length() {
    let mm = server();
    mm.user("ci");
    let on = |length: usize| {
        let body = json!({"login_id": "ci", "password": PASSWORD, "device_id": "x".repeat(length)});
        mm.anonymous().post("/users/login", body)
    };
    on(512).ok();
    refuses(&on(513), "api.user.login.device_id.app_error", " 512 ");
}
