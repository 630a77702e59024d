//! Settings: their defaults, their limits, what is shown of them and to whom.

use crate::support::*;

/// wire config-and-system: `GET /config` | the whole configuration
/// wire config-and-system: `GET /logs`, `GET /audits`
#[test]
fn the_configuration_is_for_admins_and_shows_no_secret() {
    let mm = server();
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let secrets = json!({"EmailSettings": {"SMTPPassword": "hunter2", "SMTPServer": "mail"}, "SqlSettings": {"DataSource": "postgres://u:p@h", "AtRestEncryptKey": "k"}});
    let changed = admin.patch_config(secrets).ok();
    let mask = "*".repeat(32);
    assert_eq!(changed["EmailSettings"]["SMTPServer"], "mail");
    let whole = admin.config().ok();
    for shown in [
        &whole["EmailSettings"]["SMTPPassword"],
        &whole["SqlSettings"]["DataSource"],
        &whole["SqlSettings"]["AtRestEncryptKey"],
    ] {
        assert_eq!(*shown, mask.as_str());
    }
    // Written back as it was read, as clients do, nothing changes.
    assert_eq!(admin.put("/config", whole.clone()).ok(), whole);
    let by_token = alice.with_token(&alice.token("x").secret);
    for caller in [&alice, &by_token] {
        for path in ["/config", "/logs", "/audits"] {
            caller.get(path).forbidden();
        }
        assert_eq!(caller.get("/config/environment").ok(), json!({}));
        for path in ["/config", "/config/patch"] {
            caller.put(path, json!({})).forbidden();
        }
    }
    for path in ["/logs", "/audits"] {
        admin.get(path).ok();
    }
}

/// A client takes a section or a setting that is missing for one that is hidden from it.
#[test]
fn settings_without_effect_are_shown_and_kept() {
    let mm = fresh();
    let admin = mm.admin();
    let whole = admin.config().ok();
    for (section, name, value) in [
        ("LogSettings", "ConsoleLevel", json!("INFO")),
        ("ServiceSettings", "ListenAddress", json!(":8065")),
        ("SqlSettings", "DriverName", json!("sqlite3")),
        ("LdapSettings", "Enable", json!(false)),
    ] {
        assert_eq!(whole[section][name], value, "{section}.{name}");
    }
    let patched = admin.patch_config(json!({"LogSettings": {"ConsoleLevel": "DEBUG"}}));
    assert_eq!(patched.ok()["LogSettings"]["ConsoleLevel"], "DEBUG");
    let mm = mm.restarted();
    let whole = mm.admin().config().ok();
    assert_eq!(whole["LogSettings"]["ConsoleLevel"], "DEBUG");
    assert_eq!(whole["LogSettings"]["EnableConsole"], true);
}

/// wire config-and-system: `ServiceSettings.EnableUserAccessTokens` | false
/// wire config-and-system: `ServiceSettings.EnableBotAccountCreation` | false
/// wire config-and-system: `ServiceSettings.DisableBotsWhenOwnerIsDeactivated` | true
/// wire config-and-system: `ServiceSettings.SessionLengthWebInDays`
/// wire config-and-system: `ServiceSettings.EnableDeveloper` | false
/// wire config-and-system: `ServiceSettings.EnableAPIUserDeletion` | false
/// wire config-and-system: `TeamSettings.EnableUserCreation` `EnableOpenServer`
/// wire config-and-system: `TeamSettings.EnableUserDeactivation` | false
/// wire config-and-system: `PasswordSettings.MinimumLength`
/// wire config-and-system: `PrivacySettings.ShowEmailAddress` `ShowFullName`
#[test]
fn settings_begin_as_on_a_fresh_mattermost() {
    let mm = fresh();
    let whole = mm.admin().config().ok();
    for (section, name, default) in [
        ("ServiceSettings", "EnableUserAccessTokens", json!(false)),
        ("ServiceSettings", "EnableBotAccountCreation", json!(false)),
        (
            "ServiceSettings",
            "DisableBotsWhenOwnerIsDeactivated",
            json!(true),
        ),
        ("ServiceSettings", "SessionLengthWebInDays", json!(180)),
        ("ServiceSettings", "MaximumLoginAttempts", json!(10)),
        ("ServiceSettings", "EnableDeveloper", json!(false)),
        ("ServiceSettings", "EnableAPIUserDeletion", json!(false)),
        ("TeamSettings", "EnableUserCreation", json!(true)),
        ("TeamSettings", "EnableOpenServer", json!(false)),
        ("TeamSettings", "EnableUserDeactivation", json!(false)),
        ("PasswordSettings", "MinimumLength", json!(8)),
        ("PasswordSettings", "Lowercase", json!(false)),
        ("PasswordSettings", "Uppercase", json!(false)),
        ("PasswordSettings", "Number", json!(false)),
        ("PasswordSettings", "Symbol", json!(false)),
        ("PrivacySettings", "ShowEmailAddress", json!(true)),
        ("PrivacySettings", "ShowFullName", json!(true)),
        ("RateLimitSettings", "Enable", json!(false)),
    ] {
        assert_eq!(whole[section][name], default, "{section}.{name}");
    }
}

