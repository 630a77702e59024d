//! One line starts a server: `let mm = server();`. Callers are values. When the test ends the server is stopped, and the
//! log and the data file are searched for every secret that was handed out.
#![allow(dead_code, clippy::unwrap_used)]

pub mod client;
pub mod connection;
pub mod description;
pub mod integration;
#[cfg(unix)]
pub mod process;
pub mod socket;
pub mod team;
pub mod verbs;

use std::cell::RefCell;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

pub use client::{Answer, Request};
use patmost::{Clock, Cost, Options, Pin, Server};
pub use serde_json::{Value, json};

/// Everybody's password.
pub const PASSWORD: &str = "Correct-Horse-1";

/// `Set-Cookie` of a refused credential, and the first one of a logout.
pub const CLEARED_COOKIE: &str = "MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly";

/// The role that lets an account have tokens.
pub const TOKEN_ROLE: &str = "system_user_access_token";

/// A running server and what a test needs of it.
pub struct Mattermost {
    server: Option<Server>,
    folder: PathBuf,
    clock: Clock,
    admin: RefCell<Option<(String, String)>>,
    secrets: RefCell<Vec<String>>,
    /// Those that the file has to have in clear.
    secrets_in_clear: RefCell<Vec<String>>,
    /// Lines that were in the log before the server.
    earlier_lines: usize,
}

/// A server with an admin, personal access tokens on.
pub fn server() -> Mattermost {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    mm
}

/// A server with an admin and every setting at its default.
pub fn fresh() -> Mattermost {
    let mm = empty(&[]);
    mm.anonymous().post("/users", mm.account("admin")).created();
    mm.sign_in_admin();
    mm
}

/// A server without any account, with settings pinned as by flags.
pub fn empty(pins: &[(&str, &str)]) -> Mattermost {
    start(new_folder(), pins, Clock::fixed())
}

/// A server on a folder that may have a file already.
pub fn start(folder: PathBuf, pins: &[(&str, &str)], clock: Clock) -> Mattermost {
    let earlier_lines = capture_log();
    let pins = pins
        .iter()
        .map(|(setting, value)| Pin::new(setting, value, "a test").unwrap())
        .collect();
    let options = Options {
        data: folder.join("patmost.db"),
        pins,
        clock: clock.clone(),
        cost: Cost::Cheapest,
    };
    let server = Server::start(TcpListener::bind("127.0.0.1:0").unwrap().into(), options).unwrap();
    Mattermost {
        server: Some(server),
        folder,
        clock,
        admin: RefCell::default(),
        secrets: RefCell::default(),
        secrets_in_clear: RefCell::default(),
        earlier_lines,
    }
}

