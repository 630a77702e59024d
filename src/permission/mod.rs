//! Who may do what: the rule table.
//!
//! Two tables and nothing clever: here operation -> rule, in `role/mod.rs` role -> permissions. A [`Rule`] turns a caller
//! and a target into a [`Granted`], which a change cannot run without.

mod caller;
mod names;
pub mod roles;
mod scope;
pub mod sql;

pub use caller::{Caller, Via};
pub use names::{Permission, PermissionSet};
pub use scope::Scope;

use self::caller::Target;
use crate::clock::Millis;
use crate::error::{
    ACTIVE_PERMISSIONS, AppError, BOT_MISSING, Failure, PASSWORD_CONTEXT, PERMISSIONS,
    TEAM_CREATION, TEAMS_PERMISSIONS,
};
use crate::store::Tx;

/// One row of the rule table.
#[derive(Debug)]
pub struct Rule {
    /// What is asked, in words.
    pub operation: &'static str,
    /// The permission that everyone needs, for the own account too.
    pub needs: Option<Permission>,
    /// The permission that is needed beside it for another user's account; one that may do more than the caller needs
    /// `manage_system` then. `None`: the rule is not about accounts.
    pub others: Option<Permission>,
    /// The permissions for a bot's account, where they are enough: for one's own bots, and for other users' bots.
    pub bots: Option<(Permission, Permission)>,
    /// What a refused caller is told.
    pub refused: &'static Failure,
}