/// Each setting, and the status of what it decides before and after it is changed.
#[test]
fn settings_for_tokens_bots_and_sign_up_hold_at_once() {
    let mm = fresh();
    let admin = mm.admin();
    let token = || admin.create_token("x").status;
    assert_eq!(token(), 501);
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    assert_eq!(token(), 200);
    let bot = || admin.create_bot("bot-1").status;
    assert_eq!(bot(), 403);
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    assert_eq!(bot(), 201);
    let sign_up = |name: &str| mm.anonymous().post("/users", mm.account(name)).status;
    assert_eq!(sign_up("carol"), 403);
    mm.set("TeamSettings", "EnableOpenServer", true);
    assert_eq!(sign_up("carol"), 201);
    mm.set("TeamSettings", "EnableUserCreation", false);
    assert_eq!(sign_up("dave"), 501);
}

/// Each setting, and what it decides before and after it is changed.
#[test]
fn settings_for_privacy_passwords_and_leaving_hold_at_once() {
    let mm = fresh();
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let address = || alice.get("/users/username/admin").ok()["email"].clone();
    assert_eq!(address(), "admin@example.com");
    mm.set("PrivacySettings", "ShowEmailAddress", false);
    assert_eq!(address(), "");
    let password = "longer-without-others";
    for (rule, status) in [
        ("Lowercase", 200),
        ("Uppercase", 400),
        ("Number", 400),
        ("Symbol", 200),
    ] {
        assert_eq!(admin.reset_password(&alice, password).status, 200);
        mm.set("PasswordSettings", rule, true);
        let refused = admin.reset_password(&alice, password).status;
        assert_eq!(refused, status, "{rule}");
        mm.set("PasswordSettings", rule, false);
    }
    let leave = || mm.login_with("alice", password).deactivate(&alice).status;
    assert_eq!(leave(), 401);
    mm.set("TeamSettings", "EnableUserDeactivation", true);
    assert_eq!(leave(), 200);
    let path = format!("/users/{}?permanent=true", alice.id);
    assert_eq!(admin.delete(&path).status, 401);
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    assert_eq!(admin.delete(&path).status, 200);
}

/// A value that a setting does not take, and the rule of the refusal's id.
struct Impossible {
    section: &'static str,
    name: &'static str,
    value: Value,
    rule: &'static str,
}

fn impossible(
    section: &'static str,
    name: &'static str,
    value: Value,
    rule: &'static str,
) -> Impossible {
    Impossible {
        section,
        name,
        value,
        rule,
    }
}

/// Sends a value beside one that is right: all or nothing is changed.
fn patch_both(admin: &Caller, section: &str, name: &str, value: Value) -> Answer {
    let body = json!({"PrivacySettings": {"ShowFullName": false}, section: {name: value}});
    admin.patch_config(body)
}

#[test]
#[rustfmt::skip]
fn a_value_out_of_range_is_refused_by_its_name_and_changes_nothing() {
    let mm = fresh();
    let admin = mm.admin();
    let before = admin.config().ok();
    let long = "x".repeat(31);
    for Impossible { section, name, value, rule } in [
        impossible("ServiceSettings", "MaximumLoginAttempts", json!(-1), "login_attempts"),
        impossible("ServiceSettings", "SessionLengthWebInDays", json!(0), "session_length_web_in_days"),
        impossible("ServiceSettings", "MaximumPersonalAccessTokenLifetimeDays", json!(36_501), "max_personal_access_token_lifetime_days"),
        impossible("ServiceSettings", "MaximumPayloadSizeBytes", json!(1), "max_payload_size"),
        impossible("PasswordSettings", "MinimumLength", json!(4), "password_length"),
        impossible("RateLimitSettings", "PerSec", json!(0), "rate_sec"),
        impossible("TeamSettings", "SiteName", json!(long), "sitename_length"),
        impossible("TeamSettings", "SiteName", json!(""), "sitename_empty"),
        impossible("ServiceSettings", "SiteURL", json!("chat.example.com"), "site_url"),
        impossible("ServiceSettings", "SiteURL", json!("ftp://chat.example.com"), "site_url"),
        impossible("ServiceSettings", "SiteURL", json!("https://user@chat.example.com"), "site_url"),
        impossible("ServiceSettings", "SiteURL", json!("https://chat.example.com/\n"), "site_url"),
        impossible("ServiceSettings", "SiteURL", json!(format!("https://h/{}", "x".repeat(2048))), "site_url"),
    ] {
        let id = format!("model.config.is_valid.{rule}.app_error");
        let told = patch_both(&admin, section, name, value).refused(400, &id).text("message");
        assert!(told.contains(name) || name == "MaximumLoginAttempts", "{told}");
    }
    assert_eq!(admin.config().ok(), before);
    patch_both(&admin, "TeamSettings", "SiteName", json!("x".repeat(30))).ok();
}

