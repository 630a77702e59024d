//! Commands for roles.

use pico_args::Arguments;

use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, nothing_left, take_data};
use crate::permission::roles::Role;
use crate::permission::sql;

/// `patmost role list`
pub static LIST: Command = Command {
    name: "role list",
    takes: "",
    does: "List roles",
    options: &[],
    examples: [
        "patmost role list",
        "patmost role list --json",
        "patmost role list --quiet",
    ],
    run: list_all,
};

fn list_all(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&LIST, data)?;
    let roles = operator.app.store.read(|tx| Ok(sql::list(tx)?))?;
    list::print(format, &["NAME", "PERMISSIONS"], |take| {
        roles.iter().try_for_each(|role| take(role))
    })
}

impl Listed for Role {
    fn cells(&self) -> Vec<String> {
        vec![self.name.clone(), self.permissions.len().to_string()]
    }

    fn id(&self) -> &str {
        // Commands know a role by its name.
        let Role { name, .. } = self;
        name
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// `patmost role show`
pub static SHOW: Command = Command {
    name: "role show",
    takes: "ROLE",
    does: "Show what a role permits",
    options: &[("ROLE", "its name")],
    examples: [
        "patmost role show system_user",
        "patmost role show system_user --json",
        "patmost role show team_admin | grep webhooks",
    ],
    run: show,
};

fn show(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&SHOW, data)?;
    let found = operator.app.store.read(|tx| Ok(sql::by_name(tx, &name)?))?;
    let role = found.ok_or_else(|| {
        Stop::Failed(format!(
            "there is no role {name:?}; patmost role list shows them"
        ))
    })?;
    let permissions = role.permissions.join("\n");
    format.print(&role, &permissions, &permissions)
}
