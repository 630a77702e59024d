//! Mattermost's permissions by name, and sets of them.

use std::collections::HashMap;
use std::sync::LazyLock;

macro_rules! permissions {
    ($($variant:ident $name:literal)*) => {
        /// Mattermost's permissions, as far as something here depends on them or a built-in role lists them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Permission { $(#[doc = $name] $variant),* }

        impl Permission {
            /// All of them: what a system admin has.
            pub const ALL: &[Permission] = &[$(Permission::$variant),*];

            /// Returns the permission with the name. `None` when nobody knows it.
            pub fn by_name(name: &str) -> Option<Permission> {
                BY_NAME.get(name).copied()
            }

            /// Mattermost's name.
            pub fn name(self) -> &'static str {
                match self { $(Permission::$variant => $name),* }
            }
        }
    };
}

permissions! {
    ManageSystem "manage_system"
    ManageRoles "manage_roles"
    AssignSystemAdminRole "assign_system_admin_role"
    EditOtherUsers "edit_other_users"
    ReadUsersInConsole "sysconsole_read_user_management_users"
    WriteUsersInConsole "sysconsole_write_user_management_users"
    WritePermissionsInConsole "sysconsole_write_user_management_permissions"
    ReadAudits "read_audits"
    GetLogs "get_logs"
    InvalidateCaches "invalidate_caches"
    ViewMembers "view_members"
    ListUsersWithoutTeam "list_users_without_team"
    CreateUserAccessToken "create_user_access_token"
    ReadUserAccessToken "read_user_access_token"
    RevokeUserAccessToken "revoke_user_access_token"
    CreateBot "create_bot"
    ReadBots "read_bots"
    ReadOthersBots "read_others_bots"
    ManageBots "manage_bots"
    ManageOthersBots "manage_others_bots"
    AssignBot "assign_bot"
    CreateTeam "create_team"
    ManageTeam "manage_team"
    ListPublicTeams "list_public_teams"
    JoinPublicTeams "join_public_teams"
    ListPrivateTeams "list_private_teams"
    JoinPrivateTeams "join_private_teams"
    ViewTeam "view_team"
    AddUserToTeam "add_user_to_team"
    RemoveUserFromTeam "remove_user_from_team"
    ManageTeamRoles "manage_team_roles"
    ImportTeam "import_team"
    InviteUser "invite_user"
    InviteGuest "invite_guest"
    PromoteGuest "promote_guest"
    DemoteToGuest "demote_to_guest"
    ListTeamChannels "list_team_channels"
    JoinPublicChannels "join_public_channels"
    ReadPublicChannel "read_public_channel"
    CreatePublicChannel "create_public_channel"
    CreatePrivateChannel "create_private_channel"
    DeletePublicChannel "delete_public_channel"
    DeletePrivateChannel "delete_private_channel"
    ManagePublicChannelMembers "manage_public_channel_members"
    ManagePrivateChannelMembers "manage_private_channel_members"
    ManagePublicChannelProperties "manage_public_channel_properties"
    ManagePrivateChannelProperties "manage_private_channel_properties"
    ManageChannelRoles "manage_channel_roles"
    ReadChannel "read_channel"
    CreateDirectChannel "create_direct_channel"
    CreateGroupChannel "create_group_channel"
    CreatePost "create_post"
    CreatePostPublic "create_post_public"
    CreatePostEphemeral "create_post_ephemeral"
    EditPost "edit_post"
    EditOthersPosts "edit_others_posts"
    DeletePost "delete_post"
    DeleteOthersPosts "delete_others_posts"
    UseChannelMentions "use_channel_mentions"
    UseGroupMentions "use_group_mentions"
    AddReaction "add_reaction"
    RemoveReaction "remove_reaction"
    RemoveOthersReactions "remove_others_reactions"
    UploadFile "upload_file"
    GetPublicLink "get_public_link"
    UseSlashCommands "use_slash_commands"
    CreateEmojis "create_emojis"
    DeleteEmojis "delete_emojis"
    DeleteOthersEmojis "delete_others_emojis"
    ManageIncomingWebhooks "manage_incoming_webhooks"
    ManageOwnIncomingWebhooks "manage_own_incoming_webhooks"
    BypassIncomingWebhookChannelLock "bypass_incoming_webhook_channel_lock"
    ManageOutgoingWebhooks "manage_outgoing_webhooks"
    ManageOthersIncomingWebhooks "manage_others_incoming_webhooks"
    ManageOthersOutgoingWebhooks "manage_others_outgoing_webhooks"
    ManageSlashCommands "manage_slash_commands"
    ManageOwnSlashCommands "manage_own_slash_commands"
    ManageOthersSlashCommands "manage_others_slash_commands"
    ManageOauth "manage_oauth"
    ManageSystemWideOauth "manage_system_wide_oauth"
    ManageJobs "manage_jobs"
}

static BY_NAME: LazyLock<HashMap<&str, Permission>> = LazyLock::new(|| {
    Permission::ALL
        .iter()
        .map(|permission| (permission.name(), *permission))
        .collect()
});

/// A set of permissions: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(u128);

impl PermissionSet {
    /// No permission.
    pub const NONE: PermissionSet = PermissionSet(0);

    /// Every permission.
    pub fn all() -> PermissionSet {
        Permission::ALL.iter().copied().collect()
    }

    /// From names with spaces between; names nobody knows permit nothing.
    pub fn parse(names: &str) -> PermissionSet {
        names
            .split(' ')
            .filter_map(|name| BY_NAME.get(name).copied())
            .collect()
    }

    /// Whether it is in the set.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Whether every permission of the other set is in this one.
    pub fn includes(self, other: PermissionSet) -> bool {
        self.0 & other.0 == other.0
    }

    /// The permissions of this set that are not in the other one.
    pub fn without(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 & !other.0)
    }

    /// The permissions that are in both sets.
    pub fn common(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 & other.0)
    }

    /// Returns the names of the permissions.
    pub fn names(self) -> Vec<&'static str> {
        let has = |permission: &&Permission| self.has(**permission);
        Permission::ALL
            .iter()
            .filter(has)
            .map(|one| one.name())
            .collect()
    }

    /// Both sets together.
    pub fn and(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 | other.0)
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> PermissionSet {
        PermissionSet(
            permissions
                .into_iter()
                .fold(0, |bits, permission| bits | 1 << permission as u32),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_fit_into_the_set_and_have_names_of_their_own() {
        assert!(Permission::ALL.len() <= 128);
        assert_eq!(BY_NAME.len(), Permission::ALL.len());
        for permission in Permission::ALL {
            assert_eq!(
                PermissionSet::parse(permission.name()),
                [*permission].into_iter().collect()
            );
        }
    }
}
