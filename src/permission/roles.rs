//! The role table: role -> permissions, and what a list of roles is.

use serde::Serialize;

use crate::clock::Millis;
use crate::error::{AppError, ROLE_LICENSE};

/// The role that permits everything.
pub const SYSTEM_ADMIN: &str = "system_admin";

/// The role of every person and bot.
pub const SYSTEM_USER: &str = "system_user";

/// A role as the API shows it.
#[derive(Debug, Serialize)]
pub struct Role {
    /// 26 letters.
    pub id: String,
    /// `a-z0-9_`, at most 64.
    pub name: String,
    /// Mattermost: a key into the client's translations.
    pub display_name: String,
    /// The same.
    pub description: String,
    /// When made.
    pub create_at: Millis,
    /// When changed last.
    pub update_at: Millis,
    /// Always 0: roles are not deleted.
    pub delete_at: Millis,
    /// Names of permissions.
    pub permissions: Vec<String>,
    /// Whether a permission scheme may change it.
    pub scheme_managed: bool,
    /// Whether it came with the program.
    pub built_in: bool,
}

/// A role that comes with the program. Mattermost: the lists are those of a fresh server, as far as the permissions exist here.
#[derive(Debug)]
pub struct BuiltIn {
    /// The role's name.
    pub name: &'static str,
    /// The middle of Mattermost's translation keys.
    pub key: &'static str,
    /// Names with spaces between; `*` is every permission.
    pub permissions: &'static str,
    pub scheme_managed: bool,
}

const fn role(
    name: &'static str,
    key: &'static str,
    scheme_managed: bool,
    permissions: &'static str,
) -> BuiltIn {
    BuiltIn {
        name,
        key,
        permissions,
        scheme_managed,
    }
}

/// Role -> permissions.
pub static BUILT_IN: &[BuiltIn] = &[
    role(SYSTEM_ADMIN, "global_admin", true, "*"),
    role(
        SYSTEM_USER,
        "global_user",
        true,
        "create_team list_public_teams join_public_teams create_direct_channel create_group_channel view_members create_emojis delete_emojis",
    ),
    role(
        "system_user_access_token",
        "system_user_access_token",
        false,
        "create_user_access_token read_user_access_token revoke_user_access_token",
    ),
    role(
        "system_post_all",
        "system_post_all",
        false,
        "create_post use_channel_mentions use_group_mentions",
    ),
    role(
        "system_post_all_public",
        "system_post_all_public",
        false,
        "create_post_public use_channel_mentions use_group_mentions",
    ),
    role(
        "system_guest",
        "global_guest",
        true,
        "create_direct_channel create_group_channel",
    ),
    role(
        "team_admin",
        "team_admin",
        true,
        "remove_user_from_team manage_team import_team manage_team_roles manage_channel_roles manage_others_incoming_webhooks \
         manage_others_outgoing_webhooks manage_slash_commands manage_others_slash_commands manage_incoming_webhooks \
         manage_outgoing_webhooks delete_post delete_others_posts",
    ),
    role(
        "team_user",
        "team_user",
        true,
        "list_team_channels join_public_channels read_public_channel view_team create_public_channel create_private_channel invite_user add_user_to_team",
    ),
    role("team_guest", "team_guest", true, "view_team"),
    role(
        "team_post_all",
        "team_post_all",
        false,
        "create_post use_channel_mentions use_group_mentions",
    ),
    role(
        "team_post_all_public",
        "team_post_all_public",
        false,
        "create_post_public use_channel_mentions use_group_mentions",
    ),
    role(
        "channel_admin",
        "channel_admin",
        true,
        "manage_channel_roles use_group_mentions",
    ),
    role(
        "channel_user",
        "channel_user",
        true,
        "read_channel add_reaction remove_reaction manage_public_channel_members manage_private_channel_members \
         manage_public_channel_properties manage_private_channel_properties delete_public_channel delete_private_channel upload_file \
         get_public_link create_post edit_post delete_post use_channel_mentions use_group_mentions use_slash_commands",
    ),
    role(
        "channel_guest",
        "channel_guest",
        true,
        "read_channel add_reaction remove_reaction upload_file edit_post create_post use_channel_mentions use_slash_commands",
    ),
];

/// Mattermost: roles that a server without a licence has no use for and does not assign.
const LICENSED: [&str; 3] = [
    "system_user_manager",
    "system_manager",
    "system_read_only_admin",
];

/// Whether the text can be the name of a role.
pub fn is_valid_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A list of roles as a client sends it, with single spaces between.
///
/// # Errors
/// `roles` when a name cannot be one or `system_admin` stands alone; a role that needs a licence.
pub fn parse_list(roles: &str) -> Result<String, AppError> {
    let names: Vec<&str> = roles.split_whitespace().collect();
    // Mattermost: `system_admin` alone is taken for a slip of the pen.
    if !names.iter().all(|name| is_valid_name(name)) || names == [SYSTEM_ADMIN] {
        return Err(AppError::body_param("roles"));
    }
    if names.iter().any(|name| LICENSED.contains(name)) {
        return Err(AppError::new(&ROLE_LICENSE));
    }
    Ok(names.join(" "))
}

/// Whether a list of roles holds the role.
pub fn holds(roles: &str, role: &str) -> bool {
    roles.split(' ').any(|name| name == role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::Permission;

    #[test]
    fn built_in_roles_list_permissions_that_exist() {
        for role in BUILT_IN.iter().filter(|role| role.permissions != "*") {
            for name in role.permissions.split_whitespace() {
                assert!(
                    Permission::ALL
                        .iter()
                        .any(|permission| permission.name() == name),
                    "{}: {name}",
                    role.name
                );
            }
        }
    }
}
