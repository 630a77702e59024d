//! Every input of every route: absent, of another type, empty, too long, unknown, hostile. Each answer is a line of
//! `snapshots/bad_input.txt`, to be read beside the wire contract; `UPDATE_SNAPSHOTS=1` writes it anew.
//!
//! A route without a row in [`REQUESTS`] fails, and so does a row without a route.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::support::description::{DESCRIPTION, resolved};
use crate::support::verbs::{EMOJI, send_emoji};
use crate::support::*;

/// A request of an admin that is right, for each route. `{name}` in the path and `$name` in the body are what [`World`]
/// has of that name, `{name:other}` is what it has of the other; each member of the query and the body is an input.
#[rustfmt::skip]
const REQUESTS: &[(&str, &str)] = &[
    ("POST /users?iid=&t=", r#"{"username":"$new_name","email":"$new_email","password":"Correct-Horse-1","nickname":"n","first_name":"f","last_name":"l","position":"p","locale":"en","notify_props":{"desktop":"all"},"timezone":{"manualTimezone":""},"props":{"k":"v"}}"#),
    ("GET /users?page=0&per_page=60&role=system_user&roles=system_user,system_admin&team_roles=&channel_roles=&active=true&inactive=false&in_team=&in_channel=&not_in_team=&not_in_channel=&without_team=false&in_group=&group_constrained=false&abac_match_only=false&sort=", ""),
    ("POST /users/ids?since=0", r#"["$user_id"]"#),
    ("POST /users/usernames?since=0", r#"["$username"]"#),
    ("POST /users/search", r#"{"term":"u","limit":10,"allow_inactive":true,"team_id":"","in_channel_id":"","not_in_team_id":"","not_in_channel_id":"","without_team":false,"role":"","roles":["system_user"],"team_roles":[],"channel_roles":[],"in_group_id":"","not_in_group_id":"","group_constrained":false}"#),
    ("GET /users/autocomplete?name=u&in_team=&in_channel=&limit=25", ""),
    ("GET /users/stats", ""),
    ("GET /users/stats/filtered?in_team=&in_channel=&include_deleted=true&include_bots=true&roles=system_user&team_roles=&channel_roles=", ""),
    ("GET /users/known", ""),
    ("POST /users/status/ids", r#"["$user_id"]"#),
    ("POST /users/login", r#"{"login_id":"$username","password":"Correct-Horse-1","device_id":"d","token":"","ldap_only":"","magic_link_token":"","voip_device_id":""}"#),
    ("POST /users/logout", ""),
    ("PUT /users/sessions/device", r#"{"device_id":"d","voip_device_id":"","deviceNotificationDisabled":"false","mobileVersion":"1"}"#),
    ("POST /users/sessions/revoke/all", ""),
    ("GET /users/tokens?page=0&per_page=60&include_usage=true&user_id=&state=active&unused_since=1&expires_before=1&scope=read&sort=-create_at&include_total_count=true", ""),
    ("POST /users/tokens/search?include_usage=true", r#"{"term":"u"}"#),
    ("POST /users/tokens/revoke", r#"{"token_id":"$token_id"}"#),
    ("POST /users/tokens/disable", r#"{"token_id":"$token_id"}"#),
    ("POST /users/tokens/enable", r#"{"token_id":"$token_id"}"#),
    ("POST /users/tokens/rotate", r#"{"token_id":"$token_id","expires_at":0,"grace_seconds":0,"scopes":["full"],"allowed_from":[]}"#),
    ("POST /users/tokens/end_grace", r#"{"token_id":"$token_id"}"#),
    ("GET /users/tokens/self", ""),
    ("POST /users/tokens/report", r#"{"token":"nobody-has-this-secret"}"#),
    ("GET /users/tokens/{token_id}/requests", ""),
    ("GET /users/tokens/{token_id}/explain?method=GET&path=/api/v4/users/me&address=127.0.0.1", ""),
    ("GET /users/tokens/non_compliant/count?days=1", ""),
    ("POST /users/tokens/non_compliant/revoke", r#"{"dry_run":true,"days":30}"#),
    ("POST /users/tokens/disable_unused", r#"{"unused_since":1,"dry_run":true}"#),
    ("POST /users/{user_id}/tokens/revoke_all", ""),
    ("GET /users/tokens/{token_id}", ""),
    ("GET /users/username/{username}", ""),
    ("GET /users/email/{email}", ""),
    ("GET /users/{user_id}", ""),
    ("PUT /users/{user_id}", r#"{"id":"$user_id","create_at":1,"username":"$new_name","email":"$new_email","nickname":"n","first_name":"f","last_name":"l","position":"p","locale":"en","notify_props":{"desktop":"all"},"timezone":{"manualTimezone":""},"props":{"k":"v"}}"#),
    ("DELETE /users/{user_id}?permanent=false", ""),
    ("PUT /users/{user_id}/patch", r#"{"username":"$new_name","email":"$new_email","nickname":"n","first_name":"f","last_name":"l","position":"p","locale":"en","notify_props":{"desktop":"all"},"timezone":{"manualTimezone":""},"props":{"k":"v"}}"#),
    ("PUT /users/{user_id}/auth", r#"{"auth_service":"ldap","auth_data":"$new_name"}"#),
    ("PUT /users/{user_id}/roles", r#"{"roles":"system_user system_user_access_token"}"#),
    ("PUT /users/{user_id}/active", r#"{"active":false}"#),
    ("PUT /users/{user_id}/password", r#"{"current_password":"","new_password":"Correct-Horse-2"}"#),
    ("POST /users/{user_id}/reset_failed_attempts", ""),
    ("POST /users/{user_id}/email/verify/member", ""),
    ("POST /users/{user_id}/convert_to_bot", ""),
    ("GET /users/{user_id}/image?_=1", ""),
    ("POST /users/{user_id}/image", r#""no form""#),
    ("DELETE /users/{user_id}/image", ""),
    ("GET /users/{user_id}/image/default", ""),
    ("GET /users/{user_id}/status", ""),
    ("PUT /users/{user_id}/status", r#"{"user_id":"$user_id","status":"dnd","dnd_end_time":0}"#),
    ("PUT /users/{user_id}/status/custom", r#"{"emoji":"smile","text":"t","duration":"","expires_at":"0001-01-01T00:00:00Z"}"#),
    ("DELETE /users/{user_id}/status/custom", ""),
    ("DELETE /users/{user_id}/status/custom/recent", r#"{"emoji":"smile","text":"t","duration":"","expires_at":"0001-01-01T00:00:00Z"}"#),
    ("POST /users/{user_id}/status/custom/recent/delete", r#"{"emoji":"smile","text":"t","duration":"","expires_at":"0001-01-01T00:00:00Z"}"#),
    ("GET /users/{user_id}/channels?include_deleted=true&last_delete_at=0", ""),
    ("GET /system/timezones", ""),
    ("POST /emoji", r#""no form""#),
    ("GET /emoji?page=0&per_page=60&sort=name", ""),
    ("POST /emoji/search", r#"{"term":"p","prefix_only":true}"#),
    ("POST /emoji/names", r#"["parrott"]"#),
    ("GET /emoji/autocomplete?name=p", ""),
    ("GET /emoji/name/{emoji_name:custom_emoji}", ""),
    ("GET /emoji/{emoji_id}", ""),
    ("DELETE /emoji/{emoji_id}", ""),
    ("GET /emoji/{emoji_id}/image", ""),
    ("POST /config/reload", ""),
    ("GET /server_busy", ""),
    ("POST /server_busy?seconds=1", ""),
    ("DELETE /server_busy", ""),
    ("GET /users/{user_id}/teams/unread?exclude_team=&include_collapsed_threads=false", ""),
    ("GET /users/{user_id}/teams/{team_id}/unread", ""),
    ("GET /users/{user_id}/posts/flagged?team_id=&channel_id=&page=0&per_page=60", ""),
    ("POST /users/{user_id}/posts/{post_id}/set_unread", ""),
    ("GET /users/{user_id}/preferences", ""),
    ("PUT /users/{user_id}/preferences", r#"[{"user_id":"$user_id","category":"test","name":"nn","value":"v"}]"#),
    ("POST /users/{user_id}/preferences/delete", r#"[{"user_id":"$user_id","category":"test","name":"nn","value":"v"}]"#),
    ("GET /users/{user_id}/preferences/{category}", ""),
    ("GET /users/{user_id}/preferences/{category}/name/{preference_name}", ""),
    ("GET /users/{user_id}/audits?page=0&per_page=60", ""),
    ("GET /users/{user_id}/sessions?include_current=true", ""),
    ("POST /users/{user_id}/sessions/revoke", r#"{"session_id":"$session_id"}"#),
    ("POST /users/{user_id}/sessions/revoke/all", ""),
    ("POST /users/{user_id}/tokens", r#"{"description":"d","expires_at":0}"#),
    ("GET /users/{user_id}/tokens?page=0&per_page=60&include_usage=true", ""),
    ("GET /users/{user_id}/teams", ""),
    ("GET /users/{user_id}/teams/members", ""),
    ("GET /users/{user_id}/teams/{team_id}/channels?include_deleted=true&last_delete_at=0", ""),
    ("GET /users/{user_id}/teams/{team_id}/channels/members", ""),
    ("GET /users/{user_id}/channels/{channel_id}/unread", ""),
    ("DELETE /users/{user_id}/posts/{post_id}/reactions/{emoji_name}", ""),
    ("POST /teams", r#"{"name":"$new_name","display_name":"New","type":"O","allow_open_invite":true,"description":"d"}"#),
    ("GET /teams?page=0&per_page=60&include_total_count=true&exclude_policy_constrained=false", ""),
    ("POST /teams/search", r#"{"term":"team","allow_open_invite":true,"group_constrained":false,"exclude_policy_constrained":false}"#),
    ("GET /teams/{team_id}", ""),
    ("PUT /teams/{team_id}", r#"{"id":"$team_id","display_name":"Renamed","description":"d","company_name":"c","allowed_domains":"","allow_open_invite":true,"name":"n","type":"O","email":"e","invite_id":"i","update_at":1,"delete_at":0}"#),
    ("PUT /teams/{team_id}/patch", r#"{"display_name":"Renamed","description":"d","company_name":"c","allowed_domains":"","allow_open_invite":true,"invite_id":"i","group_constrained":false,"cloud_limits_archived":false}"#),
    ("PUT /teams/{team_id}/privacy", r#"{"privacy":"O"}"#),
    ("DELETE /teams/{team_id}?permanent=false", ""),
    ("POST /teams/{team_id}/restore", ""),
    ("POST /teams/{team_id}/regenerate_invite_id", ""),
    ("GET /teams/invite/{invite_id}", ""),
    ("GET /teams/{team_id}/stats", ""),
    ("GET /teams/name/{team_name}", ""),
    ("GET /teams/name/{team_name}/exists", ""),
    ("POST /teams/{team_id}/members", r#"{"team_id":"$team_id","user_id":"$user_id"}"#),
    ("GET /teams/{team_id}/members?page=0&per_page=60&sort=Username&exclude_deleted_users=true", ""),
    ("GET /teams/{team_id}/members/{user_id}", ""),
    ("PUT /teams/{team_id}/members/{user_id}/roles", r#"{"roles":"team_user team_admin"}"#),
    ("PUT /teams/{team_id}/members/{user_id}/schemeRoles", r#"{"scheme_user":true,"scheme_admin":true}"#),
    ("GET /teams/{team_id}/channels/autocomplete?name=c", ""),
    ("GET /teams/{team_id}/channels/search_autocomplete?name=c", ""),
    ("DELETE /teams/{team_id}/members/{user_id}", ""),
    ("GET /teams/{team_id}/channels?page=0&per_page=60", ""),
    ("GET /teams/{team_id}/channels/private?page=0&per_page=60", ""),
    ("GET /teams/{team_id}/channels/deleted?page=0&per_page=60", ""),
    ("POST /teams/{team_id}/channels/search", r#"{"term":"channel"}"#),
    ("GET /teams/{team_id}/channels/name/{channel_name}?include_deleted=false", ""),
    ("GET /teams/name/{team_name}/channels/name/{channel_name}?include_deleted=false", ""),
    ("POST /teams/{team_id}/posts/search", r#"{"terms":"hello","is_or_search":false,"page":0,"per_page":60,"include_deleted_channels":true}"#),
    ("POST /channels", r#"{"team_id":"$team_id","name":"$new_name","display_name":"New","type":"O","purpose":"p","header":"h","default_category_name":"c","managed_category_name":"c"}"#),
    ("GET /channels?page=0&per_page=60&include_deleted=true&exclude_default_channels=true&include_total_count=true&not_associated_to_group=&exclude_policy_constrained=false", ""),
    ("POST /channels/direct", r#"["$admin_id","$user_id"]"#),
    ("POST /channels/group", r#"["$admin_id","$user_id","$bot_user_id"]"#),
    ("POST /channels/members/{user_id:admin_id}/view", r#"{"channel_id":"$channel_id","prev_channel_id":""}"#),
    ("GET /channels/{channel_id}", ""),
    ("PUT /channels/{channel_id}", r#"{"id":"$channel_id","name":"$new_name","display_name":"Renamed","purpose":"p","header":"h","type":"O"}"#),
    ("PUT /channels/{channel_id}/patch", r#"{"name":"$new_name","display_name":"Renamed","purpose":"p","header":"h","autotranslation":false,"banner_info":{},"default_category_name":"c","group_constrained":false,"managed_category_name":"c"}"#),
    ("DELETE /channels/{channel_id}?permanent=false", ""),
    ("PUT /channels/{channel_id}/privacy", r#"{"privacy":"P"}"#),
    ("POST /channels/{channel_id}/restore", ""),
    ("POST /channels/{channel_id}/move", r#"{"team_id":"$team_id","force":true}"#),
    ("GET /channels/{channel_id}/stats", ""),
    ("POST /commands", r#"{"team_id":"$team_id","trigger":"$new_name","method":"P","url":"http://a","creator_id":"","token":"","username":"u","icon_url":"i","auto_complete":true,"auto_complete_desc":"d","auto_complete_hint":"h","display_name":"n","description":"d"}"#),
    ("GET /commands?team_id={team_id}&custom_only=true", ""),
    ("POST /commands/execute", r#"{"channel_id":"$channel_id","command":"/none","team_id":"","root_id":""}"#),
    ("GET /commands/{command_id}", ""),
    ("PUT /commands/{command_id}", r#"{"id":"$command_id","team_id":"$team_id","trigger":"$new_name","method":"G","url":"http://a","username":"u","icon_url":"i","auto_complete":true,"auto_complete_desc":"d","auto_complete_hint":"h","display_name":"n","description":"d"}"#),
    ("PUT /commands/{command_id}/regen_token", ""),
    ("DELETE /commands/{command_id}", ""),
    ("GET /teams/{team_id}/commands/autocomplete", ""),
    ("GET /channels/{channel_id}/members?page=0&per_page=60", ""),
    ("POST /channels/{channel_id}/members", r#"{"user_id":"$user_id","post_root_id":""}"#),
    ("GET /channels/{channel_id}/members/{user_id}", ""),
    ("PUT /channels/{channel_id}/members/{user_id}/roles", r#"{"roles":"channel_user channel_admin"}"#),
    ("PUT /channels/{channel_id}/members/{user_id}/schemeRoles", r#"{"scheme_user":true,"scheme_admin":true}"#),
    ("PUT /channels/{channel_id}/members/{user_id}/notify_props", r#"{"desktop":"all","email":"false","mark_unread":"mention","push":"none","ignore_channel_mentions":"on"}"#),
    ("POST /channels/search?system_console=true", r#"{"term":"c","team_ids":[],"public":true,"private":true,"deleted":false,"include_deleted":true,"exclude_default_channels":true,"group_constrained":false,"page":0,"per_page":10,"not_associated_to_group":"","exclude_group_constrained":false,"exclude_policy_constrained":false,"include_search_by_id":true,"exclude_remote":false}"#),
    ("DELETE /channels/{channel_id}/members/{user_id}", ""),
    ("GET /channels/{channel_id}/posts?page=0&per_page=60&since=0&before=&after=&type=&include_deleted=true&skipFetchThreads=true&collapsedThreads=true&collapsedThreadsExtended=true", ""),
    ("GET /channels/{channel_id}/pinned", ""),
    ("POST /posts?set_online=true&silent=false", r#"{"channel_id":"$channel_id","message":"m","root_id":"$post_id","props":{"a":"b"},"pending_post_id":"$new_name","create_at":0,"file_ids":[],"is_pinned":false,"metadata":{},"user_id":"$user_id"}"#),
    ("POST /posts/ephemeral", r#"{"user_id":"$user_id","post":{"channel_id":"$channel_id","message":"m"}}"#),
    ("GET /posts/{post_id}?include_deleted=true", ""),
    ("PUT /posts/{post_id}", r#"{"id":"$post_id","message":"changed","is_pinned":false,"props":{},"file_ids":[],"has_reactions":false}"#),
    ("PUT /posts/{post_id}/patch", r#"{"message":"changed","is_pinned":false,"props":{},"file_ids":[],"has_reactions":false}"#),
    ("DELETE /posts/{post_id}", ""),
    ("GET /posts/{post_id}/thread?perPage=60&fromPost=&fromCreateAt=0&fromUpdateAt=0&direction=down&updatesOnly=false&skipFetchThreads=false&collapsedThreads=false&collapsedThreadsExtended=false", ""),
    ("POST /posts/{post_id}/pin", ""),
    ("POST /actions/dialogs/open", r#"{"trigger_id":"t","url":"http://a","dialog":{"title":"t"}}"#),
    ("POST /actions/dialogs/submit", r#"{"url":"http://a","channel_id":"$channel_id","team_id":"$team_id","callback_id":"c","state":"s","submission":{"a":"b"},"cancelled":false,"file_ids":[]}"#),
    ("POST /posts/{post_id}/unpin", ""),
    ("POST /posts/{post_id}/actions/{action_id}", r#"{"selected_option":"o"}"#),
    ("GET /posts/{post_id}/reactions", ""),
    ("GET /posts/{post_id}/files/info?include_deleted=true", ""),
    ("POST /files?channel_id={channel_id}&filename=a.txt&client_id=c", r#""contents""#),
    ("GET /files/{file_id}?download=true", ""),
    ("GET /files/{file_id}/info", ""),
    ("GET /files/{file_id}/thumbnail", ""),
    ("GET /files/{file_id}/preview", ""),
    ("GET /files/{file_id}/link", ""),
    ("POST /reactions", r#"{"user_id":"$admin_id","post_id":"$post_id","emoji_name":"smile"}"#),
    ("POST /bots", r#"{"username":"$new_name","display_name":"New","description":"d"}"#),
    ("GET /bots?page=0&per_page=60&include_deleted=false&only_orphaned=false", ""),
    ("GET /bots/{bot_user_id}?include_deleted=false", ""),
    ("PUT /bots/{bot_user_id}", r#"{"username":"$new_name","display_name":"Renamed","description":"d"}"#),
    ("POST /bots/{bot_user_id}/disable", ""),
    ("POST /bots/{bot_user_id}/enable", ""),
    ("POST /bots/{bot_user_id}/convert_to_user?set_system_admin=false", r#"{"password":"Correct-Horse-1","username":"$new_name","email":"$new_email","nickname":"n","first_name":"f","last_name":"l","position":"p","locale":"en","notify_props":{"desktop":"all"},"timezone":{"manualTimezone":""},"props":{"k":"v"}}"#),
    ("POST /bots/{bot_user_id}/assign/{user_id}", ""),
    ("POST /hooks/incoming", r#"{"channel_id":"$channel_id","user_id":"$admin_id","display_name":"n","description":"d","username":"u","icon_url":"i","channel_locked":false}"#),
    ("GET /hooks/incoming?page=0&per_page=60&team_id=&include_total_count=false", ""),
    ("GET /hooks/incoming/{hook_id}", ""),
    ("PUT /hooks/incoming/{hook_id}", r#"{"id":"$hook_id","channel_id":"$channel_id","team_id":"$team_id","display_name":"n","description":"d","username":"u","icon_url":"i","channel_locked":true}"#),
    ("DELETE /hooks/incoming/{hook_id}", ""),
    ("GET /roles", ""),
    ("GET /roles/{role_id}", ""),
    ("GET /roles/name/{role_name}", ""),
    ("POST /roles/names", r#"["system_user"]"#),
    ("PUT /roles/{role_id}/patch", r#"{"permissions":["create_team","list_public_teams","join_public_teams","create_direct_channel","create_group_channel","view_members","create_emojis","delete_emojis"]}"#),
    ("GET /audits?page=0&per_page=60", ""),
    ("GET /logs?page=0&logs_per_page=10", ""),
    ("POST /logs", r#"{"level":"ERROR","message":"m"}"#),
    ("GET /websocket?connection_id=&sequence_number=0&posted_ack=false&disconnect_err_code=", ""),
    ("GET /config?remove_masked=false&remove_defaults=false", ""),
    ("PUT /config", r#"{"ServiceSettings":{"EnableUserAccessTokens":true,"MaximumLoginAttempts":10},"TeamSettings":{"SiteName":"s"}}"#),
    ("PUT /config/patch", r#"{"ServiceSettings":{"EnableUserAccessTokens":true,"MaximumLoginAttempts":10},"TeamSettings":{"SiteName":"s"}}"#),
    ("GET /config/environment?include_source=true", ""),
    ("GET /config/client?format=old", ""),
    ("GET /license/client?format=old", ""),
    ("POST /caches/invalidate", ""),
    ("GET /system/dashboard", ""),
    ("GET /system/ping?get_server_status=true&use_rest_semantics=true&device_id=", ""),
    ("GET /openapi.json", ""),
];

/// What has no answer of success here: the upgrade is in `websocket.rs`, the limit on lifetimes in `expiry.rs`,
/// an archived channel in `teams.rs`, forms with pictures in `pictures.rs`, integrations in `attachments.rs`; smaller pictures and
/// public links are not made.
const NEVER_RIGHT: [&str; 12] = [
    "POST /emoji",
    "POST /actions/dialogs/open",
    "POST /actions/dialogs/submit",
    "POST /posts/{post_id}/actions/{action_id}",
    "POST /commands/execute",
    "GET /users/tokens/self",
    "POST /users/{user_id}/image",
    "GET /files/{file_id}/thumbnail",
    "GET /files/{file_id}/preview",
    "GET /files/{file_id}/link",
    "GET /websocket?connection_id=&sequence_number=0&posted_ack=false&disconnect_err_code=",
    "POST /channels/{channel_id}/restore",
];

/// What is done to a request.
enum Change {
    Nothing,
    Credential(Option<String>),
    Path(String, String),
    Query(String, Option<String>),
    Body(Vec<u8>),
    Field(String, Option<Value>),
}

/// A change, the input that it is about, and what it is called.
struct Case {
    input: String,
    name: &'static str,
    change: Change,
}

impl Case {
    fn new(input: impl Into<String>, name: &'static str, change: Change) -> Case {
        Case {
            input: input.into(),
            name,
            change,
        }
    }
}

/// An answer, and the names of the cases that got it.
struct Outcome {
    result: String,
    names: Vec<&'static str>,
}

/// The letters of an id that nobody has.
const NOBODY: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
const HOSTILE: &str = "'; DROP TABLE users; --\u{0}<script>\u{202e}%s";

fn cases(path: &str, body: &str) -> Vec<Case> {
    let mut cases = vec![Case::new("", "as written", Change::Nothing)];
    cases.extend(credential_cases());
    let (route, query) = path.split_once('?').unwrap_or((path, ""));
    let parameters = route.split('/').filter_map(|part| {
        let part = part.strip_prefix('{')?;
        part.strip_suffix('}')
    });
    cases.extend(parameters.flat_map(path_cases));
    for member in query.split('&').filter(|member| !member.is_empty()) {
        let (name, _) = member.split_once('=').unwrap();
        cases.extend(query_cases(name));
    }
    if !body.is_empty() {
        let whole: Value = serde_json::from_str(body).unwrap();
        cases.extend(body_cases(&whole));
        fields(&whole, String::new(), &mut cases);
    }
    cases
}

fn credential_cases() -> Vec<Case> {
    let case = |name, value| Case::new("Authorization", name, Change::Credential(value));
    vec![
        case("absent", None),
        case("empty", Some(String::new())),
        case("other type", Some("Basic eDp5".into())),
        case("unknown", Some(format!("Bearer {NOBODY}"))),
        case("too long", Some(format!("Bearer {}", "a".repeat(5000)))),
        case("hostile", Some("Bearer ' OR 1=1 --".into())),
    ]
}

fn path_cases(parameter: &str) -> Vec<Case> {
    let case = |name, value: &str| {
        let change = Change::Path(parameter.into(), value.into());
        Case::new(format!("{{{parameter}}}"), name, change)
    };
    vec![
        case("ill-formed", "x"),
        case("unknown", NOBODY),
        case("too long", &"a".repeat(300)),
        case("hostile: NUL", "%00"),
        case("hostile: slash", "..%2f.."),
        case("hostile: quote", "'--"),
    ]
}

fn query_cases(parameter: &str) -> Vec<Case> {
    let case = |name, value: Option<&str>| {
        let change = Change::Query(parameter.into(), value.map(str::to_owned));
        Case::new(format!("?{parameter}"), name, change)
    };
    vec![
        case("absent", None),
        case("empty", Some("")),
        case("word", Some("x")),
        case("negative", Some("-1")),
        case("unknown", Some(NOBODY)),
        case("too long", Some("999999999999999999999999999999")),
        case("hostile", Some("%00'%22")),
    ]
}

/// What may be wrong with a body as a whole.
fn body_cases(whole: &Value) -> Vec<Case> {
    let case = |name, bytes: &[u8]| Case::new("body", name, Change::Body(bytes.to_vec()));
    let other: &[u8] = if whole.is_array() { b"{}" } else { b"[]" };
    vec![
        case("absent", b""),
        case("null", b"null"),
        case("other type", other),
        case("text", b"\"x\""),
        case("broken", b"{\"a\":"),
        case("too deep", &b"[".repeat(2000)),
        case("not UTF-8", b"{\"term\":\"\xff\"}"),
    ]
}

/// The members of a body, those inside of members too.
fn fields(value: &Value, pointer: String, cases: &mut Vec<Case>) {
    let field = |name, value: Option<Value>| {
        Case::new(&*pointer, name, Change::Field(pointer.clone(), value))
    };
    if let Some((_, last)) = pointer.rsplit_once('/') {
        let is_element = last.starts_with(|letter: char| letter.is_ascii_digit());
        if !is_element {
            cases.push(field("absent", None));
        }
        cases.push(field("null", Some(Value::Null)));
    }
    let wrong = wrong_values(value).into_iter();
    cases.extend(wrong.map(|(name, value)| field(name, Some(value))));
    match value {
        Value::Array(elements) => {
            if let Some(first) = elements.first() {
                fields(first, format!("{pointer}/0"), cases);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                fields(member, format!("{pointer}/{name}"), cases);
            }
        }
        _ => {}
    }
}

/// What may stand wrongly in the place of a value, and what that is called.
fn wrong_values(right: &Value) -> Vec<(&'static str, Value)> {
    let long = || json!("a".repeat(70_000));
    match right {
        Value::Null => vec![],
        Value::String(text) => {
            let is_id = text.ends_with("_id");
            vec![
                ("number", json!(7)),
                ("object", json!({})),
                ("empty", json!("")),
                ("unknown", json!(if is_id { NOBODY } else { "unknown" })),
                ("too long", long()),
                ("hostile", json!(HOSTILE)),
            ]
        }
        Value::Number(_) => vec![
            ("text", json!("x")),
            ("negative", json!(-1)),
            ("fraction", json!(1.5)),
            ("too large", json!(1e300)),
        ],
        Value::Bool(_) => vec![("text", json!("x")), ("number", json!(1))],
        Value::Array(_) => vec![
            ("text", json!("x")),
            ("empty", json!([])),
            ("too long", json!(vec![NOBODY; 1500])),
        ],
        Value::Object(_) => vec![
            ("text", json!("x")),
            ("array", json!([])),
            ("empty", json!({})),
            (
                "with a member nobody knows",
                json!({"nobody_knows": HOSTILE}),
            ),
        ],
    }
}

/// What the requests are about, made when it is asked for.
struct World<'m> {
    admin: Caller<'m>,
    mm: &'m Mattermost,
    number: usize,
    things: RefCell<HashMap<String, String>>,
}

impl<'m> World<'m> {
    /// The next world. An earlier request may have ended the admin's session or switched tokens off.
    fn new(mm: &'m Mattermost, worlds: &Cell<usize>) -> World<'m> {
        worlds.set(worlds.get() + 1);
        if mm.admin().me().status == 401 {
            mm.sign_in_admin();
        }
        mm.set("ServiceSettings", "EnableUserAccessTokens", true);
        World {
            admin: mm.admin(),
            mm,
            number: worlds.get(),
            things: RefCell::default(),
        }
    }

    fn get(&self, name: &str) -> String {
        if !self.things.borrow().contains_key(name) {
            self.make(name);
        }
        self.things.borrow()[name].clone()
    }

    fn have(&self, name: &str, value: impl Into<String>) {
        self.things.borrow_mut().insert(name.into(), value.into());
    }

    fn make(&self, name: &str) {
        match name {
            "admin_id" => self.have(name, &self.admin.id),
            "user_id" | "username" | "email" => self.make_user(),
            "token_id" => {
                let user = self.mm.account_of(&self.get("user_id"));
                self.have(name, user.token("d").id);
            }
            "session_id" => {
                self.mm.login(&self.get("username"));
                let sessions = self.admin.sessions_of(self.get("user_id")).ok();
                self.have(name, sessions[0].text("id"));
            }
            "team_id" | "team_name" | "invite_id" => self.make_team(),
            "channel_id" | "channel_name" => self.make_channel(),
            "post_id" => {
                let post = self.admin.says(self.get("channel_id"), "hello");
                self.have(name, post.text("id"));
            }
            "hook_id" => {
                let hook = json!({"channel_id": self.get("channel_id")});
                let hook = self.admin.post("/hooks/incoming", hook).created();
                self.have(name, hook.text("id"));
            }
            "command_id" => {
                let trigger = format!("word{}", self.number);
                let command = json!({"team_id": self.get("team_id"), "trigger": trigger, "method": "P", "url": "http://a"});
                let command = self.admin.post("/commands", command).created();
                self.have(name, command.text("id"));
            }
            "emoji_id" | "custom_emoji" => {
                let custom = format!("parrot{}", self.number);
                let made = send_emoji(self.mm, &self.admin, &custom, EMOJI).ok();
                self.have("emoji_id", made.text("id"));
                self.have("custom_emoji", custom);
            }
            "action_id" => self.have(name, "nothing"),
            "file_id" => {
                let path = format!(
                    "/files?channel_id={}&filename=a.txt",
                    self.get("channel_id")
                );
                let uploaded = self.admin.send_text("POST", &path, "contents").created();
                self.have(name, uploaded["file_infos"][0].text("id"));
            }
            "emoji_name" => self.make_reaction(),
            "category" | "preference_name" => self.make_preference(),
            "bot_user_id" => {
                let bot = self.mm.bot(&format!("bot{}", self.number));
                self.have(name, bot.id);
            }
            "new_name" => self.have(name, format!("new-{}", self.number)),
            "new_email" => self.have(name, format!("new-{}@example.com", self.number)),
            "role_name" => self.have(name, "system_user"),
            "role_id" => {
                let role = self.admin.get("/roles/name/system_user").ok();
                self.have(name, role.text("id"));
            }
            _ => panic!("nothing is called {name}"),
        }
    }

    fn make_user(&self) {
        let username = format!("user{}", self.number);
        let account = self.mm.account(&username);
        let user = self.admin.post("/users", account).created();
        self.have("user_id", user.text("id"));
        self.have("email", user.text("email"));
        self.have("username", username);
    }

    fn make_team(&self) {
        let name = format!("team-{}", self.number);
        let team = self.admin.create_team(&name).created();
        self.admin.add_to_team(&team, self.get("user_id")).created();
        self.have("team_id", team.text("id"));
        self.have("invite_id", team.text("invite_id"));
        self.have("team_name", name);
    }

    fn make_channel(&self) {
        let name = format!("channel-{}", self.number);
        let team = self.get("team_id");
        let channel = self.admin.create_channel(&team, &name, "O").created();
        self.admin
            .add_to_channel(&channel, self.get("user_id"))
            .created();
        self.have("channel_id", channel.text("id"));
        self.have("channel_name", name);
    }

    fn make_reaction(&self) {
        let reaction = json!({"user_id": self.get("user_id"), "post_id": self.get("post_id"), "emoji_name": "smile"});
        let user = self.mm.login(&self.get("username"));
        user.post("/reactions", reaction).ok();
        self.have("emoji_name", "smile");
    }

    fn make_preference(&self) {
        let user_id = self.get("user_id");
        let path = format!("/users/{user_id}/preferences");
        let preference =
            json!([{"user_id": user_id, "category": "test", "name": "nn", "value": "v"}]);
        self.admin.put(&path, preference).acknowledged();
        self.have("category", "test");
        self.have("preference_name", "nn");
    }

    /// The body with its `$name`s filled in.
    fn filled(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(name) = text.strip_prefix('$') {
                    *text = self.get(name);
                }
            }
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.filled(element)),
            Value::Object(members) => members.values_mut().for_each(|member| self.filled(member)),
            _ => {}
        }
    }

    fn send(&self, method: &str, path: &str, body: &str, change: &Change) -> Answer {
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        let part = |part: &str| {
            let Some(name) = part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'))
            else {
                return part.to_owned();
            };
            match change {
                Change::Path(changed, value) if changed == name => value.clone(),
                _ => self.get(name.split_once(':').map_or(name, |(_, other)| other)),
            }
        };
        let mut target: String = route.split('/').map(part).collect::<Vec<_>>().join("/");
        let member = |member: &&str| {
            let name = member.split_once('=').unwrap().0;
            match change {
                Change::Query(changed, None) if changed == name => None,
                Change::Query(changed, Some(value)) if changed == name => {
                    Some(format!("{name}={value}"))
                }
                _ => Some(match member.split_once("={") {
                    Some((name, thing)) => {
                        format!("{name}={}", self.get(thing.trim_end_matches('}')))
                    }
                    None => (*member).to_owned(),
                }),
            }
        };
        let members: Vec<&str> = query
            .split('&')
            .filter(|member| !member.is_empty())
            .collect();
        let members: Vec<String> = members.iter().filter_map(member).collect();
        if !members.is_empty() {
            target = format!("{target}?{}", members.join("&"));
        }
        let request = match change {
            Change::Credential(None) => self.mm.anonymous().request(method, &target),
            Change::Credential(Some(value)) => self
                .mm
                .anonymous()
                .request(method, &target)
                .header("Authorization", value),
            _ => self.admin.request(method, &target),
        };
        let mut right: Value = serde_json::from_str(body).unwrap_or_default();
        self.filled(&mut right);
        let body = match change {
            Change::Body(bytes) => bytes.clone(),
            // A text that no earlier request has made known.
            Change::Field(pointer, Some(value)) if value == "unknown" => {
                let unknown = format!("unknown{}", self.number);
                changed(right, pointer, Some(unknown.into()))
            }
            Change::Field(pointer, value) => changed(right, pointer, value.clone()),
            _ if body.is_empty() => Vec::new(),
            _ => right.to_string().into_bytes(),
        };
        self.mm.send(&request.body(body))
    }
}

/// The JSON with one member put in or taken out.
fn changed(mut json: Value, pointer: &str, value: Option<Value>) -> Vec<u8> {
    match value {
        Some(value) => *json.pointer_mut(pointer).unwrap() = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            json.pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(name)
                .unwrap();
        }
    }
    json.to_string().into_bytes()
}

/// What a reader needs of an answer; also that a refusal has the five fields.
fn shown(answer: &Answer, case: &str) -> String {
    let status = answer.status;
    assert!(status < 500 || status == 501, "{case}: {}", answer.text());
    if status < 400 {
        return status.to_string();
    }
    if answer.header("content-type") != Some("application/json") {
        return format!("{status} as text");
    }
    let body = answer.json();
    assert_eq!(body["status_code"], status, "{case}");
    // Mattermost: where there is no route there is no request id either.
    let nowhere = body["id"] == "api.context.404.app_error";
    let fields = body.as_object().unwrap().len();
    assert_eq!(fields, if nowhere { 4 } else { 5 }, "{case}: {body}");
    let request_id = body["request_id"].as_str();
    assert_eq!(request_id, answer.header("x-request-id"), "{case}");
    let (id, message) = (body.text("id"), body.text("message"));
    let word = |from: &str, to: &str| message.replace(from, "").replace(to, "");
    match id.as_str() {
        "api.context.invalid_body_param.app_error" => format!(
            "{status} body {}",
            word("Invalid or missing ", " in request body.")
        ),
        "api.context.invalid_url_param.app_error" => format!(
            "{status} url {}",
            word("Invalid or missing ", " parameter in request URL.")
        ),
        "api.context.404.app_error" => format!("{status} no route"),
        "api.context.session_expired.app_error" => format!("{status} expired"),
        "api.context.permissions.app_error" => format!("{status} forbidden"),
        _ => format!("{status} {id}"),
    }
}

/// Everything that can be wrong with one route.
fn walk(mm: &Mattermost, worlds: &Cell<usize>, request: &str, body: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    let mut world = World::new(mm, worlds);
    let mut inputs: Vec<(String, Vec<Outcome>)> = Vec::new();
    for Case {
        input,
        name,
        change,
    } in cases(path, body)
    {
        let answer = world.send(method, path, body, &change);
        let result = shown(&answer, &format!("{request}: {input} {name}"));
        if name == "as written" && !NEVER_RIGHT.contains(&request) {
            assert!(answer.status < 300, "{request}: {result} {}", answer.text());
        }
        if answer.status < 300 && method != "GET" {
            world = World::new(mm, worlds);
        }
        let known = inputs.iter().position(|(known, _)| *known == input);
        let at = known.unwrap_or_else(|| {
            inputs.push((input, Vec::new()));
            inputs.len() - 1
        });
        let outcomes = &mut inputs[at].1;
        match outcomes.iter_mut().find(|known| known.result == result) {
            Some(known) => known.names.push(name),
            None => outcomes.push(Outcome {
                result,
                names: vec![name],
            }),
        }
    }
    written(request, &inputs)
}

/// The lines of the snapshot: the request and its answer, then one for each input.
fn written(request: &str, inputs: &[(String, Vec<Outcome>)]) -> String {
    let mut text = String::new();
    for (input, outcomes) in inputs {
        if input.is_empty() && text.is_empty() {
            text += &format!("{request} -> {}\n", outcomes[0].result);
            if outcomes.len() == 1 && outcomes[0].names.len() == 1 {
                continue;
            }
        }
        let outcomes: Vec<String> = outcomes
            .iter()
            .map(|Outcome { result, names }| format!("{result}: {}", names.join(", ")))
            .collect();
        let input = if input.is_empty() { "whole" } else { input };
        text += &format!("    {input:<20} {}\n", outcomes.join(" | "));
    }
    text
}

/// Two servers, as there are hundreds of accounts to make.
#[test]
fn every_input_of_every_route_is_answered_as_the_table_says() {
    let walked = std::thread::scope(|scope| {
        let half = REQUESTS.len() / 2;
        let halves = [&REQUESTS[..half], &REQUESTS[half..]].map(|requests| {
            scope.spawn(move || {
                let (mm, worlds) = (server(), Cell::new(0));
                mm.set("ServiceSettings", "EnableBotAccountCreation", true);
                requests
                    .iter()
                    .map(|(request, body)| walk(&mm, &worlds, request, body))
                    .collect::<String>()
            })
        });
        halves.map(|half| half.join().unwrap()).concat()
    });
    snapshot("bad_input.txt", &walked);
}

#[test]
fn the_table_has_every_route_and_nothing_else() {
    let of_table = REQUESTS.iter().map(|(request, _)| {
        request
            .split('?')
            .next()
            .unwrap()
            .replace(":admin_id", "")
            .replace(":custom_emoji", "")
    });
    let of_program = endpoints()
        .into_iter()
        .map(|(method, path)| format!("{method} {path}"));
    let [mut of_table, mut of_program] = [of_table.collect::<Vec<_>>(), of_program.collect()];
    of_table.sort();
    of_program.sort();
    assert_eq!(of_table, of_program);
}

/// The names of an object's members; of a list's, those of its first element.
fn members(value: &Value) -> Vec<&str> {
    let first = value.as_array().and_then(|elements| elements.first());
    let members = first.unwrap_or(value).as_object();
    members
        .into_iter()
        .flat_map(|members| members.keys().map(String::as_str))
        .collect()
}

#[test]
fn the_parameters_and_fields_tried_here_are_those_described() {
    for (request, body) in REQUESTS {
        let (method, path) = request.split_once(' ').unwrap();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = path.replace(":admin_id", "");
        let operation = &DESCRIPTION["paths"][&path][method.to_lowercase()];
        let parameters = operation["parameters"].as_array();
        let described: Vec<_> = parameters
            .into_iter()
            .flatten()
            .map(resolved)
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let tried: Vec<_> = pairs.map(|(name, _)| name).collect();
        assert_eq!(described, tried, "{request}: see src/api/routes/table.rs");

        let content = operation["requestBody"]["content"].as_object();
        let media = content.and_then(|content| content.values().next());
        let schema = media.map_or(&Value::Null, |media| &media["schema"]);
        let is_json = content.is_some_and(|content| content.contains_key("application/json"));
        assert_eq!(
            body.is_empty(),
            schema.is_null(),
            "{request}: a body, or none"
        );
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let items = resolved(schema).get("items").unwrap_or(schema);
        let described = members(&resolved(items)["properties"]);
        for name in members(&body) {
            let known = described.contains(&name);
            assert!(
                known,
                "{request}: {name} is not in src/api/openapi/objects.rs"
            );
        }
        // A form is tried elsewhere.
        if !is_json {
            continue;
        }
        for name in resolved(items)["required"].as_array().into_iter().flatten() {
            assert!(
                members(&body).contains(&name.as_str().unwrap()),
                "{request}: {name} is not tried"
            );
        }
    }
}
