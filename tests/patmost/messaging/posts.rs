//! Lists of posts, threads, pins, words and reactions.

use crate::support::*;

/// A channel of the admin's with five posts, oldest first, a second apart.
fn five_posts(mm: &Mattermost) -> (String, String, Vec<Value>) {
    let admin = mm.admin();
    let team = admin.create_team("core").created().text("id");
    let channel = admin
        .create_channel(&team, "general", "O")
        .created()
        .text("id");
    let post = |number: u64| {
        mm.clock().advance(std::time::Duration::from_secs(1));
        let post = json!({"channel_id": channel, "message": format!("number {number}")});
        admin.post("/posts", post).created()
    };
    let posts = (1..=5).map(post).collect();
    (team, channel, posts)
}

/// The messages of a list, in its order.
fn messages(list: &Value) -> Vec<String> {
    let order = list["order"].as_array().unwrap().iter();
    order
        .map(|id| list["posts"][id.as_str().unwrap()].text("message"))
        .collect()
}

#[test]
fn a_list_is_cut_into_pages_and_by_what_was_before_after_and_since() {
    let mm = server();
    let (_, channel, posts) = five_posts(&mm);
    let list = |query: &str| {
        mm.admin()
            .get(&format!("/channels/{channel}/posts?{query}"))
            .ok()
    };
    let id = |number: usize| posts[number - 1].text("id");
    assert_eq!(
        messages(&list("page=0&per_page=2")),
        ["number 5", "number 4"]
    );
    assert_eq!(
        messages(&list("page=1&per_page=2")),
        ["number 3", "number 2"]
    );
    let before = list(&format!("before={}&per_page=2", id(4)));
    assert_eq!(messages(&before), ["number 3", "number 2"]);
    assert_eq!(
        (before.text("next_post_id"), before.text("prev_post_id")),
        (id(4), id(1))
    );
    let after = list(&format!("after={}&per_page=2", id(2)));
    assert_eq!(messages(&after), ["number 4", "number 3"]);
    assert_eq!(
        (after.text("next_post_id"), after.text("prev_post_id")),
        (id(5), id(2))
    );
    // Mattermost: what has changed after that, not at it.
    let since = posts[2]["create_at"].as_i64().unwrap();
    assert_eq!(
        messages(&list(&format!("since={since}"))),
        ["number 5", "number 4"]
    );
}

#[test]
fn a_thread_is_its_root_and_the_answers() {
    let mm = server();
    let (_, channel, posts) = five_posts(&mm);
    let root = posts[0].text("id");
    let answer = json!({"channel_id": channel, "message": "answer", "root_id": root});
    mm.admin().post("/posts", answer.clone()).created();
    let thread = mm.admin().get(&format!("/posts/{root}/thread")).ok();
    let mut said = messages(&thread);
    said.sort();
    assert_eq!(said, ["answer", "number 1"]);
    assert_eq!(
        mm.admin().get(&format!("/posts/{root}")).ok()["reply_count"],
        1
    );
}

#[test]
fn posts_are_pinned_and_found_by_words() {
    let mm = server();
    let (team, channel, posts) = five_posts(&mm);
    let second = posts[1].text("id");
    let pinned = || messages(&mm.admin().get(&format!("/channels/{channel}/pinned")).ok());
    mm.admin()
        .post(&format!("/posts/{second}/pin"), json!({}))
        .acknowledged();
    assert_eq!(pinned(), ["number 2"]);
    mm.admin()
        .post(&format!("/posts/{second}/unpin"), json!({}))
        .acknowledged();
    assert_eq!(pinned(), [""; 0]);
    let search = |terms: &str| {
        let body = json!({"terms": terms, "is_or_search": false});
        messages(
            &mm.admin()
                .post(&format!("/teams/{team}/posts/search"), body)
                .ok(),
        )
    };
    assert_eq!(search("number 3"), ["number 3"]);
    assert_eq!(search("nothing"), [""; 0]);
}

