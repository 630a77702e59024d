//! Who may post where, and what may be posted.

use crate::support::*;

const NOBODY: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";

/// Channels of the admin: public, private, and direct with a friend.
struct Channels {
    team: String,
    of_kind: [(&'static str, String); 3],
}

impl Channels {
    fn new(mm: &Mattermost) -> Channels {
        let admin = mm.admin();
        let team = admin.create_team("core").created().text("id");
        let channel =
            |name: &str, kind: &str| admin.create_channel(&team, name, kind).created().text("id");
        let (public, private) = (channel("public", "O"), channel("private", "P"));
        let ids = json!([admin.id, mm.user("friend").id]);
        let direct = admin.post("/channels/direct", ids).created().text("id");
        Channels {
            team,
            of_kind: [("public", public), ("private", private), ("direct", direct)],
        }
    }

    fn public(&self) -> &str {
        &self.of_kind[0].1
    }

    fn let_in(&self, mm: &Mattermost, user_id: &str, where_to: &str) {
        let admin = mm.admin();
        if where_to != "nowhere" {
            let body = json!({"team_id": self.team, "user_id": user_id});
            let path = format!("/teams/{}/members", self.team);
            admin.post(&path, body).created();
        }
        if where_to == "in the channel" {
            for (_, channel) in &self.of_kind[..2] {
                let path = format!("/channels/{channel}/members");
                admin.post(&path, json!({"user_id": user_id})).created();
            }
        }
    }
}

/// wire teams-channels-posts: channel member | yes
/// wire teams-channels-posts: team member, not in the channel
/// wire teams-channels-posts: no member, no role
/// wire teams-channels-posts: `system_post_all`, in the team or not
/// wire teams-channels-posts: `system_post_all_public`, in the team or not
/// wire teams-channels-posts: system admin | 201
/// wire teams-channels-posts: bot without role / with `system_post_all`
#[test]
fn posting_is_allowed_by_role_membership_and_kind_of_channel() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let channels = Channels::new(&mm);
    let mut table = String::new();
    let mut number = 0;
    for (kind, roles) in [
        (
            "person",
            [
                "",
                "system_post_all_public",
                "system_post_all",
                "system_admin",
            ]
            .as_slice(),
        ),
        (
            "bot",
            ["", "system_post_all_public", "system_post_all"].as_slice(),
        ),
    ] {
        for role in roles {
            for place in ["nowhere", "in the team", "in the channel"] {
                number += 1;
                let name = format!("u{number}");
                let user = if kind == "bot" {
                    let bot = mm.admin().create_bot(&name).created();
                    mm.account_of(&bot.text("user_id"))
                } else {
                    mm.user(&name)
                };
                let user = if role.is_empty() {
                    user
                } else {
                    user.with_role(role)
                };
                channels.let_in(&mm, &user.id, place);
                let by_token = user.with_token(&user.token("x").secret);
                let callers = [("session", &user), ("token", &by_token)];
                for (credential, caller) in callers {
                    if caller.credential.is_none() {
                        continue;
                    }
                    let answers = channels.of_kind.each_ref().map(|(kind, channel)| {
                        let post = json!({"channel_id": channel, "message": "hello"});
                        let status = caller.post("/posts", post).status;
                        format!("{kind} {status}")
                    });
                    let role = if role.is_empty() { "no role" } else { role };
                    let answers = answers.join("  ");
                    table +=
                        &format!("{kind:<7} {role:<23} {place:<15} {credential:<8} {answers}\n");
                }
            }
        }
    }
    snapshot("who_may_post.txt", &table);
}

/// wire teams-channels-posts: `POST /posts` | `channel_id`
/// wire teams-channels-posts: `user_id` in a post is ignored
/// wire teams-channels-posts: An empty message is accepted
/// wire teams-channels-posts: message too long
#[test]
fn the_author_and_the_time_are_the_servers_but_for_an_admin() {
    let mm = server();
    let channels = Channels::new(&mm);
    let alice = mm.user("alice");
    channels.let_in(&mm, &alice.id, "in the channel");
    let body = |message: &str| json!({"channel_id": channels.public(), "message": message, "user_id": mm.admin().id, "create_at": 1_500_000_000_000_i64});
    let hers = alice.post("/posts", body("")).created();
    assert_eq!(
        (&hers["user_id"], &hers["message"]),
        (&json!(alice.id), &json!(""))
    );
    assert!(hers["create_at"].as_i64().unwrap() > 1_500_000_000_000);
    let admins = mm.admin().post("/posts", body("old")).created();
    assert_eq!(admins["create_at"], 1_500_000_000_000_i64);
    alice
        .post("/posts", body(&"\u{e4}".repeat(16_383)))
        .created();
    alice
        .post("/posts", body(&"\u{e4}".repeat(16_384)))
        .refused(400, "model.post.is_valid.msg.app_error");
}

/// wire teams-channels-posts: unknown channel, or none
/// wire teams-channels-posts: archived channel | 400
/// wire teams-channels-posts: unknown `root_id`
#[test]
fn a_post_is_refused_by_where_it_is_to_stand() {
    let mm = server();
    let channels = Channels::new(&mm);
    let admin = mm.admin();
    let post = |channel: &str, changes: Value| {
        let mut body = json!({"channel_id": channel, "message": "m"});
        let changes = changes.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(changes);
        admin.post("/posts", body)
    };
    let (public, private) = (channels.public(), channels.of_kind[1].1.as_str());
    for channel in [NOBODY, "", "x"] {
        post(channel, json!({})).forbidden();
    }
    admin.post("/posts", json!({"message": "m"})).forbidden();
    let root = "api.post.create_post.root_id.app_error";
    let told = post(public, json!({"root_id": NOBODY})).refused(400, root);
    assert_eq!(told["message"], "Invalid RootId parameter.");
    let first = post(public, json!({})).created().text("id");
    let reply = post(public, json!({"root_id": first})).created().text("id");
    post(public, json!({"root_id": reply})).refused(400, root);
    post(private, json!({"root_id": first}))
        .refused(400, "api.post.create_post.channel_root_id.app_error");
    admin.delete(&format!("/channels/{public}")).acknowledged();
    let archived = post(public, json!({}));
    let archived = archived.refused(400, "api.post.create_post.can_not_post_to_deleted.error");
    assert_eq!(archived["message"], "Can not post to deleted channel.");
    let changed = json!({"message": "changed"});
    admin
        .put(&format!("/posts/{first}/patch"), changed)
        .refused(
            400,
            "api.post.patch_post.can_not_update_post_in_deleted.error",
        );
    admin
        .put(
            &format!("/posts/{first}"),
            json!({"id": first, "message": "changed"}),
        )
        .refused(
            400,
            "api.post.update_post.can_not_update_post_in_deleted.error",
        );
    admin.delete(&format!("/posts/{first}")).refused(
        400,
        "api.post.delete_post.can_not_delete_post_in_deleted.error",
    );
    let reaction = json!({"user_id": admin.id, "post_id": first, "emoji_name": "smile"});
    admin
        .post("/reactions", reaction)
        .refused(403, "api.reaction.save.archived_channel.app_error");
}

#[test]
fn a_post_is_refused_by_what_it_is() {
    let mm = server();
    let channels = Channels::new(&mm);
    let admin = mm.admin();
    let post = |name: &str, value: Value| {
        let body = json!({"channel_id": channels.public(), "message": "m", name: value});
        admin.post("/posts", body)
    };
    post("id", json!(NOBODY)).refused(400, "app.post.save.existing.app_error");
    post("id", json!("")).created();
    post("type", json!("system_join_channel")).refused(400, "api.context.invalid_param.app_error");
    for kind in ["nobody_knows", "custom_that_is_far_longer_than_it_may_be"] {
        post("type", json!(kind)).refused(400, "model.post.is_valid.type.app_error");
    }
    post("type", json!("custom_mine")).created();
    let props = json!({"a": "x".repeat(8000)});
    post("props", props).refused(400, "model.post.is_valid.props.app_error");
    let some = post("file_ids", json!([NOBODY, NOBODY])).created();
    assert_eq!(some["file_ids"], json!([]));
    let many: Vec<String> = (10..22).map(|n| format!("{n}{}", "z".repeat(24))).collect();
    post("file_ids", json!(many)).refused(400, "model.post.is_valid.file_ids.app_error");
}

/// Mattermost (Go's decoder): half a surrogate pair becomes U+FFFD, and is not refused.
#[test]
fn an_emoji_cut_in_two_does_not_cost_the_post() {
    let mm = server();
    let channels = Channels::new(&mm);
    let body = format!(
        r#"{{"channel_id":"{}","message":"so \ud83d"}}"#,
        channels.public()
    );
    let made = mm.admin().send_text("POST", "/posts", &body).created();
    assert_eq!(made["message"], "so \u{fffd}");
}

#[test]
fn only_an_account_and_a_channel_that_are_there_get_an_ephemeral_post() {
    let mm = server();
    let channels = Channels::new(&mm);
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let send = |caller: &Caller, user: &str, channel: &str| {
        let post = json!({"channel_id": channel, "message": "psst"});
        caller.post("/posts/ephemeral", json!({"user_id": user, "post": post}))
    };
    let made = send(&admin, &alice.id, channels.public()).created();
    assert_eq!(made["type"], "system_ephemeral");
    admin
        .get(&format!("/posts/{}", made.text("id")))
        .refused(404, "app.post.get.app_error");
    send(&alice, &alice.id, channels.public()).forbidden();
    send(&admin, NOBODY, channels.public()).refused(404, "app.user.missing_account.const");
    send(&admin, "x", channels.public()).refused_body("user_id");
    send(&admin, &alice.id, NOBODY).refused(404, "app.channel.get.existing.app_error");
    send(&admin, &alice.id, "").refused_body("channel_id");
}

/// wire teams-channels-posts: `GET /posts/{id}` | | 200 post, `Etag`
/// wire teams-channels-posts: `PUT /posts/{id}/patch` | `message`
/// wire teams-channels-posts: `DELETE /posts/{id}` | | OK; then 404
/// wire teams-channels-posts: unknown or deleted post
/// wire teams-channels-posts: delete of an unknown post
/// The statuses that a caller gets for a post in a public and in a private channel.
struct Reading<'m> {
    caller: &'m Caller<'m>,
    of_public: u16,
    of_private: u16,
}

