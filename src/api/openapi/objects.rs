//! What bodies and answers look like: one list of members for each object. `schema.rs` makes JSON schemas of them.

use super::operation::{Shape, shape};

/// An object's name, what it is, and its members.
pub struct Object {
    pub name: &'static str,
    pub doc: &'static str,
    /// Those that are always there.
    pub required: &'static [Member],
    /// Those that may be absent; in the tables they stand behind the semicolon.
    pub optional: &'static [Member],
}

/// A member's name, and what it is.
pub type Member = (&'static str, Shape);

macro_rules! objects {
    ($(#[doc = $about:literal])* $table:ident: $(
        #[doc = $doc:literal]
        $name:ident { $($member:ident: $of:tt),* $(,)? $(; $($maybe:ident: $maybe_of:tt),* $(,)?)? }
    )*) => {
        $(#[doc = $about])*
        pub static $table: &[Object] = &[$(Object {
            name: stringify!($name),
            doc: $doc,
            required: &[$((stringify!($member), shape!($of))),*],
            optional: &[$($((stringify!($maybe), shape!($maybe_of))),*)?],
        }),*];
    };
}

#[rustfmt::skip]
objects! {
    /// What is answered: these members and no others.
    ANSWERS:
    /// An acknowledgement
    StatusOK { status: OK }
    /// A refusal; clients branch on its id
    Error { id: Text, message: Text, detailed_error: Text, request_id: Id, status_code: Count }
    /// A refusal; without `request_id` the path is unknown
    NotFound { id: Text, message: Text, detailed_error: Text, status_code: Count; request_id: Id }
    /// An account, as much of it as the caller may see
    User {
        id: Id, create_at: Time, update_at: Time, delete_at: Time, username: Text, auth_data: Text, auth_service: Text,
        email: Text, nickname: Text, first_name: Text, last_name: Text, position: Text, roles: Text, locale: Text,
        timezone: Texts, disable_welcome_email: Flag; notify_props: Texts, last_password_update: Time, is_bot: Flag,
        bot_description: Text, last_activity_at: Time, props: Texts, email_verified: Flag,
    }
    /// Accounts that fit what was typed
    UserAutocomplete { users: [User]; out_of_channel: [User] }
    /// How many accounts there are
    UsersStats { total_users_count: Count }
    /// Which other service logs an account in
    UserAuth { auth_service: Text, auth_data: Text }
    /// A token with its secret, which no other answer shows
    UserAccessToken { id: Id, token: Secret, user_id: Id, description: Text, is_active: Flag, expires_at: Time; scopes: [Text], allowed_from: [Text] }
    /// A token
    UserAccessTokenSanitized {
        id: Id, user_id: Id, description: Text, is_active: Flag, expires_at: Time; create_at: Time, last_used_at: Time, last_used_from: Text,
        parent_id: Text, scopes: [Text], allowed_from: [Text], previous_secret_until: Time, previous_secret_last_used_at: Time,
    }
    /// The token of a request, as it sees itself; `seconds_left` is null for one that never ends
    OwnUserAccessToken {
        id: Id, description: Text, user_id: Id, username: Text, scopes: [Text], allowed_from: [Text], create_at: Time,
        expires_at: Time, seconds_left: CountOrNull, last_used_at: Time, permissions: [Text],
    }
    /// Whether a token is accepted, and each thing that decides, in order
    TokenExplanation { id: Id, works: Flag, gates: [Gate] }
    /// One thing that decides whether a token is accepted
    Gate { gate: Text, passed: Flag, says: Text }
    /// A page of tokens, where their number was asked for
    TokensPage { tokens: [UserAccessTokenSanitized], total_count: Count }
    /// What was done to many tokens, or would be; the first 200 of them are named
    TokensDone { count: Count; dry_run: Flag, tokens: [UserAccessTokenSanitized] }
    /// A number of tokens
    TokenCount { count: Count }
    /// An open session, of a login or of a token
    Session {
        id: Id, token: Empty, create_at: Time, expires_at: Time, last_activity_at: Time, user_id: Id, device_id: Text,
        roles: Text, is_oauth: Flag, expired_notify: Flag, props: Texts, team_members: [TeamMember], local: Flag;
        is_current: Flag,
    }
    /// What somebody did
    Audit { id: Id, create_at: Time, user_id: IdOrEmpty, action: Text, extra_info: Text, ip_address: Text, session_id: IdOrEmpty }
    /// A presence
    Status { user_id: Id, status: Presence, manual: Flag, last_activity_at: Time, dnd_end_time: Number }
    /// What clients keep for an account
    Preference { user_id: Id, category: Text, name: Text, value: Text }
    /// A bot
    Bot {
        user_id: Id, username: Text, owner_id: Text, create_at: Time, update_at: Time, delete_at: Time;
        display_name: Text, description: Text,
    }
    /// A role and what it permits
    Role {
        id: Id, name: Text, display_name: Text, description: Text, create_at: Time, update_at: Time, delete_at: Time,
        permissions: [Text], scheme_managed: Flag, built_in: Flag,
    }
    /// A team
    Team {
        id: Id, create_at: Time, update_at: Time, delete_at: Time, display_name: Text, name: Text, description: Text,
        email: Text, type: TeamType, company_name: Text, allowed_domains: Text, invite_id: IdOrEmpty,
        allow_open_invite: Flag, scheme_id: TextOrNull, group_constrained: FlagOrNull, policy_id: TextOrNull,
        cloud_limits_archived: Flag,
    }
    /// A page of teams, where one was asked for
    TeamsPage { teams: [Team], total_count: Count }
    /// A custom emoji
    EmojiFound { id: Id, create_at: Time, update_at: Time, delete_at: Time, creator_id: Id, name: Text }
    /// Whether the server is marked as busy, and until when
    ServerBusy { busy: Flag, expires: Time, expires_ts: Text }
    /// What an account has not read in a team
    TeamUnread {
        team_id: Id, msg_count: Count, mention_count: Count, msg_count_root: Count, mention_count_root: Count,
        thread_count: Count, thread_mention_count: Count, thread_urgent_mention_count: Count,
    }
    /// From where a channel is not read
    ChannelUnreadAt {
        team_id: IdOrEmpty, user_id: Id, channel_id: Id, msg_count: Count, mention_count: Count, msg_count_root: Count,
        mention_count_root: Count, urgent_mention_count: Count, last_viewed_at: Time,
    }
    /// The team that an invite id leads to
    TeamInvite { id: Id, name: Text, display_name: Text, description: Text }
    /// Whether there is one
    Exists { exists: Flag }
    /// A membership of a team
    TeamMember {
        team_id: Id, user_id: Id, roles: Text, delete_at: Time, scheme_guest: Flag, scheme_user: Flag,
        scheme_admin: Flag, explicit_roles: Text,
    }
    /// Numbers about a team
    TeamStats { team_id: Id, total_member_count: Count, active_member_count: Count }
    /// A channel
    Channel {
        id: Id, create_at: Time, update_at: Time, delete_at: Time, team_id: IdOrEmpty, type: ChannelType,
        display_name: Text, name: Text, header: Text, purpose: Text, last_post_at: Time, total_msg_count: Count,
        extra_update_at: Time, creator_id: IdOrEmpty, scheme_id: TextOrNull, props: ObjectOrNull,
        group_constrained: FlagOrNull, shared: FlagOrNull, total_msg_count_root: Count, policy_id: TextOrNull,
        autotranslation: Flag, last_root_post_at: Time, banner_info: ObjectOrNull, policy_enforced: Flag, policy_is_active: Flag,
        default_category_name: Text,
    }
    /// A channel with what its team is called
    ChannelOfTeam {
        id: Id, create_at: Time, update_at: Time, delete_at: Time, team_id: IdOrEmpty, type: ChannelType,
        display_name: Text, name: Text, header: Text, purpose: Text, last_post_at: Time, total_msg_count: Count,
        extra_update_at: Time, creator_id: IdOrEmpty, scheme_id: TextOrNull, props: ObjectOrNull,
        group_constrained: FlagOrNull, shared: FlagOrNull, total_msg_count_root: Count, policy_id: TextOrNull,
        autotranslation: Flag, last_root_post_at: Time, banner_info: ObjectOrNull, policy_enforced: Flag, policy_is_active: Flag,
        default_category_name: Text, team_display_name: Text, team_name: Text,
        team_update_at: Time,
    }
    /// A page of channels, where their number was asked for
    ChannelsPage { channels: [ChannelOfTeam], total_count: Count }
    /// A membership of a channel
    ChannelMember {
        channel_id: Id, user_id: Id, roles: Text, last_viewed_at: Time, msg_count: Count, mention_count: Count,
        mention_count_root: Count, urgent_mention_count: Count, msg_count_root: Count, notify_props: Texts, last_update_at: Time,
        scheme_guest: Flag, scheme_user: Flag, scheme_admin: Flag, explicit_roles: Text,
    }
    /// Numbers about a channel
    ChannelStats { channel_id: Id, member_count: Count, guest_count: Count, pinnedpost_count: Count, has_new_pinned_posts: Flag, files_count: Count }
    /// What an account has not read in a channel
    ChannelUnread {
        team_id: IdOrEmpty, channel_id: Id, msg_count: Count, mention_count: Count, mention_count_root: Count,
        urgent_mention_count: Count, msg_count_root: Count,
    }
    /// A channel was marked as read
    ChannelViewed { status: OK, last_viewed_at_times: {Time} }
    /// A post; the channel of one that only one account sees is whatever was sent
    Post {
        id: Id, create_at: Time, update_at: Time, edit_at: Time, delete_at: Time, is_pinned: Flag, user_id: Id,
        channel_id: Text, root_id: IdOrEmpty, parent_id: IdOrEmpty, original_id: IdOrEmpty, message: Text, type: Text,
        props: Object, hashtags: Text, file_ids: [Id], pending_post_id: Text, reply_count: Count, last_reply_at: Time,
        participants: ListOrNull, metadata: Object; has_reactions: Flag,
    }
    /// A file
    FileInfo {
        id: Id, user_id: Id, channel_id: Id, create_at: Time, update_at: Time, delete_at: Time, name: Text,
        extension: Text, size: Count, mime_type: Text, mini_preview: TextOrNull, remote_id: Text, archived: Flag;
        post_id: Id, width: Count, height: Count,
    }
    /// The files that were uploaded, and what the client called them
    FilesUploaded { file_infos: [FileInfo], client_ids: TextsOrNull }
    /// Posts: their order, and each by its id
    PostList { order: [Id], posts: {Post}, next_post_id: IdOrEmpty, prev_post_id: IdOrEmpty, first_inaccessible_post_time: Time; matches: ObjectOrNull, has_next: Flag }
    /// What an integration says to what was filled in
    DialogAnswer { ; error: Text, errors: Object, type: Text, form: Object }
    /// An integration was asked
    ActionStarted { status: OK, trigger_id: Id }
    /// A reaction to a post
    Reaction {
        user_id: Id, post_id: Id, emoji_name: Text, create_at: Time, update_at: Time, delete_at: Time, remote_id: Text, channel_id: Id,
    }
    /// A slash command; who may only give it is not shown its token, method and URL
    Command {
        id: Id, token: Text, create_at: Time, update_at: Time, delete_at: Time, creator_id: Text, team_id: Id, trigger: Text,
        method: Text, username: Text, icon_url: Text, auto_complete: Flag, auto_complete_desc: Text, auto_complete_hint: Text,
        display_name: Text, description: Text, url: Text, plugin_id: Text,
    }
    /// The new token of a slash command
    CommandToken { token: Id }
    /// What an integration answered to a slash command
    CommandResponse {
        response_type: Text, text: Text, username: Text, channel_id: Text, icon_url: Text, type: Text, props: ObjectOrNull,
        goto_location: Text, trigger_id: Text, skip_slack_parsing: Flag, attachments: ListOrNull, extra_responses: ListOrNull,
    }
    /// A request of a token; `route` is the pattern of its path
    TokenRequest { at: Time, method: Text, route: Text, status: Count, address: Text, user_agent: Text }
    /// An incoming webhook; its id is its secret where it was just made or asked for by that, and else is not
    IncomingWebhook {
        id: Id, create_at: Time, update_at: Time, delete_at: Time, user_id: Id, channel_id: Id, team_id: Id,
        display_name: Text, description: Text, username: Text, icon_url: Text, channel_locked: Flag,
    }
    /// A page of incoming webhooks, where their number was asked for
    IncomingWebhooksPage { incoming_webhooks: [IncomingWebhook], total_count: Count }
    /// What the console's first page shows
    Dashboard { tokens: TokenStates, unused: [UserAccessTokenSanitized], hours: [Hour] }
    /// How many tokens are in which state; `expires_soon` and `unused` are of those that are `active`
    TokenStates { active: Count, expires_soon: Count, unused: Count, disabled: Count, expired: Count }
    /// How requests of an hour ended
    Hour { at: Time, succeeded: Count, refused: Count, mistaken: Count, failed: Count }
}

#[rustfmt::skip]
objects! {
    /// What is sent: further members are ignored.
    BODIES:
    /// An account to be made; `auth_service`, `auth_data` and `email_verified` only by admins
    NewUser {
        username: Username, email: Email; password: Text, nickname: Text, first_name: Text, last_name: Text,
        position: Text, locale: Text, auth_service: Text, auth_data: Text, notify_props: Texts, timezone: Texts,
        props: Texts, email_verified: Flag,
    }
    /// Fields of an account; the own `email` needs the `password`
    UserPatch {
        ; username: Username, email: Email, nickname: Text, first_name: Text, last_name: Text, position: Text,
        locale: Text, notify_props: Texts, timezone: Texts, props: Texts, password: Text,
    }
    /// An account with what is to be changed; `id` as in the path, `create_at` as it was read
    UserUpdate {
        id: Id, create_at: Time; username: Username, email: Email, nickname: Text, first_name: Text, last_name: Text, position: Text,
        locale: Text, notify_props: Texts, timezone: Texts, props: Texts, password: Text,
    }
    /// Which accounts
    UserSearch {
        term: Text; limit: Limit, allow_inactive: Flag, team_id: IdOrEmpty, in_channel_id: IdOrEmpty, not_in_team_id: IdOrEmpty,
        not_in_channel_id: IdOrEmpty, without_team: Flag, role: Text, roles: [Text], team_roles: [Text], channel_roles: [Text],
        in_group_id: Text, not_in_group_id: Text, group_constrained: Flag,
    }
    /// Who, and the password; `token`, `ldap_only`, `magic_link_token` and `voip_device_id` are without effect
    Login { password: Text; login_id: Text, id: Id, device_id: Text, token: Text, ldap_only: Text, magic_link_token: Text, voip_device_id: Text }
    /// Whether the account is active
    UserActive { active: Flag }
    /// Names with spaces between
    UserRoles { roles: Text }
    /// A password; for the own account the current one, too; what else ends is not in Mattermost
    UserPassword { new_password: Text; current_password: Text, revoke_sessions: Flag, revoke_tokens: Flag }
    /// Which session
    SessionId { session_id: Id }
    /// A token to be made; `expires_at` 0 or absent: it never ends
    NewToken { description: Text; expires_at: Time, scopes: [Text], allowed_from: [Text] }
    /// Which token; whether those that it made are revoked, too, is not in Mattermost
    TokenRevocation { token_id: Id; with_children: Flag }
    /// Which token
    TokenId { token_id: Id }
    /// Which token, and when its new secret ends; 0 or absent: never. What is not in Mattermost: how long the old one is good
    TokenRotation { token_id: IdOrSelf; expires_at: Time, grace_seconds: Count, scopes: [Text], allowed_from: [Text] }
    /// How a name begins
    Search { term: Text }
    /// How a name begins; with `page` and `per_page`, a page of what is found
    TeamSearch { term: Text; page: Count, per_page: Count, allow_open_invite: Flag, group_constrained: Flag, exclude_policy_constrained: Flag }
    /// A presence; `dnd` may end at a time, in seconds
    StatusUpdate { status: Presence; user_id: Id, dnd_end_time: Time }
    /// A form, and where what is filled in goes
    DialogOpening { trigger_id: Text, url: Text; dialog: Object }
    /// What was filled in; `file_ids` is without effect
    DialogSubmission {
        url: Text, channel_id: Id, team_id: Id; callback_id: Text, state: Text, submission: Object, cancelled: Flag, file_ids: [Id],
    }
    /// What was chosen, where the action is a list
    ActionRun { ; selected_option: Text }
    /// The secret of a token that somebody found
    FoundSecret { token: Text }
    /// A slash command to be made; `creator_id` of somebody else only by those who may manage theirs
    NewCommand {
        team_id: Id, trigger: Text, method: Text, url: Text; creator_id: IdOrEmpty, token: Text, username: Text, icon_url: Text,
        auto_complete: Flag, auto_complete_desc: Text, auto_complete_hint: Text, display_name: Text, description: Text,
    }
    /// A slash command with what is to be changed; `id` as in the path
    CommandUpdate {
        id: Id, team_id: Id, trigger: Text, method: Text, url: Text; username: Text, icon_url: Text, auto_complete: Flag,
        auto_complete_desc: Text, auto_complete_hint: Text, display_name: Text, description: Text,
    }
    /// A slash command as somebody gives it; `team_id` is for channels of no team
    CommandGiven { channel_id: Id, command: Text; team_id: IdOrEmpty, root_id: IdOrEmpty }
    /// Where a channel goes; with `force`, members who are not in that team leave it
    ChannelMove { team_id: Id, force: Flag }
    /// A telephone; the other members are without effect
    Device { device_id: Text; voip_device_id: Text, deviceNotificationDisabled: Text, mobileVersion: Text }
    /// An incoming webhook to be made; `user_id` of somebody else only by those who may manage theirs
    NewIncomingWebhook {
        channel_id: Id; user_id: IdOrEmpty, display_name: Text, description: Text, username: Text, icon_url: Text,
        channel_locked: Flag,
    }
    /// An incoming webhook with what is to be changed; `id` as in the path
    IncomingWebhookUpdate {
        id: Id, channel_id: Id; team_id: IdOrEmpty, display_name: Text, description: Text, username: Text, icon_url: Text,
        channel_locked: Flag,
    }
    /// What is posted by an incoming webhook; a form has the same as JSON in its field `payload`
    IncomingWebhookPayload {
        ; text: Text, username: Text, icon_url: Text, icon_emoji: Text, channel: Text, props: Object, attachments: [Object],
        type: Text,
    }
    /// A bot to be made
    NewBot { username: Username; display_name: Text, description: Text }
    /// Fields of a bot
    BotPatch { ; username: Username, display_name: Text, description: Text }
    /// What a role permits
    RolePatch { ; permissions: [Text] }
    /// A team to be made
    NewTeam { name: Name, display_name: Text, type: TeamType; allow_open_invite: Flag, description: Text }
    /// A team with what is to be changed; `id` as in the path; `name`, `type`, `email`, `invite_id`, `update_at` and `delete_at` are without effect
    TeamUpdate {
        id: Id; display_name: Text, description: Text, company_name: Text, allowed_domains: Text, allow_open_invite: Flag,
        name: Text, type: Text, email: Text, invite_id: Text, update_at: Time, delete_at: Time,
    }
    /// Fields of a team; `invite_id`, `group_constrained` and `cloud_limits_archived` are without effect
    TeamPatch {
        ; display_name: Text, description: Text, company_name: Text, allowed_domains: Text, allow_open_invite: Flag,
        invite_id: Text, group_constrained: Flag, cloud_limits_archived: Flag,
    }
    /// Whether anyone may join (`O`)
    TeamPrivacy { privacy: TeamType }
    /// Who comes in
    NewTeamMember { user_id: Id; team_id: Id }
    /// A channel to be made; `default_category_name` and `managed_category_name` are without effect
    NewChannel {
        team_id: Id, name: Name, display_name: Text, type: NewChannelType; purpose: Text, header: Text, default_category_name: Text,
        managed_category_name: Text,
    }
    /// Fields of a channel; `autotranslation`, `banner_info`, `default_category_name`, `group_constrained` and `managed_category_name` are without effect
    ChannelPatch {
        ; name: Name, display_name: Text, purpose: Text, header: Text, autotranslation: Flag, banner_info: Object,
        default_category_name: Text, group_constrained: Flag, managed_category_name: Text,
    }
    /// A channel with what is to be changed; `id` as in the path, and the `type` that it has
    ChannelUpdate { id: Id; name: Name, display_name: Text, purpose: Text, header: Text, type: ChannelType }
    /// Public (`O`) or private (`P`)
    ChannelPrivacy { privacy: NewChannelType }
    /// What a user says of itself
    CustomStatus { ; emoji: Text, text: Text, duration: Text, expires_at: Text }
    /// The password of an account that is made of a bot, and other fields of it
    BotToUser {
        password: Text; username: Username, email: Email, nickname: Text, first_name: Text, last_name: Text, position: Text,
        locale: Text, notify_props: Texts, timezone: Texts, props: Texts,
    }
    /// Since when; with `dry_run` nothing is done
    UnusedTokens { unused_since: Time; dry_run: Flag }
    /// With `dry_run` nothing is done; then `days` may say a limit that is not set yet
    NonCompliant { ; dry_run: Flag, days: Count }
    /// Which emoji
    EmojiSearch { term: Text; prefix_only: Flag }
    /// Whether a member is a user and an admin at the place
    SchemeRoles { scheme_user: Flag; scheme_admin: Flag }
    /// What a channel notifies a member of; what is not named stays
    ChannelNotifyProps { ; desktop: Text, email: Text, mark_unread: Text, push: Text, ignore_channel_mentions: Text }
    /// Which channels; `not_associated_to_group`, `exclude_group_constrained`, `exclude_policy_constrained`, `include_search_by_id` and `exclude_remote` are without effect
    ChannelSearch {
        ; term: Text, team_ids: [Id], public: Flag, private: Flag, deleted: Flag, include_deleted: Flag, exclude_default_channels: Flag,
        group_constrained: Flag, page: Count, per_page: Count, not_associated_to_group: Text, exclude_group_constrained: Flag,
        exclude_policy_constrained: Flag, include_search_by_id: Flag, exclude_remote: Flag,
    }
    /// Who comes in: one account, or several; `post_root_id` is without effect
    NewChannelMember { ; user_id: Id, user_ids: [Id], post_root_id: Id }
    /// Which channel is looked at now
    ChannelView { ; channel_id: IdOrEmpty, prev_channel_id: IdOrEmpty }
    /// A post to be made; `create_at` only by admins; `user_id` and `metadata` (priority) are without effect
    NewPost {
        channel_id: Id, message: Text; root_id: IdOrEmpty, type: Text, props: Object, pending_post_id: Text,
        create_at: Time, file_ids: [Id], is_pinned: Flag, user_id: Id, metadata: Object,
    }
    /// A post for one account
    NewEphemeralPost { user_id: Id, post: EphemeralPost }
    /// What it says, and where
    EphemeralPost { channel_id: Id, message: Text }
    /// Fields of a post; `file_ids` and `has_reactions` are without effect: a post keeps its files
    PostPatch { ; message: Text, is_pinned: Flag, props: Object, file_ids: [Id], has_reactions: Flag }
    /// A post with what is to be changed; `id` as in the path; `file_ids` and `has_reactions` are without effect: a post keeps its files
    PostUpdate { id: Id; message: Text, is_pinned: Flag, props: Object, file_ids: [Id], has_reactions: Flag }
    /// Which posts
    PostSearch { terms: Text; is_or_search: Flag, time_zone_offset: Number, page: Count, per_page: Count, include_deleted_channels: Flag }
    /// A reaction of the caller
    NewReaction { user_id: Id, post_id: Id, emoji_name: Emoji }
    /// A client's message
    LogMessage { ; level: Text, message: Text }
}