#[test]
fn a_value_of_the_wrong_type_is_refused_by_its_name_and_changes_nothing() {
    let mm = fresh();
    let admin = mm.admin();
    let before = admin.config().ok();
    for (section, name, values) in [
        (
            "ServiceSettings",
            "MaximumLoginAttempts",
            vec![json!("10"), json!(1.5), json!(1e300)],
        ),
        (
            "ServiceSettings",
            "EnableDeveloper",
            vec![json!("true"), json!(1)],
        ),
        ("TeamSettings", "SiteName", vec![json!(7), json!("a\0b")]),
    ] {
        for value in values {
            patch_both(&admin, section, name, value).refused_body(&format!("{section}.{name}"));
        }
    }
    assert_eq!(admin.config().ok(), before);
}

#[test]
fn client_settings_of_a_stranger_are_texts() {
    let mm = server();
    let stranger = mm.anonymous().get("/config/client?format=old").ok();
    for key in [
        "Version",
        "BuildNumber",
        "BuildDate",
        "BuildHash",
        "BuildEnterpriseReady",
        "SiteName",
        "SiteURL",
        "WebsocketURL",
        "EnableBotAccountCreation",
        "EnableSignInWithEmail",
        "EnableSignInWithUsername",
        "EnableSignUpWithEmail",
        "EnableUserCreation",
        "EnableOpenServer",
        "PasswordMinimumLength",
        "PasswordRequireLowercase",
        "DefaultClientLocale",
        "DiagnosticId",
        "EnableMultifactorAuthentication",
        "EnableLdap",
        "EnableSaml",
        "EnableGuestAccounts",
        "NoAccounts",
        "PluginsEnabled",
    ] {
        assert!(stranger[key].is_string(), "{key}");
    }
    assert_eq!(
        (&stranger["NoAccounts"], &stranger["SiteName"]),
        (&json!("false"), &json!("patmost"))
    );
    let empty = empty(&[]);
    let before = empty.anonymous().get("/config/client?format=old").ok();
    assert_eq!(before["NoAccounts"], "true");
}

#[test]
fn clients_are_told_where_the_server_is_reached() {
    let mm = fresh();
    let told = || {
        let settings = mm.anonymous().get("/config/client?format=old").ok();
        settings.text("SiteURL")
    };
    assert_eq!(told(), "");
    for url in ["https://chat.example.com", "HTTP://[::1]:8065/chat", ""] {
        mm.set("ServiceSettings", "SiteURL", url);
        assert_eq!(told(), url);
    }
}

#[test]
fn client_settings_of_a_signed_in_user_are_texts_and_more() {
    let mm = server();
    let stranger = mm.anonymous().get("/config/client?format=old").ok();
    let signed_in = mm.user("alice").get("/config/client?format=old").ok();
    for key in [
        "EnableUserAccessTokens",
        "EnableUserDeactivation",
        "EnableDeveloper",
        "ShowEmailAddress",
        "ShowFullName",
        "PostEditTimeLimit",
        "MinimumHashtagLength",
        "AvailableLocales",
        "EnableEmojiPicker",
        "EnableFileAttachments",
        "EnableMobileFileDownload",
        "EnableMobileFileUpload",
        "MaxFileSize",
        "TimeBetweenUserTypingUpdatesMilliseconds",
        "EnableUserTypingMessages",
        "CollapsedThreads",
        "SQLDriverName",
    ] {
        assert!(stranger.get(key).is_none(), "{key}");
        assert!(signed_in[key].is_string(), "{key}");
    }
    assert!(
        signed_in
            .as_object()
            .unwrap()
            .values()
            .all(Value::is_string)
    );
}

#[test]
fn a_limit_on_requests_tells_how_many_are_left_and_when_there_are_more() {
    let mm = fresh();
    let limits = json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 3, "VaryByUser": true}});
    mm.admin().patch_config(limits).ok();
    let asked: Vec<Answer> = (0..5).map(|_| mm.anonymous().get("/system/ping")).collect();
    let told = |name: &str| -> Vec<String> {
        asked
            .iter()
            .map(|answer| answer.header(name).unwrap_or("-").to_owned())
            .collect()
    };
    let statuses: Vec<u16> = asked.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(told("x-ratelimit-limit"), ["3", "3", "3", "3", "3"]);
    assert_eq!(told("x-ratelimit-remaining"), ["2", "1", "0", "0", "0"]);
    assert_eq!(told("x-ratelimit-reset"), ["1", "2", "3", "3", "3"]);
    assert_eq!(told("retry-after"), ["-", "-", "-", "1", "1"]);
    assert_eq!(asked[3].text(), "limit exceeded\n");
    assert_eq!(
        asked[3].header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    mm.clock().advance(std::time::Duration::from_secs(1));
    assert_eq!(mm.anonymous().get("/system/ping").status, 200);
    assert_eq!(mm.anonymous().get("/system/ping").status, 429);
}