#[test]
fn a_post_is_read_by_members_and_in_a_public_channel_by_the_team() {
    let mm = server();
    let channels = Channels::new(&mm);
    let (author, teammate, stranger) =
        (mm.user("author"), mm.user("teammate"), mm.user("stranger"));
    channels.let_in(&mm, &author.id, "in the channel");
    channels.let_in(&mm, &teammate.id, "in the team");
    let post = |channel: &str| {
        let post = author.post_message(channel, "m");
        format!("/posts/{}", post.created().text("id"))
    };
    let (public, private) = (post(channels.public()), post(&channels.of_kind[1].1));
    let reading = |caller, of_public, of_private| Reading {
        caller,
        of_public,
        of_private,
    };
    for Reading {
        caller,
        of_public,
        of_private,
    } in [
        reading(&author, 200, 200),
        reading(&teammate, 200, 403),
        reading(&stranger, 403, 403),
        reading(&mm.admin(), 200, 200),
    ] {
        let answers = [&public, &private].map(|path| caller.get(path).status);
        assert_eq!(answers, [of_public, of_private], "{}", caller.username);
    }
    assert!(author.get(&public).header("etag").is_some());
}

#[test]
fn a_post_is_changed_by_its_author_alone() {
    let mm = server();
    let channels = Channels::new(&mm);
    let (author, teammate, stranger) =
        (mm.user("author"), mm.user("teammate"), mm.user("stranger"));
    channels.let_in(&mm, &author.id, "in the channel");
    channels.let_in(&mm, &teammate.id, "in the team");
    let post = |channel: &str| {
        let post = author.post_message(channel, "m");
        format!("/posts/{}", post.created().text("id"))
    };
    let public = post(channels.public());
    let change = json!({"message": "changed"});
    for caller in [&teammate, &stranger] {
        caller
            .put(&format!("{public}/patch"), change.clone())
            .forbidden();
        caller.delete(&public).forbidden();
    }
    mm.clock().advance(std::time::Duration::from_secs(1));
    let patched = author.put(&format!("{public}/patch"), change).ok();
    assert_eq!(patched["message"], "changed");
    assert!(patched["edit_at"].as_i64() > patched["create_at"].as_i64());
    // Sent as a whole, what is not named is empty.
    let id = patched.text("id");
    let whole = author
        .put(&public, json!({"id": id, "props": {"a": 1}}))
        .ok();
    assert_eq!(
        (&whole["message"], &whole["props"]),
        (&json!(""), &json!({"a": 1}))
    );
}

