//! REST and events with `mattermost_api` 0.8, as it is published.
//!
//! ```sh
//! cd examples/rust
//! PATMOST_URL=http://127.0.0.1:8065 PATMOST_ADMIN=admin PATMOST_PASSWORD=... cargo run
//! ```
//!
//! The admin makes a team and a channel, posts, and hears over the WebSocket what is posted. Prints a line for each step;
//! the first surprise ends it with exit code 1.

use std::env;
use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use mattermost_api::models::PostBody;
use mattermost_api::prelude::*;
use mattermost_api::socket::WebsocketEventType;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Hands every event over to who waits for it.
struct Ear(UnboundedSender<WebsocketEvent>);

#[async_trait]
impl WebsocketHandler for Ear {
    async fn callback(&self, event: WebsocketEvent) {
        // Nobody waits any more: the program ends.
        let _ = self.0.send(event);
    }
}

/// The next event of a kind, within 10 s. None may be missing before it.
async fn hear(
    events: &mut UnboundedReceiver<WebsocketEvent>,
    seq: &mut usize,
    kind: WebsocketEventType,
) -> Result<WebsocketEvent> {
    let next = async {
        while let Some(event) = events.recv().await {
            expect("the next event", event.seq == *seq)?;
            *seq += 1;
            if event.event == kind {
                return Ok(event);
            }
        }
        Err("the connection was lost".into())
    };
    timeout(Duration::from_secs(10), next)
        .await
        .map_err(|_| format!("expected {kind:?} within 10 s"))?
}

fn expect(what: &str, is_so: bool) -> Result<()> {
    is_so
        .then_some(())
        .ok_or_else(|| format!("expected {what}").into())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

async fn run() -> Result<()> {
    let mut steps = 0;
    let mut step = |text: &str| {
        steps += 1;
        println!("ok {steps} {text}");
    };
    let url = env::var("PATMOST_URL")?;
    let (username, password) = (env::var("PATMOST_ADMIN")?, env::var("PATMOST_PASSWORD")?);
    // So that it can run again on the same server.
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();

    let auth = AuthenticationData::from_password(&username, &password);
    let mut api = Mattermost::new(&url, auth)?;
    api.store_session_token().await?;
    let me: Value = api.query("GET", "users/me", None, None).await?;
    expect("the own account", text(&me, "username") == username)?;
    step("logs in by password");

    let team = json!({"name": format!("team-{now}"), "display_name": "Team", "type": "O"});
    let team: Value = api.post("teams", None, &team).await?;
    let by_name = api.get_team_by_name(text(&team, "name")).await?;
    expect("the team by its name", by_name.id == text(&team, "id"))?;
    let channel =
        json!({"team_id": by_name.id, "name": "talk", "display_name": "Talk", "type": "O"});
    let channel: Value = api.post("channels", None, &channel).await?;
    let channels = api.get_public_channels(&by_name.id).await?;
    expect("three public channels", channels.len() == 3)?;
    step("makes a team and a channel");

    let (sender, mut events) = unbounded_channel();
    let mut seq = 0;
    let mut listener = api.clone();
    let listening = tokio::spawn(async move { listener.connect_to_websocket(Ear(sender)).await });
    hear(&mut events, &mut seq, WebsocketEventType::Hello).await?;
    step("the WebSocket takes the secret of the login, and says hello");

    let body = |root_id: Option<String>, message: &str| PostBody {
        channel_id: text(&channel, "id").into(),
        message: message.into(),
        root_id,
    };
    let post = api.create_post(&body(None, "hello")).await?;
    expect("its author", post.user_id == text(&me, "id"))?;
    let event = hear(&mut events, &mut seq, WebsocketEventType::Posted).await?;
    let heard: Value = serde_json::from_str(text(&event.data, "post"))?;
    expect("the same post", text(&heard, "id") == post.id)?;
    expect("its message", text(&heard, "message") == "hello")?;
    expect("its channel", event.broadcast.channel_id == post.channel_id)?;
    step("posts, and hears it");

    let answer = api
        .create_post(&body(Some(post.id.clone()), "hello to you"))
        .await?;
    let event = hear(&mut events, &mut seq, WebsocketEventType::Posted).await?;
    let heard: Value = serde_json::from_str(text(&event.data, "post"))?;
    expect("an answer to the post", text(&heard, "root_id") == post.id)?;
    let path = format!("channels/{}/posts", post.channel_id);
    let list: Value = api.query("GET", &path, None, None).await?;
    let newest = list["order"].as_array().and_then(|order| order.get(..2));
    let wanted = [json!(answer.id), json!(post.id)];
    expect("both, the newer first", newest == Some(wanted.as_slice()))?;
    step("answers in a thread, hears that, and finds both in the channel");

    // The client knows no way to stop listening.
    listening.abort();
    let _: Value = api.query("POST", "users/logout", None, None).await?;
    match api.query::<Value>("GET", "users/me", None, None).await {
        Err(ApiError::MattermostApiError(error)) => expect("401", error.status_code == 401)?,
        other => return Err(format!("expected a refusal, got {other:?}").into()),
    }
    step("logs out; the secret of the login is refused");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    // Whatever waits for ever ends after a minute.
    timeout(Duration::from_secs(60), run()).await?
}
