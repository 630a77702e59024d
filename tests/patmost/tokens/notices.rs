//! What the system bot tells: tokens that end, tokens that are deleted, and secrets that somebody found.

use crate::support::process::{patmost_reading, succeeds};
use crate::support::*;

/// What the system bot told somebody, oldest first.
fn told(mm: &Mattermost, reader: &Caller) -> Vec<String> {
    let bot = mm.admin().get("/users/username/system-bot");
    if bot.status == 404 {
        return Vec::new();
    }
    let ids = json!([reader.id, bot.ok().text("id")]);
    let channel = reader.post("/channels/direct", ids).created().text("id");
    let list = reader.get(&format!("/channels/{channel}/posts")).ok();
    let order = list["order"].as_array().unwrap().iter().rev();
    order
        .map(|id| list["posts"][id.as_str().unwrap()].text("message"))
        .collect()
}

/// A token of an account that ends in so many days, by its id.
fn ending(mm: &Mattermost, user: &str, description: &str, days: i64) -> String {
    let end = mm.clock().now() + days * 86_400_000;
    let body = json!({"description": description, "expires_at": end});
    let path = format!("/users/{user}/tokens");
    mm.admin().post(&path, body).ok().text("id")
}

#[test]
fn an_owner_is_told_once_at_each_stage_that_a_token_ends() {
    let mm = server();
    let ann = mm.user("ann");
    let id = ending(&mm, &ann.id, "nightly `@all`", 10);
    ending(&mm, &ann.id, "short", 1);
    mm.clean_up();
    assert_eq!(told(&mm, &ann), [""; 0]);
    let mut expected = Vec::new();
    for (days, left) in [(4, "6 days"), (3, "3 days"), (2, "24 hours")] {
        mm.advance_days(days);
        // Looking again tells nothing again.
        mm.clean_up();
        mm.clean_up();
        expected.push(format!(
            "Your personal access token `nightly '@all'` (`{id}`) ends in {left}, at "
        ));
    }
    let heard = told(&mm, &ann);
    assert_eq!(heard.len(), 3, "{heard:?}");
    for (heard, expected) in heard.iter().zip(&expected) {
        assert!(heard.starts_with(expected), "{heard} is not {expected}");
    }
    let mm = mm.restarted();
    mm.clean_up();
    let ann = mm.login("ann");
    assert_eq!(told(&mm, &ann), heard);
    let audits = mm.admin().get("/audits?per_page=200").ok().to_string();
    for days in [7, 3, 1] {
        let row = format!("ends soon - token_id={id} days={days}");
        assert_eq!(audits.matches(&row).count(), 1, "{row}");
    }
    // Another end is told anew, and its deletion at last.
    let body = json!({"token_id": id, "expires_at": mm.clock().now() + 2 * 86_400_000});
    mm.admin().post("/users/tokens/rotate", body).ok();
    mm.clean_up();
    assert_eq!(told(&mm, &ann).len(), 4);
    mm.advance_days(40);
    mm.sign_in_admin();
    mm.clean_up();
    mm.clean_up();
    let ann = mm.login("ann");
    let heard = told(&mm, &ann);
    let mut deleted = heard.iter().filter(|text| text.contains(&id));
    assert!(
        deleted
            .next_back()
            .unwrap()
            .ends_with("was deleted after 30 days."),
        "{heard:?}"
    );
}

#[test]
fn a_bot_s_owner_is_told_and_nobody_where_it_is_switched_off() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let (ann, bot) = (mm.user("ann"), mm.bot("robot"));
    let path = format!("/bots/{}/assign/{}", bot.id, ann.id);
    mm.admin().post(&path, json!({})).ok();
    let id = ending(&mm, &bot.id, "deploy", 2);
    mm.set("PatmostSettings", "EnableTokenExpiryNotices", false);
    mm.clean_up();
    assert_eq!(told(&mm, &ann), [""; 0]);
    mm.set("PatmostSettings", "EnableTokenExpiryNotices", true);
    mm.clean_up();
    let heard = told(&mm, &ann);
    let expected = format!("The token `deploy` (`{id}`) of your bot `robot` ends in 48 hours");
    assert!(heard[0].starts_with(&expected), "{heard:?}");
}

#[test]
fn whoever_finds_a_secret_hands_it_in_and_it_is_worth_nothing() {
    let mm = server();
    let (admin, ann) = (mm.admin(), mm.user("ann"));
    let token = ann.token("laptop");
    let report = |secret: &str| {
        mm.anonymous()
            .post("/users/tokens/report", json!({"token": secret}))
    };
    report("nobody-has-this").acknowledged();
    let with = ann.with_token(&token.secret);
    with.me().ok();
    report(&token.secret).acknowledged();
    with.me().expired();
    // The answer does not tell that it is gone.
    report(&token.secret).acknowledged();
    let heard = told(&mm, &ann);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with(&format!(
        "Your personal access token `laptop` (`{}`) is revoked",
        token.id
    )));
    let heard = told(&mm, &admin);
    assert!(
        heard[0].contains(&ann.id) && heard[0].contains(&token.id),
        "{heard:?}"
    );
    let audits = admin.get("/audits").ok().to_string();
    assert!(audits.contains(&format!("reported and revoked - token_id={}", token.id)));
    mm.clock().freeze(true);
    let again = || {
        let body = json!({"token": "x"});
        mm.anonymous().post("/users/tokens/report", body).status
    };
    let answers: Vec<u16> = (0..61).map(|_| again()).collect();
    assert_eq!((answers[0], answers[60]), (200, 429));
    mm.anonymous()
        .post("/users/tokens/report", json!({}))
        .refused_body("token");
}