#[test]
fn a_post_is_deleted_by_its_author_and_by_admins() {
    let mm = server();
    let channels = Channels::new(&mm);
    let (author, teammate, stranger) =
        (mm.user("author"), mm.user("teammate"), mm.user("stranger"));
    channels.let_in(&mm, &author.id, "in the channel");
    channels.let_in(&mm, &teammate.id, "in the team");
    let post = |channel: &str| {
        let post = author.post_message(channel, "m");
        format!("/posts/{}", post.created().text("id"))
    };
    let public = post(channels.public());
    for caller in [&teammate, &stranger] {
        caller.delete(&public).forbidden();
    }
    author.delete(&public).acknowledged();
    let missing = author.get(&public).refused(404, "app.post.get.app_error");
    assert_eq!(missing["message"], "Unable to get the post.");
    author
        .get(&format!("/posts/{NOBODY}"))
        .refused(404, "app.post.get.app_error");
    for caller in [&author, &mm.admin()] {
        caller.delete(&format!("/posts/{NOBODY}")).forbidden();
        caller.delete(&public).forbidden();
    }
    // A team admin, who is no system admin, deletes posts of others.
    mm.sql(&format!(
        "UPDATE team_members SET scheme_admin = 1 WHERE user_id = '{}'",
        teammate.id
    ));
    let another = post(channels.public());
    teammate.delete(&another).acknowledged();
    let last = post(channels.public());
    mm.admin().delete(&last).acknowledged();
}

