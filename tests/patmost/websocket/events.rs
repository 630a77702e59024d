//! Who hears of what over the WebSocket: each event with its data, and everybody who must not hear it.

use std::collections::HashSet;

use crate::support::socket::Socket;
use crate::support::team::Team;
use crate::support::*;

/// A team with a private channel; alice and bob are in it, carol is in the team only, dave in another team.
struct World<'m> {
    team: Team<'m>,
    channel: String,
    alice: Caller<'m>,
    bob: Caller<'m>,
    carol: Caller<'m>,
    dave: Caller<'m>,
}

fn world(mm: &Mattermost) -> World<'_> {
    let (team, other) = (mm.team("core"), mm.team("other"));
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| mm.member(name, &team));
    let dave = mm.member("dave", &other);
    let channel = team.channel("private", "P", &[&alice, &bob]);
    World {
        team,
        channel,
        alice,
        bob,
        carol,
        dave,
    }
}

impl World<'_> {
    /// What each of them hears of the name after that was done, in the order of their names: data and broadcast.
    fn hear(&self, name: &str, done: impl FnOnce()) -> [Vec<(Value, Value)>; 4] {
        let all = [&self.alice, &self.bob, &self.carol, &self.dave];
        let sockets = all.map(Caller::listen);
        done();
        sockets.map(|mut socket| {
            let mut events = socket.events();
            events.retain(|event| event["event"] == name);
            let parts = |event: Value| (event["data"].clone(), event["broadcast"].clone());
            events.into_iter().map(parts).collect()
        })
    }
}

/// A broadcast that names one thing.
fn to(name: &str, id: &str) -> Value {
    let mut broadcast = json!({"omit_users": null, "user_id": "", "channel_id": "", "team_id": ""});
    if !name.is_empty() {
        broadcast[name] = id.into();
    }
    broadcast
}

/// A member that holds JSON as a string.
fn inner(data: &Value, name: &str) -> Value {
    serde_json::from_str(data[name].as_str().unwrap()).unwrap()
}

/// wire websocket: `broadcast` says who gets it
/// wire websocket: All four members of `broadcast` are always there
/// wire websocket: `data.post` is **a string holding JSON**
/// wire websocket: `data.mentions` is **a string holding a JSON list**
/// wire websocket: `sender_name` has the `@` in front
/// wire websocket: `channel_type` `O P D G`
#[test]
fn a_post_is_heard_by_the_members_of_its_channel_only() {
    let mm = server();
    let w = world(&mm);
    let mut made = Value::Null;
    let heard = w.hear("posted", || {
        made = w.alice.says(&w.channel, "hello @bob, @carol and @nobody");
    });
    let [alice, bob, carol, dave] = heard;
    assert_eq!(alice, bob);
    assert_eq!((carol.len(), dave.len(), alice.len()), (0, 0, 1));
    let (data, broadcast) = &alice[0];
    assert_eq!(broadcast, &to("channel_id", &w.channel));
    let post = inner(data, "post");
    let members = post.as_object().unwrap().keys().cloned();
    assert_eq!(
        members.collect::<Vec<String>>().join(" "),
        "channel_id create_at delete_at edit_at file_ids hashtags id is_pinned last_reply_at message metadata original_id parent_id \
         participants pending_post_id props reply_count root_id type update_at user_id"
    );
    assert_eq!(post, made);
    assert_eq!(
        (
            &post["root_id"],
            &post["props"],
            &post["metadata"],
            &post["participants"]
        ),
        (&json!(""), &json!({}), &json!({}), &Value::Null)
    );
    assert_eq!(
        data,
        &json!({
            "channel_display_name": "private", "channel_name": "private", "channel_type": "P",
            "mentions": json!([w.bob.id]).to_string(), "post": data["post"], "sender_name": "@alice", "set_online": true,
            "team_id": w.team.id,
        })
    );
    // Nobody is mentioned: there is no such member.
    let [alice, ..] = w.hear("posted", || drop(w.bob.says(&w.channel, "hello")));
    assert!(alice[0].0.get("mentions").is_none());
    let open = w.team.channel("open", "O", &[&w.alice]);
    let [alice, bob, ..] = w.hear("posted", || drop(w.alice.says(&open, "hello")));
    assert_eq!((&alice[0].0["channel_type"], bob.len()), (&json!("O"), 0));
}

