//! `kill -9` at random moments while eight clients write: every answered change is there after the restart, nothing is half
//! done. `PATMOST_KILLS=1000 cargo test --test kill` kills more often than the 200 times of a plain run.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;
use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::connection::Connection;
use support::process::{Process, serve};
use support::*;

const CLIENTS: usize = 8;

/// Tokens that a client keeps; beyond that it revokes.
const TOKENS: usize = 12;

/// A random number below `bound`; every instance of `RandomState` has another key.
fn below(bound: usize) -> usize {
    RandomState::new().build_hasher().finish() as usize % bound
}

/// What a client asks for.
#[derive(Clone, Debug)]
enum Change {
    Make { description: String },
    Switch { id: String, on: bool },
    Revoke { id: String },
    Post { message: String },
    Team { name: String },
}

/// Somebody who writes, and what must be there because it was answered.
struct Client {
    number: usize,
    secret: String,
    channel_id: String,
    /// Id to description and whether it is enabled; his own secret's is not in here.
    tokens: BTreeMap<String, (String, bool)>,
    own_token: String,
    /// Answered since the last look.
    posts: Vec<String>,
    teams: Vec<String>,
    /// What the server must have counted.
    all_posts: i64,
    all_token_changes: usize,
    /// Sent and not answered when the server was killed.
    open: Option<Change>,
    names: usize,
}

impl Client {
    fn new(process: &Process, admin: &str, number: usize) -> Client {
        let name = format!("client{number}");
        let account =
            json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD});
        let id = process
            .send("POST", "/users", admin, account)
            .created()
            .text("id");
        let roles = json!({"roles": format!("system_user {TOKEN_ROLE}")});
        process
            .send("PUT", &format!("/users/{id}/roles"), admin, roles)
            .acknowledged();
        let path = format!("/users/{id}/tokens");
        let token = process
            .send("POST", &path, admin, json!({"description": "own"}))
            .ok();
        let secret = token.text("token");
        let to_itself = json!([id, id]);
        let channel = process
            .send("POST", "/channels/direct", &secret, to_itself)
            .created();
        Client {
            number,
            secret,
            channel_id: channel.text("id"),
            tokens: BTreeMap::new(),
            own_token: token.text("id"),
            posts: Vec::new(),
            teams: Vec::new(),
            all_posts: 0,
            all_token_changes: 0,
            open: None,
            names: 0,
        }
    }

    /// Writes until the server is gone; gives the number of answers.
    fn write(&mut self, address: &str) -> usize {
        let Ok(mut connection) = Connection::to(address) else {
            return 0;
        };
        for answered in 0.. {
            let change = self.next();
            self.open = Some(change.clone());
            let (method, path, body) = self.request(&change);
            match connection.ask(method, path, &self.secret, &body.to_string()) {
                Err(_) => return answered,
                Ok(answer) => {
                    assert!(
                        [200, 201].contains(&answer.status),
                        "{change:?}: {}",
                        answer.text()
                    );
                    self.answered(change, &answer.json());
                    self.open = None;
                }
            }
        }
        unreachable!("somebody wrote for ever")
    }

    fn next(&mut self) -> Change {
        self.names += 1;
        let name = format!("c{}n{}", self.number, self.names);
        let some = |tokens: &BTreeMap<String, (String, bool)>| {
            tokens.keys().nth(below(tokens.len())).unwrap().clone()
        };
        match below(10) {
            _ if self.tokens.len() > TOKENS => Change::Revoke {
                id: some(&self.tokens),
            },
            0..3 if !self.tokens.is_empty() => {
                let id = some(&self.tokens);
                Change::Switch {
                    on: !self.tokens[&id].1,
                    id,
                }
            }
            3..5 if !self.tokens.is_empty() => Change::Revoke {
                id: some(&self.tokens),
            },
            5..7 => Change::Post { message: name },
            7 => Change::Team { name },
            _ => Change::Make { description: name },
        }
    }

    fn request(&self, change: &Change) -> (&'static str, &'static str, Value) {
        match change {
            Change::Make { description } => (
                "POST",
                "/users/me/tokens",
                json!({"description": description}),
            ),
            Change::Switch { id, on: true } => {
                ("POST", "/users/tokens/enable", json!({"token_id": id}))
            }
            Change::Switch { id, on: false } => {
                ("POST", "/users/tokens/disable", json!({"token_id": id}))
            }
            Change::Revoke { id } => ("POST", "/users/tokens/revoke", json!({"token_id": id})),
            Change::Post { message } => (
                "POST",
                "/posts",
                json!({"channel_id": self.channel_id, "message": message}),
            ),
            Change::Team { name } => (
                "POST",
                "/teams",
                json!({"name": name, "display_name": name, "type": "O"}),
            ),
        }
    }

    /// What must be there from now on.
    fn answered(&mut self, change: Change, answer: &Value) {
        match change {
            Change::Make { description } => {
                self.tokens.insert(answer.text("id"), (description, true));
                self.all_token_changes += 1;
            }
            Change::Switch { id, on } => {
                self.tokens.get_mut(&id).unwrap().1 = on;
                self.all_token_changes += 1;
            }
            Change::Revoke { id } => {
                self.tokens.remove(&id);
                self.all_token_changes += 1;
            }
            Change::Post { message } => {
                self.posts.push(message);
                self.all_posts += 1;
            }
            Change::Team { name } => self.teams.push(name),
        }
    }

    /// Holds what the server has against what it answered. The change that was open may be there or not, but whole.
    fn look(&mut self, address: &str) {
        let mut connection = Connection::to(address).unwrap();
        let secret = self.secret.clone();
        let mut get = |path: &str| connection.ask("GET", path, &secret, "").unwrap();
        let open = self.open.take();

        let mut tokens = BTreeMap::new();
        for token in get("/users/me/tokens?per_page=200")
            .ok()
            .as_array()
            .unwrap()
        {
            let is_active = token["is_active"].as_bool().unwrap();
            tokens.insert(token.text("id"), (token.text("description"), is_active));
        }
        tokens
            .remove(&self.own_token)
            .expect("the own token is gone");
        if tokens != self.tokens {
            let made = tokens.iter().find(|(id, _)| !self.tokens.contains_key(*id));
            let answer = json!({"id": made.map(|(id, _)| id)});
            match &open {
                Some(
                    change @ (Change::Make { .. } | Change::Switch { .. } | Change::Revoke { .. }),
                ) => {
                    self.answered(change.clone(), &answer);
                }
                other => panic!(
                    "tokens changed by {other:?}: {tokens:?}, not {:?}",
                    self.tokens
                ),
            }
            assert_eq!(tokens, self.tokens, "{open:?} was done by half");
        }

        let posts = get(&format!("/channels/{}/posts?per_page=200", self.channel_id)).ok();
        let messages: Vec<String> = posts["posts"]
            .as_object()
            .unwrap()
            .values()
            .map(|post| post.text("message"))
            .collect();
        if let Some(Change::Post { message }) = &open
            && messages.contains(message)
        {
            self.posts.push(message.clone());
            self.all_posts += 1;
        }
        for message in self.posts.drain(..) {
            assert!(messages.contains(&message), "{message} was lost");
        }
        let channel = get(&format!("/channels/{}", self.channel_id)).ok();
        assert_eq!(channel["total_msg_count"], self.all_posts, "{open:?}");

        if let Some(Change::Team { name }) = &open
            && get(&format!("/teams/name/{name}")).status == 200
        {
            self.teams.push(name.clone());
        }
        for name in self.teams.drain(..) {
            let id = get(&format!("/teams/name/{name}")).ok().text("id");
            for channel in ["town-square", "off-topic"] {
                get(&format!("/teams/{id}/channels/name/{channel}")).ok();
            }
            get(&format!("/teams/{id}/members/me")).ok();
        }
    }

    /// Every change of a token has its audit row, and there is none without a change.
    fn look_at_audit(&self, address: &str) {
        let mut connection = Connection::to(address).unwrap();
        let mut rows = 0;
        for page in 0.. {
            let path = format!("/users/me/audits?per_page=200&page={page}");
            let audits = connection.ask("GET", &path, &self.secret, "").unwrap().ok();
            let audits = audits.as_array().unwrap();
            rows += audits
                .iter()
                .filter(|row| row.text("extra_info").starts_with("success - token_id="))
                .count();
            if audits.len() < 200 {
                break;
            }
        }
        assert_eq!(rows, self.all_token_changes);
    }
}