/// A folder of its own, gone with the test.
pub fn new_folder() -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!(
        "patmost-test-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::SeqCst)
    );
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Mattermost {
    /// `127.0.0.1:port`
    pub fn address(&self) -> String {
        self.server.as_ref().unwrap().local_addr().to_string()
    }

    /// Where the data is, for the command line.
    pub fn data(&self) -> PathBuf {
        self.folder.join("patmost.db")
    }

    /// Time, which stands still until it is moved.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Moves the time forward.
    pub fn advance_days(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * 86_400));
    }

    /// Nobody.
    pub fn anonymous(&self) -> Caller<'_> {
        Caller {
            mm: self,
            id: String::new(),
            username: String::new(),
            credential: None,
        }
    }

    /// An account without a credential, such as a bot.
    pub fn account_of(&self, id: &str) -> Caller<'_> {
        Caller {
            id: id.to_owned(),
            ..self.anonymous()
        }
    }

    /// The first account, signed in.
    pub fn admin(&self) -> Caller<'_> {
        let (id, credential) = self.admin.borrow().clone().unwrap();
        Caller {
            mm: self,
            id,
            username: "admin".into(),
            credential: Some(credential),
        }
    }

    /// Signs the first account in again.
    pub fn sign_in_admin(&self) {
        let admin = self.login("admin");
        *self.admin.borrow_mut() = Some((admin.id, admin.credential.unwrap()));
    }

    /// A new account, made by the admin and signed in.
    pub fn user(&self, username: &str) -> Caller<'_> {
        self.admin()
            .post("/users", self.account(username))
            .created();
        self.login(username)
    }

    /// A new bot, made by the admin; it has no credential yet.
    pub fn bot(&self, username: &str) -> Caller<'_> {
        let bot = self.admin().create_bot(username).created();
        Caller {
            username: username.into(),
            ..self.account_of(&bot.text("user_id"))
        }
    }

    /// What `POST /users` takes.
    pub fn account(&self, username: &str) -> Value {
        json!({"username": username, "email": format!("{username}@example.com"), "password": PASSWORD})
    }

    /// Signs an account in.
    pub fn login(&self, username: &str) -> Caller<'_> {
        self.login_with(username, PASSWORD)
    }

    /// Signs an account in that has another password than everybody.
    pub fn login_with(&self, username: &str, password: &str) -> Caller<'_> {
        let answer = self.anonymous().post(
            "/users/login",
            json!({"login_id": username, "password": password}),
        );
        let user = answer.ok();
        Caller {
            mm: self,
            id: user.text("id"),
            username: username.into(),
            credential: answer.header("token").map(str::to_owned),
        }
    }

    /// Changes a setting as the admin.
    pub fn set(&self, section: &str, name: &str, value: impl Into<Value>) {
        self.admin()
            .put("/config/patch", json!({section: {name: value.into()}}))
            .ok();
    }

    /// Sets the rules for passwords that a fresh Mattermost 5.37 has.
    pub fn set_all_password_rules(&self) {
        self.set("PasswordSettings", "MinimumLength", 10);
        for rule in ["Lowercase", "Uppercase", "Number", "Symbol"] {
            self.set("PasswordSettings", rule, true);
        }
    }

    /// Sends a request as it is. The answer must be one that is described.
    pub fn send(&self, request: &Request) -> Answer {
        let answer = client::send(&self.address(), request);
        description::holds(&request.method, &request.target, &answer);
        self.note(&request.target, &answer);
        answer
    }

    /// Remembers the secrets that an answer hands out.
    fn note(&self, target: &str, answer: &Answer) {
        let in_body = serde_json::from_slice::<Value>(&answer.body)
            .ok()
            .and_then(|body| body.get("token")?.as_str().map(str::to_owned));
        let handed_out = answer
            .header("token")
            .map(str::to_owned)
            .into_iter()
            .chain(in_body);
        // An integration is shown the token of its command, so the file has it in clear.
        let kept = match target.contains("/commands") {
            true => &self.secrets_in_clear,
            false => &self.secrets,
        };
        kept.borrow_mut()
            .extend(handed_out.filter(|secret| !secret.is_empty()));
    }

    /// Remembers a secret that an answer handed out under another name.
    pub fn note_secret(&self, secret: &str) {
        self.secrets.borrow_mut().push(secret.to_owned());
    }

    /// The line of the access log that belongs to an answer.
    pub fn log_of(&self, answer: &Answer) -> String {
        let id = format!(
            "request_id={} method=",
            answer.header("x-request-id").unwrap()
        );
        let lines = log();
        lines
            .iter()
            .find(|line| line.contains(&id))
            .cloned()
            .unwrap()
    }

    /// Stops the server and starts it anew on the same file, at the same time of day.
    pub fn restarted(mut self) -> Mattermost {
        assert!(self.server.take().unwrap().stop(Duration::from_secs(10)));
        let mut mm = start(std::mem::take(&mut self.folder), &[], self.clock.clone());
        mm.admin.swap(&self.admin);
        mm.secrets.swap(&self.secrets);
        mm.secrets_in_clear.swap(&self.secrets_in_clear);
        mm.earlier_lines = self.earlier_lines;
        mm
    }

    /// Runs SQL on the data file behind the server's back.
    pub fn sql(&self, sql: &str) {
        let data = rusqlite::Connection::open(self.data()).unwrap();
        data.execute_batch(sql).unwrap();
    }

    /// What the server does every hour by itself.
    pub fn clean_up(&self) {
        self.server.as_ref().unwrap().clean_up().unwrap();
    }

    /// Fails when a secret is in a text.
    fn keeps_secrets(&self, place: &str, text: &str) {
        for secret in self.secrets.borrow().iter() {
            assert!(!text.contains(secret.as_str()), "a secret is in {place}");
        }
    }
}

