//! Commands for accounts.

use std::io::Read;

use pico_args::Arguments;

use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, nothing_left, table, take_data};
use crate::clock::rfc3339;
use crate::secret::Secret;
use crate::secret::password::MAX_BYTES;
use crate::store::Page;
use crate::user::list::sql::{Filter, Walk, each};
use crate::user::password::{self, PasswordChange};
use crate::user::{NewUser, Seen, User, sql};

/// `patmost user create`
pub static CREATE: Command = Command {
    name: "user create",
    takes: "--email ADDRESS --username NAME [--password-stdin] [--system-admin]",
    does: "Create an account; the first one becomes system admin",
    options: &[
        ("--email ADDRESS", "required"),
        ("--username NAME", "required"),
        (
            "--password-stdin",
            "read the password from standard input; without it the account has none and works by tokens only",
        ),
        ("--system-admin", "make it a system admin"),
    ],
    examples: [
        "patmost user create --email admin@example.com --username admin --password-stdin --system-admin < password.txt",
        "patmost user create --email ci@example.com --username ci",
        "id=$(patmost user create --email bot@example.com --username bot --quiet)",
    ],
    run: create,
};

fn create(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let email = arguments.value_from_str("--email")?;
    let username = arguments.value_from_str("--username")?;
    let (stdin, system_admin) = (
        arguments.contains("--password-stdin"),
        arguments.contains("--system-admin"),
    );
    nothing_left(arguments)?;
    let password = if stdin {
        Some(line_of_stdin("password")?)
    } else {
        None
    };
    let operator = Operator::open(&CREATE, data, true)?;
    let new = NewUser {
        email,
        username,
        password,
        system_admin,
        ..NewUser::default()
    };
    let user = crate::user::create(&operator.app, &operator.config, &operator.caller, new)?;
    format.print(
        &Seen::Own.view(&user),
        &format!(
            "created {} with id {} and roles {}",
            user.username, user.id, user.roles
        ),
        &user.id,
    )
}

/// Reads the first line of standard input, without its end.
pub fn line_of_stdin(what: &str) -> Result<String, Stop> {
    let mut text = String::new();
    let most = u64::try_from(MAX_BYTES).unwrap_or(0) + 2;
    let read = std::io::stdin().take(most + 1).read_to_string(&mut text);
    read.map_err(|error| {
        Stop::Failed(format!(
            "cannot read the {what} from standard input: {error}"
        ))
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// `patmost user list`
pub static LIST: Command = Command {
    name: "user list",
    takes: "[--active] [--inactive]",
    does: "List accounts by username",
    options: &[
        ("--active", "only those that are not deactivated"),
        ("--inactive", "only those that are"),
    ],
    examples: [
        "patmost user list",
        "patmost user list --inactive --json",
        "patmost user list --quiet",
    ],
    run: list_users,
};

fn list_users(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let filter = Filter {
        active: arguments.contains("--active"),
        inactive: arguments.contains("--inactive"),
        ..Filter::default()
    };
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&LIST, data)?;
    let reading = operator.app.store.begin()?;
    let walk = Walk::for_filter(&reading.tx(), &filter)?;
    list::print(format, &HEADER, |take| {
        let all = Page::first(i64::MAX);
        each(&reading.tx(), &walk, all, |user| take(&user))
    })
}

const HEADER: [&str; 5] = ["ID", "USERNAME", "EMAIL", "STATE", "ROLES"];

impl Listed for User {
    fn cells(&self) -> Vec<String> {
        let state = if self.delete_at > 0 {
            format!("deactivated {}", rfc3339(self.delete_at))
        } else {
            "active".to_owned()
        };
        vec![
            self.id.clone(),
            self.username.clone(),
            self.email.clone(),
            state,
            self.roles.clone(),
        ]
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Seen::Own.view(self))
    }
}

/// `patmost user show`
pub static SHOW: Command = Command {
    name: "user show",
    takes: "USER",
    does: "Show an account",
    options: &[("USER", "an id, a username or an e-mail address")],
    examples: [
        "patmost user show ci",
        "patmost user show ci@example.com --json",
        "id=$(patmost user show ci --quiet)",
    ],
    run: show,
};

fn show(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&SHOW, data)?;
    let user = find(&operator, &name)?;
    let words = table(&HEADER, &[user.cells()]);
    format.print(&Seen::Own.view(&user), &words, &user.id)
}