fn start(folder: &Path) -> Process {
    // Nobody reads the lines of the requests.
    serve(
        folder,
        &["--enable-user-access-tokens"],
        &[("RUST_LOG", "warn")],
    )
}

#[test]
fn an_answered_change_is_there_after_kill_9_and_nothing_is_half_done() {
    let rounds = std::env::var("PATMOST_KILLS").map_or(200, |rounds| rounds.parse().unwrap());
    let begun = Instant::now();
    let folder = new_folder();
    let mut process = start(&folder).with_admin();
    let admin = process.login();
    let mut clients: Vec<Client> = (0..CLIENTS)
        .map(|number| Client::new(&process, &admin, number))
        .collect();
    let (mut answered, mut open, mut done) = (0, 0, 0);
    for _ in 0..rounds {
        let address = process.address.clone();
        answered += std::thread::scope(|scope| {
            let threads: Vec<_> = clients
                .iter_mut()
                .map(|client| scope.spawn(|| client.write(&address)))
                .collect();
            // The moment is what is random here; nothing is waited for.
            std::thread::sleep(Duration::from_micros(below(40_000) as u64));
            process.kill();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum::<usize>()
        });
        process = start(&folder);
        for client in &mut clients {
            let changes = |client: &Client| client.all_posts as usize + client.all_token_changes;
            let (was_open, before) = (client.open.is_some(), changes(client));
            client.look(&process.address);
            open += usize::from(was_open);
            done += changes(client) - before;
        }
    }
    clients
        .iter()
        .for_each(|client| client.look_at_audit(&process.address));
    process.signal("TERM");
    process.ends_with(0);
    let check = Command::new(env!("CARGO_BIN_EXE_patmost"))
        .arg("check")
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
    // A run of the kills in which nothing was written would show nothing.
    assert!(answered > rounds, "only {answered} changes were answered");
    let took = begun.elapsed().as_secs_f64();
    let told = format!(
        "killed {rounds} times in {took:.1} s: {answered} changes answered and kept; {open} open, of which at least {done} were done and none by half\n"
    );
    // Shown also when the test passes, which what the macros print is not.
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}