#[test]
fn reactions_are_ones_own_and_only_their_author_sees_an_ephemeral_post() {
    let mm = server();
    let (_, channel, posts) = five_posts(&mm);
    let (admin, post) = (mm.admin(), posts[0].text("id"));
    let reaction = json!({"user_id": admin.id, "post_id": post, "emoji_name": "smile"});
    admin.post("/reactions", reaction.clone()).ok();
    let path = format!("/posts/{post}/reactions");
    assert_eq!(admin.get(&path).ok().each("emoji_name"), ["smile"]);
    mm.user("bob")
        .post("/reactions", reaction)
        .refused(403, "api.reaction.save_reaction.user_id.app_error");
    admin
        .delete(&format!("/users/me{path}/smile"))
        .acknowledged();
    assert_eq!(admin.get(&path).ok(), json!([]));
    let ephemeral =
        json!({"user_id": admin.id, "post": {"channel_id": channel, "message": "psst"}});
    admin.post("/posts/ephemeral", ephemeral).created();
    let listed = admin.get(&format!("/channels/{channel}/posts")).ok();
    assert!(!messages(&listed).contains(&"psst".to_owned()));
}

#[test]
fn a_post_keeps_its_props_and_is_made_once_by_whoever_sends_it() {
    let mm = server();
    let (_, channel, _) = five_posts(&mm);
    let other = mm.user("other").id;
    let post = json!({"channel_id": channel, "message": "m", "props": {"a": "b"}, "pending_post_id": "p:1", "user_id": other});
    let made = mm.admin().post("/posts", post.clone()).created();
    assert_eq!(
        (&made["props"], &made["user_id"]),
        (&json!({"a": "b"}), &json!(mm.admin().id))
    );
    assert_eq!(mm.admin().post("/posts", post).created()["id"], made["id"]);
    let of = |length: usize| json!({"channel_id": channel, "message": "\u{e4}".repeat(length)});
    mm.admin().post("/posts", of(16_383)).created();
    mm.admin()
        .post("/posts", of(16_384))
        .refused(400, "model.post.is_valid.msg.app_error");
}

#[test]
fn only_a_bot_says_that_a_post_is_from_an_integration() {
    let mm = server();
    let (_, channel, _) = five_posts(&mm);
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = mm.bot("robot").with_role("system_post_all");
    let bot = bot.with_token(&bot.token("t").secret);
    let told = json!({
        "from_webhook": "true", "from_bot": "true", "from_plugin": "true", "from_oauth_app": "true",
        "override_username": "the boss", "override_icon_url": "http://x/y.png", "override_icon_emoji": ":x:",
        "webhook_display_name": "w", "mine": 1,
    });
    let post = |caller: &Caller| {
        let body = json!({"channel_id": channel, "message": "m", "props": told});
        caller.post("/posts", body).created()
    };
    let by_person = post(&mm.admin());
    assert_eq!(by_person["props"], json!({"mine": 1}));
    let by_bot = post(&bot);
    assert_eq!(by_bot["props"], told);
    // An edit neither adds them nor takes them away.
    let edit = |post: &Value| {
        let path = format!("/posts/{}/patch", post.text("id"));
        let props = json!({"override_username": "another", "mine": 2});
        mm.admin().put(&path, json!({ "props": props })).ok()["props"].clone()
    };
    assert_eq!(edit(&by_person), json!({"mine": 2}));
    let mut kept = told.clone();
    kept["mine"] = json!(2);
    assert_eq!(edit(&by_bot), kept);
}

#[test]
fn a_post_that_is_gone_is_not_found_by_whoever_could_reach_it() {
    let mm = server();
    let (_, channel, posts) = five_posts(&mm);
    let admin = mm.admin();
    let stranger = mm.user("stranger");
    let gone = posts[0].text("id");
    admin.delete(&format!("/posts/{gone}")).acknowledged();
    let nothing = "z".repeat(26);
    for (caller, id, status) in [
        (&admin, &gone, 404),
        (&admin, &nothing, 404),
        (&stranger, &gone, 403),
        (&stranger, &nothing, 403),
    ] {
        let reaction = json!({"user_id": caller.id, "post_id": id, "emoji_name": "x"});
        for answer in [
            caller.post(&format!("/posts/{id}/pin"), json!({})),
            caller.post(&format!("/posts/{id}/unpin"), json!({})),
            caller.post("/reactions", reaction),
            caller.delete(&format!("/users/me/posts/{id}/reactions/x")),
        ] {
            let refusal = if status == 404 {
                "app.post.get.app_error"
            } else {
                "api.context.permissions.app_error"
            };
            answer.refused(status, refusal);
        }
    }
    let reactions = |id: &str| admin.get(&format!("/posts/{id}/reactions")).ok();
    assert_eq!(reactions(&gone), json!([]));
    stranger
        .get(&format!("/posts/{gone}/reactions"))
        .forbidden();
    admin.get(&format!("/channels/{channel}")).ok();
}

