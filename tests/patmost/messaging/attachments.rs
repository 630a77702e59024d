//! Message attachments: complete in every answer and event, and without what only the server may know.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::integration::Integration;
use crate::support::team::{NOBODY, Team};
use crate::support::*;

/// A post with a button whose integration has a secret in its context.
fn button(channel: &str, url: &str) -> Value {
    let action = json!({
        "name": "Go", "type": "button",
        "integration": {"url": url, "context": {"key": "context-secret"}},
    });
    json!({
        "channel_id": channel, "message": "m",
        "props": {"attachments": [{"text": "t", "fields": [{"title": "n", "value": 5}], "actions": [action]}, "no attachment"]},
    })
}

fn channel(team: &Team) -> String {
    team.default_channel("town-square")
}

#[test]
fn attachments_are_complete_and_nobody_sees_their_integrations() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let alice = mm.member("alice", &team);
    let channel = channel(&team);
    let mut socket = alice.listen();
    let made = admin
        .post("/posts", button(&channel, "http://127.0.0.1:1/go"))
        .created();
    let path = format!("/posts/{}", made.text("id"));
    let patch = json!({"message": "changed"});
    let mut seen = vec![
        made.to_string(),
        admin.get(&path).ok().to_string(),
        admin.get(&format!("{path}/thread")).ok().to_string(),
        admin.put(&format!("{path}/patch"), patch).ok().to_string(),
        admin
            .get(&format!("/channels/{channel}/posts"))
            .ok()
            .to_string(),
    ];
    seen.extend(socket.events().iter().map(Value::to_string));
    assert!(seen.iter().filter(|text| text.contains("Go")).count() >= 7);
    for text in seen {
        assert!(!text.contains("integration"), "{text}");
        assert!(!text.contains("context-secret"), "{text}");
    }
    let attachments = made["props"]["attachments"].as_array().unwrap();
    assert_eq!(attachments.len(), 1);
    assert_eq!(
        attachments[0]["fields"],
        json!([{"title": "n", "value": 5, "short": false}])
    );
    assert_eq!(attachments[0]["fallback"], "");
    assert_eq!(attachments[0]["actions"][0].text("id").len(), 26);
    assert_eq!(
        made["metadata"]["embeds"],
        json!([{"type": "message_attachment"}])
    );
}

/// A post of the admin's with a button and a list whose integration is there; the path of each action.
fn actions(mm: &Mattermost, channel: &str, url: &str) -> [String; 2] {
    let integration = json!({"url": url, "context": {"key": "context-secret"}});
    let button = json!({"id": "press", "name": "Go", "type": "button", "integration": integration});
    let list = json!({"id": "choose", "name": "Which", "type": "select", "data_source": "users", "integration": integration});
    let props = json!({"attachments": [{"text": "t", "actions": [button, list]}]});
    let post = json!({"channel_id": channel, "message": "before", "props": props});
    let post = mm.admin().post("/posts", post).created().text("id");
    ["press", "choose"].map(|action| format!("/posts/{post}/actions/{action}"))
}