/// In a direct channel, and in a group.
#[test]
fn a_private_post_is_heard_by_the_members_of_its_channel_only() {
    let mm = server();
    let w = world(&mm);
    let direct = w.alice.direct_channel(&w.dave).created();
    let [alice, bob, carol, dave] = w.hear("posted", || {
        w.alice.says(&direct, "hi");
    });
    assert_eq!((alice.clone(), bob.len(), carol.len()), (dave, 0, 0));
    let data = &alice[0].0;
    assert_eq!(
        data,
        &json!({
            "channel_display_name": "@alice", "channel_name": direct["name"], "channel_type": "D",
            "mentions": json!([w.dave.id]).to_string(), "post": data["post"], "sender_name": "@alice", "set_online": true,
            "team_id": "",
        })
    );
    let mut sorted = [w.alice.id.clone(), w.dave.id.clone()];
    sorted.sort();
    assert_eq!(direct["name"], sorted.join("__"));
    let ids = json!([w.alice.id, w.bob.id, w.dave.id]);
    let group = w.alice.post("/channels/group", ids).created().text("id");
    let [alice, bob, carol, dave] = w.hear("posted", || drop(w.alice.says(&group, "hi")));
    assert_eq!(alice[0].0["channel_type"], "G");
    assert_eq!((bob.len(), carol.len(), dave.len()), (1, 0, 1));
}

/// wire websocket: `set_online` is true unless
/// wire websocket: Posts of bot accounts have `props.from_bot`
/// wire websocket: The author hears its own events too
#[test]
fn posted_event_names_author_and_online_flag() {
    let mm = server();
    let w = world(&mm);
    let (mut first, mut second) = (w.alice.listen(), w.alice.listen());
    let body = json!({"channel_id": w.channel, "message": "m"});
    w.alice.post("/posts?set_online=false", body).created();
    for socket in [&mut first, &mut second] {
        assert_eq!(socket.only("posted")["data"]["set_online"], false);
    }
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = mm.bot("ci");
    let bot = bot.with_token(&bot.token("x").secret);
    w.team.add(&bot);
    w.team.join(&w.channel, &bot);
    first.events();
    bot.says(&w.channel, "built");
    let data = first.only("posted")["data"].clone();
    assert_eq!(inner(&data, "post")["props"], json!({"from_bot": "true"}));
    assert_eq!(data["sender_name"], "@ci");
}

/// wire websocket: `post_edited`
/// wire websocket: `post_deleted`
#[test]
fn members_hear_of_a_changed_and_a_deleted_post() {
    let mm = server();
    let w = world(&mm);
    let post = w.alice.says(&w.channel, "first");
    let path = format!("/posts/{}", post.text("id"));
    mm.clock().advance(std::time::Duration::from_secs(1));
    type Change<'c> = &'c dyn Fn() -> Value;
    let patched = || {
        w.alice
            .put(&format!("{path}/patch"), json!({"message": "second"}))
            .ok()
    };
    let updated = || {
        let body = json!({"id": post["id"], "message": "third"});
        w.alice.put(&path, body).ok()
    };
    let changes: [Change; 2] = [&patched, &updated];
    for change in changes {
        let mut after = Value::Null;
        let [alice, bob, carol, dave] = w.hear("post_edited", || after = change());
        assert_eq!((&alice, carol.len(), dave.len()), (&bob, 0, 0));
        assert_eq!(alice[0].1, to("channel_id", &w.channel));
        let edited = inner(&alice[0].0, "post");
        assert_eq!(edited, after);
        assert_eq!(edited["edit_at"], mm.clock().now());
        assert_eq!(alice[0].0.as_object().unwrap().len(), 1);
    }
    let before = w.alice.get(&path).ok();
    let [alice, bob, carol, dave] = w.hear("post_deleted", || w.alice.delete(&path).acknowledged());
    assert_eq!((&alice, carol.len(), dave.len()), (&bob, 0, 0));
    assert_eq!(inner(&alice[0].0, "post"), before);
}