/// wire teams-channels-posts: `GET /channels/{id}/posts?page&per_page&since&before&after`
/// wire teams-channels-posts: posts of an unknown channel
#[test]
fn the_posts_of_a_channel_are_for_its_members() {
    let mm = server();
    let channels = Channels::new(&mm);
    let teammate = mm.user("teammate");
    channels.let_in(&mm, &teammate.id, "in the team");
    let path = format!("/channels/{}/posts", channels.public());
    teammate.get(&path).forbidden();
    channels.let_in(&mm, &teammate.id, "in the channel");
    let first = teammate.get(&path);
    let members: Vec<String> = first.ok().as_object().unwrap().keys().cloned().collect();
    // The first is of 11.x.
    let expected = [
        "first_inaccessible_post_time",
        "next_post_id",
        "order",
        "posts",
        "prev_post_id",
    ];
    assert_eq!(members, expected);
    let etag = first.header("etag").unwrap();
    let again = teammate.request("GET", &path).header("If-None-Match", etag);
    assert_eq!(mm.send(&again).status, 304);
    for caller in [&teammate, &mm.admin()] {
        caller.get(&format!("/channels/{NOBODY}/posts")).forbidden();
        caller
            .get(&format!("/channels/{NOBODY}/pinned"))
            .forbidden();
    }
    // Mattermost: beside a post that does not exist there is none.
    let list = teammate.get(&format!("{path}?before={NOBODY}")).ok();
    assert_eq!(
        (&list["order"], &list["next_post_id"]),
        (&json!([]), &json!(NOBODY))
    );
    let list = teammate.get(&format!("{path}?after={NOBODY}")).ok();
    assert_eq!(
        (&list["order"], &list["prev_post_id"]),
        (&json!([]), &json!(NOBODY))
    );
    for query in ["before=x", "after=x", "since=x"] {
        let name = query.split('=').next().unwrap();
        teammate.get(&format!("{path}?{query}")).refused_body(name);
    }
}