macro_rules! rules {
    ($($name:ident: $operation:literal, $needs:expr, $others:expr, $bots:expr, $refused:expr;)*) => {
        $(#[doc = $operation]
          pub static $name: Rule = Rule { operation: $operation, needs: $needs, others: $others, bots: $bots, refused: &$refused };)*
        /// The rule table.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

use Permission::{
    AddReaction, AddUserToTeam, CreateBot, CreateDirectChannel, CreateEmojis, CreateGroupChannel,
    CreatePost, CreatePostEphemeral, CreatePostPublic, CreatePrivateChannel, CreatePublicChannel,
    CreateTeam, CreateUserAccessToken, DeleteEmojis, DeleteOthersEmojis, DeleteOthersPosts,
    DeletePost, DeletePrivateChannel, DeletePublicChannel, EditOtherUsers, EditOthersPosts,
    EditPost, GetLogs, InvalidateCaches, JoinPrivateTeams, JoinPublicChannels, JoinPublicTeams,
    ListPrivateTeams, ListPublicTeams, ListTeamChannels, ListUsersWithoutTeam, ManageBots,
    ManageChannelRoles, ManageIncomingWebhooks, ManageOthersBots, ManageOthersIncomingWebhooks,
    ManageOthersSlashCommands, ManageOwnIncomingWebhooks, ManageOwnSlashCommands,
    ManagePrivateChannelMembers, ManagePrivateChannelProperties, ManagePublicChannelMembers,
    ManagePublicChannelProperties, ManageRoles, ManageSlashCommands, ManageSystem, ManageTeam,
    ManageTeamRoles, ReadAudits, ReadBots, ReadChannel, ReadOthersBots, ReadPublicChannel,
    ReadUserAccessToken, ReadUsersInConsole, RemoveOthersReactions, RemoveReaction,
    RemoveUserFromTeam, RevokeUserAccessToken, UploadFile, ViewTeam, WritePermissionsInConsole,
    WriteUsersInConsole,
};

//  name               what                                       needs                        and for others             or managing the bot, refusal
/// What it takes to change bots, and to act through their tokens.
const MANAGED: Option<(Permission, Permission)> = Some((ManageBots, ManageOthersBots));

/// What it takes to see bots as bots.
const READ: Option<(Permission, Permission)> = Some((ReadBots, ReadOthersBots));

rules! {
    LOGIN:             "log in, log out",                         None,                        None,                      None, PERMISSIONS;
    SIGN_UP:           "create an account where sign-up is open", None,                        None,                      None, PERMISSIONS;
    USER_CREATE:       "create an account",                       Some(ManageSystem),          None,                      None, PERMISSIONS;
    USER_WITHOUT_TEAM: "list the accounts that are in no team",   Some(ListUsersWithoutTeam),  None,                      None, PERMISSIONS;
    USER_COUNT:        "count accounts of a kind",                Some(ReadUsersInConsole),    None,                      None, PERMISSIONS;
    USER_UPDATE:       "change an account's fields",              None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    USER_AUTH:         "let another service log an account in",   Some(ManageSystem),          None,                      None, PERMISSIONS;
    USER_ROLES:        "give and take roles",                     Some(ManageRoles),           Some(ManageRoles),                      None, PERMISSIONS;
    USER_ACTIVE:       "deactivate, reactivate an account",       Some(WriteUsersInConsole),   Some(WriteUsersInConsole), None, ACTIVE_PERMISSIONS;
    USER_LEAVE:        "deactivate oneself, where it is enabled", None,                        None,                      None, PERMISSIONS;
    USER_DELETE:       "delete an account",                       None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    USER_PASSWORD:     "set a password",                          None,                        Some(WriteUsersInConsole), None, PASSWORD_CONTEXT;
    USER_VERIFY:       "say that an account's address is right",  Some(ManageSystem),          None,                      None, PERMISSIONS;
    SESSION_DEVICE:    "say which device a login is on",          None,                        None,                      None, PERMISSIONS;
    USER_UNLOCK:       "lift the lock of wrong passwords",        Some(WriteUsersInConsole),   Some(WriteUsersInConsole), None, PERMISSIONS;
    USER_TO_BOT:       "convert an account to a bot",             Some(ManageSystem),          None,                      None, PERMISSIONS;
    BOT_TO_USER:       "convert a bot to an account",             Some(ManageSystem),          None,                      None, PERMISSIONS;
    PREFERENCES:       "read, change preferences",                None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    STATUS:            "set a status",                            None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    SESSION_READ:      "list sessions",                           None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    SESSION_REVOKE:    "revoke sessions",                         None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    SESSION_REVOKE_ALL: "revoke everybody's sessions",            Some(ManageSystem),          None,                      None, PERMISSIONS;
    TOKEN_CREATE:      "create, enable, rotate a token",          Some(CreateUserAccessToken), Some(EditOtherUsers),      MANAGED, PERMISSIONS;
    TOKEN_READ:        "list, read tokens",                       Some(ReadUserAccessToken),   Some(EditOtherUsers),      MANAGED, PERMISSIONS;
    TOKEN_REVOKE:      "revoke, disable a token",                 Some(RevokeUserAccessToken), Some(EditOtherUsers),      MANAGED, PERMISSIONS;
    TOKEN_REPORT:      "hand in a secret that was found",         None,                        None,                      None, PERMISSIONS;
    TOKEN_ALL:         "list, search all tokens, revoke those that live too long", Some(ManageSystem), None,              None, PERMISSIONS;
    BOT_CREATE:        "create a bot",                            Some(CreateBot),             None,                      None, PERMISSIONS;
    BOT_READ:          "read a bot",                              None,                        None,                      READ, BOT_MISSING;
    BOT_CHANGE:        "change, disable, enable, assign a bot",   None,                        None,                      MANAGED, PERMISSIONS;
    EMOJI_CREATE:      "create a custom emoji",                   Some(CreateEmojis),          None,                      None, PERMISSIONS;
    EMOJI_DELETE:      "delete one's own custom emoji",           Some(DeleteEmojis),          None,                      None, PERMISSIONS;
    EMOJI_DELETE_OTHERS: "delete somebody else's custom emoji",   Some(DeleteOthersEmojis),    None,                      None, PERMISSIONS;
    SERVER_BUSY_MARK:  "say whether the server is busy",          Some(ManageSystem),          None,                      None, PERMISSIONS;
    ROLE_LIST:         "list roles",                              Some(ManageSystem),          None,                      None, PERMISSIONS;
    ROLE_PATCH:        "change a role's permissions",             Some(WritePermissionsInConsole), None,                  None, PERMISSIONS;
    ROLE_PATCH_ADMIN:  "change the system admin's permissions",   Some(ManageSystem),          None,                      None, PERMISSIONS;
    AUDIT_READ_ALL:    "read all audits",                         Some(ReadAudits),            None,                      None, PERMISSIONS;
    AUDIT_READ:        "read an account's audits",                None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    DASHBOARD_READ:    "see how many tokens there are and how requests are answered", Some(ManageSystem), None,      None, PERMISSIONS;
    LOG_READ:          "read the log",                            Some(GetLogs),               None,                      None, PERMISSIONS;
    CACHES:            "invalidate caches",                       Some(InvalidateCaches),      None,                      None, PERMISSIONS;
    TEAM_CREATE:       "create a team",                           Some(CreateTeam),            None,                      None, TEAM_CREATION;
    TEAM_VIEW:         "see a team that is not open, and its members", Some(ViewTeam),         None,                      None, PERMISSIONS;
    TEAM_LIST_OPEN:    "list open teams",                         Some(ListPublicTeams),       None,                      None, TEAMS_PERMISSIONS;
    TEAM_LIST_ALL:     "list teams that are not open",            Some(ListPrivateTeams),      None,                      None, PERMISSIONS;
    TEAM_MANAGE:       "change, archive, restore a team",         Some(ManageTeam),            None,                      None, PERMISSIONS;
    TEAM_JOIN:         "join an open team",                       Some(JoinPublicTeams),       None,                      None, PERMISSIONS;
    TEAM_JOIN_CLOSED:  "join a team that is not open",            Some(JoinPrivateTeams),      None,                      None, PERMISSIONS;
    TEAM_MEMBER_ROLES: "set the roles of members of a team",      Some(ManageTeamRoles),       None,                      None, PERMISSIONS;
    TEAM_ADD_MEMBER:   "add somebody to a team",                  Some(AddUserToTeam),         None,                      None, PERMISSIONS;
    TEAM_REMOVE_MEMBER: "take somebody out of a team",            Some(RemoveUserFromTeam),    None,                      None, PERMISSIONS;
    MEMBERSHIPS:       "list an account's teams and channels",    None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    LEAVE:             "leave a team or a channel",               None,                        None,                      None, PERMISSIONS;
    CHANNEL_VIEW:      "mark channels as read",                   None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    CHANNEL_CREATE_PUBLIC: "create a public channel",             Some(CreatePublicChannel),   None,                      None, PERMISSIONS;
    CHANNEL_CREATE_PRIVATE: "create a private channel",           Some(CreatePrivateChannel),  None,                      None, PERMISSIONS;
    DIRECT_CREATE:     "open a direct channel",                   Some(CreateDirectChannel),   None,                      None, PERMISSIONS;
    DIRECT_CREATE_OTHERS: "open a direct channel between others", Some(ManageSystem),          None,                      None, PERMISSIONS;
    GROUP_CREATE:      "open a group channel",                    Some(CreateGroupChannel),    None,                      None, PERMISSIONS;
    CHANNEL_READ:      "read a channel",                          Some(ReadChannel),           None,                      None, PERMISSIONS;
    CHANNEL_READ_PUBLIC: "look into a public channel of the team", Some(ReadPublicChannel),    None,                      None, PERMISSIONS;
    CHANNEL_LIST:      "list a team's public channels",           Some(ListTeamChannels),      None,                      None, PERMISSIONS;
    CHANNEL_LIST_ALL:  "list all channels",                       Some(ManageSystem),          None,                      None, PERMISSIONS;
    CHANNEL_PATCH_PUBLIC: "change a public channel",              Some(ManagePublicChannelProperties), None,              None, PERMISSIONS;
    CHANNEL_PATCH_PRIVATE: "change a private channel",            Some(ManagePrivateChannelProperties), None,             None, PERMISSIONS;
    CHANNEL_PATCH_DIRECT: "change a direct channel one is in",    None,                        None,                      None, PERMISSIONS;
    CHANNEL_DELETE_PUBLIC: "archive a public channel",            Some(DeletePublicChannel),   None,                      None, PERMISSIONS;
    CHANNEL_DELETE_PRIVATE: "archive a private channel",          Some(DeletePrivateChannel),  None,                      None, PERMISSIONS;
    CHANNEL_MOVE:      "move a channel to another team",          Some(ManageSystem),          None,                      None, PERMISSIONS;
    CHANNEL_MANAGE:    "unarchive a channel, make it public or private", Some(ManageTeam),     None,                      None, PERMISSIONS;
    CHANNEL_MEMBER_ROLES: "set the roles of members of a channel", Some(ManageChannelRoles),   None,                      None, PERMISSIONS;
    CHANNEL_NOTIFY:    "set what a channel notifies of",          None,                        Some(EditOtherUsers),      None, PERMISSIONS;
    CHANNEL_JOIN:      "join a public channel of the team",       Some(JoinPublicChannels),    None,                      None, PERMISSIONS;
    CHANNEL_MEMBERS_PUBLIC: "add, take out others in a public channel", Some(ManagePublicChannelMembers), None,           None, PERMISSIONS;
    CHANNEL_MEMBERS_PRIVATE: "add, take out others in a private channel", Some(ManagePrivateChannelMembers), None,        None, PERMISSIONS;
    POST_CREATE:       "post in a channel",                       Some(CreatePost),            None,                      None, PERMISSIONS;
    POST_CREATE_PUBLIC: "post in a public channel without being in it", Some(CreatePostPublic), None,                     None, PERMISSIONS;
    FILE_UPLOAD:       "upload a file",                           Some(UploadFile),            None,                      None, PERMISSIONS;
    POST_READ_DELETED: "read deleted posts",                      Some(ManageSystem),          None,                      None, PERMISSIONS;
    POST_EPHEMERAL:    "post what only one account sees",         Some(CreatePostEphemeral),   None,                      None, PERMISSIONS;
    POST_EDIT:         "change one's own post",                   Some(EditPost),              None,                      None, PERMISSIONS;
    POST_EDIT_OTHERS:  "change somebody else's post",             Some(EditOthersPosts),       None,                      None, PERMISSIONS;
    POST_DELETE:       "delete one's own post",                   Some(DeletePost),            None,                      None, PERMISSIONS;
    POST_DELETE_OTHERS: "delete somebody else's post",            Some(DeleteOthersPosts),     None,                      None, PERMISSIONS;
    REACTION_ADD:      "react to a post",                         Some(AddReaction),           None,                      None, PERMISSIONS;
    REACTION_REMOVE:   "take one's reaction away",                Some(RemoveReaction),        None,                      None, PERMISSIONS;
    REACTION_REMOVE_OTHERS: "take somebody else's reaction away", Some(RemoveOthersReactions), None,                      None, PERMISSIONS;
    WEBHOOK_MANAGE:    "make, read, change, delete one's incoming webhooks", Some(ManageIncomingWebhooks), None,          None, PERMISSIONS;
    WEBHOOK_OWN:       "make, read, change, delete one's incoming webhooks (11.x)", Some(ManageOwnIncomingWebhooks), None, None, PERMISSIONS;
    WEBHOOK_OTHERS:    "make, read, change, delete others' incoming webhooks", Some(ManageOthersIncomingWebhooks), None, None, PERMISSIONS;
    WEBHOOK_USE:       "post by an incoming webhook",             None,                        None,                      None, PERMISSIONS;
    COMMAND_MANAGE:    "make, read, change, delete one's slash commands", Some(ManageSlashCommands), None,                None, PERMISSIONS;
    COMMAND_OWN:       "make, read, change, delete one's slash commands (11.x)", Some(ManageOwnSlashCommands), None,      None, PERMISSIONS;
    COMMAND_OTHERS:    "make, read, change, delete others' slash commands", Some(ManageOthersSlashCommands), None,        None, PERMISSIONS;
    CONFIG_READ:       "read the configuration",                  Some(ManageSystem),          None,                      None, PERMISSIONS;
    CONFIG_WRITE:      "change the configuration",                Some(ManageSystem),          None,                      None, PERMISSIONS;
}

impl Rule {
    /// Asks for something that is about no account.
    pub fn ask(&'static self, caller: &Caller) -> Result<Granted, AppError> {
        self.need(caller, self.needs)?;
        Ok(Granted {
            caller: caller.clone(),
        })
    }

    /// Asks for something about a user, who need not exist: a refusal does not tell whether they do.
    pub fn ask_about(
        &'static self,
        tx: &Tx,
        caller: &Caller,
        user_id: &str,
    ) -> Result<Granted, AppError> {
        self.judge(caller, user_id, &sql::target(tx, user_id)?)
    }

    fn judge(
        &'static self,
        caller: &Caller,
        user_id: &str,
        target: &Target,
    ) -> Result<Granted, AppError> {
        self.need(caller, self.needs)?;
        let own = caller.via != Via::Operator && caller.user_id == user_id;
        let manages = |owner_id| self.permits_bot_of(caller, owner_id);
        let managed = target.bot_owner_id.as_deref().is_some_and(manages);
        let exceeds = !caller.permissions.includes(target.permissions);
        if !own && !managed {
            self.need(caller, self.others)?;
        }
        // Whoever acts as an account has what it may do. A token acts as its owner, a bot's too.
        let hands_over = !managed || self.needs == Some(CreateUserAccessToken);
        if !own && exceeds && hands_over {
            self.need(caller, Some(ManageSystem))?;
        }
        Ok(Granted {
            caller: caller.clone(),
        })
    }

    /// Asks for something about a bot with this owner.
    pub fn ask_about_bot(
        &'static self,
        caller: &Caller,
        owner_id: &str,
    ) -> Result<Granted, AppError> {
        if let Some((own, others)) = self.bots {
            let is_own = caller.user_id == owner_id;
            caller.within_scope(Some(if is_own { own } else { others }))?;
        }
        if self.permits_bot_of(caller, owner_id) {
            return Ok(Granted {
                caller: caller.clone(),
            });
        }
        // Mattermost: who may not even read it is told that there is none.
        Err(if BOT_READ.permits_bot_of(caller, owner_id) {
            self.refusal()
        } else {
            BOT_READ.refusal()
        })
    }

    fn permits_bot_of(&'static self, caller: &Caller, owner_id: &str) -> bool {
        self.bots.is_some_and(|(own, others)| {
            let is_own = caller.user_id == owner_id;
            caller.has(if is_own { own } else { others })
        })
    }

    /// Asks for something in a team or a channel, where the caller may do `here` on top of what he may everywhere.
    pub fn ask_in(
        &'static self,
        caller: &Caller,
        here: PermissionSet,
    ) -> Result<Granted, AppError> {
        caller.within_scope(self.needs)?;
        match self.needs {
            Some(permission) if !here.has(permission) => self.ask(caller),
            _ => Ok(Granted {
                caller: caller.clone(),
            }),
        }
    }

    /// What a refused caller is told.
    pub fn refusal(&'static self) -> AppError {
        AppError::new(self.refused)
    }

    fn need(
        &'static self,
        caller: &Caller,
        permission: Option<Permission>,
    ) -> Result<(), AppError> {
        caller.within_scope(permission)?;
        match permission {
            // Mattermost: who lacks what, for developers.
            Some(permission) if !caller.has(permission) => {
                Err(AppError::new(self.refused).detail(format!(
                    "userId={}, permission={}",
                    caller.user_id,
                    permission.name()
                )))
            }
            _ => Ok(()),
        }
    }
}

/// The proof that a rule was asked and said yes. Changes take it by value; nothing outside this file can make one.
#[derive(Clone, Debug)]
pub struct Granted {
    caller: Caller,
}

impl Granted {
    /// The same, acting as the account that is logged in to: a login begins as nobody.
    pub fn acting_as(mut self, user_id: &str, session_id: &str) -> Granted {
        self.caller.user_id = user_id.to_owned();
        self.caller.session_id = session_id.to_owned();
        self
    }

    /// Who was granted.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// When it was asked: the time of the change.
    pub fn at(&self) -> Millis {
        self.caller.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(permissions: PermissionSet) -> Caller {
        let mut caller = Caller::stranger(String::new(), String::new(), 0);
        caller.user_id = "caller".to_owned();
        caller.permissions = permissions;
        caller
    }

    #[test]
    fn an_account_that_may_do_more_needs_manage_system() {
        let permits = |permissions: &str, target: PermissionSet| {
            let target = Target {
                permissions: target,
                ..Target::default()
            };
            let caller = caller(PermissionSet::parse(permissions));
            TOKEN_CREATE.judge(&caller, "somebody", &target).is_ok()
        };
        let plain = "edit_other_users create_user_access_token";
        assert!(permits(plain, PermissionSet::default()));
        assert!(!permits(plain, PermissionSet::all()));
        assert!(permits(
            &format!("{plain} manage_system"),
            PermissionSet::all()
        ));
    }

    /// Rules by which one could act as the account that they are about.
    const TAKING_OVER: [&Rule; 6] = [
        &USER_UPDATE,
        &USER_AUTH,
        &USER_ROLES,
        &USER_PASSWORD,
        &USER_TO_BOT,
        &TOKEN_CREATE,
    ];

    #[test]
    fn no_pair_of_permissions_takes_over_an_account_that_may_do_more() {
        let others = || Permission::ALL.iter().filter(|one| **one != ManageSystem);
        for one in others() {
            for other in others() {
                let caller = caller([*one, *other].into_iter().collect());
                for bot_owner_id in [None, Some("caller".into()), Some("another".into())] {
                    let target = Target {
                        permissions: PermissionSet::all(),
                        bot_owner_id,
                    };
                    for rule in TAKING_OVER {
                        let granted = rule.judge(&caller, "admin", &target);
                        assert!(
                            granted.is_err(),
                            "{one:?} and {other:?} may {} of {target:?}",
                            rule.operation
                        );
                    }
                }
            }
        }
    }
}