/// wire websocket: `user_added`
/// wire websocket: `user_removed`
#[test]
fn joining_and_leaving_are_told_in_the_channel() {
    let mm = server();
    let w = world(&mm);
    let added = json!({"team_id": w.team.id, "user_id": w.carol.id});
    let expected = vec![(added, to("channel_id", &w.channel))];
    let heard = w.hear("user_added", || w.team.join(&w.channel, &w.carol));
    assert_eq!(
        heard,
        [expected.clone(), expected.clone(), expected, vec![]]
    );
    let path = format!("/channels/{}/members/{}", w.channel, w.carol.id);
    let remover = &mm.admin().id;
    let others = json!({"user_id": w.carol.id, "remover_id": remover});
    let others = vec![(others, to("channel_id", &w.channel))];
    let herself = json!({"channel_id": w.channel, "remover_id": remover});
    let herself = vec![(herself, to("user_id", &w.carol.id))];
    let mut hers = w.carol.listen();
    let heard = w.hear("user_removed", || mm.admin().delete(&path).acknowledged());
    assert_eq!(heard, [others.clone(), others, herself, vec![]]);
    // From here on she hears nothing of it.
    w.alice.says(&w.channel, "she is gone");
    assert!(!hers.names().contains(&"posted".to_owned()));
}

/// wire websocket: `direct_added`
/// wire websocket: `channel_created`
#[test]
fn a_new_channel_is_told_to_its_members() {
    let mm = server();
    let w = world(&mm);
    let mut direct = Value::Null;
    let heard = w.hear("direct_added", || {
        direct = w.alice.direct_channel(&w.dave).created();
    });
    let data = json!({"creator_id": w.alice.id, "teammate_id": w.dave.id});
    let expected = vec![(data, to("channel_id", &direct.text("id")))];
    assert_eq!(heard, [expected.clone(), vec![], vec![], expected]);
    // The second time it is there already.
    let heard = w.hear("direct_added", || {
        w.dave.direct_channel(&w.alice).created();
    });
    assert_eq!(heard, [vec![], vec![], vec![], vec![]]);
    let mut made = Value::Null;
    let heard = w.hear("channel_created", || {
        let body = json!({"team_id": w.team.id, "name": "new", "display_name": "New", "type": "O"});
        made = w.alice.post("/channels", body).created();
    });
    let data = json!({"channel_id": made["id"], "team_id": w.team.id});
    let expected = vec![(data, to("user_id", &w.alice.id))];
    assert_eq!(heard, [expected, vec![], vec![], vec![]]);
}

/// wire websocket: `channel_updated`
/// wire websocket: `channel_deleted`
/// wire websocket: `channel_viewed`
#[test]
fn a_channel_is_changed_viewed_and_archived() {
    let mm = server();
    let w = world(&mm);
    let path = format!("/channels/{}", w.channel);
    let mut after = Value::Null;
    let [alice, bob, carol, dave] = w.hear("channel_updated", || {
        let patch = json!({"display_name": "Renamed"});
        after = mm.admin().put(&format!("{path}/patch"), patch).ok();
    });
    assert_eq!((&alice, carol.len(), dave.len()), (&bob, 0, 0));
    assert_eq!(inner(&alice[0].0, "channel"), after);
    assert_eq!(alice[0].1, to("channel_id", &w.channel));
    let viewed = json!({"channel_id": w.channel});
    let expected = vec![(viewed.clone(), to("user_id", &w.bob.id))];
    let view = || drop(w.bob.post("/channels/members/me/view", viewed.clone()).ok());
    let post = || drop(w.bob.says(&w.channel, "hello"));
    for done in [&view as &dyn Fn(), &post] {
        let heard = w.hear("channel_viewed", done);
        assert_eq!(heard, [vec![], expected.clone(), vec![], vec![]]);
    }
    let heard = w.hear("channel_deleted", || {
        mm.admin().delete(&path).acknowledged()
    });
    let data = json!({"channel_id": w.channel, "delete_at": mm.clock().now()});
    let expected = vec![(data, to("team_id", &w.team.id))];
    assert_eq!(
        heard,
        [expected.clone(), expected.clone(), expected, vec![]]
    );
}