#[test]
fn a_search_knows_authors_channels_days_phrases_and_what_must_not_be() {
    let mm = server();
    let team = mm.team("core");
    let bob = mm.member("bob", &team);
    let (square, topic) = (
        team.default_channel("town-square"),
        team.default_channel("off-topic"),
    );
    mm.admin().says(&square, "Deployment of alpha done");
    bob.says(&square, "deployment of beta done");
    bob.says(&topic, "alpha, at last");
    let search = |terms: &str| {
        let path = format!("/teams/{}/posts/search", team.id);
        let found = mm
            .admin()
            .post(&path, json!({"terms": terms, "time_zone_offset": 3600}))
            .ok();
        let mut said = messages(&found);
        said.sort();
        said
    };
    let (alpha, beta, last) = (
        "Deployment of alpha done",
        "deployment of beta done",
        "alpha, at last",
    );
    for (terms, expected) in [
        ("deploy*", &[alpha, beta][..]),
        ("deployment from:bob", &[beta]),
        ("alpha -from:bob", &[alpha]),
        ("alpha in:off-topic", &[last]),
        ("alpha in: ~Off-Topic", &[last]),
        ("from:@bob", &[last, beta]),
        ("-in:town-square alpha", &[last]),
        ("deployment -alpha", &[beta]),
        ("\"of beta\"", &[beta]),
        ("\"beta of\"", &[]),
        ("alpha after:2020-01-01", &[alpha, last]),
        ("alpha before:2020-01-01", &[]),
        ("alpha from:nobody", &[]),
        ("alpha from:bob from:admin in:town-square", &[alpha]),
    ] {
        assert_eq!(search(terms), expected, "{terms}");
    }
}

/// Mattermost: `collapsedThreads` leaves the answers out, `skipFetchThreads` the first posts of threads that are on no page.
#[test]
fn a_list_of_first_posts_has_no_answers() {
    let mm = server();
    let (_, channel, posts) = five_posts(&mm);
    let root = posts[0].text("id");
    mm.clock().advance(std::time::Duration::from_secs(1));
    let answer = json!({"channel_id": channel, "root_id": root, "message": "an answer"});
    mm.admin().post("/posts", answer).created();
    let list = |query: &str| {
        mm.admin()
            .get(&format!("/channels/{channel}/posts?{query}"))
            .ok()
    };
    assert_eq!(messages(&list("per_page=1")), ["an answer"]);
    assert!(list("per_page=1")["posts"].get(&root).is_some());
    assert!(
        list("per_page=1&skipFetchThreads=true")["posts"]
            .get(&root)
            .is_none()
    );
    let roots = list("per_page=2&collapsedThreads=true");
    assert_eq!(messages(&roots), ["number 5", "number 4"]);
    assert_eq!(
        list("collapsedThreads=true")["posts"][&root]["reply_count"],
        1
    );
    let since = posts[3]["create_at"].as_i64().unwrap();
    let since = list(&format!("since={since}&collapsedThreads=true"));
    assert_eq!(messages(&since), ["number 5"]);
    assert_eq!(messages(&list("type=custom_x")), Vec::<String>::new());
}

#[test]
fn deleted_posts_are_shown_to_system_admins_who_ask_for_them() {
    let mm = server();
    let (team, channel, posts) = five_posts(&mm);
    let id = posts[4].text("id");
    mm.admin().delete(&format!("/posts/{id}")).acknowledged();
    let ann = mm.user("ann");
    let body = json!({"team_id": team, "user_id": ann.id});
    mm.admin()
        .post(&format!("/teams/{team}/members"), body)
        .created();
    let path = format!("/channels/{channel}/members");
    mm.admin().post(&path, json!({"user_id": ann.id})).created();
    for path in [
        format!("/channels/{channel}/posts"),
        format!("/posts/{id}"),
        format!("/posts/{id}/files/info"),
    ] {
        ann.get(&format!("{path}?include_deleted=true"))
            .refused(403, "api.context.permissions.app_error");
        mm.admin().get(&format!("{path}?include_deleted=true")).ok();
    }
    let list = |query: &str| {
        let path = format!("/channels/{channel}/posts?{query}");
        messages(&mm.admin().get(&path).ok())
    };
    assert!(!list("").contains(&"number 5".to_owned()));
    assert!(list("include_deleted=true").contains(&"number 5".to_owned()));
    let nobody = "/posts/aaaaaaaaaaaaaaaaaaaaaaaaaa?include_deleted=true";
    mm.admin()
        .get(nobody)
        .refused(404, "app.post.get.app_error");
}