impl Drop for Mattermost {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        let stopped = server.stop(Duration::from_secs(10));
        // Secrets are ASCII: what is not UTF-8 around them does not matter.
        let data = std::fs::read(self.data()).unwrap_or_default();
        let data = String::from_utf8_lossy(&data);
        drop(std::fs::remove_dir_all(&self.folder));
        if std::thread::panicking() {
            return;
        }
        assert!(stopped, "the server did not stop in time");
        self.keeps_secrets("the data file", &data);
        self.secrets
            .borrow_mut()
            .append(&mut self.secrets_in_clear.borrow_mut());
        // Lines of the tests beside this one are among these. Secrets are random: only this server can have logged its own.
        let log = log()[self.earlier_lines..].concat();
        self.keeps_secrets("the log", &log);
        assert!(!log.contains(PASSWORD), "a password is in the log");
        assert!(!data.contains(PASSWORD), "a password is in the data file");
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Caller<'m> {
    mm: &'m Mattermost,
    /// The account's id.
    pub id: String,
    /// The account's name.
    pub username: String,
    /// What goes behind `Bearer`.
    pub credential: Option<String>,
}

impl<'m> Caller<'m> {
    /// The same account with another credential.
    pub fn with_token(&self, secret: &str) -> Caller<'m> {
        Caller {
            credential: Some(secret.to_owned()),
            ..self.clone()
        }
    }

    /// The same account with one more role.
    pub fn with_role(self, role: &str) -> Caller<'m> {
        let had = self
            .mm
            .admin()
            .get(&format!("/users/{}", self.id))
            .ok()
            .text("roles");
        let roles = format!("{had} {role}");
        self.mm.admin().set_roles(&self, &roles).acknowledged();
        self
    }

    /// A new token of the account, made by the admin.
    pub fn token(&self, description: &str) -> Token {
        let answer = self.mm.admin().post(
            &format!("/users/{}/tokens", self.id),
            json!({"description": description}),
        );
        answer.new_token()
    }

    /// Sends a request with the caller's credential.
    pub fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body
            .map(|body| body.to_string().into_bytes())
            .unwrap_or_default();
        self.mm.send(&self.request(method, path).body(body))
    }

    /// A request with the caller's credential, to be changed before it is sent: below `/api/v4`, unless it posts by a
    /// webhook.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let hook = path
            .strip_prefix("/hooks/")
            .is_some_and(|id| id.len() == 26);
        let base = if hook { "" } else { "/api/v4" };
        let request = Request::new(method, &format!("{base}{path}"));
        match &self.credential {
            Some(secret) => request.header("Authorization", &format!("Bearer {secret}")),
            None => request,
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    pub fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(body))
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None)
    }

    /// A body that need not be JSON.
    pub fn send_text(&self, method: &str, path: &str, body: &str) -> Answer {
        self.mm.send(&self.request(method, path).body(body))
    }
}

/// A personal access token.
pub struct Token {
    pub id: String,
    pub secret: String,
}

/// Short ways into JSON.
pub trait Fields {
    /// A member that is a text.
    fn text(&self, name: &str) -> String;
    /// The member of that name of each element.
    fn each(&self, name: &str) -> Vec<String>;
}

impl Fields for Value {
    fn text(&self, name: &str) -> String {
        self[name]
            .as_str()
            .unwrap_or_else(|| panic!("no text {name:?} in {self}"))
            .to_owned()
    }

    fn each(&self, name: &str) -> Vec<String> {
        self.as_array()
            .unwrap_or_else(|| panic!("no list: {self}"))
            .iter()
            .map(|element| element.text(name))
            .collect()
    }
}

/// Every route there is, as the program prints it.
pub fn endpoints() -> Vec<(String, String)> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_patmost"))
        .args(["reference", "endpoints"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let row = |line: &str| {
        line.split('`')
            .nth(1)?
            .split_once(' ')
            .map(|(method, path)| (method.to_owned(), path.to_owned()))
    };
    text.lines().filter_map(row).collect()
}

/// Compares with what is written down; `UPDATE_SNAPSHOTS=1` writes it anew.
pub fn snapshot(name: &str, text: &str) {
    let path = format!("{}/tests/snapshots/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differing: Vec<String> = text
        .lines()
        .zip(written.lines().chain(std::iter::repeat("")))
        .filter(|(now, then)| now != then)
        .map(|(now, then)| format!("was: {then}\nis:  {now}"))
        .collect();
    assert!(text == written, "{}", differing.join("\n"));
}

/// Every line that was logged in this process.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Captures what is logged from now on; gives the number of lines that were captured before.
pub fn capture_log() -> usize {
    patmost::log_to("patmost=debug", |lines| {
        let lines = lines.split_inclusive('\n').map(str::to_owned);
        LOG.lock().unwrap().extend(lines);
    });
    log().len()
}

fn log() -> MutexGuard<'static, Vec<String>> {
    log::logger().flush();
    LOG.lock().unwrap()
}
