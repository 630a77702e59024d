//! Changes of roles.

use serde_json::json;

use crate::app::App;
use crate::audit;
use crate::config;
use crate::error::{AppError, PATCH_LICENSE, ROLE_UNKNOWN};
use crate::event::Audience;
use crate::permission::roles::{Role, SYSTEM_ADMIN};
use crate::permission::{Caller, PermissionSet, ROLE_PATCH, ROLE_PATCH_ADMIN, sql};

/// Mattermost: all that a server without a licence lets a patch add or take.
const PATCHABLE: [&str; 11] = [
    "create_team",
    "manage_incoming_webhooks",
    "manage_own_incoming_webhooks",
    "bypass_incoming_webhook_channel_lock",
    "manage_outgoing_webhooks",
    "manage_slash_commands",
    "manage_oauth",
    "manage_system_wide_oauth",
    "create_emojis",
    "delete_emojis",
    "edit_others_posts",
];

/// Changes what a role permits, from the next request on; `None` changes nothing.
///
/// # Errors
/// In Mattermost's order: the role does not exist, the permission, a permission that needs a licence.
pub fn patch(
    app: &App,
    caller: &Caller,
    id: &str,
    permissions: Option<Vec<String>>,
) -> Result<Role, AppError> {
    let (caller, id) = (caller.clone(), id.to_owned());
    app.change(move |tx, news| {
        let find = || sql::by_id(tx, &id)?.ok_or_else(|| AppError::new(&ROLE_UNKNOWN));
        let role = find()?;
        let rule = if role.name == SYSTEM_ADMIN {
            &ROLE_PATCH_ADMIN
        } else {
            &ROLE_PATCH
        };
        let granted = rule.ask(&caller)?;
        if let Some(mut permissions) = permissions {
            if role.name.ends_with("_guest")
                || !changed(&role.permissions, &permissions).all(|name| PATCHABLE.contains(&name))
            {
                return Err(AppError::new(&PATCH_LICENSE));
            }
            // Nobody gives more than they have.
            let sent = PermissionSet::parse(&permissions.join(" "));
            let had = PermissionSet::parse(&role.permissions.join(" "));
            if !caller.permissions.includes(sent.without(had)) {
                return Err(rule.refusal());
            }
            permissions.sort_unstable();
            permissions.dedup();
            sql::update_permissions(tx, &id, &permissions, granted.at())?;
            config::sql::renew(tx)?;
        }
        audit::record(tx, &granted, "")?;
        let role = find()?;
        // Mattermost: the role as JSON in a text.
        let data = json!({"role": serde_json::to_string(&role).unwrap_or_default()});
        news.tell("role_updated", data, Audience::default());
        Ok(role)
    })
}

/// What is in one of the lists and not in the other.
fn changed<'l>(old: &'l [String], new: &'l [String]) -> impl Iterator<Item = &'l str> {
    let added = new.iter().filter(|name| !old.contains(name));
    old.iter()
        .filter(|name| !new.contains(name))
        .chain(added)
        .map(String::as_str)
}