/// `patmost user delete`
pub static DELETE: Command = Command {
    name: "user delete",
    takes: "USER [--force]",
    does: "Delete an account for good, with its sessions and tokens: its posts stay, its bots are disabled",
    options: &[("USER", "an id, a username or an e-mail address"), FORCE],
    examples: [
        "patmost user delete ci",
        "patmost user delete ci@example.com --quiet",
        "patmost user delete ci --data /var/lib/patmost/patmost.db",
    ],
    run: delete,
};

fn delete(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let forced = arguments.contains("--force");
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let mut operator = Operator::open(&DELETE, data, false)?;
    operator.caller.forced = forced;
    let user = find(&operator, &name)?;
    let (app, config, caller) = (&operator.app, &operator.config, &operator.caller);
    crate::user::delete(app, config, caller, &user.id, true)?;
    format.print(
        &serde_json::json!({"id": user.id, "done": "deleted"}),
        &format!("deleted {}", user.username),
        &user.id,
    )
}

/// `patmost user roles`
pub static ROLES: Command = Command {
    name: "user roles",
    takes: "USER [--add ROLE]... [--remove ROLE]... [--force]",
    does: "Show an account's roles, or give and take some; they hold on the next request",
    options: &[
        ("USER", "an id, a username or an e-mail address"),
        ("--add ROLE", "give it"),
        ("--remove ROLE", "take it"),
        FORCE,
    ],
    examples: [
        "patmost user roles ci",
        "patmost user roles ci --add system_user_access_token",
        "patmost user roles ci@example.com --remove system_user_access_token --add system_post_all",
    ],
    run: roles,
};

fn roles(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let added: Vec<String> = arguments.values_from_str("--add")?;
    let removed: Vec<String> = arguments.values_from_str("--remove")?;
    let forced = arguments.contains("--force");
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let mut operator = Operator::open(&ROLES, data, false)?;
    operator.caller.forced = forced;
    let user = find(&operator, &name)?;
    let mut roles: Vec<&str> = user
        .roles
        .split_whitespace()
        .filter(|role| !removed.iter().any(|removed| removed == role))
        .collect();
    for role in &added {
        if !roles.contains(&role.as_str()) {
            roles.push(role);
        }
    }
    let roles = crate::permission::roles::parse_list(&roles.join(" "))?;
    if roles != user.roles {
        crate::user::update_roles(&operator.app, &operator.caller, &user.id, roles.clone())?;
    }
    format.print(
        &roles.split_whitespace().collect::<Vec<_>>(),
        &roles,
        &roles,
    )
}

/// `patmost user activate`
pub static ACTIVATE: Command = Command {
    name: "user activate",
    takes: "USER",
    does: "Reactivate an account; its tokens work again",
    options: &[("USER", "an id, a username or an e-mail address")],
    examples: [
        "patmost user activate ci",
        "patmost user activate ci@example.com",
        "patmost user activate ci --data /var/lib/patmost/patmost.db",
    ],
    run: |arguments| active(arguments, &ACTIVATE, true),
};

/// `patmost user deactivate`
pub static DEACTIVATE: Command = Command {
    name: "user deactivate",
    takes: "USER [--force]",
    does: "Deactivate an account: its sessions end, its tokens are refused from the next request on",
    options: &[("USER", "an id, a username or an e-mail address"), FORCE],
    examples: [
        "patmost user deactivate ci",
        "patmost user deactivate ci@example.com",
        "patmost user deactivate ci --data /var/lib/patmost/patmost.db",
    ],
    run: |arguments| active(arguments, &DEACTIVATE, false),
};