/// Mattermost 11.x: the post that was asked for comes first in each part; `has_next` says whether there is more.
#[test]
fn a_thread_is_read_in_parts_in_either_direction() {
    let mm = server();
    let (_, channel, posts) = five_posts(&mm);
    let root = posts[0].text("id");
    let answers: Vec<Value> = (1..=4)
        .map(|number| {
            mm.clock().advance(std::time::Duration::from_secs(1));
            let message = format!("answer {number}");
            let post = json!({"channel_id": channel, "root_id": root, "message": message});
            mm.admin().post("/posts", post).created()
        })
        .collect();
    let thread = |query: &str| mm.admin().get(&format!("/posts/{root}/thread?{query}"));
    let whole = thread("").ok();
    assert_eq!(
        messages(&whole),
        ["number 1", "answer 1", "answer 2", "answer 3", "answer 4"]
    );
    assert_eq!(whole["has_next"], false);
    let first = thread("perPage=2&direction=down").ok();
    assert_eq!(messages(&first), ["number 1", "answer 1"]);
    assert_eq!(first["has_next"], true);
    let (at, id) = (&answers[0]["create_at"], answers[0].text("id"));
    let next = thread(&format!(
        "perPage=2&direction=down&fromCreateAt={at}&fromPost={id}"
    ))
    .ok();
    assert_eq!(messages(&next), ["number 1", "answer 2", "answer 3"]);
    let at = &answers[3]["create_at"];
    let up = thread(&format!("perPage=2&direction=up&fromCreateAt={at}")).ok();
    assert_eq!(messages(&up), ["number 1", "answer 3", "answer 2"]);
    mm.clock().advance(std::time::Duration::from_secs(1));
    let path = format!("/posts/{}/patch", answers[1].text("id"));
    mm.admin().put(&path, json!({"message": "changed"})).ok();
    let changed = thread(&format!("fromUpdateAt={at}&updatesOnly=true")).ok();
    assert_eq!(messages(&changed), ["number 1", "changed"]);
    assert_eq!(
        messages(&thread("skipFetchThreads=true").ok()),
        ["number 1"]
    );
    thread("direction=left").refused_body("direction");
    thread("perPage=201").refused_body("perPage");
    thread("fromCreateAt=x").refused_body("fromCreateAt");
    thread("updatesOnly=true").refused_body("fromUpdateAt");
    thread("updatesOnly=true&fromUpdateAt=1&direction=up").refused_body("updatesOnly");
    let details = "if fromPost is set, then fromCreateAt must also be set";
    thread(&format!("fromPost={id}")).refused_body(details);
}

/// Mattermost 11.x: a silent post of a bot leaves nothing unread; a person may not post silently.
#[test]
fn a_post_may_be_pinned_and_silent_from_the_beginning() {
    let mm = server();
    let (team, channel, _) = five_posts(&mm);
    let ann = mm.user("ann");
    let body = json!({"team_id": team, "user_id": ann.id});
    mm.admin()
        .post(&format!("/teams/{team}/members"), body)
        .created();
    let path = format!("/channels/{channel}/members");
    mm.admin().post(&path, json!({"user_id": ann.id})).created();
    let unread = || {
        let path = format!("/users/me/channels/{channel}/unread");
        let answer = ann.get(&path).ok();
        (answer["msg_count"].clone(), answer["mention_count"].clone())
    };
    let post = json!({"channel_id": channel, "message": "@ann", "is_pinned": true});
    mm.admin()
        .post("/posts?silent=true", post.clone())
        .refused(403, "api.context.permissions.app_error");
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = mm
        .admin()
        .post("/bots", json!({"username": "ci"}))
        .created();
    let bot = bot.text("user_id");
    let token = json!({"description": "d"});
    let secret = mm.admin().post(&format!("/users/{bot}/tokens"), token).ok();
    let path = format!("/teams/{team}/members");
    let body = json!({"team_id": team, "user_id": bot});
    mm.admin().post(&path, body).created();
    let path = format!("/channels/{channel}/members");
    mm.admin().post(&path, json!({"user_id": bot})).created();
    let (bot, before) = (mm.anonymous().with_token(&secret.text("token")), unread());
    let pinned = bot.post("/posts?silent=true", post.clone()).created();
    assert_eq!(unread(), before);
    let pins = mm.admin().get(&format!("/channels/{channel}/pinned")).ok();
    assert_eq!(pins["order"], json!([pinned.text("id")]));
    bot.post("/posts", post).created();
    assert_ne!(unread(), before);
}

