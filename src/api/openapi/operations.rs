//! What each route takes and gives. The names are those of Mattermost's own description, where it has the route.

use super::objects::{Shape, shape};
use crate::api::routes::Route;

/// A route as it is described.
pub struct Operation {
    /// What client generators call it.
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// The members of the query; none has to be there but those that `parameters.rs` says so of.
    pub query: &'static [&'static str],
    pub body: Shape,
    pub success: (u16, Shape),
    /// Beside those that any route may answer.
    pub refusals: &'static [u16],
}

impl Operation {
    pub fn is_of(&self, route: &Route) -> bool {
        (self.method, self.path) == (route.method, route.path)
    }
}

/// The description of a route.
pub fn of(route: &Route) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.is_of(route))
}

macro_rules! operations {
    ($($id:ident $method:ident $path:literal ($($query:ident)*) $body:tt => $status:literal $answer:tt $(, $($refusal:literal)+)?;)*) => {
        /// Every route.
        pub static OPERATIONS: &[Operation] = &[$(Operation {
            id: stringify!($id), method: stringify!($method), path: $path, query: &[$(stringify!($query)),*],
            body: shape!($body), success: ($status, shape!($answer)), refusals: &[$($($refusal),+)?],
        }),*];
    };
}

// name, method, path, (query) and body => status and answer, refusals.
#[rustfmt::skip]
operations! {
    CreateUser                     POST   "/users"                                      () NewUser => 201 User, 403 501;
    GetUsers                       GET    "/users"                                      (page per_page role roles active inactive in_team in_channel not_in_team not_in_channel without_team sort) () => 200 [User], 403;
    GetUsersByIds                  POST   "/users/ids"                                  (since) [Id] => 200 [User];
    GetUsersByUsernames            POST   "/users/usernames"                            (since) [Text] => 200 [User];
    SearchUsers                    POST   "/users/search"                               () UserSearch => 200 [User], 403;
    AutocompleteUsers              GET    "/users/autocomplete"                         (name in_team in_channel limit) () => 200 UserAutocomplete;
    GetTotalUsersStats             GET    "/users/stats"                                () () => 200 UsersStats;
    GetTotalUsersStatsFiltered     GET    "/users/stats/filtered"                      (in_team in_channel include_deleted include_bots roles) () => 200 UsersStats, 403;
    GetKnownUsers                  GET    "/users/known"                                () () => 200 [Id];
    GetUsersStatusesByIds          POST   "/users/status/ids"                           () [Id] => 200 [Status];
    Login                          POST   "/users/login"                                () Login => 200 User;
    Logout                         POST   "/users/logout"                               () () => 200 StatusOK;
    RevokeSessionsFromAllUsers     POST   "/users/sessions/revoke/all"                  () () => 200 StatusOK, 403;
    GetUserAccessTokens            GET    "/users/tokens"                               (page per_page include_usage) () => 200 [UserAccessTokenSanitized], 403;
    SearchUserAccessTokens         POST   "/users/tokens/search"                        (include_usage) Search => 200 [UserAccessTokenSanitized], 403;
    RevokeUserAccessToken          POST   "/users/tokens/revoke"                        () TokenId => 200 StatusOK, 403 404;
    DisableUserAccessToken         POST   "/users/tokens/disable"                       () TokenId => 200 StatusOK, 403 404;
    EnableUserAccessToken          POST   "/users/tokens/enable"                        () TokenId => 200 StatusOK, 403 404;
    RotateUserAccessToken          POST   "/users/tokens/rotate"                        () TokenRotation => 200 UserAccessToken, 403 404 501;
    CountNonCompliantTokens        GET    "/users/tokens/non_compliant/count"           () () => 200 TokenCount, 403;
    RevokeNonCompliantTokens       POST   "/users/tokens/non_compliant/revoke"          () () => 200 TokenCount, 403;
    GetUserAccessToken             GET    "/users/tokens/{token_id}"                    () () => 200 UserAccessTokenSanitized, 403;
    GetUserByUsername              GET    "/users/username/{username}"                  () () => 200 User, 304;
    GetUserByEmail                 GET    "/users/email/{email}"                        () () => 200 User, 304 403;
    GetUser                        GET    "/users/{user_id}"                            () () => 200 User, 304;
    UpdateUser                     PUT    "/users/{user_id}"                            () UserUpdate => 200 User, 403;
    DeleteUser                     DELETE "/users/{user_id}"                            (permanent) () => 200 StatusOK, 403;
    PatchUser                      PUT    "/users/{user_id}/patch"                      () UserPatch => 200 User, 403;
    UpdateUserAuth                 PUT    "/users/{user_id}/auth"                       () UserAuth => 200 UserAuth, 403;
    UpdateUserRoles                PUT    "/users/{user_id}/roles"                      () UserRoles => 200 StatusOK, 403;
    UpdateUserActive               PUT    "/users/{user_id}/active"                     () UserActive => 200 StatusOK, 403;
    UpdateUserPassword             PUT    "/users/{user_id}/password"                   () UserPassword => 200 StatusOK, 403 501;
    ResetPasswordFailedAttempts    POST   "/users/{user_id}/reset_failed_attempts"     () () => 200 StatusOK, 403;
    ConvertUserToBot               POST   "/users/{user_id}/convert_to_bot"             () () => 200 Bot, 403;
    GetProfileImage                GET    "/users/{user_id}/image"                      () () => 200 Picture, 304;
    GetDefaultProfileImage         GET    "/users/{user_id}/image/default"              () () => 200 Picture, 304;
    GetUserStatus                  GET    "/users/{user_id}/status"                     () () => 200 Status;
    UpdateUserStatus               PUT    "/users/{user_id}/status"                     () StatusUpdate => 200 Status, 403;
    GetPreferences                 GET    "/users/{user_id}/preferences"                () () => 200 [Preference], 403;
    UpdatePreferences              PUT    "/users/{user_id}/preferences"                () [Preference] => 200 StatusOK, 403;
    DeletePreferences              POST   "/users/{user_id}/preferences/delete"         () [Preference] => 200 StatusOK, 403;
    GetPreferencesByCategory       GET    "/users/{user_id}/preferences/{category}"     () () => 200 [Preference], 403;
    GetPreferencesByCategoryByName GET    "/users/{user_id}/preferences/{category}/name/{preference_name}" () () => 200 Preference, 403;
    GetUserAudits                  GET    "/users/{user_id}/audits"                     (page per_page) () => 200 [Audit], 403;
    GetSessions                    GET    "/users/{user_id}/sessions"                   (include_current) () => 200 [Session], 403;
    RevokeSession                  POST   "/users/{user_id}/sessions/revoke"            () SessionId => 200 StatusOK, 403;
    RevokeAllSessions              POST   "/users/{user_id}/sessions/revoke/all"        () () => 200 StatusOK, 403;
    CreateUserAccessToken          POST   "/users/{user_id}/tokens"                     () NewToken => 200 UserAccessToken, 403 501;
    GetUserAccessTokensForUser     GET    "/users/{user_id}/tokens"                     (page per_page include_usage) () => 200 [UserAccessTokenSanitized], 403;
    GetTeamsForUser                GET    "/users/{user_id}/teams"                      () () => 200 [Team], 403;
    GetTeamMembersForUser          GET    "/users/{user_id}/teams/members"              () () => 200 [TeamMember], 403;
    GetChannelsForTeamForUser      GET    "/users/{user_id}/teams/{team_id}/channels"   () () => 200 [Channel], 403;
    GetChannelMembersForUser       GET    "/users/{user_id}/teams/{team_id}/channels/members" () () => 200 [ChannelMember], 403;
    GetChannelUnread               GET    "/users/{user_id}/channels/{channel_id}/unread" () () => 200 ChannelUnread, 403;
    DeleteReaction                 DELETE "/users/{user_id}/posts/{post_id}/reactions/{emoji_name}" () () => 200 StatusOK, 403;
    CreateTeam                     POST   "/teams"                                      () NewTeam => 201 Team, 403;
    GetAllTeams                    GET    "/teams"                                      (page per_page include_total_count) () => 200 TeamsFound;
    SearchTeams                    POST   "/teams/search"                               () TeamSearch => 200 TeamsFound, 501;
    GetTeam                        GET    "/teams/{team_id}"                            () () => 200 Team, 403;
    GetTeamStats                   GET    "/teams/{team_id}/stats"                      () () => 200 TeamStats, 403;
    GetTeamByName                  GET    "/teams/name/{team_name}"                     () () => 200 Team, 403;
    TeamExists                     GET    "/teams/name/{team_name}/exists"              () () => 200 Exists;
    AddTeamMember                  POST   "/teams/{team_id}/members"                    () NewTeamMember => 201 TeamMember, 403;
    GetTeamMembers                 GET    "/teams/{team_id}/members"                    (page per_page) () => 200 [TeamMember], 403;
    GetTeamMember                  GET    "/teams/{team_id}/members/{user_id}"          () () => 200 TeamMember, 403;
    RemoveTeamMember               DELETE "/teams/{team_id}/members/{user_id}"          () () => 200 StatusOK, 403;
    GetPublicChannelsForTeam       GET    "/teams/{team_id}/channels"                   (page per_page) () => 200 [Channel], 403;
    GetPrivateChannelsForTeam      GET    "/teams/{team_id}/channels/private"           (page per_page) () => 200 [Channel], 403;
    GetDeletedChannelsForTeam      GET    "/teams/{team_id}/channels/deleted"           (page per_page) () => 200 [Channel], 403;
    SearchChannels                 POST   "/teams/{team_id}/channels/search"            () Search => 200 [Channel], 403;
    GetChannelByName               GET    "/teams/{team_id}/channels/name/{channel_name}" (include_deleted) () => 200 Channel, 403;
    GetChannelByNameForTeamName    GET    "/teams/name/{team_name}/channels/name/{channel_name}" (include_deleted) () => 200 Channel, 403;
    SearchPosts                    POST   "/teams/{team_id}/posts/search"               () PostSearch => 200 PostList, 403;
    CreateChannel                  POST   "/channels"                                   () NewChannel => 201 Channel, 403 404;
    GetAllChannels                 GET    "/channels"                                   (page per_page) () => 200 [Channel], 403;
    CreateDirectChannel            POST   "/channels/direct"                            () [Id] => 201 Channel, 403;
    CreateGroupChannel             POST   "/channels/group"                             () [Id] => 201 Channel, 403;
    ViewChannel                    POST   "/channels/members/{user_id}/view"            () ChannelView => 200 ChannelViewed, 403;
    GetChannel                     GET    "/channels/{channel_id}"                      () () => 200 Channel, 403;
    UpdateChannel                  PUT    "/channels/{channel_id}"                      () ChannelUpdate => 200 Channel, 403;
    UpdateChannelPrivacy           PUT    "/channels/{channel_id}/privacy"              () ChannelPrivacy => 200 Channel, 403;
    RestoreChannel                 POST   "/channels/{channel_id}/restore"              () () => 200 Channel, 403;
    PatchChannel                   PUT    "/channels/{channel_id}/patch"                () ChannelPatch => 200 Channel, 403;
    DeleteChannel                  DELETE "/channels/{channel_id}"                      (permanent) () => 200 StatusOK, 403;
    GetChannelStats                GET    "/channels/{channel_id}/stats"                () () => 200 ChannelStats, 403;
    GetChannelMembers              GET    "/channels/{channel_id}/members"              (page per_page) () => 200 [ChannelMember], 403;
    AddChannelMember               POST   "/channels/{channel_id}/members"              () NewChannelMember => 201 ChannelMembers, 403;
    GetChannelMember               GET    "/channels/{channel_id}/members/{user_id}"    () () => 200 ChannelMember, 403;
    RemoveUserFromChannel          DELETE "/channels/{channel_id}/members/{user_id}"    () () => 200 StatusOK, 403;
    GetPostsForChannel             GET    "/channels/{channel_id}/posts"                (page per_page since before after) () => 200 PostList, 304 403;
    GetPinnedPosts                 GET    "/channels/{channel_id}/pinned"               () () => 200 PostList, 403;
    CreatePost                     POST   "/posts"                                      (set_online) NewPost => 201 Post, 403;
    CreatePostEphemeral            POST   "/posts/ephemeral"                            () NewEphemeralPost => 201 Post, 403 404;
    GetPost                        GET    "/posts/{post_id}"                            () () => 200 Post, 304 403;
    UpdatePost                     PUT    "/posts/{post_id}"                            () PostUpdate => 200 Post, 403;
    PatchPost                      PUT    "/posts/{post_id}/patch"                      () PostPatch => 200 Post, 403;
    DeletePost                     DELETE "/posts/{post_id}"                            () () => 200 StatusOK, 403;
    GetPostThread                  GET    "/posts/{post_id}/thread"                     () () => 200 PostList, 403;
    PinPost                        POST   "/posts/{post_id}/pin"                        () () => 200 StatusOK, 403;
    UnpinPost                      POST   "/posts/{post_id}/unpin"                      () () => 200 StatusOK, 403;
    GetReactions                   GET    "/posts/{post_id}/reactions"                  () () => 200 [Reaction], 403;
    SaveReaction                   POST   "/reactions"                                  () NewReaction => 200 Reaction, 403;
    CreateBot                      POST   "/bots"                                       () NewBot => 201 Bot, 403;
    GetBots                        GET    "/bots"                                       (page per_page include_deleted only_orphaned) () => 200 [Bot], 403;
    GetBot                         GET    "/bots/{bot_user_id}"                         (include_deleted) () => 200 Bot;
    PatchBot                       PUT    "/bots/{bot_user_id}"                         () BotPatch => 200 Bot, 403;
    DisableBot                     POST   "/bots/{bot_user_id}/disable"                 () () => 200 Bot, 403;
    EnableBot                      POST   "/bots/{bot_user_id}/enable"                  () () => 200 Bot, 403;
    AssignBot                      POST   "/bots/{bot_user_id}/assign/{user_id}"        () () => 200 Bot, 403;
    GetAllRoles                    GET    "/roles"                                      () () => 200 [Role], 403;
    GetRole                        GET    "/roles/{role_id}"                            () () => 200 Role;
    GetRoleByName                  GET    "/roles/name/{role_name}"                     () () => 200 Role;
    GetRolesByNames                POST   "/roles/names"                                () [RoleName] => 200 [Role];
    PatchRole                      PUT    "/roles/{role_id}/patch"                      () RolePatch => 200 Role, 403 501;
    GetAudits                      GET    "/audits"                                     (page per_page) () => 200 [Audit], 403;
    GetLogs                        GET    "/logs"                                       (page logs_per_page) () => 200 [Text], 403;
    PostLog                        POST   "/logs"                                       () LogMessage => 200 Texts, 403;
    OpenWebSocket                  GET    "/websocket"                                  () () => 101 Upgrade, 403;
    GetConfig                      GET    "/config"                                     (remove_masked) () => 200 Config, 403;
    UpdateConfig                   PUT    "/config"                                     () Config => 200 Config, 403;
    PatchConfig                    PUT    "/config/patch"                               () Config => 200 Config, 403;
    GetEnvironmentConfig           GET    "/config/environment"                         (include_source) () => 200 Pinned, 403;
    GetClientConfig                GET    "/config/client"                              (format) () => 200 Texts, 501;
    GetClientLicense               GET    "/license/client"                             (format) () => 200 Texts, 501;
    InvalidateCaches               POST   "/caches/invalidate"                          () () => 200 StatusOK, 403;
    GetPing                        GET    "/system/ping"                                (get_server_status use_rest_semantics) () => 200 Texts, 500;
    GetDashboard                   GET    "/system/dashboard"                           () () => 200 Dashboard, 403;
    GetOpenApi                     GET    "/openapi.json"                               () () => 200 Object;
}