#[test]
fn secrets_have_a_form_that_scanners_find_where_a_setting_says_so() {
    let mm = server();
    let ann = mm.user("ann");
    let old = ann.token("old");
    let wrong = json!({"PatmostSettings": {"TokenFormat": "other"}});
    let refused = mm.admin().patch_config(wrong);
    assert_eq!(refused.status, 400, "{}", refused.text());
    mm.set("PatmostSettings", "TokenFormat", "prefixed");
    let new = ann.token("new");
    assert!(
        new.secret.starts_with("pat_") && new.secret.len() == 36,
        "{}",
        new.secret
    );
    ann.with_token(&new.secret).me().ok();
    ann.with_token(&old.secret).me().ok();
    let rotated = mm.admin().rotate(&old).ok().text("token");
    assert!(rotated.starts_with("pat_"));
    ann.with_token(&rotated).me().ok();
    // In place of an id it is blotted out, also when no token has it any more.
    mm.admin().revoke(&new).acknowledged();
    mm.admin().delete(&format!("/users/tokens/{}", new.secret));
    mm.admin().delete(&format!("/bots/{}", new.secret));
    assert!(!mm.admin().get("/audits").ok().to_string().contains("pat_"));
}

#[test]
fn a_command_revokes_by_the_secret() {
    let mm = server();
    let token = mm.user("ann").token("laptop");
    let data = mm.data().display().to_string();
    let revoke = |secret: &str| {
        patmost_reading(
            &["token", "revoke", "--secret-stdin", "--data", &data],
            &[],
            secret,
        )
    };
    let done = revoke(&format!("{}\n", token.secret));
    assert!(String::from_utf8_lossy(&done.stdout).contains(&token.id));
    let refused = revoke(&token.secret);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no token has this secret"));
}

#[test]
fn what_a_token_did_last_is_listed_newest_first_and_stays() {
    let mm = server();
    let (admin, ann) = (mm.admin(), mm.user("ann").with_role(TOKEN_ROLE));
    let token = ann.token("laptop");
    let path = format!("/users/tokens/{}/requests", token.id);
    assert_eq!(admin.get(&path).ok(), json!([]));
    let with = ann.with_token(&token.secret);
    with.me().ok();
    mm.send(&with.request("GET", "/roles").header("User-Agent", "ci/1.0"))
        .forbidden();
    admin.disable(&token).acknowledged();
    with.me().expired();
    let listed = |caller: &Caller| -> Vec<(String, i64)> {
        let list = caller.get(&path).ok();
        let list = list.as_array().unwrap().iter();
        list.map(|one| (one.text("route"), one["status"].as_i64().unwrap()))
            .collect()
    };
    let expected = [
        ("/users/{user_id}".to_owned(), 401),
        ("/roles".to_owned(), 403),
        ("/users/{user_id}".to_owned(), 200),
    ];
    assert_eq!(listed(&ann), expected);
    let second = admin.get(&path).ok()[1].clone();
    assert_eq!(
        (
            second.text("method"),
            second.text("user_agent"),
            second.text("address")
        ),
        ("GET".into(), "ci/1.0".into(), "127.0.0.1".into())
    );
    mm.user("stranger").get(&path).forbidden();
    // They are stored when the server ends, and a command reads them.
    let mm = mm.restarted();
    assert_eq!(listed(&mm.login("ann")), expected);
    let data = mm.data().display().to_string();
    let folder = mm.data().parent().unwrap().to_owned();
    let printed = succeeds(&folder, &["token", "requests", &token.id, "--data", &data]);
    assert!(
        printed.contains("/roles") && printed.contains("ci/1.0"),
        "{printed}"
    );
    // No more than a hundred of each.
    mm.admin().enable(&token).acknowledged();
    let ann = mm.login("ann");
    let with = ann.with_token(&token.secret);
    for _ in 0..101 {
        with.me().ok();
    }
    assert_eq!(listed(&ann).len(), 100);
    mm.set("PatmostSettings", "MaximumTokenRequests", 0);
    let mm = mm.restarted();
    assert_eq!(listed(&mm.login("ann")), []);
    let ann = mm.login("ann");
    ann.with_token(&token.secret).me().ok();
    assert_eq!(listed(&ann), []);
}