#[test]
fn an_action_asks_its_integration_and_does_what_that_says() {
    let mm = server();
    let team = mm.team("core");
    let [alice, bob] = ["alice", "bob"].map(|name| mm.member(name, &team));
    let channel = channel(&team);
    mm.allow_integrations_at("127.0.0.1");
    let update = json!({
        "update": {"message": "after", "props": {"from_webhook": "true", "attachments": [{"text": "done"}]}},
        "ephemeral_text": "thanks, see <http://a|this>",
    });
    let asked = Integration::of_json(&update);
    let [press, choose] = actions(&mm, &channel, &asked.url);
    let (mut hers, mut his) = (alice.listen(), bob.listen());
    let started = alice.post(&press, json!({})).ok();
    let mut question = asked.next().json();
    let trigger = question["trigger_id"].take();
    // The client knows it by its first part.
    assert!(
        trigger
            .as_str()
            .unwrap()
            .starts_with(&format!("{}:", started.text("trigger_id")))
    );
    let post = press.split('/').nth(2).unwrap();
    assert_eq!(
        question,
        json!({
            "user_id": alice.id, "user_name": "alice", "channel_id": channel, "channel_name": "town-square",
            "team_id": team.id, "team_domain": "core", "post_id": post, "trigger_id": null,
            "type": "button", "data_source": "", "context": {"key": "context-secret"},
        })
    );
    let changed = mm.admin().get(&format!("/posts/{post}")).ok();
    assert_eq!(changed.text("message"), "after");
    assert_eq!(changed["props"]["attachments"][0]["text"], "done");
    // What the post did not have an integration cannot give it.
    assert!(changed["props"].get("from_webhook").is_none());
    let events = hers.events();
    let told: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"] == "ephemeral_message")
        .collect();
    let told: Value = serde_json::from_str(&told[0]["data"].text("post")).unwrap();
    assert_eq!(
        (told.text("message"), told.text("root_id")),
        ("thanks, see [this](http://a)".into(), post.into())
    );
    assert_eq!(his.names(), ["post_edited"]);
    // The action is gone with the attachment.
    alice
        .post(&choose, json!({}))
        .refused(404, "api.post.do_action.action_id.app_error");
}

#[test]
fn a_choice_is_told_and_an_answer_may_say_nothing() {
    let mm = server();
    let channel = channel(&mm.team("core"));
    mm.allow_integrations_at("localhost,127.0.0.0/8");
    let empty = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let asked = Integration::new(empty);
    let [_, choose] = actions(&mm, &channel, &asked.url);
    mm.admin()
        .post(&choose, json!({"selected_option": "a"}))
        .ok();
    let question = asked.next().json();
    assert_eq!(
        question["context"],
        json!({"key": "context-secret", "selected_option": "a"})
    );
    assert_eq!(question["data_source"], "users");
    let post = format!("/posts/{}", choose.split('/').nth(2).unwrap());
    assert_eq!(mm.admin().get(&post).ok().text("message"), "before");
}

#[test]
fn what_cannot_be_asked_and_what_is_no_answer_is_refused() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    let (stranger, channel) = (mm.user("stranger"), channel(&team));
    let refused = |url: &str| {
        let [press, _] = actions(&mm, &channel, url);
        admin
            .post(&press, json!({}))
            .refused(400, "api.post.do_action.action_integration.app_error");
    };
    let asked = Integration::of_json(&json!({}));
    // Nothing is allowed at first, and a network is not the whole of it.
    refused(&asked.url);
    mm.allow_integrations_at("127.1.0.0/16");
    refused(&asked.url);
    assert!(!asked.was_asked());
    mm.allow_integrations_at("127.0.0.1");
    for url in [
        &*asked.url.replace("http:", "https:"),
        "/plugins/a",
        "http://",
        "http://127.0.0.1:1/",
    ] {
        refused(url);
    }
    for answer in [
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]",
        "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n{}",
        "nonsense\r\n\r\n",
    ] {
        refused(&Integration::new(answer).url);
    }
    let [press, _] = actions(&mm, &channel, &asked.url);
    stranger.post(&press, json!({})).forbidden();
    let missing = format!("/posts/{NOBODY}/actions/press");
    stranger.post(&missing, json!({})).forbidden();
    admin
        .post(&missing, json!({}))
        .refused(404, "app.post.get.app_error");
    admin
        .post(&press.replace("press", "nothing"), json!({}))
        .refused(404, "api.post.do_action.action_id.app_error");
}