/// wire websocket: `added_to_team` (sent twice by 5.37)
/// wire websocket: `leave_team`
#[test]
fn joining_and_leaving_a_team_are_told() {
    let mm = server();
    let w = world(&mm);
    let data = json!({"team_id": w.team.id, "user_id": w.dave.id});
    let (mut alices, mut daves) = (w.alice.listen(), w.dave.listen());
    w.team.add(&w.dave);
    let events = daves.events();
    let told: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "added_to_team",
            "user_added",
            "posted",
            "user_added",
            "posted"
        ]
    );
    assert_eq!(
        (&events[0]["data"], &events[0]["broadcast"]),
        (&data, &to("user_id", &w.dave.id))
    );
    // Town Square, then Off-Topic: in each the system says it.
    let (square, off_topic) = ("town-square", "off-topic");
    let channel = |name: &str| to("channel_id", &w.team.default_channel(name));
    assert_eq!(events[1]["broadcast"], channel(square));
    assert_eq!(events[2]["broadcast"], channel(square));
    assert_eq!(events[3]["broadcast"], channel(off_topic));
    assert_eq!(events[2]["data"]["sender_name"], "System");
    let post = inner(&events[2]["data"], "post");
    assert_eq!(post["type"], "system_join_team");
    assert_eq!(events[4]["broadcast"], channel(off_topic));
    let post = inner(&events[4]["data"], "post");
    assert_eq!(post["type"], "system_join_channel");
    assert_eq!(
        alices.names(),
        ["user_added", "posted", "user_added", "posted"]
    );
    let path = format!("/teams/{}/members/{}", w.team.id, w.dave.id);
    let heard = w.hear("leave_team", || mm.admin().delete(&path).acknowledged());
    let expected = vec![(data, to("team_id", &w.team.id))];
    assert_eq!(heard, [(); 4].map(|()| expected.clone()));
    daves.events();
    w.alice.says(w.team.default_channel(square), "he is gone");
    assert_eq!(daves.names(), [""; 0]);
}

/// wire websocket: `new_user`
/// wire websocket: `user_updated`
#[test]
fn a_new_and_a_changed_user_are_told_to_all_without_private_fields() {
    let mm = server();
    let w = world(&mm);
    let everyone = |data: Value| [(); 4].map(|()| vec![(data.clone(), to("", ""))]);
    let mut id = String::new();
    let heard = w.hear("new_user", || id = mm.user("eve").id);
    assert_eq!(heard, everyone(json!({ "user_id": id })));
    let heard = w.hear("user_updated", || {
        let patch = json!({"first_name": "Alice", "nickname": "Al"});
        w.alice.patch_me(patch).ok();
    });
    let user = heard[3][0].0["user"].clone();
    assert_eq!(heard, everyone(json!({ "user": user })));
    assert_eq!(user.text("id"), w.alice.id);
    assert_eq!(user.text("nickname"), "Al");
    assert_eq!(user.text("email"), "");
    assert_eq!(user.text("first_name"), "");
    assert!(user.get("notify_props").is_none() && user.get("password").is_none());
}

/// wire websocket: `user_role_updated`
#[test]
fn changed_roles_are_told_to_their_user_alone() {
    let mm = server();
    let w = world(&mm);
    let roles = "system_user system_post_all";
    let heard = w.hear("user_role_updated", || {
        mm.admin().set_roles(&w.alice, roles).acknowledged();
    });
    let data = json!({"roles": roles, "user_id": w.alice.id});
    let expected = vec![(data, to("user_id", &w.alice.id))];
    assert_eq!(heard, [expected, vec![], vec![], vec![]]);
}

