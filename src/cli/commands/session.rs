//! Commands for sessions.

use pico_args::Arguments;

use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, nothing_left, take_data};
use crate::clock::rfc3339;
use crate::session::{self, OpenSession, sql};

/// `patmost session list`
pub static LIST: Command = Command {
    name: "session list",
    takes: "USER",
    does: "List the open sessions of an account: its logins, and its tokens that were used",
    options: &[("USER", "an id, a username or an e-mail address")],
    examples: [
        "patmost session list admin",
        "patmost session list admin --json",
        "patmost session list admin@example.com --quiet",
    ],
    run: list_all,
};

fn list_all(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&LIST, data)?;
    let user = super::user::find(&operator, &name)?;
    let now = operator.caller.at;
    let sessions = operator
        .app
        .store
        .read(|tx| Ok(sql::list(tx, &user.id, now)?))?;
    let header = ["ID", "KIND", "BEGAN", "LAST ACTIVE", "ENDS", "CLIENT"];
    list::print(format, &header, |take| {
        sessions.iter().try_for_each(|session| take(session))
    })
}

impl OpenSession {
    fn prop(&self, name: &str) -> &str {
        self.props
            .get(name)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
    }
}

impl Listed for OpenSession {
    fn cells(&self) -> Vec<String> {
        let kind = match self.prop("type") {
            "" => "login",
            _ => "token",
        };
        let end = match self.expires_at {
            0 => "never".to_owned(),
            end => rfc3339(end),
        };
        vec![
            self.id.clone(),
            kind.to_owned(),
            rfc3339(self.create_at),
            rfc3339(self.last_activity_at),
            end,
            format!("{} {}", self.prop("browser"), self.prop("os")),
        ]
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&serde_json::json!({
            "id": self.id, "user_id": self.user_id, "create_at": self.create_at, "expires_at": self.expires_at,
            "last_activity_at": self.last_activity_at, "device_id": self.device_id, "roles": self.roles, "props": self.props,
        }))
    }
}

/// `patmost session revoke`
pub static REVOKE: Command = Command {
    name: "session revoke",
    takes: "USER [SESSION_ID]",
    does: "End a session of an account, or all of them; its tokens work on",
    options: &[
        ("USER", "an id, a username or an e-mail address"),
        (
            "SESSION_ID",
            "as in patmost session list; without it, all end",
        ),
    ],
    examples: [
        "patmost session revoke admin w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost session revoke admin",
        "patmost session revoke admin@example.com --quiet",
    ],
    run: revoke,
};

fn revoke(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: String = arguments.free_from_str()?;
    let session_id: Option<String> = arguments.opt_free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(&REVOKE, data, false)?;
    let user = super::user::find(&operator, &name)?;
    let (app, caller) = (&operator.app, &operator.caller);
    let done = match &session_id {
        Some(id) => {
            session::revoke(app, caller, &user.id, id).map_err(|_| {
                Stop::Failed(format!(
                    "{} has no session {id}; patmost session list {} shows them",
                    user.username, user.username
                ))
            })?;
            format!("ended {id}")
        }
        None => {
            session::revoke_all(app, caller, &user.id)?;
            format!("ended all sessions of {}", user.username)
        }
    };
    let id = session_id.as_deref().unwrap_or(&user.id);
    format.print(&serde_json::json!({"id": id, "done": "revoked"}), &done, id)
}