fn active(mut arguments: Arguments, command: &Command, active: bool) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let forced = !active && arguments.contains("--force");
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let mut operator = Operator::open(command, data, false)?;
    operator.caller.forced = forced;
    let user = find(&operator, &name)?;
    crate::user::update_active(
        &operator.app,
        &operator.config,
        &operator.caller,
        &user.id,
        active,
    )?;
    let user = find(&operator, &user.id)?;
    let done = if active { "reactivated" } else { "deactivated" };
    format.print(
        &Seen::Own.view(&user),
        &format!("{done} {}", user.username),
        &user.id,
    )
}

/// The option of commands that can leave nobody who manages the system.
const FORCE: (&str, &str) = ("--force", "also if it leaves no active system admin");

/// `patmost user unlock`
pub static UNLOCK: Command = Command {
    name: "user unlock",
    takes: "USER",
    does: "Lift the locks that wrong passwords have put on an account",
    options: &[("USER", "an id, a username or an e-mail address")],
    examples: [
        "patmost user unlock admin",
        "patmost user unlock admin@example.com",
        "patmost user unlock admin --data /var/lib/patmost/patmost.db",
    ],
    run: unlock,
};

fn unlock(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(&UNLOCK, data, false)?;
    let user = find(&operator, &name)?;
    password::unlock(&operator.app, &operator.caller, &user.id)?;
    format.print(
        &serde_json::json!({"id": user.id, "done": "unlocked"}),
        &format!("unlocked {}", user.username),
        &user.id,
    )
}

/// `patmost user password`
pub static PASSWORD: Command = Command {
    name: "user password",
    takes: "USER [--password-stdin]",
    does: "Set a password, lift locks, and end the account's sessions; its tokens stay",
    options: &[
        ("USER", "an id, a username or an e-mail address"),
        (
            "--password-stdin",
            "read the password from standard input; without it a random one is set and printed, this once",
        ),
    ],
    examples: [
        "patmost user password admin",
        "patmost user password admin --password-stdin < password.txt",
        "patmost user password admin --quiet > password.txt",
    ],
    run: set_password,
};

fn set_password(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let stdin = arguments.contains("--password-stdin");
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(&PASSWORD, data, false)?;
    let user = find(&operator, &name)?;
    // A secret has lower case and digits; the rules may want the other kinds, too.
    let new = if stdin {
        line_of_stdin("password")?
    } else {
        format!("{}-A1", Secret::new().reveal())
    };
    let change = PasswordChange {
        current: "",
        new: &new,
        already_hashed: false,
        revoke_sessions: true,
        revoke_tokens: false,
    };
    let (app, config, caller) = (&operator.app, &operator.config, &operator.caller);
    password::update_password(app, config, caller, &user.id, change)?;
    let done = format!(
        "set the password of {} and ended its sessions",
        user.username
    );
    let id = &user.id;
    if stdin {
        return format.print(
            &serde_json::json!({"id": id, "done": "password"}),
            &done,
            id,
        );
    }
    format.print(
        &serde_json::json!({"id": id, "done": "password", "password": new}),
        &format!("{done}; it is, shown this once:\n{new}"),
        &new,
    )
}

/// The account with that id, username or address.
pub fn find(operator: &Operator, name: &str) -> Result<User, Stop> {
    let lower = name.to_lowercase();
    let found = operator.app.store.read(|tx| {
        let by_id = sql::by_id(tx, name)?;
        let by_username =
            by_id.map_or_else(|| sql::by_username(tx, &lower), |user| Ok(Some(user)))?;
        Ok(by_username.map_or_else(|| sql::by_email(tx, &lower), |user| Ok(Some(user)))?)
    })?;
    found.ok_or_else(|| {
        Stop::Failed(format!(
            "there is no account {name:?}; patmost user list shows them"
        ))
    })
}
