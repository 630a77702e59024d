//! Message attachments: complete in every answer and event, and without what only the server may know.

use crate::support::team::Team;
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