#[test]
fn integrations_that_do_not_answer_hold_up_nobody() {
    let mm = server();
    let (admin, channel) = (mm.admin(), channel(&mm.team("core")));
    mm.allow_integrations_at("127.0.0.1");
    mm.set("ServiceSettings", "OutgoingIntegrationRequestsTimeout", 1);
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let [press, _] = actions(
        &mm,
        &channel,
        &format!("http://{}/", silent.local_addr().unwrap()),
    );
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let request = admin.request("POST", &press).body("{}");
                let address = mm.address();
                scope.spawn(move || client::send(&address, &request))
            })
            .collect();
        // Connections that wait say that the threads of the lane are at it.
        silent.accept().unwrap();
        mm.login("admin").me().ok();
        for answer in waiting {
            let answer = answer.join().unwrap();
            answer.refused(400, "api.post.do_action.action_integration.app_error");
        }
    });
}

#[test]
fn an_integration_opens_a_form_and_is_told_what_was_filled_in() {
    let mm = server();
    let team = mm.team("core");
    let alice = mm.member("alice", &team);
    let channel = channel(&team);
    mm.allow_integrations_at("127.0.0.1");
    let asked = Integration::of_json(&json!({"errors": {"name": "no"}, "more": 1}));
    let [press, _] = actions(&mm, &channel, &asked.url);
    let started = alice.post(&press, json!({})).ok();
    let question = asked.next().json();
    let mut socket = alice.listen();
    let form = json!({"title": "Form", "elements": []});
    let open = |trigger: &str| {
        let body = json!({"trigger_id": trigger, "url": asked.url, "dialog": form});
        mm.anonymous().post("/actions/dialogs/open", body)
    };
    let trigger = question.text("trigger_id");
    open(&trigger).acknowledged();
    let told = socket.only("open_dialog")["data"].text("dialog");
    let told: Value = serde_json::from_str(&told).unwrap();
    let expected = json!({"trigger_id": started["trigger_id"], "url": asked.url, "dialog": form});
    assert_eq!(told, expected);
    open("x").refused(400, "interactive_message.decode_trigger_id.missing_data");
    open(&trigger.replace(&alice.id, &mm.admin().id)).refused(
        400,
        "interactive_message.decode_trigger_id.verify_signature_failed",
    );
    mm.clock().advance(Duration::from_secs(6));
    open(&trigger).refused(400, "interactive_message.decode_trigger_id.expired");
    let filled = json!({
        "url": asked.url, "callback_id": "c", "state": "s", "channel_id": channel, "team_id": team.id,
        "submission": {"name": "n"}, "cancelled": false, "user_id": NOBODY,
    });
    let answered = alice.post("/actions/dialogs/submit", filled.clone()).ok();
    assert_eq!(answered, json!({"errors": {"name": "no"}}));
    let told = asked.next().json();
    assert_eq!(
        told,
        json!({
            "type": "dialog_submission", "callback_id": "c", "state": "s", "user_id": alice.id, "channel_id": channel,
            "team_id": team.id, "submission": {"name": "n"}, "cancelled": false,
        })
    );
    mm.user("stranger")
        .post("/actions/dialogs/submit", filled)
        .forbidden();
}

#[test]
fn a_post_keeps_its_files_beside_its_attachments() {
    let mm = server();
    let admin = mm.admin();
    let channel = channel(&mm.team("core"));
    let path = format!("/files?channel_id={channel}&filename=a.txt");
    let file = admin.send_text("POST", &path, "contents").created();
    let file = file["file_infos"][0].text("id");
    let mut post = button(&channel, "http://127.0.0.1:1/");
    post["file_ids"] = json!([file]);
    let made = admin.post("/posts", post).created();
    let path = format!("/posts/{}", made.text("id"));
    let patch = json!({"props": {"attachments": [{"text": "other"}]}});
    let changed = admin.put(&format!("{path}/patch"), patch).ok();
    for shown in [made, changed, admin.get(&path).ok()] {
        assert_eq!(shown["file_ids"], json!([file]));
        assert_eq!(shown["metadata"]["files"][0].text("id"), file);
        assert_eq!(
            shown["metadata"]["embeds"][0].text("type"),
            "message_attachment"
        );
    }
}
