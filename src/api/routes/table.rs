//! The table of endpoints. README's table and the OpenAPI document are printed from it.

use super::{Access, Route, Work};
use crate::api::handlers::{
    audits, bots, channel_lists, channel_members, channels, commands, config, dialogs, emoji,
    files, pictures, post_lists, posts, preferences, reactions, roles, sessions, statuses, system,
    teams, tokens, user_edits, user_lists, users, webhooks,
};
use crate::api::openapi::{Operation, Shape, shape};
use crate::api::{openapi, websocket};

macro_rules! routes {
    ($(
        $method:ident $path:literal $access:ident $work:ident $handler:path, $doc:literal
        $id:ident ($($query:tt)*) $body:tt => $status:literal $answer:tt $(, $($refusal:literal)+)?;
    )*) => {
        /// Every endpoint; the first that fits answers.
        pub static ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            access: Access::$access,
            work: Work::$work($handler),
            doc: $doc,
            operation: Operation {
                id: stringify!($id),
                query: &[$(stringify!($query)),*],
                body: shape!($body),
                success: ($status, shape!($answer)),
                refusals: &[$($($refusal),+)?],
            },
        }),*];
    };
}

// method, path, access, work, handler, a line of words;
// operation id, (query), body => status and answer, further refusals. Objects and words: `openapi/objects.rs`, `schema.rs`.
#[rustfmt::skip]
routes! {
    POST   "/users" Open Slow users::create, "Create an account; the first one becomes system admin"
           CreateUser (iid t) NewUser => 201 User, 403 404 501;
    GET    "/users" Session Read user_lists::list, "List accounts by username"
           GetUsers (page per_page role roles team_roles channel_roles active inactive in_team in_channel not_in_team not_in_channel without_team in_group group_constrained abac_match_only sort) () => 200 [User], 403 501;
    POST   "/users/ids" Session Read user_lists::list_by_ids, "Read several accounts by id"
           GetUsersByIds (since) [Id] => 200 [User];
    POST   "/users/usernames" Session Read user_lists::list_by_usernames, "Read several accounts by username"
           GetUsersByUsernames (since) [Text] => 200 [User];
    POST   "/users/search" Session Read user_lists::search, "Find accounts by the beginning of a name or an address"
           SearchUsers () UserSearch => 200 [User], 403 501;
    GET    "/users/autocomplete" Session Read user_lists::autocomplete, "Find active accounts by the beginning of a name"
           AutocompleteUsers (name in_team in_channel limit) () => 200 UserAutocomplete, 403;
    GET    "/users/stats" Session Read user_lists::stats, "Count accounts"
           GetTotalUsersStats () () => 200 UsersStats;
    GET    "/users/stats/filtered" Session Read user_lists::stats_filtered, "Count accounts of a kind"
           GetTotalUsersStatsFiltered (in_team in_channel include_deleted include_bots roles team_roles channel_roles) () => 200 UsersStats, 403;
    GET    "/users/known" Session Read user_lists::known, "List the accounts one shares a channel with"
           GetKnownUsers () () => 200 [Id];
    POST   "/users/status/ids" Session Read statuses::list, "Read the presence of several accounts"
           GetUsersStatusesByIds () [Id] => 200 [Status];
    POST   "/users/login" Login Slow sessions::login, "Log in; the secret is in the header `Token`"
           Login () Login => 200 User;
    POST   "/users/logout" Open Change sessions::logout, "End the session of the request"
           Logout () () => 200 StatusOK;
    PUT    "/users/sessions/device" Session Change sessions::set_device, "Say which device the login of the request is on"
           AttachDeviceExtraProps () Device => 200 StatusOK;
    POST   "/users/sessions/revoke/all" Session Change sessions::revoke_everybodys, "End everybody's sessions"
           RevokeSessionsFromAllUsers () () => 200 StatusOK, 403;
    GET    "/users/tokens" Session Read tokens::list_all, "List all tokens"
           GetUserAccessTokens (page per_page include_usage user_id state unused_since expires_before scope sort include_total_count) () => 200 TokensFound, 403;
    POST   "/users/tokens/search" Session Read tokens::search, "Find tokens by token id, user id or username"
           SearchUserAccessTokens (include_usage) Search => 200 [UserAccessTokenSanitized], 403;
    POST   "/users/tokens/revoke" Session Change tokens::revoke, "Delete a token for good"
           RevokeUserAccessToken () TokenRevocation => 200 StatusOK, 403 404;
    POST   "/users/tokens/disable" Session Change tokens::disable, "Refuse a token until it is enabled"
           DisableUserAccessToken () TokenId => 200 StatusOK, 403 404;
    POST   "/users/tokens/enable" Session Change tokens::enable, "Accept a disabled token again"
           EnableUserAccessToken () TokenId => 200 StatusOK, 403 404;
    POST   "/users/tokens/rotate" Session Change tokens::rotate, "Give a token a new secret; the old one is dead at once, or after a time of grace"
           RotateUserAccessToken () TokenRotation => 200 UserAccessToken, 403 404 409 501;
    GET    "/users/tokens/non_compliant/count" Session Read tokens::count_non_compliant, "Count the tokens that live longer than the limit allows"
           CountNonCompliantTokens (days) () => 200 TokenCount, 403;
    POST   "/users/tokens/non_compliant/revoke" Session Change tokens::revoke_non_compliant, "Revoke them"
           RevokeNonCompliantTokens () NonCompliant => 200 TokensDone, 403;
    POST   "/users/tokens/end_grace" Session Change tokens::end_grace, "End the secret that a token had before its last rotation"
           EndUserAccessTokenGrace () TokenId => 200 StatusOK, 403 404;
    POST   "/users/tokens/disable_unused" Session Change tokens::disable_unused, "Disable the tokens that were not used since a moment, or tell which these are"
           DisableUnusedUserAccessTokens () UnusedTokens => 200 TokensDone, 403;
    GET    "/users/tokens/self" Session Read tokens::get_own, "Read the token of this very request, and what it may do"
           GetOwnUserAccessToken () () => 200 OwnUserAccessToken;
    POST   "/users/tokens/report" Open Change tokens::report, "Hand in the secret of a token that was found: it is revoked, its owner and the admins are told"
           ReportUserAccessToken () FoundSecret => 200 StatusOK;
    GET    "/users/tokens/{token_id}/requests" Session Read tokens::list_requests, "List what a token did last, newest first"
           GetUserAccessTokenRequests () () => 200 [TokenRequest], 403;
    GET    "/users/tokens/{token_id}/explain" Session Read tokens::explain, "Tell why a token works, or does not"
           ExplainUserAccessToken (method path address) () => 200 TokenExplanation, 403;
    GET    "/users/tokens/{token_id}" Session Read tokens::get, "Read a token, without its secret"
           GetUserAccessToken () () => 200 UserAccessTokenSanitized, 403;
    GET    "/users/username/{username}" Session Read users::get_by_username, "Read an account by username"
           GetUserByUsername () () => 200 User, 304;
    GET    "/users/email/{email}" Session Read users::get_by_email, "Read an account by e-mail address"
           GetUserByEmail () () => 200 User, 304 403;
    GET    "/users/{user_id}" Session Read users::get, "Read an account; `me` is the own one"
           GetUser () () => 200 User, 304;
    PUT    "/users/{user_id}" Session Slow user_edits::update, "Change an account, sent as a whole"
           UpdateUser () UserUpdate => 200 User, 403;
    DELETE "/users/{user_id}" Session Change user_edits::delete, "Deactivate an account, or delete it for good"
           DeleteUser (permanent) () => 200 StatusOK, 403;
    PUT    "/users/{user_id}/patch" Session Slow user_edits::patch, "Change some fields of an account"
           PatchUser () UserPatch => 200 User, 403;
    PUT    "/users/{user_id}/auth" Session Change user_edits::update_auth, "Let another service log an account in"
           UpdateUserAuth () UserAuth => 200 UserAuth, 403;
    PUT    "/users/{user_id}/roles" Session Change user_edits::update_roles, "Give and take roles"
           UpdateUserRoles () UserRoles => 200 StatusOK, 403;
    PUT    "/users/{user_id}/active" Session Change user_edits::update_active, "Deactivate or reactivate an account"
           UpdateUserActive () UserActive => 200 StatusOK, 403;
    PUT    "/users/{user_id}/password" Session Slow user_edits::update_password, "Set a password"
           UpdateUserPassword () UserPassword => 200 StatusOK, 403 501;
    POST   "/users/{user_id}/reset_failed_attempts" Session Change user_edits::unlock, "Lift the lock of wrong passwords"
           ResetPasswordFailedAttempts () () => 200 StatusOK, 403;
    POST   "/users/{user_id}/email/verify/member" Session Change user_edits::verify_email, "Say that an account's address is right"
           VerifyUserEmailWithoutToken () () => 200 User, 403;
    POST   "/users/{user_id}/convert_to_bot" Session Change bots::convert, "Make a bot of an account"
           ConvertUserToBot () () => 200 Bot, 403;
    GET    "/users/{user_id}/image" Session Read pictures::get, "The account's picture, or one made from the id"
           GetProfileImage (_) () => 200 Picture, 304;
    POST   "/users/{user_id}/image" Session Change pictures::set, "Set the account's picture"
           SetProfileImage () NewPicture => 200 StatusOK, 403;
    DELETE "/users/{user_id}/image" Session Change pictures::delete, "Take the account's picture away"
           SetDefaultProfileImage () () => 200 StatusOK, 403;
    GET    "/users/{user_id}/image/default" Session Read pictures::get_default, "A picture made from the id"
           GetDefaultProfileImage () () => 200 Picture, 304;
    GET    "/users/{user_id}/status" Session Read statuses::get, "Read the presence of an account"
           GetUserStatus () () => 200 Status;
    PUT    "/users/{user_id}/status" Session Change statuses::update, "Set it"
           UpdateUserStatus () StatusUpdate => 200 Status, 403;
    PUT    "/users/{user_id}/status/custom" Session Change statuses::set_custom, "Say something of oneself, for a while"
           UpdateUserCustomStatus () CustomStatus => 200 StatusOK, 403;
    DELETE "/users/{user_id}/status/custom" Session Change statuses::clear_custom, "Take it back"
           UnsetUserCustomStatus () () => 200 StatusOK, 403;
    DELETE "/users/{user_id}/status/custom/recent" Session Change statuses::forget_custom, "Forget something that was said before"
           RemoveRecentCustomStatus () CustomStatus => 200 StatusOK, 403;
    POST   "/users/{user_id}/status/custom/recent/delete" Session Change statuses::forget_custom, "Forget something that was said before"
           PostUserRecentCustomStatusDelete () CustomStatus => 200 StatusOK, 403;
    GET    "/users/{user_id}/preferences" Session Read preferences::list, "List what clients keep for an account"
           GetPreferences () () => 200 [Preference], 403;
    PUT    "/users/{user_id}/preferences" Session Change preferences::update, "Store some of it"
           UpdatePreferences () [Preference] => 200 StatusOK, 403;
    POST   "/users/{user_id}/preferences/delete" Session Change preferences::delete, "Delete some of it"
           DeletePreferences () [Preference] => 200 StatusOK, 403;
    GET    "/users/{user_id}/preferences/{category}" Session Read preferences::list_of_category, "List a category of it"
           GetPreferencesByCategory () () => 200 [Preference], 403;
    GET    "/users/{user_id}/preferences/{category}/name/{preference_name}" Session Read preferences::get, "Read one"
           GetPreferencesByCategoryByName () () => 200 Preference, 403;
    GET    "/users/{user_id}/audits" Session Read audits::list, "List what an account did, newest first"
           GetUserAudits (page per_page) () => 200 [Audit], 403;
    GET    "/users/{user_id}/sessions" Session Read sessions::list, "List open sessions"
           GetSessions (include_current) () => 200 [Session], 403;
    POST   "/users/{user_id}/sessions/revoke" Session Change sessions::revoke, "End a session"
           RevokeSession () SessionId => 200 StatusOK, 403;
    POST   "/users/{user_id}/sessions/revoke/all" Session Change sessions::revoke_all, "End all sessions of an account"
           RevokeAllSessions () () => 200 StatusOK, 403;
    POST   "/users/{user_id}/tokens" Session Change tokens::create, "Create a token; its secret is in this answer only"
           CreateUserAccessToken () NewToken => 200 UserAccessToken, 403 501;
    POST   "/users/{user_id}/tokens/revoke_all" Session Change tokens::revoke_all, "Delete all tokens of an account for good"
           RevokeAllUserAccessTokensOfUser () () => 200 TokenCount, 403;
    GET    "/users/{user_id}/tokens" Session Read tokens::list, "List an account's tokens"
           GetUserAccessTokensForUser (page per_page include_usage) () => 200 [UserAccessTokenSanitized], 403;
    GET    "/users/{user_id}/teams" Session Read teams::list_of_user, "List an account's teams"
           GetTeamsForUser () () => 200 [Team], 403;
    GET    "/users/{user_id}/teams/members" Session Read teams::memberships, "List an account's memberships of teams"
           GetTeamMembersForUser () () => 200 [TeamMember], 403;
    GET    "/users/{user_id}/channels" Session Read channel_lists::of_user_anywhere, "List an account's channels in every team"
           GetChannelsForUser (include_deleted last_delete_at) () => 200 [Channel], 403;
    GET    "/users/{user_id}/teams/{team_id}/channels" Session Read channel_lists::of_user, "List an account's channels in a team"
           GetChannelsForTeamForUser (include_deleted last_delete_at) () => 200 [Channel], 403;
    GET    "/users/{user_id}/teams/{team_id}/channels/members" Session Read channel_members::memberships, "List an account's memberships of channels in a team"
           GetChannelMembersForUser () () => 200 [ChannelMember], 403;
    GET    "/users/{user_id}/teams/unread" Session Read teams::unreads, "Count what an account has not read in each of its teams"
           GetTeamsUnreadForUser (exclude_team include_collapsed_threads) () => 200 [TeamUnread], 403;
    GET    "/users/{user_id}/teams/{team_id}/unread" Session Read teams::unread, "Count what an account has not read in a team"
           GetTeamUnread () () => 200 TeamUnread, 403;
    GET    "/users/{user_id}/posts/flagged" Session Read post_lists::flagged, "List the posts that an account has flagged, newest first"
           GetFlaggedPostsForUser (team_id channel_id page per_page) () => 200 PostList, 403;
    POST   "/users/{user_id}/posts/{post_id}/set_unread" Session Change posts::set_unread, "Mark a post and what follows it as not read"
           SetPostUnread () () => 200 ChannelUnreadAt, 403;
    GET    "/users/{user_id}/channels/{channel_id}/unread" Session Read channel_members::unread, "Count what an account has not read in a channel"
           GetChannelUnread () () => 200 ChannelUnread, 403;
    DELETE "/users/{user_id}/posts/{post_id}/reactions/{emoji_name}" Session Change reactions::delete, "Take a reaction away"
           DeleteReaction () () => 200 StatusOK, 403;

    POST   "/teams" Session Change teams::create, "Create a team with its two channels; the caller becomes its admin"
           CreateTeam () NewTeam => 201 Team, 403;
    GET    "/teams" Session Read teams::list, "List teams by name"
           GetAllTeams (page per_page include_total_count exclude_policy_constrained) () => 200 TeamsFound;
    POST   "/teams/search" Session Read teams::search, "Find teams by the beginning of the name"
           SearchTeams () TeamSearch => 200 TeamsFound, 501;
    GET    "/teams/{team_id}" Session Read teams::get, "Read a team"
           GetTeam () () => 200 Team, 403;
    PUT    "/teams/{team_id}" Session Change teams::update, "Change a team, sent as a whole"
           UpdateTeam () TeamUpdate => 200 Team, 403;
    PUT    "/teams/{team_id}/patch" Session Change teams::patch, "Change some fields of a team"
           PatchTeam () TeamPatch => 200 Team, 403;
    PUT    "/teams/{team_id}/privacy" Session Change teams::set_privacy, "Let anyone join a team (`O`), or only who is invited (`I`)"
           UpdateTeamPrivacy () TeamPrivacy => 200 Team, 403;
    DELETE "/teams/{team_id}" Session Change teams::delete, "Archive a team"
           SoftDeleteTeam (permanent) () => 200 StatusOK, 403;
    POST   "/teams/{team_id}/restore" Session Change teams::restore, "Bring an archived team back"
           RestoreTeam () () => 200 Team, 403;
    POST   "/teams/{team_id}/regenerate_invite_id" Session Change teams::regenerate_invite_id, "Give a team another invite id"
           RegenerateTeamInviteId () () => 200 Team, 403;
    GET    "/teams/invite/{invite_id}" Open Read teams::of_invite, "Read to which team an invite id leads"
           GetTeamInviteInfo () () => 200 TeamInvite, 403;
    GET    "/teams/{team_id}/stats" Session Read teams::stats, "Count a team's members"
           GetTeamStats () () => 200 TeamStats, 403;
    GET    "/teams/name/{team_name}" Session Read teams::get_by_name, "Read a team by name"
           GetTeamByName () () => 200 Team, 403;
    GET    "/teams/name/{team_name}/exists" Session Read teams::exists, "Whether there is a team with the name"
           TeamExists () () => 200 Exists;
    POST   "/teams/{team_id}/members" Session Change teams::add_member, "Add somebody to a team"
           AddTeamMember () NewTeamMember => 201 TeamMember, 403;
    GET    "/teams/{team_id}/members" Session Read teams::members, "List a team's members"
           GetTeamMembers (page per_page sort exclude_deleted_users) () => 200 [TeamMember], 403;
    GET    "/teams/{team_id}/members/{user_id}" Session Read teams::member, "Read a membership of a team"
           GetTeamMember () () => 200 TeamMember, 403;
    DELETE "/teams/{team_id}/members/{user_id}" Session Change teams::remove_member, "Take somebody out of a team"
           RemoveTeamMember () () => 200 StatusOK, 403;
    PUT    "/teams/{team_id}/members/{user_id}/roles" Session Change teams::update_roles, "Set the roles of a member of a team"
           UpdateTeamMemberRoles () UserRoles => 200 StatusOK, 403;
    PUT    "/teams/{team_id}/members/{user_id}/schemeRoles" Session Change teams::update_scheme_roles, "Make a member of a team its admin, or no admin"
           UpdateTeamMemberSchemeRoles () SchemeRoles => 200 StatusOK, 403;
    GET    "/teams/{team_id}/channels/autocomplete" Session Read channel_lists::complete, "Find channels of a team by what was typed"
           AutocompleteChannelsForTeam (name) () => 200 [Channel], 403;
    GET    "/teams/{team_id}/channels/search_autocomplete" Session Read channel_lists::complete_own, "Find channels that one is in by what was typed"
           AutocompleteChannelsForTeamForSearch (name) () => 200 [Channel], 403;
    GET    "/teams/{team_id}/channels" Session Read channel_lists::of_team, "List a team's public channels"
           GetPublicChannelsForTeam (page per_page) () => 200 [Channel], 403;
    GET    "/teams/{team_id}/channels/private" Session Read channel_lists::private, "List a team's private channels"
           GetPrivateChannelsForTeam (page per_page) () => 200 [Channel], 403;
    GET    "/teams/{team_id}/channels/deleted" Session Read channel_lists::deleted, "List a team's archived public channels"
           GetDeletedChannelsForTeam (page per_page) () => 200 [Channel], 403;
    POST   "/teams/{team_id}/channels/search" Session Read channel_lists::search, "Find a team's public channels"
           SearchChannels () Search => 200 [Channel], 403;
    GET    "/teams/{team_id}/channels/name/{channel_name}" Session Read channels::get_by_name, "Read a channel by name"
           GetChannelByName (include_deleted) () => 200 Channel, 403;
    GET    "/teams/name/{team_name}/channels/name/{channel_name}" Session Read channels::get_by_names, "Read a channel by its name and its team's"
           GetChannelByNameForTeamName (include_deleted) () => 200 Channel, 403;
    POST   "/teams/{team_id}/posts/search" Session Read post_lists::search, "Find posts by words"
           SearchPosts () PostSearch => 200 PostList, 403;

    POST   "/channels" Session Change channels::create, "Create a channel; the caller becomes its admin"
           CreateChannel () NewChannel => 201 Channel, 403 404;
    GET    "/channels" Session Read channel_lists::all, "List all channels"
           GetAllChannels (page per_page include_deleted exclude_default_channels include_total_count not_associated_to_group exclude_policy_constrained) () => 200 ChannelsFound, 403;
    POST   "/channels/search" Session Read channel_lists::search_all, "Find channels of all teams"
           SearchAllChannels (system_console) ChannelSearch => 200 ChannelsFound, 403;
    POST   "/channels/direct" Session Change channels::create_direct, "Open the direct channel of two accounts"
           CreateDirectChannel () [Id] => 201 Channel, 403;
    POST   "/channels/group" Session Change channels::create_group, "Open the group channel of three to eight accounts"
           CreateGroupChannel () [Id] => 201 Channel, 403;
    POST   "/channels/members/{user_id}/view" Session Change channel_members::view, "Mark a channel as read"
           ViewChannel () ChannelView => 200 ChannelViewed, 403;
    GET    "/channels/{channel_id}" Session Read channels::get, "Read a channel"
           GetChannel () () => 200 Channel, 403;
    PUT    "/channels/{channel_id}" Session Change channels::update, "Change a channel, sent as a whole"
           UpdateChannel () ChannelUpdate => 200 Channel, 403;
    PUT    "/channels/{channel_id}/patch" Session Change channels::patch, "Change some fields of a channel"
           PatchChannel () ChannelPatch => 200 Channel, 403;
    PUT    "/channels/{channel_id}/privacy" Session Change channels::set_privacy, "Make a channel public or private"
           UpdateChannelPrivacy () ChannelPrivacy => 200 Channel, 403;
    DELETE "/channels/{channel_id}" Session Change channels::delete, "Archive a channel"
           DeleteChannel (permanent) () => 200 StatusOK, 403;
    POST   "/channels/{channel_id}/restore" Session Change channels::restore, "Bring an archived channel back"
           RestoreChannel () () => 200 Channel, 403;
    POST   "/channels/{channel_id}/move" Session Change channels::move_to_team, "Move a channel to another team"
           MoveChannel () ChannelMove => 200 Channel, 403;
    GET    "/channels/{channel_id}/stats" Session Read channels::stats, "Count a channel's members"
           GetChannelStats () () => 200 ChannelStats, 403;
    GET    "/channels/{channel_id}/members" Session Read channel_members::members, "List a channel's members"
           GetChannelMembers (page per_page) () => 200 [ChannelMember], 403;
    POST   "/channels/{channel_id}/members" Session Change channel_members::add_member, "Join a channel, or add somebody to it"
           AddChannelMember () NewChannelMember => 201 ChannelMembers, 403;
    GET    "/channels/{channel_id}/members/{user_id}" Session Read channel_members::member, "Read a membership of a channel"
           GetChannelMember () () => 200 ChannelMember, 403;
    DELETE "/channels/{channel_id}/members/{user_id}" Session Change channel_members::remove_member, "Leave a channel, or take somebody out of it"
           RemoveUserFromChannel () () => 200 StatusOK, 403;
    PUT    "/channels/{channel_id}/members/{user_id}/roles" Session Change channel_members::update_roles, "Set the roles of a member of a channel"
           UpdateChannelRoles () UserRoles => 200 StatusOK, 403;
    PUT    "/channels/{channel_id}/members/{user_id}/schemeRoles" Session Change channel_members::update_scheme_roles, "Make a member of a channel its admin, or no admin"
           UpdateChannelMemberSchemeRoles () SchemeRoles => 200 StatusOK, 403;
    PUT    "/channels/{channel_id}/members/{user_id}/notify_props" Session Change channel_members::update_notify_props, "Set what a channel notifies a member of"
           UpdateChannelNotifyProps () ChannelNotifyProps => 200 StatusOK, 403;
    GET    "/channels/{channel_id}/posts" Session Read post_lists::list, "List a channel's posts, newest first"
           GetPostsForChannel (page per_page since before after type include_deleted skipFetchThreads collapsedThreads collapsedThreadsExtended) () => 200 PostList, 304 403;
    GET    "/channels/{channel_id}/pinned" Session Read post_lists::pinned, "List a channel's pinned posts"
           GetPinnedPosts () () => 200 PostList, 403;

    POST   "/posts" Session Change posts::create, "Post"
           CreatePost (set_online silent) NewPost => 201 Post, 403;
    POST   "/posts/ephemeral" Session Change posts::create_ephemeral, "Post what only one account sees"
           CreatePostEphemeral () NewEphemeralPost => 201 Post, 403 404;
    GET    "/posts/{post_id}" Session Read posts::get, "Read a post"
           GetPost (include_deleted) () => 200 Post, 304 403;
    PUT    "/posts/{post_id}" Session Change posts::update, "Change a post, sent as a whole"
           UpdatePost () PostUpdate => 200 Post, 403;
    PUT    "/posts/{post_id}/patch" Session Change posts::patch, "Change some fields of a post"
           PatchPost () PostPatch => 200 Post, 403;
    DELETE "/posts/{post_id}" Session Change posts::delete, "Delete a post"
           DeletePost () () => 200 StatusOK, 403;
    GET    "/posts/{post_id}/thread" Session Read post_lists::thread, "Read a thread"
           GetPostThread (perPage fromPost fromCreateAt fromUpdateAt direction updatesOnly skipFetchThreads collapsedThreads collapsedThreadsExtended) () => 200 PostList, 403;
    POST   "/posts/{post_id}/pin" Session Change posts::pin, "Pin a post to its channel"
           PinPost () () => 200 StatusOK, 403;
    POST   "/posts/{post_id}/actions/{action_id}" Session Call posts::run_action, "Press a button or choose from a list of an attachment: its integration is asked"
           DoPostAction () ActionRun => 200 ActionStarted, 403;
    POST   "/actions/dialogs/open" Open Change dialogs::open, "Open a form for whoever has pressed a button; the integration shows its trigger"
           OpenInteractiveDialog () DialogOpening => 200 StatusOK;
    POST   "/actions/dialogs/submit" Session Call dialogs::submit, "Tell the integration of a form what was filled in"
           SubmitInteractiveDialog () DialogSubmission => 200 DialogAnswer, 403;
    POST   "/posts/{post_id}/unpin" Session Change posts::unpin, "Take it off"
           UnpinPost () () => 200 StatusOK, 403;
    GET    "/posts/{post_id}/reactions" Session Read reactions::list, "List the reactions to a post"
           GetReactions () () => 200 [Reaction], 403;
    GET    "/posts/{post_id}/files/info" Session Read files::of_post, "List the files of a post"
           GetFileInfosForPost (include_deleted) () => 200 [FileInfo], 304 403;
    POST   "/files" Session Upload files::UPLOAD, "Upload files for a channel: one with its name in the query, or a form of several"
           UploadFile (channel_id filename client_id) Files => 201 FilesUploaded, 403;
    GET    "/files/{file_id}" Session Read files::get, "Download a file, or a range of it"
           GetFile (download) () => 200 File, 206 304 403 416;
    GET    "/files/{file_id}/info" Session Read files::info, "Read name, size and type of a file"
           GetFileInfo () () => 200 FileInfo, 403;
    GET    "/files/{file_id}/thumbnail" Session Read files::thumbnail, "That no smaller picture is made"
           GetFileThumbnail () () => 200 File, 403;
    GET    "/files/{file_id}/preview" Session Read files::preview, "The same"
           GetFilePreview () () => 200 File, 403;
    GET    "/files/{file_id}/link" Session Read files::link, "That there are no public links"
           GetFileLink () () => 200 Texts, 403;
    POST   "/reactions" Session Change reactions::add, "React to a post"
           SaveReaction () NewReaction => 200 Reaction, 403 404;

    POST   "/bots" Session Change bots::create, "Create a bot, owned by the caller"
           CreateBot () NewBot => 201 Bot, 403;
    GET    "/bots" Session Read bots::list, "List bots, oldest first"
           GetBots (page per_page include_deleted only_orphaned) () => 200 [Bot], 403;
    GET    "/bots/{bot_user_id}" Session Read bots::get, "Read a bot"
           GetBot (include_deleted) () => 200 Bot;
    PUT    "/bots/{bot_user_id}" Session Change bots::update, "Change some fields of a bot"
           PatchBot () BotPatch => 200 Bot, 403;
    POST   "/bots/{bot_user_id}/disable" Session Change bots::disable, "Disable a bot: its tokens are refused"
           DisableBot () () => 200 Bot, 403;
    POST   "/bots/{bot_user_id}/enable" Session Change bots::enable, "Enable a bot"
           EnableBot () () => 200 Bot, 403;
    POST   "/bots/{bot_user_id}/convert_to_user" Session Slow bots::convert_to_user, "Make an account with a password of a bot"
           ConvertBotToUser (set_system_admin) BotToUser => 200 User, 403;
    POST   "/bots/{bot_user_id}/assign/{user_id}" Session Change bots::assign, "Give a bot another owner"
           AssignBot () () => 200 Bot, 403;

    POST   "/emoji" Session Change emoji::create, "Make a custom emoji"
           CreateEmoji () NewEmoji => 200 EmojiFound, 403 413 501;
    GET    "/emoji" Session Read emoji::list, "List custom emoji"
           GetEmojiList (page per_page sort) () => 200 [EmojiFound], 501;
    POST   "/emoji/search" Session Read emoji::search, "Find custom emoji by their names"
           SearchEmoji () EmojiSearch => 200 [EmojiFound];
    POST   "/emoji/names" Session Read emoji::get_by_names, "Read several custom emoji by name"
           GetEmojisByNames () [Text] => 200 [EmojiFound], 501;
    GET    "/emoji/autocomplete" Session Read emoji::complete, "Find custom emoji by the beginning of the name"
           AutocompleteEmoji (name) () => 200 [EmojiFound];
    GET    "/emoji/name/{emoji_name}" Session Read emoji::get_by_name, "Read a custom emoji by name"
           GetEmojiByName () () => 200 EmojiFound;
    GET    "/emoji/{emoji_id}" Session Read emoji::get, "Read a custom emoji"
           GetEmoji () () => 200 EmojiFound, 501;
    DELETE "/emoji/{emoji_id}" Session Change emoji::delete, "Delete a custom emoji"
           DeleteEmoji () () => 200 StatusOK, 403;
    GET    "/emoji/{emoji_id}/image" Session Read emoji::image, "The picture of a custom emoji"
           GetEmojiImage () () => 200 Picture, 501;
    POST   "/commands" Session Change commands::create, "Create a slash command"
           CreateCommand () NewCommand => 201 Command, 403 404 501;
    GET    "/commands" Session Read commands::list, "List the slash commands of a team"
           ListCommands (team_id custom_only) () => 200 [Command], 403 501;
    POST   "/commands/execute" Session Call commands::execute, "Give a slash command: its integration is asked, and what it answers is posted"
           ExecuteCommand () CommandGiven => 200 CommandResponse, 403 404 501;
    GET    "/commands/{command_id}" Session Read commands::get, "Read a slash command"
           GetCommandById () () => 200 Command;
    PUT    "/commands/{command_id}" Session Change commands::update, "Change a slash command, sent as a whole"
           UpdateCommand () CommandUpdate => 200 Command, 403;
    DELETE "/commands/{command_id}" Session Change commands::delete, "Delete a slash command for good"
           DeleteCommand () () => 200 StatusOK, 403;
    PUT    "/commands/{command_id}/regen_token" Session Change commands::regenerate_token, "Give a slash command another token"
           RegenCommandToken () () => 200 CommandToken, 403;
    GET    "/teams/{team_id}/commands/autocomplete" Session Read commands::complete, "List the slash commands that clients offer"
           ListAutocompleteCommands () () => 200 [Command], 403;
    POST   "/hooks/incoming" Session Change webhooks::create, "Create an incoming webhook; its id is a secret, and in this answer only"
           CreateIncomingWebhook () NewIncomingWebhook => 201 IncomingWebhook, 403 404 501;
    GET    "/hooks/incoming" Session Read webhooks::list, "List incoming webhooks, under ids that are no secrets"
           GetIncomingWebhooks (page per_page team_id include_total_count) () => 200 IncomingWebhooksFound, 403 501;
    GET    "/hooks/incoming/{hook_id}" Session Read webhooks::get, "Read an incoming webhook"
           GetIncomingWebhook () () => 200 IncomingWebhook, 403 501;
    PUT    "/hooks/incoming/{hook_id}" Session Change webhooks::update, "Change an incoming webhook, sent as a whole"
           UpdateIncomingWebhook () IncomingWebhookUpdate => 201 IncomingWebhook, 403 501;
    DELETE "/hooks/incoming/{hook_id}" Session Change webhooks::delete, "Delete an incoming webhook for good"
           DeleteIncomingWebhook () () => 200 StatusOK, 403 501;

    GET    "/roles" Session Read roles::list, "List roles"
           GetAllRoles () () => 200 [Role], 403;
    GET    "/roles/{role_id}" Session Read roles::get, "Read a role"
           GetRole () () => 200 Role;
    GET    "/roles/name/{role_name}" Session Read roles::get_by_name, "Read a role by name"
           GetRoleByName () () => 200 Role;
    POST   "/roles/names" Session Read roles::get_by_names, "Read several roles by name"
           GetRolesByNames () [RoleName] => 200 [Role];
    PUT    "/roles/{role_id}/patch" Session Change roles::patch, "Change what a role permits"
           PatchRole () RolePatch => 200 Role, 403 501;

    GET    "/audits" Session Read audits::list_all, "List what everybody did, newest first"
           GetAudits (page per_page) () => 200 [Audit], 403;
    GET    "/logs" Session Read system::logs, "Read the last lines of the log"
           GetLogs (page logs_per_page) () => 200 [Text], 403;
    POST   "/logs" Open Change system::post_log, "Write a client's message into the log"
           PostLog () LogMessage => 200 Texts, 403;
    GET    "/websocket" Open Read websocket::open, "Listen to events (RFC 6455)"
           OpenWebSocket (connection_id sequence_number posted_ack disconnect_err_code) () => 101 Upgrade, 403;
    GET    "/config" Session Read config::get, "Read the configuration"
           GetConfig (remove_masked remove_defaults) () => 200 Config, 403;
    PUT    "/config" Session Change config::update, "Replace the configuration"
           UpdateConfig () Config => 200 Config, 403;
    POST   "/config/reload" Session Change config::reload, "Read the configuration file again"
           ReloadConfig () () => 200 StatusOK, 403 500;
    GET    "/server_busy" Session Read system::busy, "Whether the server is marked as busy"
           GetServerBusyExpires () () => 200 ServerBusy, 403;
    POST   "/server_busy" Session Change system::mark_busy, "Mark the server as busy for some seconds: searches are refused"
           SetServerBusy (seconds) () => 200 StatusOK, 403;
    DELETE "/server_busy" Session Change system::mark_free, "Take the mark away"
           ClearServerBusy () () => 200 StatusOK, 403;
    PUT    "/config/patch" Session Change config::patch, "Change settings, at once and for good"
           PatchConfig () Config => 200 Config, 403;
    GET    "/config/environment" Session Read config::environment, "Which settings are pinned"
           GetEnvironmentConfig (include_source) () => 200 Pinned, 403;
    GET    "/config/client" Open Read config::client, "What clients need of the configuration"
           GetClientConfig (format) () => 200 Texts, 501;
    GET    "/license/client" Open Read system::license, "That there is no licence"
           GetClientLicense (format) () => 200 Texts, 501;
    POST   "/caches/invalidate" Session Change system::invalidate_caches, "Nothing: there are no caches"
           InvalidateCaches () () => 200 StatusOK, 403;
    GET    "/system/dashboard" Session Read system::dashboard, "Count tokens by state and answers by the hour; list unused tokens"
           GetDashboard () () => 200 Dashboard, 403;
    GET    "/system/timezones" Session Read system::timezones, "List the time zones that there are"
           GetSupportedTimezone () () => 200 [Text];
    GET    "/system/ping" Open Read system::ping, "Whether the server answers"
           GetPing (get_server_status use_rest_semantics device_id) () => 200 Texts, 500;
    GET    "/openapi.json" Open Read openapi::get, "This list as an OpenAPI document"
           GetOpenApi () () => 200 Object;
}
