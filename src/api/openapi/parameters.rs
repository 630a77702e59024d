//! The parts of paths and queries: what each is, once for all routes that have it.

/// A part's name, what it is (a word that `objects.rs` knows), and what it does.
pub type Parameter = (&'static str, &'static str, &'static str);

/// The variable parts of paths.
#[rustfmt::skip]
pub static PATH: &[Parameter] = &[
    ("action_id",       "Word",     "The id of an action in an attachment"),
    ("bot_user_id",     "Id",       "The id of a bot"),
    ("category",        "Word",     "A category of preferences"),
    ("channel_id",      "Id",       "The id of a channel"),
    ("channel_name",    "Word",     "The name of a channel"),
    ("email",           "Text",     "An e-mail address"),
    ("emoji_name",      "Emoji",    "The name of an emoji, without colons"),
    ("file_id",         "Id",       "The id of a file"),
    ("hook_id",         "Id",       "The id of an incoming webhook, or its secret"),
    ("hook_secret",     "Id",       "The secret of an incoming webhook, which its maker was shown as its id"),
    ("post_id",         "Id",       "The id of a post"),
    ("preference_name", "Word",     "The name of a preference"),
    ("role_id",         "Id",       "The id of a role"),
    ("role_name",       "RoleName", "The name of a role"),
    ("team_id",         "Id",       "The id of a team"),
    ("team_name",       "Word",     "The name of a team"),
    ("token_id",        "Id",       "The id of a token, which is not its secret"),
    ("user_id",         "UserId",   "The id of an account; `me` is the own one"),
    ("username",        "Username", "The name of an account"),
];

/// The members of queries.
#[rustfmt::skip]
pub static QUERY: &[Parameter] = &[
    ("active",             "Flag",      "Only active accounts"),
    ("address",            "Text",      "The address that a request would come from"),
    ("after",              "IdOrEmpty", "Only posts made after the one with this id"),
    ("before",             "IdOrEmpty", "Only posts made before the one with this id"),
    ("channel_id",         "IdOrEmpty", "Which channel; a form may say it instead"),
    ("client_id",          "Text",      "What the client calls the file; the answer repeats it"),
    ("download",           "Flag",      "Do not let a browser show it in place"),
    ("filename",           "Text",      "The name of the file, where the body is the file"),
    ("format",             "Old",       "As in Mattermost: must be `old`"),
    ("get_server_status",  "Flag",      "Whether data file and pictures answer, too"),
    ("in_channel",         "IdOrEmpty", "Only members of this channel"),
    ("in_team",            "IdOrEmpty", "Only members of this team"),
    ("include_source",     "Flag",      "Say what pins a setting, instead of `true`"),
    ("include_total_count", "Flag",     "An object that also counts them, in place of the list"),
    ("include_usage",      "Flag",      "Say of each token when it was made, and when and from where it was used last"),
    ("inactive",           "Flag",      "Only deactivated accounts"),
    ("include_bots",       "Flag",      "Bots, too"),
    ("include_current",    "Flag",      "Say of each session whether it sent the request"),
    ("include_deleted",    "Flag",      "Archived channels, disabled bots or deactivated accounts, too"),
    ("limit",              "Count",     "Rows at most: 1 to 1000, else 100"),
    ("logs_per_page",      "Count",     "Lines at most"),
    ("method",             "Text",      "The method of a request"),
    ("name",               "Text",      "How a name begins"),
    ("not_in_channel",     "IdOrEmpty", "Without the members of this channel"),
    ("not_in_team",        "IdOrEmpty", "Without the members of this team"),
    ("only_orphaned",      "Flag",      "Only bots whose owner is deactivated"),
    ("page",               "Count",     "Which page, from 0"),
    ("path",               "Text",      "The path of a request, from `/api/v4` on"),
    ("per_page",           "Count",     "Rows of a page: at most 200, 60 if absent"),
    ("permanent",          "Flag",      "Delete for good: an account where `ServiceSettings.EnableAPIUserDeletion` is on, a channel never"),
    ("remove_masked",      "Flag",      "Without effect"),
    ("role",               "Text",      "Only accounts with this role"),
    ("roles",              "Text",      "Only accounts with one of these roles, with commas between"),
    ("set_online",         "Flag",      "`false`: leaves the presence of the account as it is"),
    ("since",              "Time",      "Only what changed since then; of posts, whatever their number"),
    ("sort",               "Sort",      "The order; all of them are by username here, and `last_activity_at` and `create_at` need `in_team`, `status` needs `in_channel`"),
    ("team_id",            "IdOrEmpty", "Only those of this team"),
    ("use_rest_semantics", "Flag",      "Without effect"),
    ("without_team",       "Flag",      "Only accounts that are in no team"),
];