#[test]
fn flagged_posts_are_listed_to_whoever_flagged_them() {
    let mm = server();
    let (team, channel, posts) = five_posts(&mm);
    let flag = |post: &Value| {
        let one = json!({"user_id": mm.admin().id, "category": "flagged_post", "name": post["id"], "value": "true"});
        mm.admin()
            .put("/users/me/preferences", json!([one]))
            .acknowledged();
    };
    flag(&posts[0]);
    flag(&posts[2]);
    let flagged = |query: &str| {
        messages(
            &mm.admin()
                .get(&format!("/users/me/posts/flagged?{query}"))
                .ok(),
        )
    };
    assert_eq!(flagged(""), ["number 3", "number 1"]);
    assert_eq!(flagged("per_page=1&page=1"), ["number 1"]);
    assert_eq!(
        flagged(&format!("team_id={team}&channel_id={channel}")).len(),
        2
    );
    assert!(flagged("channel_id=zzzzzzzzzzzzzzzzzzzzzzzzzz").is_empty());
    let ann = mm.user("ann");
    ann.get(&format!("/users/{}/posts/flagged", mm.admin().id))
        .forbidden();
}

/// Mattermost: what follows the post counts as unread again, and mentions in it.
#[test]
fn a_post_is_marked_as_not_read_and_what_is_unread_is_counted() {
    let mm = server();
    let (team, channel, posts) = five_posts(&mm);
    let ann = mm.user("ann");
    let body = json!({"team_id": team, "user_id": ann.id});
    mm.admin()
        .post(&format!("/teams/{team}/members"), body)
        .created();
    let path = format!("/channels/{channel}/members");
    mm.admin().post(&path, json!({"user_id": ann.id})).created();
    mm.clock().advance(std::time::Duration::from_secs(1));
    let post = json!({"channel_id": channel, "message": "hello @ann"});
    mm.admin().post("/posts", post).created();
    ann.post("/channels/members/me/view", json!({"channel_id": channel}))
        .ok();
    let of_team = || ann.get(&format!("/users/me/teams/{team}/unread")).ok();
    assert_eq!(
        (
            of_team()["msg_count"].clone(),
            of_team()["mention_count"].clone()
        ),
        (json!(0), json!(0))
    );
    let mut hears = ann.listen();
    let path = format!("/users/me/posts/{}/set_unread", posts[3].text("id"));
    let unread = ann.post(&path, json!({})).ok();
    assert_eq!(
        (&unread["msg_count"], &unread["mention_count"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(
        unread["last_viewed_at"],
        posts[3]["create_at"].as_i64().unwrap() - 1
    );
    assert_eq!(hears.hear()["event"], "post_unread");
    assert_eq!(
        (
            of_team()["msg_count"].clone(),
            of_team()["mention_count"].clone()
        ),
        (json!(3), json!(1))
    );
    assert_eq!(ann.get("/users/me/teams/unread").ok(), json!([of_team()]));
    assert_eq!(
        ann.get(&format!("/users/me/teams/unread?exclude_team={team}"))
            .ok(),
        json!([])
    );
    let path = format!("/channels/{channel}/members/me/notify_props");
    ann.put(
        &path.replace("me", &ann.id),
        json!({"mark_unread": "mention"}),
    );
    let channel_unread = ann
        .get(&format!("/users/me/channels/{channel}/unread"))
        .ok();
    assert_eq!(channel_unread["msg_count"], 3);
    mm.user("bob")
        .get(&format!("/users/{}/teams/unread", ann.id))
        .forbidden();
    let nobody = "/users/me/posts/zzzzzzzzzzzzzzzzzzzzzzzzzz/set_unread";
    ann.post(nobody, json!({})).forbidden();
}
