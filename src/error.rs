//! Every way a request or a command can fail: one row of the catalogue each.
//!
//! Owns the ids, statuses and sentences that clients branch on (Mattermost's wherever Mattermost has the failure) and
//! `AppError`, which carries one of them upwards. Does not know HTTP: `http/response.rs` turns an `AppError` into an answer.

/// One row of the catalogue.
#[derive(Debug)]
pub struct Failure {
    /// Machine name; clients branch on it.
    pub id: &'static str,
    /// HTTP status.
    pub status: u16,
    /// A sentence for people; `{name}` is replaced by the name given with the error.
    pub message: &'static str,
}

macro_rules! catalogue {
    ($($(#[doc = $doc:literal])* $name:ident = $status:literal, $id:literal, $message:literal;)*) => {
        $($(#[doc = $doc])* pub static $name: Failure = Failure { id: $id, status: $status, message: $message };)*
        /// The whole catalogue, for the tests that read it.
        #[cfg(test)]
        pub static CATALOGUE: &[&Failure] = &[$(&$name),*];
    };
}

catalogue! {
    // What any route may answer.
    BODY_PARAM = 400, "api.context.invalid_body_param.app_error", "Invalid or missing {name} in request body.";
    URL_PARAM = 400, "api.context.invalid_url_param.app_error", "Invalid or missing {name} parameter in request URL.";
    SESSION_EXPIRED = 401, "api.context.session_expired.app_error", "Invalid or expired session, please login again.";
    TOKEN_IN_QUERY = 401, "api.context.token_provided.app_error", "Session is not OAuth but token was provided in the query string.";
    TOKEN_SCOPE = 403, "api.context.token_scope.app_error", "The scopes of this token do not permit this: it takes the scope {name}.";
    PERMISSIONS = 403, "api.context.permissions.app_error", "You do not have the appropriate permissions.";
    FOREIGN_ORIGIN = 403, "api.context.foreign_origin.app_error", "A web page of another origin sent this request, so nothing was changed. If that page may call, name its origin in ServiceSettings.AllowCorsFrom; if it is this server's own, set ServiceSettings.SiteURL.";
    MISDIRECTED = 421, "api.context.misdirected.app_error", "This request asks for a host that is not this server, so nothing was done. Ask for localhost or a loopback address, set ServiceSettings.SiteURL, or name the proxy in front in ServiceSettings.TrustedProxies.";
    NOT_FOUND = 404, "api.context.404.app_error", "Sorry, we could not find the page.";

    /// Mattermost has it, patmost has not.
    NOT_IMPLEMENTED = 501, "api.not_implemented.app_error", "This server does not have this part of the Mattermost API.";

    // What the connection itself may answer, before any route.
    BAD_REQUEST = 400, "api.request.malformed.app_error", "The request is not well-formed HTTP: {name}.";
    REQUEST_TIMEOUT = 408, "api.request.timeout.app_error", "The request did not arrive in time.";
    BODY_TOO_LARGE = 413, "api.context.request_body_too_large.app_error", "The request body is too large.";
    TARGET_TOO_LONG = 414, "api.request.target_too_long.app_error", "The request target is too long.";
    EXPECTATION_FAILED = 417, "api.request.expectation.app_error", "The expectation in the request cannot be met.";
    HEAD_TOO_LARGE = 431, "api.request.head_too_large.app_error", "The request head is too large.";
    INTERNAL = 500, "api.context.internal.app_error", "An internal error occurred. The server's log has it under this request id.";
    BUSY = 503, "api.context.busy.app_error", "The server is busy. Please try again.";
    HTTP_VERSION = 505, "api.request.version.app_error", "This server speaks HTTP/1.1 and HTTP/1.0.";

    // The WebSocket.
    WEBSOCKET_ORIGIN = 403, "api.web_socket.connect.upgrade.app_error", "URL Blocked because of CORS or the request is no upgrade to a WebSocket.";
    WEBSOCKET_UPGRADE = 400, "api.web_socket.connect.upgrade.app_error", "URL Blocked because of CORS or the request is no upgrade to a WebSocket.";
    WEBSOCKET_NO_ACTION = 400, "api.web_socket_router.no_action.app_error", "No websocket action.";
    WEBSOCKET_BAD_SEQ = 400, "api.web_socket_router.bad_seq.app_error", "Invalid sequence for WebSocket message.";
    WEBSOCKET_BAD_ACTION = 500, "api.web_socket_router.bad_action.app_error", "Unknown WebSocket action.";
    WEBSOCKET_PARAM = 400, "api.websocket_handler.invalid_param.app_error", "Invalid {name} parameter.";

    // A fixture, which only tests have.
    FIXTURE_ELSEWHERE = 403, "fixture.elsewhere.app_error", "The paths of a fixture are for programs on the same machine: Host must be localhost or a loopback address, and a page of another origin may not ask.";
    FIXTURE_BAD = 400, "fixture.bad_request.app_error", "The fixture cannot do this: {name}.";
    FIXTURE_WORLD = 404, "fixture.world.app_error", "There is no such world.";

    // The machine.
    NO_MEMORY = 503, "app.password.memory.app_error", "The server has too little memory to check a password: nothing was changed. Please try again.";

    // The store.
    STORE = 500, "app.store.app_error", "The data could not be read or written. The server's log has the reason under this request id.";
    STORE_FULL = 507, "app.store.full.app_error", "The disk is full: nothing was changed. Please free some space and try again.";
    STORE_READ_ONLY = 503, "app.store.read_only.app_error", "The data cannot be written at the moment: nothing was changed.";
    STORE_LOST = 503, "app.store.lost.app_error", "The data file was moved, replaced or deleted while the server ran: nothing was changed. Please ask the system admin to put it back and to restart the server.";
    STORE_LOCKED = 503, "app.store.locked.app_error", "The data file is locked by another process: nothing was changed. Please try again.";

    // Accounts.
    USER_MISSING = 404, "app.user.missing_account.const", "Unable to find the user.";
    /// Mattermost: roles of an unknown user are refused with 400 under the id that is 404 elsewhere.
    USER_MISSING_400 = 400, "app.user.missing_account.const", "Unable to find the user.";
    USERNAME_UNKNOWN = 404, "app.user.get_by_username.app_error", "Unable to find an existing account matching your username for this team. This team may require an invite from the team owner to join.";
    EMAIL_HIDDEN = 403, "api.user.get_user_by_email.permissions.app_error", "Unable to get user by email.";
    USERNAME_EXISTS = 400, "app.user.save.username_exists.app_error", "An account with that username already exists.";
    EMAIL_EXISTS = 400, "app.user.save.email_exists.app_error", "An account with that email already exists.";
    SEED_ID = 409, "app.seed.id.app_error", "It is there with another id, or something else has this id.";
    USER_EXISTING = 400, "app.user.save.existing.app_error", "Must call update for existing user.";
    BAD_USERNAME = 400, "model.user.is_valid.username.app_error", "Username must begin with a letter, and contain between 3 to 22 lowercase characters made up of numbers, letters, and the symbols \".\", \"-\", and \"_\".";
    BAD_EMAIL = 400, "model.user.is_valid.email.app_error", "Invalid email.";
    BAD_NICKNAME = 400, "model.user.is_valid.nickname.app_error", "Invalid nickname.";
    BAD_FIRST_NAME = 400, "model.user.is_valid.first_name.app_error", "Invalid first name.";
    BAD_LAST_NAME = 400, "model.user.is_valid.last_name.app_error", "Invalid last name.";
    BAD_POSITION = 400, "model.user.is_valid.position.app_error", "Invalid position: must not be longer than 128 characters.";
    BAD_CREATE_AT = 400, "model.user.is_valid.create_at.app_error", "Create at must be a valid time.";
    BAD_LOCALE = 400, "model.user.is_valid.locale.app_error", "Invalid locale.";
    BAD_AUTH_DATA = 400, "model.user.is_valid.auth_data.app_error", "Invalid auth data.";
    AUTH_DATA_WITHOUT_SERVICE = 400, "model.user.is_valid.auth_data_type.app_error", "Invalid user, auth data must be set with auth type.";
    PASSWORD_LIMIT = 400, "model.user.is_valid.password_limit.app_error", "Unable to set a password over 72 characters.";
    ROLES_LIMIT = 400, "model.user.is_valid.roles_limit.app_error", "Invalid user roles: longer than 256 characters.";
    AUTH_DATA_AND_PASSWORD = 400, "model.user.is_valid.auth_data_pwd.app_error", "Invalid user, password and auth data cannot both be set.";
    /// Mattermost: odd, but a password too weak at creation is told in the words of a failed login.
    BAD_PASSWORD_AT_CREATION = 400, "api.user.check_user_password.invalid.app_error", "Login failed because of invalid password.";
    SIGN_UP_DISABLED = 501, "api.user.create_user.signup_email_disabled.app_error", "User sign-up with email is disabled.";
    SETUP_CODE = 403, "api.user.create_user.setup_code.app_error", "The first account becomes system admin: send the header X-Patmost-Setup-Code with the code that the server printed when it started and keeps in the file patmost.db-setup-code beside its data.";
    NO_OPEN_SERVER = 403, "api.user.create_user.no_open_server", "This server does not allow open signups.  Please speak with your Administrator to receive an invitation.";
    ROLE_UNKNOWN_400 = 400, "app.role.check_roles_exist.role_not_found", "The provided role does not exist";
    ROLE_LICENSE = 400, "api.user.update_user_roles.license.app_error", "Custom Permission Schemes not supported by current license";
    ACTIVE_PERMISSIONS = 403, "api.user.update_active.permissions.app_error", "You do not have the appropriate permissions.";
    ACTIVE_SELF = 401, "api.user.update_active.not_enable.app_error", "You cannot deactivate yourself because this feature is not enabled. Please contact your System Administrator.";
    USER_DELETION_DISABLED = 401, "api.user.delete_user.not_enabled.app_error", "Permanent user deletion feature is not enabled. Please contact your System Administrator.";
    BAD_AUTH = 400, "api.user.update_user_auth.invalid_request", "Request is missing either AuthData or AuthService parameter.";
    AUTH_DATA_EXISTS = 400, "app.user.update_auth_data.email_exists.app_error", "Another account already has this auth data.";
    /// Mattermost: the e-mail address cannot be changed without the right password.
    WRONG_PASSWORD = 401, "api.user.check_user_password.invalid.app_error", "Login failed because of invalid password.";
    PREFERENCE_OWNER = 403, "api.preference.update_preferences.set.app_error", "Unable to set user preferences.";
    PREFERENCE_CATEGORY_MISSING = 404, "api.preference.preferences_category.get.app_error", "Unable to find preferences of this category.";
    PREFERENCE_MISSING = 400, "app.preference.get.app_error", "Unable to find the preference.";
    PREFERENCE_CATEGORY = 400, "model.preference.is_valid.category.app_error", "Invalid category.";
    PREFERENCE_NAME = 400, "model.preference.is_valid.name.app_error", "Invalid name.";
    PREFERENCE_LIMIT = 400, "app.preference.save.limit.app_error", "An account can have at most {name} preferences. Delete some first.";
    PREFERENCE_THEME = 400, "model.preference.is_valid.theme.app_error", "Invalid theme.";
    PREFERENCE_VALUE = 400, "model.preference.is_valid.value.app_error", "Value is too long.";
    PASSWORD_CONTEXT = 403, "api.user.update_password.context.app_error", "Update password failed because context user_id did not match props user_id.";
    PASSWORD_OF_SERVICE = 400, "api.user.update_password.oauth.app_error", "Update password failed because the user is logged in through an OAuth service.";
    UNLOCK_SERVICE = 400, "api.user.reset_password_failed_attempts.ldap_and_email_only.app_error", "Failed attempts are counted for accounts with a password or of LDAP only.";
    PASSWORD_HASHED = 401, "api.user.update_password.user_and_hashed.app_error", "Only system administrators can set already-hashed passwords.";
    PASSWORD_INCORRECT = 400, "api.user.update_password.incorrect.app_error", "The \"Current Password\" you entered is incorrect. Please check that Caps Lock is off and try again.";

    // Login.
    BAD_CREDENTIALS = 401, "api.user.login.invalid_credentials_email_username", "Enter a valid email or username and/or password.";
    BAD_CREDENTIALS_EMAIL = 401, "api.user.login.invalid_credentials_email", "Enter a valid email and/or password.";
    BAD_CREDENTIALS_USERNAME = 401, "api.user.login.invalid_credentials_username", "Enter a valid username and/or password.";
    DEVICE_ID_LIMIT = 400, "api.user.login.device_id.app_error", "The device_id can have at most {name} bytes.";
    BLANK_PASSWORD = 400, "api.user.login.blank_pwd.app_error", "Password field must not be blank";
    LOGIN_INACTIVE = 401, "api.user.login.inactive.app_error", "Login failed because your account has been deactivated.  Please contact an administrator.";
    LAST_ADMIN = 400, "app.user.update.lastAdmin.app_error", "Cannot remove the last active system admin: make another account system admin first.";
    LOGIN_TOO_FAST = 401, "api.user.login.too_fast.app_error", "Too many wrong passwords for this account from many addresses: one attempt a second is looked at. Please try again.";
    LOGIN_ATTEMPTS = 401, "api.user.check_user_login_attempts.too_many.app_error", "Your account is locked because of too many failed password attempts. Please reset your password.";

    // Sessions.
    /// Mattermost: an unknown session is 400 here, not 404.
    SESSION_UNKNOWN = 400, "app.session.get.app_error", "We encountered an error finding the session.";

    // Personal access tokens.
    TOKENS_DISABLED = 501, "app.user_access_token.disabled", "Personal access tokens are disabled on this server. Please contact your system administrator for details.";
    TOKEN_UNKNOWN = 404, "app.user_access_token.get_by_user.app_error", "Unable to get the personal access tokens by user.";
    TOKEN_DESCRIPTION = 400, "model.user_access_token.is_valid.description.app_error", "Invalid description, must be 255 or less characters.";

    EXPIRES_AT_REQUIRED = 400, "app.user_access_token.expires_at_required.app_error", "This server limits the lifetime of personal access tokens: expires_at is required.";
    EXPIRES_AT_IN_PAST = 400, "app.user_access_token.expires_at_in_past.app_error", "expires_at must be in the future.";
    TOKEN_LIMIT = 400, "app.user_access_token.limit.app_error", "An account can have at most {name} tokens (PatmostSettings.MaximumTokensPerUser). Revoke one first.";
    EXPIRES_AT_TOO_FAR = 400, "app.user_access_token.expires_at_too_far.app_error", "expires_at can be at most {name} days from now.";
    EXPIRES_AT_NEGATIVE = 400, "model.user_access_token.is_valid.expires_at.app_error", "Invalid expires_at, must not be negative.";
    GRACE_SECONDS = 400, "api.user.rotate_user_access_token.grace_seconds.app_error", "grace_seconds must be a number from 0 to 604800.";
    ROTATE_IN_GRACE = 409, "api.user.rotate_user_access_token.grace.app_error", "The secret that this token had before its last rotation is still good. End that first (POST /api/v4/users/tokens/end_grace), or wait.";
    NO_TOKEN = 400, "api.user.user_access_token.self.app_error", "This request did not come with a personal access token, so there is no token that is its own.";
    ROTATE_DISABLED = 400, "api.user.rotate_user_access_token.disabled_token.app_error", "A disabled personal access token cannot be rotated. Enable it first.";
    NO_LIFETIME_POLICY = 400, "app.user_access_token.revoke_non_compliant.no_policy.app_error", "There is no limit to the lifetime of personal access tokens, so none breaks it.";

    // Bots.
    /// Mattermost: who may not read a bot is told that there is none.
    BOT_MISSING = 404, "store.sql_bot.get.missing.app_error", "Bot does not exist.";
    BOT_CREATION_DISABLED = 403, "api.bot.create_disabled", "Bot creation has been disabled.";
    BOT_DESCRIPTION = 400, "model.bot.is_valid.description.app_error", "Invalid description, must be 1024 or less characters.";
    LOGIN_BOT = 401, "api.user.login.bot_login_forbidden.app_error", "Bot login is forbidden.";

    // Roles.
    ROLE_UNKNOWN = 404, "app.role.get.app_error", "Unable to get role.";
    ROLE_NAME_UNKNOWN = 404, "app.role.get_by_name.app_error", "Unable to get role.";

    PATCH_LICENSE = 501, "api.roles.patch_roles.license.error", "Your license does not support advanced permissions.";

    // Teams.
    TEAM_CREATION = 403, "api.team.is_team_creation_allowed.disabled.app_error", "Team creation has been disabled. Please ask your System Administrator for details.";
    TEAMS_PERMISSIONS = 403, "api.team.get_all_teams.insufficient_permissions", "You don't have the appropriate permissions to list all teams.";
    TEAM_NAME_UNKNOWN = 404, "app.team.get_by_name.missing.app_error", "Unable to find the existing team.";
    TEAM_MISSING = 404, "app.team.get.find.app_error", "Unable to find the existing team.";
    TEAM_MEMBER_MISSING = 404, "app.team.get_member.missing.app_error", "No team member found for that user ID and team ID.";
    TEAM_LIMIT = 400, "app.team.save.limit.app_error", "There can be at most {name} teams (PatmostSettings.MaximumTeams). Delete one first.";
    TEAM_EXISTS = 400, "app.team.save.existing.app_error", "Must call update for existing team.";
    TEAM_NAME = 400, "model.team.is_valid.characters.app_error", "Name must be 2 or more lowercase alphanumeric characters.";
    TEAM_RESERVED = 400, "model.team.is_valid.reserved.app_error", "This URL is unavailable. Please try another.";
    TEAM_DISPLAY_NAME = 400, "model.team.is_valid.name.app_error", "Invalid name.";
    TEAM_SEARCH_PAGES = 501, "api.team.search_teams.pagination_not_implemented.public_team_search", "Pagination not implemented for public-only team search.";
    TEAM_DESCRIPTION = 400, "model.team.is_valid.description.app_error", "Invalid description.";
    TEAM_COMPANY = 400, "model.team.is_valid.company.app_error", "Invalid company name.";
    TEAM_DOMAINS = 400, "model.team.is_valid.domains.app_error", "Invalid allowed domains.";
    TEAM_DOMAIN_REFUSED = 400, "api.team.join_user_to_team.allowed_domains.app_error", "The user cannot be added as the domain associated with the account is not permitted. Contact your System Administrator for additional details.";
    TEAM_DELETION = 401, "api.user.delete_team.not_enabled.app_error", "Permanent team deletion feature is not enabled. Please contact your System Administrator.";
    TEAM_NOT_OPEN = 403, "api.team.get_invite_info.not_open_team", "Invite is invalid because this is not an open team.";
    TEAM_BODY = 400, "api.team.add_team_member.invalid_body.app_error", "Error parsing request body.";
    /// Mattermost: 400 here, while reading a membership that is not there is 404.
    TEAM_LEFT = 400, "api.team.remove_user_from_team.missing.app_error", "The user does not appear to be part of this team.";
    TEAM_TYPE = 400, "model.team.is_valid.type.app_error", "Invalid type.";

    // Channels.
    CHANNEL_UNREAD = 404, "app.channel.get_unread.app_error", "Unable to get the channel unread messages.";
    TEAM_ROLES_WITHOUT_USER = 400, "api.team.update_team_member_roles.unset_user_scheme.app_error", "A member of a team is a user of it: the role team_user cannot be taken.";
    TEAM_ROLES_GUEST = 400, "api.channel.update_team_member_roles.changing_guest_role.app_error", "Invalid team member update: You can't add or remove the guest role manually.";
    TEAM_ROLES_SCHEME = 400, "api.channel.update_team_member_roles.scheme_role.app_error", "The provided role is managed by a Scheme and therefore cannot be applied directly to a Team Member.";
    CHANNEL_ROLES_WITHOUT_USER = 400, "api.channel.update_channel_member_roles.unset_user_scheme.app_error", "A member of a channel is a user of it: the role channel_user cannot be taken.";
    CHANNEL_ROLES_GUEST = 400, "api.channel.update_channel_member_roles.changing_guest_role.app_error", "Invalid channel member update: You can't add or remove the guest role manually.";
    CHANNEL_ROLES_SCHEME = 400, "api.channel.update_channel_member_roles.scheme_role.app_error", "The provided role is managed by a Scheme and therefore cannot be applied directly to a Channel Member.";
    ROLE_OF_MEMBER_UNKNOWN = 400, "app.role.get_by_name.app_error", "Unable to get role.";
    CHANNEL_NOTIFY_PROPS = 400, "model.channel_member.is_valid.notify_props.app_error", "Invalid notify props.";
    CHANNEL_NO_TEAM = 400, "app.channel.create_channel.no_team_id.app_error", "Must specify the team ID to create a channel.";
    CHANNEL_NAME_UNKNOWN = 404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.";
    CHANNEL_MISSING = 404, "app.channel.get.existing.app_error", "Unable to find the existing channel.";
    CHANNEL_MEMBER_MISSING = 404, "app.channel.get_member.missing.app_error", "No channel member found for that user ID and channel ID.";
    CHANNEL_LIMIT = 400, "store.sql_channel.save_channel.limit.app_error", "You've reached the limit of the number of allowed channels: {name} in a team (TeamSettings.MaxChannelsPerTeam).";
    CHANNEL_EXISTS = 400, "store.sql_channel.save_channel.exists.app_error", "A channel with that name already exists on the same team.";
    CHANNEL_TYPE = 400, "model.channel.is_valid.type.app_error", "Invalid type.";
    CHANNEL_DIRECT = 400, "api.channel.create_channel.direct_channel.app_error", "Must use createDirectChannel API service for direct message channel creation.";
    CHANNEL_NAME = 400, "model.channel.is_valid.2_or_more.app_error", "Name must be 2 or more lowercase alphanumeric characters.";
    CHANNEL_DISPLAY_NAME = 400, "model.channel.is_valid.display_name.app_error", "Invalid display name.";
    CHANNEL_NAME_OF_DIRECT = 400, "model.channel.is_valid.name.app_error", "Invalid channel name. User ids are not permitted in channel name for non-direct message channels.";
    CHANNEL_HEADER = 400, "model.channel.is_valid.header.app_error", "Invalid header.";
    CHANNEL_PURPOSE = 400, "model.channel.is_valid.purpose.app_error", "Invalid purpose.";
    CHANNEL_ADD_TYPE = 400, "api.channel.add_user_to_channel.type.app_error", "Can not add user to this channel type.";
    CHANNEL_REMOVE_TYPE = 400, "api.channel.remove_channel_member.type.app_error", "Unable to remove user from channel.";
    CHANNEL_DELETE_TYPE = 400, "api.channel.delete_channel.type.invalid", "Unable to delete direct or group message channels.";
    CHANNEL_EXISTING = 400, "store.sql_channel.save_channel.existing.app_error", "Must call update for existing channel.";
    CHANNEL_DIRECT_FORBIDDEN = 403, "api.channel.patch_update_channel.forbidden.app_error", "Failed to update the channel.";
    CHANNEL_DELETED = 400, "api.channel.delete_channel.deleted.app_error", "The channel has been archived or deleted.";
    CHANNEL_UPDATE_DELETED = 400, "api.channel.update_channel.deleted.app_error", "The channel has been archived or deleted.";
    CHANNEL_UPDATE_TYPE = 400, "api.channel.update_channel.typechange.app_error", "Channel type cannot be updated.";
    CHANNEL_UPDATE_DEFAULT = 400, "api.channel.update_channel.tried.app_error", "Tried to perform an invalid update of the default channel town-square.";
    CHANNEL_PRIVACY_DEFAULT = 400, "api.channel.update_channel_privacy.default_channel_error", "The default channel cannot be made private.";
    CHANNEL_RESTORED = 400, "api.channel.restore_channel.restored.app_error", "Unable to unarchive channel. The channel is not archived.";
    CHANNEL_DELETION_DISABLED = 401, "api.user.delete_channel.not_enabled.app_error", "Permanent channel deletion feature is not enabled. Please contact your System Administrator.";
    CHANNEL_VIEW = 400, "app.channel.update_last_viewed_at.app_error", "Unable to update the last viewed at time.";
    CHANNELS_MISSING = 404, "app.channel.get_channels.not_found.app_error", "No channels were found.";
    CHANNEL_DELETE_DEFAULT = 400, "api.channel.delete_channel.cannot.app_error", "Unable to delete the default channel town-square.";
    CHANNEL_LEAVE_DEFAULT = 400, "api.channel.remove.default.app_error", "Unable to remove user from the default channel town-square.";
    DIRECT_USER = 400, "api.channel.create_direct_channel.invalid_user.app_error", "Invalid user ID for direct channel creation.";
    GROUP_USER = 400, "api.channel.create_group.bad_user.app_error", "One of the provided users does not exist.";
    GROUP_SIZE = 400, "api.channel.create_group.bad_size.app_error", "Group message channels must contain at least 3 and no more than 8 users.";

    // Posts.
    POST_MISSING = 404, "app.post.get.app_error", "Unable to get the post.";
    POST_CHANNEL_DELETED = 400, "api.post.create_post.can_not_post_to_deleted.error", "Can not post to deleted channel.";
    POST_ROOT = 400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.";
    POST_ROOT_CHANNEL = 400, "api.post.create_post.channel_root_id.app_error", "Invalid ChannelId for RootId parameter.";
    POST_TYPE = 400, "api.context.invalid_param.app_error", "Invalid post.type parameter.";
    POST_MESSAGE = 400, "model.post.is_valid.msg.app_error", "Invalid message.";
    POST_KIND = 400, "model.post.is_valid.type.app_error", "Invalid type.";
    POST_FILE_IDS = 400, "model.post.is_valid.file_ids.app_error", "Invalid file ids. Note that uploads are limited to 5 files maximum. Please use additional posts for more files.";
    POST_EXISTING = 400, "app.post.save.existing.app_error", "You cannot update an existing post.";
    POST_SYSTEM = 400, "api.post.update_post.system_message.app_error", "Unable to update system message.";
    POST_UPDATE_CHANNEL_DELETED = 400, "api.post.update_post.can_not_update_post_in_deleted.error", "Can not update a post in a deleted channel.";
    POST_PATCH_CHANNEL_DELETED = 400, "api.post.patch_post.can_not_update_post_in_deleted.error", "Can not update a post in a deleted channel.";
    POST_DELETE_CHANNEL_DELETED = 400, "api.post.delete_post.can_not_delete_post_in_deleted.error", "Can not delete a post in a deleted channel.";
    POST_SEARCH_BODY = 400, "api.post.search_posts.invalid_body.app_error", "Unable to parse the request body.";
    /// The sentence is Mattermost's, and the bound.
    REACTION_LIMIT = 400, "app.reaction.save.save.too_many_reactions", "Reaction limit has been reached for this post: {name} different emoji (ServiceSettings.UniqueEmojiReactionLimitPerPost).";
    REACTION_ARCHIVED = 403, "api.reaction.save.archived_channel.app_error", "You cannot save reaction in an archived channel.";
    REACTION_ARCHIVED_DELETE = 403, "api.reaction.delete.archived_channel.app_error", "You cannot remove a reaction in an archived channel.";
    POST_PROPS = 400, "model.post.is_valid.props.app_error", "Invalid props.";
    REACTION_INVALID = 400, "api.reaction.save_reaction.invalid.app_error", "Reaction is not valid.";
    REACTION_EMOJI = 400, "model.reaction.is_valid.emoji_name.app_error", "Invalid emoji name.";
    REACTION_OTHERS = 403, "api.reaction.save_reaction.user_id.app_error", "You cannot save reaction for the other user.";

    // Channels that move.
    CHANNEL_MOVE_TYPE = 403, "api.channel.move_channel.type.invalid", "Unable to move direct or group message channels";
    /// Mattermost: 500, although it is the request that is wrong.
    CHANNEL_MOVE_MEMBERS = 500, "app.channel.move_channel.members_do_not_match.error", "Unable to move a channel unless all its members are already members of the destination team.";

    // Slash commands.
    COMMANDS_DISABLED = 501, "api.command.disabled.app_error", "Commands have been disabled by the system admin.";
    COMMAND_MISSING = 404, "store.sql_command.save.get.app_error", "Command does not exist.";
    COMMAND_TEAM = 400, "api.command.team_mismatch.app_error", "Cannot update commands across teams.";
    COMMAND_DUPLICATE = 400, "api.command.duplicate_trigger.app_error", "This trigger word is already in use. Please choose another word.";
    COMMAND_LIMIT = 400, "app.command.createcommand.limit.app_error", "A team can have at most {name} slash commands (PatmostSettings.MaximumCommandsPerTeam). Delete one first.";
    COMMAND_TOKEN = 400, "model.command.is_valid.token.app_error", "Invalid token.";
    COMMAND_TRIGGER = 400, "model.command.is_valid.trigger.app_error", "Invalid trigger.";
    COMMAND_URL = 400, "model.command.is_valid.url.app_error", "Invalid URL.";
    COMMAND_URL_HTTP = 400, "model.command.is_valid.url_http.app_error", "Invalid URL. Must be a valid URL and start with http:// or https://.";
    COMMAND_METHOD = 400, "model.command.is_valid.method.app_error", "Invalid Method.";
    COMMAND_DISPLAY_NAME = 400, "model.command.is_valid.display_name.app_error", "Invalid title.";
    COMMAND_DESCRIPTION = 400, "model.command.is_valid.description.app_error", "Invalid description.";
    COMMAND_START = 400, "api.command.execute_command.start.app_error", "No command trigger found.";
    COMMAND_CHANNEL_DELETED = 400, "api.command.execute_command.deleted.error", "Cannot run command in deleted channel.";
    COMMAND_UNKNOWN = 404, "api.command.execute_command.not_found.app_error", "Command with a trigger of '{name}' not found. To send a message beginning with \"/\" try adding an empty space at the beginning of the message.";
    COMMAND_FAILED = 500, "api.command.execute_command.failed.app_error", "Command with a trigger of '{name}' failed.";
    COMMAND_POST_FAILED = 500, "api.command.execute_command.create_post_failed.app_error", "Command could not be posted: its text, props or attachments are too long, or not as they must be.";
    COMMAND_FORBIDDEN = 403, "api.command.command_post.forbidden.app_error", "Specified user is not a member of specified channel.";

    // Incoming webhooks.
    WEBHOOKS_DISABLED = 501, "api.incoming_webhook.disabled.app_error", "Incoming webhooks have been disabled by the system admin.";
    WEBHOOK_MISSING = 404, "app.webhooks.get_incoming.app_error", "Unable to get the webhook.";
    WEBHOOK_EXISTING = 400, "app.webhooks.save_incoming.existing.app_error", "You cannot overwrite an existing IncomingWebhook.";
    WEBHOOK_LIMIT = 400, "app.webhooks.save_incoming.limit.app_error", "An account can have at most {name} incoming webhooks (PatmostSettings.MaximumWebhooksPerUser). Delete one first.";
    WEBHOOK_TEAM = 400, "api.webhook.team_mismatch.app_error", "Unable to update webhook across teams.";
    WEBHOOK_DISPLAY_NAME = 400, "model.incoming_hook.display_name.app_error", "Invalid title.";
    WEBHOOK_DESCRIPTION = 400, "model.incoming_hook.description.app_error", "Invalid description.";
    WEBHOOK_USERNAME = 400, "api.incoming_webhook.invalid_username.app_error", "Invalid username.";
    WEBHOOK_ICON_URL = 400, "model.incoming_hook.icon_url.app_error", "Invalid post icon.";

    // What is posted by them.
    WEBHOOK_POSTS_DISABLED = 501, "web.incoming_webhook.disabled.app_error", "Incoming webhooks have been disabled by the system admin.";
    WEBHOOK_BODY = 400, "model.incoming_hook.parse_data.app_error", "Unable to parse incoming data.";
    WEBHOOK_FORM = 400, "api.webhook.incoming.error", "Could not decode the multipart payload of incoming webhook.";
    WEBHOOK_TEXT = 400, "web.incoming_webhook.text.app_error", "No text specified.";
    WEBHOOK_UNKNOWN = 400, "web.incoming_webhook.invalid.app_error", "Invalid webhook.";
    WEBHOOK_USER = 400, "web.incoming_webhook.user.app_error", "Couldn't find the user.";
    /// Mattermost: 403 for the owner, 400 for somebody to whom it is to be sent.
    WEBHOOK_OWNER = 403, "web.incoming_webhook.user.app_error", "Couldn't find the user.";
    WEBHOOK_CHANNEL = 404, "web.incoming_webhook.channel.app_error", "Couldn't find the channel.";
    WEBHOOK_CHANNEL_LOCKED = 403, "web.incoming_webhook.channel_locked.app_error", "This webhook is not permitted to post to the requested channel.";
    WEBHOOK_PERMISSIONS = 403, "web.incoming_webhook.permissions.app_error", "Inappropriate channel permissions.";
    WEBHOOK_SPLIT = 400, "web.incoming_webhook.split_props_length.app_error", "Unable to split webhook props into {name} character parts.";
    /// Mattermost: 500, after which clients try again, and the same would happen.
    WEBHOOK_POST = 400, "api.post.create_webhook_post.creating.app_error", "Error creating post.";

    // Interactive messages.
    ACTION_MISSING = 404, "api.post.do_action.action_id.app_error", "Invalid action id.";
    TRIGGER_DATA = 400, "interactive_message.decode_trigger_id.missing_data", "Trigger ID missing required data for interactive dialog.";
    TRIGGER_SIGNATURE = 400, "interactive_message.decode_trigger_id.verify_signature_failed", "Signature verification failed of trigger ID for interactive dialog.";
    TRIGGER_EXPIRED = 400, "interactive_message.decode_trigger_id.expired", "Trigger ID for interactive dialog is expired. Trigger IDs live for a maximum of {name} seconds.";
    ACTION_INTEGRATION = 400, "api.post.do_action.action_integration.app_error", "Action integration error.";

    // Files.
    FILE_DISABLED = 403, "api.file.attachments.disabled.app_error", "File attachments have been disabled on this server.";
    FILE_READ_REQUEST = 400, "api.file.upload_file.read_request.app_error", "Unable to upload file(s). Error reading or parsing request data.";
    FILE_FORM_VALUE = 400, "api.file.upload_file.read_form_value.app_error", "Unable to upload file(s). Error reading the value for {name}.";
    FILE_CHANNELS = 400, "api.file.upload_file.multiple_channel_ids.app_error", "Unable to upload file(s). Multiple conflicting channel IDs.";
    FILE_CLIENT_IDS = 400, "api.file.upload_file.incorrect_number_of_client_ids.app_error", "Unable to upload file(s). There must be one of client_ids for each file: {name}.";
    FILE_TOO_MANY = 400, "api.file.upload_file.too_many.app_error", "Unable to upload more than {name} files at once.";
    FILE_TOO_LARGE = 413, "api.file.upload_file.too_large_detailed.app_error", "Unable to upload file {name}";
    FILE_TOTAL = 413, "app.file.total.app_error", "There is no room for more files: all together have at most {name} bytes (PatmostSettings.MaximumFileBytes). Delete some first.";
    FILE_MISSING = 404, "app.file_info.get.app_error", "Unable to get the file info.";
    FILE_THUMBNAIL = 400, "api.file.get_file_thumbnail.no_thumbnail.app_error", "File doesn't have a thumbnail image.";
    FILE_PREVIEW = 400, "api.file.get_file_preview.no_preview.app_error", "File doesn't have a preview image.";
    FILE_LINK = 403, "api.file.get_public_link.disabled.app_error", "Public links have been disabled.";
    FILE_RANGE = 416, "api.file.get_file.range.app_error", "The file has no such range.";
    PICTURE_FORM = 400, "api.user.upload_profile_user.parse.app_error", "Could not parse multipart form.";
    PICTURE_MISSING = 400, "api.user.upload_profile_user.no_file.app_error", "No file under 'image' in request.";
    PICTURE_LARGE = 413, "api.user.upload_profile_user.too_large.app_error", "Unable to upload profile image. File is too large.";
    PICTURE_KIND = 400, "api.user.upload_profile_user.check_image_limits.app_error", "Image limits check failed. Only PNG, JPEG and GIF are taken.";

    // Configuration.
    TEAM_INVITE_UNKNOWN = 404, "app.team.get_by_invite_id.finding.app_error", "Unable to find the existing team.";
    SIGN_UP_LINK = 400, "api.user.create_user.signup_link_invalid.app_error", "The signup link does not appear to be valid.";
    EMOJI_DISABLED = 501, "api.emoji.disabled.app_error", "Custom emoji have been disabled by the system admin.";
    EMOJI_FORM = 400, "api.emoji.create.parse.app_error", "Unable to create emoji. Could not understand request.";
    EMOJI_LARGE = 413, "api.emoji.create.too_large.app_error", "Unable to create emoji. Image must be smaller than 512 KiB.";
    EMOJI_NAME = 400, "model.emoji.name.app_error", "Name must be 1 to 64 lowercase alphanumeric characters.";
    EMOJI_SYSTEM_NAME = 400, "model.emoji.system_emoji_name.app_error", "Name conflicts with existing system emoji name.";
    EMOJI_OTHERS = 403, "api.emoji.create.other_user.app_error", "Invalid creator id.";
    EMOJI_DUPLICATE = 400, "api.emoji.create.duplicate.app_error", "Unable to create emoji. Another emoji with the same name already exists.";
    EMOJI_IMAGE = 400, "api.emoji.upload.image.app_error", "Unable to create emoji. File must be a PNG, JPEG, or GIF.";
    EMOJI_LIMIT = 400, "app.emoji.create.limit.app_error", "There can be at most {name} custom emoji (PatmostSettings.MaximumEmoji). Delete one first.";
    EMOJI_MISSING = 404, "app.emoji.get.no_result", "We couldn't find the emoji.";
    EMOJI_NAME_UNKNOWN = 404, "app.emoji.get_by_name.no_result", "We couldn't find the emoji.";
    SERVER_BUSY = 503, "api.context.server_busy.app_error", "Server is busy, non-critical services are temporarily unavailable.";
    CONFIG_RELOAD = 500, "app.config.reload.app_error", "The settings cannot be read again: {name}";
    GROUPS_LICENSE = 501, "api.ldap_groups.license_error", "Your license does not support LDAP groups.";
    LICENSE_FORMAT = 501, "api.license.client.old_format.app_error", "New format for the client license is not supported yet. Please specify format=old in the query string.";
    CLIENT_FORMAT = 501, "api.config.client.old_format.app_error", "New format for the client configuration is not supported yet. Please specify format=old in the query string.";
}

/// The failures of a password under the rules in force; Mattermost names each combination of rules.
///
/// Mattermost: the id is built from the rules that are switched on, not from those that were broken.
#[derive(Debug, Clone)]
pub struct PasswordRules {
    /// The id, `model.user.is_valid.pwd` and one part for each rule in force.
    pub id: String,
    /// The sentence that lists the rules.
    pub message: String,
}

/// A failure on its way to the caller.
///
/// The body of an answer shows the catalogue row and `detail`; `cause` goes to the log only.
#[derive(Debug)]
pub struct AppError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    failure: &'static Failure,
    id: Option<String>,
    message: Option<String>,
    detail: String,
    cause: Option<String>,
}

impl AppError {
    /// The failure as the catalogue has it.
    pub fn new(failure: &'static Failure) -> AppError {
        AppError(Box::new(Inner {
            failure,
            id: None,
            message: None,
            detail: String::new(),
            cause: None,
        }))
    }

    /// The failure with `{name}` of its sentence replaced.
    pub fn named(failure: &'static Failure, name: &str) -> AppError {
        let mut error = AppError::new(failure);
        error.0.message = Some(failure.message.replace("{name}", name));
        error
    }

    /// 400: a field of the body is missing or bad, or the whole body is.
    pub fn body_param(name: &str) -> AppError {
        AppError::named(&BODY_PARAM, name)
    }

    /// 400: a part of the path or the query is bad.
    pub fn url_param(name: &str) -> AppError {
        AppError::named(&URL_PARAM, name)
    }

    /// 400: a new password breaks the rules in force.
    pub fn password_rules(rules: PasswordRules) -> AppError {
        let mut error = AppError::new(&BAD_PASSWORD_AT_CREATION);
        error.0.id = Some(rules.id);
        error.0.message = Some(rules.message);
        error
    }

    /// 400: a value of the configuration; `rule` is the last part of Mattermost's id.
    pub fn config_value(rule: &str, message: String) -> AppError {
        let mut error = AppError::new(&BODY_PARAM);
        error.0.id = Some(format!("model.config.is_valid.{rule}.app_error"));
        error.0.message = Some(message);
        error
    }

    /// Adds what the caller is told under `detailed_error`.
    pub fn detail(mut self, detail: impl Into<String>) -> AppError {
        self.0.detail = detail.into();
        self
    }

    /// Adds what only the log is told.
    pub fn cause(mut self, cause: impl Into<String>) -> AppError {
        self.0.cause = Some(cause.into());
        self
    }

    /// The id in the body.
    pub fn id(&self) -> &str {
        self.0.id.as_deref().unwrap_or(self.0.failure.id)
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.failure.status
    }

    /// The sentence in the body.
    pub fn message(&self) -> &str {
        self.0.message.as_deref().unwrap_or(self.0.failure.message)
    }

    /// `detailed_error` of the body.
    pub fn detailed(&self) -> &str {
        &self.0.detail
    }

    /// What the log is told.
    pub fn logged_cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Whether this is the given row.
    pub fn is(&self, failure: &'static Failure) -> bool {
        std::ptr::eq(self.0.failure, failure)
    }
}

impl From<&'static Failure> for AppError {
    fn from(failure: &'static Failure) -> AppError {
        AppError::new(failure)
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())?;
        match self.logged_cause() {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_an_error_status_and_a_sentence() {
        for row in CATALOGUE {
            assert!((400..600).contains(&row.status), "{}", row.id);
            assert!(row.message.len() > 10, "{}", row.id);
            assert!(row.id.contains('.'), "{}", row.id);
        }
    }

    #[test]
    fn an_id_has_one_sentence() {
        for a in CATALOGUE {
            for b in CATALOGUE {
                assert!(
                    a.id != b.id || a.message == b.message,
                    "{} has two sentences",
                    a.id
                );
            }
        }
    }
}
