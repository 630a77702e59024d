//! Tests with `mattermost_api`, as it is published, against a server in the same process.
//!
//! ```sh
//! cargo test --manifest-path examples/rust/Cargo.toml
//! ```

use std::time::Duration;

use mattermost_api::models::PostBody;
use mattermost_api::prelude::*;
use patmost::fixture::{Fault, Fixture, State};
use serde_json::{Value, json};

const SEED: &str = include_str!("../../seed.json");
const CI: &str = "abcdefghijklmnopqrstuvwxyz";

fn server() -> Fixture {
    let seeded = Fixture::builder().seed(SEED).expect("the seed");
    seeded.start().expect("a server")
}

fn client(mm: &Fixture, token: &str) -> Mattermost {
    let auth = AuthenticationData::from_access_token(token);
    Mattermost::new(mm.url(), auth).expect("a client")
}

async fn me(mm: &Fixture, token: &str) -> Result<Value, ApiError> {
    client(mm, token).query("GET", "users/me", None, None).await
}

fn status<T>(result: Result<T, ApiError>) -> i16 {
    match result {
        Ok(_) => 200,
        Err(ApiError::MattermostApiError(error)) => error.status_code,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_posted_is_in_the_channel() {
    let mm = server();
    let ci = client(&mm, CI);
    let path = "teams/name/team/channels/name/talk";
    let channel: Value = ci.query("GET", path, None, None).await.unwrap();
    let post = PostBody {
        channel_id: channel["id"].as_str().unwrap().into(),
        message: "done".into(),
        root_id: None,
    };
    let posted = ci.create_post(&post).await.unwrap();
    let path = format!("channels/{}/posts", post.channel_id);
    let list: Value = ci.query("GET", &path, None, None).await.unwrap();
    assert_eq!(list["order"][0], json!(posted.id));
    let called = mm.requests().into_iter().find(|call| call.method == "POST");
    assert_eq!(called.unwrap().body["message"], "done");
}

#[tokio::test]
async fn a_token_is_good_no_more() {
    let mm = server();
    for state in [State::Expired, State::Disabled, State::OwnerDeactivated] {
        let made = mm.token(state).unwrap();
        assert_eq!(status(me(&mm, &made.token).await), 401, "{state:?}");
    }
    let rotated = mm.token(State::Rotated).unwrap();
    assert_eq!(status(me(&mm, &rotated.token).await), 401);
    let new_token = rotated.new_token.unwrap();
    assert_eq!(status(me(&mm, &new_token).await), 200);
}

#[tokio::test]
async fn a_login_ends_with_time() {
    let mm = server();
    let auth = AuthenticationData::from_password(&mm.admin().username, &mm.admin().password);
    let mut admin = Mattermost::new(mm.url(), auth).unwrap();
    admin.store_session_token().await.unwrap();
    let mine = || admin.query::<Value>("GET", "users/me", None, None);
    assert_eq!(status(mine().await), 200);
    mm.clock().advance(Duration::from_secs(181 * 86_400));
    assert_eq!(status(mine().await), 401);
    mm.reset().unwrap();
    assert_eq!(status(me(&mm, &mm.admin().token).await), 200);
}

#[tokio::test]
async fn a_server_in_trouble_says_so_once() {
    let mm = server();
    let fault = Fault {
        status: Some(503),
        times: Some(1),
        ..Fault::default()
    };
    mm.set_faults(vec![fault]).unwrap();
    assert_eq!(status(me(&mm, CI).await), 503);
    assert_eq!(status(me(&mm, CI).await), 200);
}