/// wire websocket: `user_activation_status_change`
/// wire websocket: `status_change`
#[test]
fn activation_is_told_to_all_and_a_deactivated_user_hears_it_last() {
    let mm = server();
    let w = world(&mm);
    let (mut alices, mut daves) = (mm.socket(), w.dave.listen());
    assert_eq!(alices.ask(&w.alice.challenge())["status"], "OK");
    let online = alices.only("status_change");
    assert_eq!(
        online["data"],
        json!({"status": "online", "user_id": w.alice.id})
    );
    assert_eq!(online["broadcast"], to("user_id", &w.alice.id));
    let of_all = ["user_updated", "user_activation_status_change"];
    mm.admin().deactivate(&w.alice).acknowledged();
    assert_eq!(daves.names(), of_all);
    mm.admin().activate(&w.alice).acknowledged();
    assert_eq!(daves.names(), of_all);
    let (_, events) = alices.end();
    assert_eq!(events[0]["event"], "status_change");
    assert_eq!(events[0]["data"]["status"], "offline");
    assert_eq!(events[1]["event"], "user_updated");
    assert_eq!(events[2]["event"], "user_activation_status_change");
    assert_eq!(events[2]["data"], json!({}));
}

/// A second device is no news; what was set by hand stays; who comes back is online again.
#[test]
fn a_changed_status_is_told_to_its_user() {
    let mm = server();
    let alice = mm.user("alice");
    let mut first = alice.listen();
    let second = alice.listen();
    assert_eq!(first.names(), [""; 0]);
    let path = format!("/users/{}/status", alice.id);
    for status in ["dnd", "online", "away"] {
        let body = json!({"user_id": alice.id, "status": status});
        assert_eq!(alice.put(&path, body).ok()["status"], status);
        assert_eq!(first.only("status_change")["data"]["status"], status);
    }
    second.closes();
    first.closes();
    let mut again = mm.socket();
    again.ask(&alice.challenge());
    assert_eq!(again.names(), [""; 0]);
    let body = json!({"user_id": alice.id, "status": "online"});
    alice.put(&path, body).ok();
    again.closes();
    assert_eq!(mm.admin().get(&path).ok()["status"], "offline");
    let mut again = mm.socket();
    again.ask(&alice.challenge());
    assert_eq!(again.names(), ["status_change"]);
    assert_eq!(mm.admin().get(&path).ok()["status"], "online");
}

/// wire websocket: `seq` counts the events of **this connection**
#[test]
fn posts_made_at_once_are_heard_in_their_order() {
    const EACH: usize = 25;
    let mm = server();
    let w = world(&mm);
    let address = mm.address();
    let mut sockets = [w.alice.listen(), w.bob.listen()];
    // A caller of the tests stays in its thread: the request goes over alone.
    let request = |caller: &Caller, message: String| {
        let body = json!({"channel_id": w.channel, "message": message});
        caller.request("POST", "/posts").body(body.to_string())
    };
    let requests: Vec<Vec<Request>> = [&w.alice, &w.bob, &mm.admin(), &w.alice]
        .iter()
        .enumerate()
        .map(|(who, caller)| {
            (0..EACH)
                .map(|n| request(caller, format!("{who} {n}")))
                .collect()
        })
        .collect();
    std::thread::scope(|scope| {
        for requests in requests {
            let address = &address;
            scope.spawn(move || {
                for request in &requests {
                    client::send(address, request).created();
                }
            });
        }
    });
    // The socket checks that no number is missing.
    let heard = sockets.each_mut().map(posted);
    let path = format!("/channels/{}/posts?per_page=200", w.channel);
    let list = w.alice.get(&path).ok();
    let order = list["order"].as_array().unwrap();
    let mut listed: Vec<String> = order.iter().map(|id| id.as_str().unwrap().into()).collect();
    listed.reverse();
    listed.retain(|id| list["posts"][id]["type"] == "");
    assert_eq!(listed.iter().collect::<HashSet<_>>().len(), 4 * EACH);
    assert_eq!(heard, [listed.clone(), listed]);
}

