//! Teams, channels, posts, and who may post where.

use crate::support::*;

/// A team with one channel of each kind that the admin is in.
struct World<'m> {
    mm: &'m Mattermost,
    team: String,
    public: String,
    private: String,
}

fn world(mm: &Mattermost) -> World<'_> {
    let admin = mm.admin();
    let team = admin.create_team("core").created().text("id");
    let channel =
        |name: &str, kind: &str| admin.create_channel(&team, name, kind).created().text("id");
    let (public, private) = (channel("public", "O"), channel("private", "P"));
    World {
        mm,
        team,
        public,
        private,
    }
}

impl World<'_> {
    fn join_team(&self, user: &Caller) {
        self.mm
            .admin()
            .post(
                &format!("/teams/{}/members", self.team),
                json!({"team_id": self.team, "user_id": user.id}),
            )
            .created();
    }

    fn join(&self, channel: &str, user: &Caller) {
        self.mm.admin().add_to_channel(channel, user).created();
    }
}

fn post(caller: &Caller, channel: &str) -> Answer {
    caller.post_message(channel, "hello")
}

#[test]
fn a_role_taken_away_holds_on_the_next_request_and_gives_no_right_to_read() {
    let mm = server();
    let world = world(&mm);
    let poster = mm.user("poster").with_role("system_post_all");
    let made = post(&poster, &world.private).created();
    poster
        .get(&format!("/posts/{}", made.text("id")))
        .forbidden();
    mm.admin().set_roles(&poster, "system_user").acknowledged();
    post(&poster, &world.private).forbidden();
    post(&mm.admin(), "aaaaaaaaaaaaaaaaaaaaaaaaaa").forbidden();
}

#[test]
fn a_reply_is_counted_and_stands_in_the_thread_and_the_list() {
    let mm = server();
    let world = world(&mm);
    let author = mm.user("author");
    world.join_team(&author);
    world.join(&world.public, &author);
    let body = json!({"channel_id": world.public, "message": "first", "pending_post_id": "mine:1", "user_id": "x", "root_id": null, "props": {"a": 1}});
    let first = author.post("/posts", body.clone()).created();
    assert_eq!(
        (first["user_id"].as_str(), &first["props"]),
        (Some(author.id.as_str()), &json!({"a": 1}))
    );
    assert_eq!(author.post("/posts", body).created()["id"], first["id"]);
    let reply = author
        .post(
            "/posts",
            json!({"channel_id": world.public, "message": "second", "root_id": first["id"]}),
        )
        .created();
    let path = format!("/posts/{}", first.text("id"));
    assert_eq!(author.get(&path).ok()["reply_count"], 1);
    assert_eq!(
        author.get(&format!("{path}/thread")).ok()["order"],
        json!([first["id"], reply["id"]])
    );
    author.says(&world.public, "third");
    let list = author
        .get(&format!("/channels/{}/posts?per_page=2", world.public))
        .ok();
    assert_eq!(
        (
            list["order"].as_array().unwrap().len(),
            &list["order"][1],
            &list["prev_post_id"]
        ),
        (2, &reply["id"], &first["id"])
    );
}

#[test]
fn a_post_with_an_unknown_root_or_too_long_is_refused() {
    let mm = server();
    let world = world(&mm);
    let author = mm.user("author");
    world.join_team(&author);
    world.join(&world.public, &author);
    author
        .post(
            "/posts",
            json!({"channel_id": world.public, "message": "x", "root_id": "nothing"}),
        )
        .refused(400, "api.post.create_post.root_id.app_error");
    let long = |length: usize| {
        author.post(
            "/posts",
            json!({"channel_id": world.public, "message": "x".repeat(length)}),
        )
    };
    long(16_383).created();
    long(16_384).refused(400, "model.post.is_valid.msg.app_error");
}

#[test]
fn a_post_is_changed_and_deleted_by_its_author_alone() {
    let mm = server();
    let world = world(&mm);
    let author = mm.user("author");
    world.join_team(&author);
    world.join(&world.public, &author);
    let first = author.says(&world.public, "first");
    let path = format!("/posts/{}", first.text("id"));
    assert!(
        author
            .put(&format!("{path}/patch"), json!({"message": "changed"}))
            .ok()["edit_at"]
            .as_i64()
            .unwrap()
            > 0
    );
    let other = mm.user("other");
    other
        .put(&format!("{path}/patch"), json!({"message": "mine"}))
        .forbidden();
    other.delete(&path).forbidden();
    author.delete(&path).acknowledged();
    author.get(&path).refused(404, "app.post.get.app_error");
    author.delete(&path).forbidden();
    mm.admin()
        .delete(&format!("/channels/{}", world.public))
        .acknowledged();
    post(&author, &world.public).refused(400, "api.post.create_post.can_not_post_to_deleted.error");
}

#[test]
fn several_are_added_to_a_channel_or_none_of_them() {
    let mm = server();
    let world = world(&mm);
    let (alice, bob, stranger) = (mm.user("alice"), mm.user("bob"), mm.user("stranger"));
    world.join_team(&alice);
    world.join_team(&bob);
    let path = format!("/channels/{}/members", world.private);
    let add = |ids: Value| mm.admin().post(&path, json!({ "user_ids": ids }));
    add(json!([alice.id, stranger.id])).refused(404, "app.team.get_member.missing.app_error");
    for bad in [json!([]), json!([7]), json!(["x"]), json!([alice.id, "x"])] {
        add(bad).refused_body("user_ids");
    }
    assert_eq!(mm.admin().get(&path).ok().as_array().unwrap().len(), 1);
    let added = add(json!([alice.id, bob.id])).created();
    assert_eq!(added.each("user_id"), [alice.id.as_str(), &bob.id]);
    assert_eq!(mm.admin().get(&path).ok().as_array().unwrap().len(), 3);
}
