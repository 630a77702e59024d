//! What Mattermost has and patmost has not: it is answered with 501, and what neither has with 404.

/// First parts of paths that are wholly absent.
const WHOLE: &[&str] = &[
    "actions",
    "analytics",
    "bleve",
    "bookmarks",
    "brand",
    "cloud",
    "cluster",
    "commands",
    "compliance",
    "content_flagging",
    "custom_profile_attributes",
    "data_retention",
    "drafts",
    "elasticsearch",
    "emoji",
    "exports",
    "files",
    "groups",
    "hooks",
    "image",
    "imports",
    "integrity",
    "ip_filtering",
    "jobs",
    "ldap",
    "limits",
    "notifications",
    "oauth",
    "opengraph",
    "permissions",
    "plugins",
    "redirect_location",
    "remotecluster",
    "reports",
    "saml",
    "schemes",
    "scheduled_posts",
    "sharedchannels",
    "terms_of_service",
    "trial-license",
    "uploads",
    "usage",
    "warn_metrics",
];

/// Method and path of the rest; `*` stands for one part, `**` at the end for any.
#[rustfmt::skip]
const SINGLE: &[&str] = &[
    "POST /users/login/cws", "POST /users/login/type", "POST /users/login/switch", "POST /users/password/reset",
    "POST /users/password/reset/send", "POST /users/email/verify", "POST /users/email/verify/send", "POST /users/mfa",
    "POST /users/group_channels", "GET /users/invalid_emails", "GET /users/stats/filtered", "PUT /users/sessions/device",
    "POST /users/migrate_auth/*", "GET /users/notify-admin", "POST /users/notify-admin", "GET /users/report",
    "POST /users/*/image", "DELETE /users/*/image", "PUT /users/*/mfa", "POST /users/*/mfa/generate", "POST /users/*/promote",
    "POST /users/*/demote", "POST /users/*/email/verify/member", "POST /users/*/typing", "GET /users/*/uploads",
    "PUT /users/*/status/custom", "DELETE /users/*/status/custom", "DELETE /users/*/status/custom/recent", "GET /users/*/oauth/apps/authorized",
    "GET /users/*/teams/unread", "GET /users/*/teams/*/unread", "GET /users/*/channels", "GET /users/*/channel_members",
    "GET /users/*/posts/flagged", "GET /users/*/channels/*/posts/unread", "POST /users/*/posts/*/set_unread",
    "POST /users/*/posts/*/reminder", "POST /users/*/posts/*/ack", "DELETE /users/*/posts/*/ack", "GET /users/*/groups",
    "GET /users/*/data_retention/**", "GET /users/*/teams/*/threads/**", "PUT /users/*/teams/*/threads/**", "POST /users/*/teams/*/threads/**",
    "DELETE /users/*/teams/*/threads/**", "GET /users/*/teams/*/channels/categories/**", "PUT /users/*/teams/*/channels/categories/**",
    "POST /users/*/teams/*/channels/categories/**", "DELETE /users/*/teams/*/channels/categories/**", "GET /users/*/teams/*/drafts/**",
    "PUT /teams/*", "DELETE /teams/*", "PUT /teams/*/patch", "PUT /teams/*/privacy", "POST /teams/*/restore", "PUT /teams/*/scheme",
    "POST /teams/*/regenerate_invite_id", "GET /teams/*/image", "POST /teams/*/image", "DELETE /teams/*/image", "POST /teams/*/members/ids",
    "POST /teams/*/members/batch", "POST /teams/members/invite", "PUT /teams/*/members/*/roles", "PUT /teams/*/members/*/schemeRoles",
    "POST /teams/*/import", "POST /teams/*/invite/email", "POST /teams/*/invite-guests/email", "DELETE /teams/invites/email",
    "GET /teams/invite/*", "GET /teams/*/members_minus_group_members", "GET /teams/*/commands/autocomplete", "GET /teams/*/groups/**",
    "GET /teams/*/groups_by_channels", "POST /teams/*/channels/ids", "POST /teams/*/channels/search_archived", "GET /teams/*/channels/autocomplete",
    "GET /teams/*/channels/search_autocomplete", "POST /teams/*/files/search", "GET /teams/*/top/**",
    "POST /channels/search", "POST /channels/group/search", "PUT /channels/*/scheme", "POST /channels/*/convert", "POST /channels/*/move",
    "GET /channels/*/timezones", "GET /channels/*/members_minus_group_members", "GET /channels/*/member_counts_by_group",
    "POST /channels/*/members/ids", "PUT /channels/*/members/*/roles", "PUT /channels/*/members/*/schemeRoles",
    "PUT /channels/*/members/*/notify_props", "GET /channels/*/moderations", "PUT /channels/*/moderations/patch", "GET /channels/*/groups/**",
    "GET /channels/*/bookmarks/**", "POST /channels/*/bookmarks/**", "PATCH /channels/*/bookmarks/**", "DELETE /channels/*/bookmarks/**",
    "GET /channels/*/common_teams", "GET /channels/stats/member_count",
    "GET /posts/*/files/info", "GET /posts/*/info", "GET /posts/*/edit_history", "POST /posts/*/move", "POST /posts/*/actions/*",
    "POST /posts/ids", "POST /posts/ids/reactions", "POST /posts/search", "POST /posts/rewrite", "POST /posts/schedule/**",
    "PUT /posts/schedule/**", "DELETE /posts/schedule/**", "POST /posts/*/restore/**",
    "GET /bots/*/icon", "POST /bots/*/icon", "DELETE /bots/*/icon", "POST /bots/*/convert_to_user",
    "POST /license", "DELETE /license", "GET /license/renewal", "GET /license/load_metric", "POST /config/reload", "POST /config/migrate",
    "POST /database/recycle", "POST /email/test", "POST /site_url/test", "POST /file/s3_test", "GET /system/timezones",
    "GET /system/notices/*", "PUT /system/notices/view", "GET /system/support_packet", "GET /system/onboarding/**", "POST /system/onboarding/**",
    "GET /system/schema/version", "POST /restart", "POST /upgrade_to_enterprise", "GET /upgrade_to_enterprise/status",
    "GET /logs/download", "POST /logs/query", "GET /audit_logs/certificate", "GET /latest_version",
];