/// The ids of what was posted, as it was heard.
fn posted(socket: &mut Socket) -> Vec<String> {
    let events = socket.events();
    let posted = events.iter().filter(|event| event["event"] == "posted");
    posted
        .map(|event| inner(&event["data"], "post").text("id"))
        .collect()
}

/// A post that only one account sees, and reactions.
#[test]
fn an_ephemeral_post_is_heard_by_one_user_and_a_reaction_by_the_channel() {
    let mm = server();
    let w = world(&mm);
    let [alice, bob, carol, dave] = w.hear("ephemeral_message", || {
        let post = json!({"channel_id": w.channel, "message": "psst"});
        let body = json!({"user_id": w.bob.id, "post": post});
        mm.admin().post("/posts/ephemeral", body).created();
    });
    assert_eq!(
        (alice.len(), bob.len(), carol.len(), dave.len()),
        (0, 1, 0, 0)
    );
    assert_eq!(inner(&bob[0].0, "post")["message"], "psst");
    let post = w.alice.says(&w.channel, "like this").text("id");
    let reaction = json!({"user_id": w.bob.id, "post_id": post, "emoji_name": "smile"});
    let at = mm.clock().now();
    let told = json!({
        "user_id": w.bob.id, "post_id": post, "emoji_name": "smile", "create_at": at,
        // These are of 11.x.
        "update_at": at, "delete_at": 0, "remote_id": "", "channel_id": w.channel,
    });
    let [alice, bob, carol, dave] = w.hear("reaction_added", || {
        w.bob.post("/reactions", reaction).ok();
    });
    assert_eq!((&alice, carol.len(), dave.len()), (&bob, 0, 0));
    assert_eq!(inner(&alice[0].0, "reaction"), told);
}

#[test]
fn changes_of_preferences_roles_and_settings_are_told() {
    let mm = server();
    let admin = mm.admin();
    let other = mm.user("other");
    let (mut own, mut others) = (admin.listen(), other.listen());
    let preference = json!([{"user_id": admin.id, "category": "c", "name": "n", "value": "v"}]);
    admin
        .put("/users/me/preferences", preference.clone())
        .acknowledged();
    admin
        .post("/users/me/preferences/delete", preference.clone())
        .acknowledged();
    mm.set("TeamSettings", "SiteName", "New");
    let role = admin.get("/roles/name/system_user").ok();
    let patch = json!({"permissions": role["permissions"]});
    admin
        .put(&format!("/roles/{}/patch", role.text("id")), patch)
        .ok();
    let told = own.events();
    let named =
        |name: &str| told.iter().find(|event| event["event"] == name).unwrap()["data"].clone();
    for name in ["preferences_changed", "preferences_deleted"] {
        let list: Value = serde_json::from_str(&named(name).text("preferences")).unwrap();
        assert_eq!(list, preference, "{name}");
    }
    assert_eq!(named("config_changed")["config"]["SiteName"], "New");
    let updated: Value = serde_json::from_str(&named("role_updated").text("role")).unwrap();
    assert_eq!(updated["name"], "system_user");
    assert_eq!(others.names(), ["config_changed", "role_updated"]);
}

#[test]
fn a_group_channel_is_told_with_all_its_members() {
    let mm = server();
    let ids = [
        mm.admin().id.clone(),
        mm.user("a").id.clone(),
        mm.user("b").id.clone(),
    ];
    let mut socket = mm.admin().listen();
    mm.admin().post("/channels/group", json!(ids)).created();
    let told = socket.only("group_added");
    let mut members: Vec<String> =
        serde_json::from_str(&told["data"].text("teammate_ids")).unwrap();
    members.sort();
    let mut ids = ids.to_vec();
    ids.sort();
    assert_eq!(members, ids);
}
