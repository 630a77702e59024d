//! What Mattermost has and patmost has not: it is answered with 501, and what neither has with 404.

use std::sync::LazyLock;

use super::context::Params;
use super::path::PathIndex;

/// The methods of Mattermost's endpoints.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Paths that are absent with every method.
#[rustfmt::skip]
const ANY_METHOD: &[&str] = &[
    "/access_control_policies/*", "/actions/dialogs/execute", "/actions/dialogs/lookup", "/agents/*", "/analytics/*", "/bleve/*",
    "/boards/*", "/bookmarks/*", "/brand/*", "/client_perf", "/cloud/*", "/cluster/*",
    "/compliance/*", "/content_flagging/*", "/custom_profile_attributes/*", "/data_retention/*", "/drafts/*",
    "/elasticsearch/*", "/exports/*", "/groups/*", "/hooks/outgoing/*", "/hosted_customer/*", "/image/*", "/imports/*",
    "/integrity/*", "/ip_filtering/*", "/jobs/*", "/ldap/*", "/limits/*", "/llmservices", "/notifications/*", "/oauth/*",
    "/opengraph/*", "/permissions/*", "/plugins/*", "/properties/*", "/recaps/*", "/redirect_location/*", "/remotecluster/*", "/reports/*", "/saml/*",
    "/schemes/*", "/scheduled_posts/*", "/scheduled_recaps/*", "/sharedchannels/*", "/system/e2e/*", "/terms_of_service/*", "/trial-license/*", "/uploads/*",
    "/usage/*", "/warn_metrics/*",
];

/// Method and path of the other endpoints that are absent. A row that an endpoint hides fails a test of `routes`.
#[rustfmt::skip]
const ONE_METHOD: &[&str] = &[
    "POST /users/login/cws", "POST /users/login/type", "POST /users/login/switch", "POST /users/password/reset",
    "POST /users/password/reset/send", "POST /users/email/verify", "POST /users/email/verify/send", "POST /users/mfa",
    "POST /users/group_channels", "GET /users/invalid_emails", "PUT /commands/{id}/move", "POST /users/migrate_auth/{id}",
    "GET /users/notify-admin", "POST /users/notify-admin", "PUT /users/{id}/mfa", "POST /users/{id}/mfa/generate",
    "POST /users/{id}/promote", "POST /users/{id}/demote", "POST /users/{id}/typing", "GET /users/{id}/uploads",
    "GET /users/{id}/oauth/apps/authorized", "GET /users/{id}/channel_members", "GET /users/{id}/channels/{id}/posts/unread",
    "POST /users/{id}/posts/{id}/reminder", "POST /users/{id}/posts/{id}/ack", "DELETE /users/{id}/posts/{id}/ack",
    "GET /users/{id}/groups", "GET /users/{id}/data_retention/*", "GET /users/{id}/teams/{id}/threads/*",
    "PUT /users/{id}/teams/{id}/threads/*", "POST /users/{id}/teams/{id}/threads/*", "DELETE /users/{id}/teams/{id}/threads/*",
    "GET /users/{id}/teams/{id}/channels/categories/*", "PUT /users/{id}/teams/{id}/channels/categories/*",
    "POST /users/{id}/teams/{id}/channels/categories/*", "DELETE /users/{id}/teams/{id}/channels/categories/*",
    "GET /users/{id}/teams/{id}/drafts/*", "PUT /teams/{id}/scheme", "GET /teams/{id}/image", "POST /teams/{id}/image",
    "DELETE /teams/{id}/image", "POST /teams/{id}/members/ids", "POST /teams/{id}/members/batch", "POST /teams/members/invite",
    "POST /teams/{id}/import", "POST /teams/{id}/invite/email", "POST /teams/{id}/invite-guests/email",
    "DELETE /teams/invites/email", "GET /teams/{id}/members_minus_group_members", "GET /teams/{id}/groups/*",
    "GET /teams/{id}/groups_by_channels", "POST /teams/{id}/channels/ids", "POST /teams/{id}/channels/search_archived",
    "POST /teams/{id}/files/search", "GET /teams/{id}/top/*", "POST /channels/group/search", "PUT /channels/{id}/scheme",
    "POST /channels/{id}/convert", "GET /channels/{id}/timezones", "GET /channels/{id}/members_minus_group_members",
    "GET /channels/{id}/member_counts_by_group", "POST /channels/{id}/members/ids", "GET /channels/{id}/moderations",
    "PUT /channels/{id}/moderations/patch", "GET /channels/{id}/groups/*", "GET /channels/{id}/bookmarks/*",
    "POST /channels/{id}/bookmarks/*", "PATCH /channels/{id}/bookmarks/*", "DELETE /channels/{id}/bookmarks/*",
    "GET /channels/{id}/common_teams", "GET /channels/stats/member_count", "POST /files/search", "GET /posts/{id}/info",
    "GET /posts/{id}/edit_history", "POST /posts/{id}/move", "POST /posts/ids", "POST /posts/ids/reactions",
    "POST /posts/search", "POST /posts/rewrite", "POST /posts/schedule/*", "PUT /posts/schedule/*", "DELETE /posts/schedule/*",
    "POST /posts/{id}/restore/*", "GET /bots/{id}/icon", "POST /bots/{id}/icon", "DELETE /bots/{id}/icon", "POST /license",
    "DELETE /license", "GET /license/renewal", "GET /license/load_metric", "POST /config/migrate", "POST /database/recycle",
    "POST /email/test", "POST /site_url/test", "POST /file/s3_test", "GET /system/notices/{id}", "PUT /system/notices/view",
    "GET /system/support_packet", "GET /system/onboarding/*", "POST /system/onboarding/*", "GET /system/schema/version",
    "POST /restart", "POST /upgrade_to_enterprise", "GET /upgrade_to_enterprise/status", "GET /logs/download",
    "POST /logs/query", "GET /audit_logs/certificate", "POST /audit_logs/certificate", "DELETE /audit_logs/certificate",
    "GET /latest_version", "PUT /channels/members/{id}/direct/read", "POST /channels/members/{id}/mark_read",
    "POST /channels/stats/member_count", "GET /channels/{id}/access_control/attributes",
    "POST /channels/{id}/convert_to_channel", "PUT /channels/{id}/members", "PUT /channels/{id}/members/{id}/autotranslation",
    "GET /channels/{id}/views/*", "POST /channels/{id}/views/*", "PATCH /channels/{id}/views/*",
    "DELETE /channels/{id}/views/*", "POST /file/test", "POST /license/preview", "GET /posts/scheduled/team/{id}",
    "DELETE /posts/{id}/burn", "GET /posts/{id}/reveal", "GET /teams/{id}/access_control/*",
    "GET /teams/{id}/channels/managed_categories", "GET /teams/{id}/channels/recommended",
    "GET /teams/{id}/commands/autocomplete_suggestions", "GET /upgrade_to_enterprise/allowed", "DELETE /users",
    "GET /users/auth_data", "POST /users/login/desktop_token", "POST /users/login/sso/code-exchange",
    "GET /users/sessions/attributes/manifest", "POST /users/trigger-notify-admin-posts",
    "DELETE /users/{id}/channels/{id}/drafts/*", "GET /users/{id}/custom_profile_attributes",
    "PATCH /users/{id}/custom_profile_attributes", "PUT /users/{id}/teams/{id}/read", "GET /users/{id}/terms_of_service",
    "POST /users/{id}/terms_of_service",
];