/// Whether Mattermost answers there; `path` begins behind `/api/v4`.
pub fn is_absent(method: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
    if !known || (parts.len() > 1 && parts.last() == Some(&"")) {
        return false;
    }
    let fits = |row: &&&str| {
        let (of, pattern) = row.split_once(' ').unwrap_or_default();
        of == method && fits(pattern, &parts)
    };
    parts.first().is_some_and(|first| WHOLE.contains(first)) || SINGLE.iter().any(|row| fits(&row))
}

fn fits(pattern: &str, parts: &[&str]) -> bool {
    let mut parts = parts.iter();
    for wanted in pattern.split('/').skip(1) {
        match (wanted, parts.next()) {
            ("**", _) => return true,
            ("*", Some(part)) if part.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {}
            (wanted, Some(part)) if wanted == *part => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_absent;

    #[test]
    fn what_mattermost_has_is_told_from_what_nobody_has() {
        for (method, path) in [
            ("GET", "/emoji"),
            ("POST", "/files"),
            ("PUT", "/teams/x1"),
            ("GET", "/users/me/teams/x1/threads"),
            ("PUT", "/users/me/teams/x1/threads/x1/read/1"),
        ] {
            assert!(is_absent(method, path), "{method} {path}");
        }
        for (method, path) in [
            ("GET", "/nowhere"),
            ("GET", "/emoji/"),
            ("GET", "/users/me/nowhere"),
            ("PATCH", "/teams/x1"),
            ("HEAD", "/emoji"),
            ("PUT", "/teams/x1/"),
            ("PUT", "/teams/a-b"),
            ("GET", ""),
            ("GET", "/"),
        ] {
            assert!(!is_absent(method, path), "{method} {path}");
        }
    }
}