/// Those of the absent endpoints that Mattermost answers without a login.
const OPEN: &[&str] = &[
    "POST /users/login/cws",
    "POST /users/login/desktop_token",
    "POST /users/login/sso/code-exchange",
    "POST /users/login/type",
    "POST /users/login/switch",
    "POST /users/password/reset",
    "POST /users/password/reset/send",
    "POST /users/email/verify",
    "POST /users/email/verify/send",
    "POST /users/mfa",
];

/// An endpoint that is absent.
pub struct Absent {
    /// Its pattern, which names no id.
    pub pattern: &'static str,
    /// Whether Mattermost answers there without a login.
    pub is_open: bool,
}

static INDEX: LazyLock<PathIndex<Absent>> = LazyLock::new(|| {
    PathIndex::new(rows().map(|(method, pattern)| {
        let is_open = OPEN.contains(&format!("{method} {pattern}").as_str());
        (method, pattern, Absent { pattern, is_open })
    }))
});

/// Returns method and pattern of all that is absent.
pub fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let any = ANY_METHOD
        .iter()
        .flat_map(|pattern| METHODS.map(|method| (method, *pattern)));
    let one = ONE_METHOD
        .iter()
        .map(|row| row.split_once(' ').unwrap_or_default());
    any.chain(one)
}

/// Returns the endpoint that Mattermost has there, and the ids in its path; `path` begins behind `/api/v4`. `None` when it has
/// none either.
pub fn find<'p>(method: &str, path: &'p str) -> Option<(&'static Absent, Params<'p>)> {
    if path.ends_with('/') {
        return None;
    }
    INDEX.find(method, path)
}

#[cfg(test)]
mod tests {
    use super::{ONE_METHOD, OPEN, find};

    #[test]
    fn what_mattermost_has_is_told_from_what_nobody_has() {
        for (method, path) in [
            ("POST", "/files/search"),
            ("PUT", "/teams/x1/scheme"),
            ("GET", "/users/me/teams/x1/threads"),
            ("PUT", "/users/me/teams/x1/threads/x1/read/1"),
        ] {
            assert!(find(method, path).is_some(), "{method} {path}");
        }
        for (method, path) in [
            ("GET", "/nowhere"),
            ("GET", "/users/me/nowhere"),
            ("PATCH", "/teams/x1"),
            ("HEAD", "/jobs"),
            ("PUT", "/teams/x1/"),
            ("PUT", "/teams/a-b"),
            ("PUT", "/teams/*/patch"),
            ("GET", ""),
            ("GET", "/"),
        ] {
            assert!(find(method, path).is_none(), "{method} {path}");
        }
    }

    #[test]
    fn what_needs_no_login_is_absent() {
        for row in OPEN {
            assert!(ONE_METHOD.contains(row), "{row}");
        }
    }
}
