//! Every rule of the rule table x every kind of caller x every kind of target, as one text that can be read.
//!
//! A cell is the status through a session, and through a token where that differs. A body is such that a caller whom the
//! rule lets through changes nothing that another row depends on; he may well be told then that the body is wrong. A letter
//! stands for the id of a refusal (list at the end), `-` for what cannot be asked.

mod row;
mod world;

use std::collections::HashSet;

use self::row::{Row, letter, outcome};
use self::world::{Asker, World, world};
use crate::support::*;

/// What a row is about.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// The server; the cell of a list says how many there are.
    Server,
    /// The caller's own account.
    Oneself,
    /// An account.
    Account,
    /// A team that is by invitation only.
    Team,
    /// A channel of each kind.
    Channel,
}
use Of::{Account, Channel, Oneself, Server, Team};

type Operation = (
    Of,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
);

/// What it is about, the rules that it asks, and the request; `{...}` is filled in by `row.rs`.
#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    (Server,  &["log in, log out"],                                  "POST",   "/users/login", "{}"),
    (Server,  &["create an account", "create an account where sign-up is open"], "POST", "/users", r#"{"id":"x","username":"x","email":"x@b","password":"Correct-Horse-1"}"#),
    (Server,  &["list the accounts that are in no team"],            "GET",    "/users?without_team=true", ""),
    (Account, &["change an account's fields"],                       "PUT",    "/users/{target}/patch", r#"{"nickname":"x"}"#),
    (Account, &["let another service log an account in"],            "PUT",    "/users/{target}/auth", "{}"),
    (Account, &["give and take roles"],                              "PUT",    "/users/{target}/roles", r#"{"roles":"no_such_role"}"#),
    (Account, &["deactivate, reactivate an account"],                "PUT",    "/users/{target}/active", r#"{"active":true}"#),
    (Oneself, &["deactivate oneself, where it is enabled"],          "PUT",    "/users/{target}/active", r#"{"active":false}"#),
    (Account, &["delete an account"],                                "DELETE", "/users/{target}?permanent=true", ""),
    (Account, &["set a password"],                                   "PUT",    "/users/{target}/password", r#"{"current_password":"Correct-Horse-1","new_password":"weak"}"#),
    (Account, &["say that an account's address is right"],           "POST",   "/users/{target}/email/verify/member", ""),
    (Server,  &["say which device a login is on"],                   "PUT",    "/users/sessions/device", "{}"),
    (Account, &["lift the lock of wrong passwords"],                 "POST",   "/users/{target}/reset_failed_attempts", ""),
    (Server,  &["convert an account to a bot"],                      "POST",   "/users/{fresh_user}/convert_to_bot", ""),
    (Account, &["convert a bot to an account"],                      "POST",   "/bots/{target}/convert_to_user", r#"{"password":"x"}"#),
    (Account, &["read, change preferences"],                         "GET",    "/users/{target}/preferences", ""),
    (Account, &["set a status"],                                     "PUT",    "/users/{target}/status", r#"{"user_id":"{target}","status":"online"}"#),
    (Account, &["list sessions"],                                    "GET",    "/users/{target}/sessions", ""),
    (Account, &["revoke sessions"],                                  "POST",   "/users/{target}/sessions/revoke", r#"{"session_id":"x"}"#),
    (Account, &["create, enable, rotate a token"],                   "POST",   "/users/{target}/tokens", r#"{"description":"x"}"#),
    (Account, &["create, enable, rotate a token"],                   "POST",   "/users/tokens/enable", r#"{"token_id":"{fresh_token}"}"#),
    (Account, &["create, enable, rotate a token"],                   "POST",   "/users/tokens/rotate", r#"{"token_id":"{fresh_token}"}"#),
    (Account, &["list, read tokens"],                                "GET",    "/users/{target}/tokens?per_page=1", ""),
    (Account, &["list, read tokens"],                                "GET",    "/users/tokens/{fresh_token}", ""),
    (Account, &["list, read tokens"],                                "GET",    "/users/tokens/{fresh_token}/requests", ""),
    (Server,  &["hand in a secret that was found"],                  "POST",   "/users/tokens/report", "{}"),
    (Account, &["revoke, disable a token"],                          "POST",   "/users/tokens/revoke", r#"{"token_id":"{fresh_token}"}"#),
    (Account, &["revoke, disable a token"],                          "POST",   "/users/tokens/disable", r#"{"token_id":"{fresh_token}"}"#),
    (Server,  &["list, search all tokens, revoke those that live too long"], "GET", "/users/tokens?per_page=1", ""),
    (Server,  &["list, search all tokens, revoke those that live too long"], "POST", "/users/tokens/search", r#"{"term":"x"}"#),
    (Server,  &["list, search all tokens, revoke those that live too long"], "GET", "/users/tokens/non_compliant/count", ""),
    (Server,  &["list, search all tokens, revoke those that live too long"], "POST", "/users/tokens/non_compliant/revoke", ""),
    (Server,  &["create a bot"],                                     "POST",   "/bots", "{}"),
    (Server,  &[],                                                   "GET",    "/bots", ""),
    (Account, &["read a bot"],                                    "GET",    "/bots/{target}", ""),
    (Account, &["change, disable, enable, assign a bot"],                                    "PUT",    "/bots/{target}", "{}"),
    (Server,  &["create a custom emoji"],                            "POST",   "/emoji", "no form"),
    (Server,  &["delete one's own custom emoji", "delete somebody else's custom emoji"], "DELETE", "/emoji/{fresh_emoji}", ""),
    (Server,  &["say whether the server is busy"],                   "GET",    "/server_busy", ""),
    (Server,  &["list roles"],                                       "GET",    "/roles", ""),
    (Server,  &["change a role's permissions"],                      "PUT",    "/roles/{system_user}/patch", "{}"),
    (Server,  &["change the system admin's permissions"],            "PUT",    "/roles/{system_admin}/patch", "{}"),
    (Server,  &["read all audits"],                                  "GET",    "/audits?per_page=1", ""),
    (Account, &["read an account's audits"],                         "GET",    "/users/{target}/audits?per_page=1", ""),
    (Server,  &["read the log"],                                     "GET",    "/logs?logs_per_page=1", ""),
    (Server,  &["count accounts of a kind"],                               "GET",    "/users/stats/filtered", ""),
    (Server,  &["see how many tokens there are and how requests are answered"], "GET",    "/system/dashboard", ""),
    (Server,  &["invalidate caches"],                                "POST",   "/caches/invalidate", ""),
    (Server,  &["read the configuration"],                           "GET",    "/config", ""),
    (Server,  &["change the configuration"],                         "PUT",    "/config/patch", "{}"),
    (Account, &["list an account's teams and channels"],             "GET",    "/users/{target}/teams", ""),
    (Server,  &["create a team"],                                    "POST",   "/teams", "{}"),
    (Server,  &["list teams that are not open", "list open teams"],   "GET",    "/teams", ""),
    (Server,  &["list all channels"],                                "GET",    "/channels?per_page=1", ""),
    (Server,  &["open a direct channel"],                            "POST",   "/channels/direct", r#"["{me}","{mate}"]"#),
    (Server,  &["open a direct channel between others"],             "POST",   "/channels/direct", r#"["{mate}","{another}"]"#),
    (Server,  &["open a group channel"],                             "POST",   "/channels/group", r#"["{me}","{mate}","{another}"]"#),
    (Server,  &["join an open team"],                                "POST",   "/teams/{fresh_team}/members", r#"{"team_id":"{fresh_team}","user_id":"{me}"}"#),
    (Server,  &["join a team that is not open"],                     "POST",   "/teams/{fresh_closed_team}/members", r#"{"team_id":"{fresh_closed_team}","user_id":"{me}"}"#),
    (Team,    &["see a team that is not open, and its members"],     "GET",    "/teams/{team}", ""),
    (Team,    &["change, archive, restore a team"],                  "PUT",    "/teams/{team}/patch", r#"{"description":"d"}"#),
    (Team,    &["set the roles of members of a team"],               "PUT",    "/teams/{team}/members/{another}/schemeRoles", r#"{"scheme_user":true}"#),
    (Team,    &["add somebody to a team"],                           "POST",   "/teams/{team}/members", r#"{"team_id":"{team}","user_id":"{mate}"}"#),
    (Team,    &["take somebody out of a team"],                      "DELETE", "/teams/{team}/members/{another}", ""),
    (Team,    &["create a public channel"],                          "POST",   "/channels", r#"{"team_id":"{team}","name":"!","display_name":"x","type":"O"}"#),
    (Team,    &["create a private channel"],                         "POST",   "/channels", r#"{"team_id":"{team}","name":"!","display_name":"x","type":"P"}"#),
    (Team,    &["list a team's public channels"],                    "GET",    "/teams/{team}/channels", ""),
    (Channel, &["read a channel", "look into a public channel of the team"], "GET", "/channels/{channel}", ""),
    (Channel, &["read a channel", "look into a public channel of the team"], "GET", "/channels/{channel}/posts?per_page=1", ""),
    (Channel, &["mark channels as read"],                            "POST",   "/channels/members/{me}/view", r#"{"channel_id":"{channel}"}"#),
    (Channel, &["leave a team or a channel"],                        "DELETE", "/channels/{fresh_channel}/members/{me}", ""),
    (Channel, &["change a public channel", "change a private channel", "change a direct channel one is in"], "PUT", "/channels/{channel}/patch", r#"{"header":"h"}"#),
    (Channel, &["archive a public channel", "archive a private channel"], "DELETE", "/channels/{fresh_channel}", ""),
    (Channel, &["unarchive a channel, make it public or private"],   "PUT",    "/channels/{fresh_channel}/privacy", r#"{"privacy":"P"}"#),
    (Channel, &["move a channel to another team"],                   "POST",   "/channels/{channel}/move", r#"{"team_id":"{team}","force":false}"#),
    (Channel, &["set the roles of members of a channel"],            "PUT",    "/channels/{channel}/members/{mate}/schemeRoles", r#"{"scheme_user":true}"#),
    (Channel, &["set what a channel notifies of"],                   "PUT",    "/channels/{channel}/members/{mate}/notify_props", r#"{"desktop":"all"}"#),
    (Channel, &["join a public channel of the team"],                "POST",   "/channels/{fresh_channel}/members", r#"{"user_id":"{me}"}"#),
    (Channel, &["add, take out others in a public channel", "add, take out others in a private channel"], "POST", "/channels/{channel}/members", r#"{"user_id":"{mate}"}"#),
    (Channel, &["post in a channel", "post in a public channel without being in it"], "POST", "/posts", r#"{"channel_id":"{channel}","message":"m"}"#),
    (Channel, &["upload a file"],                                    "POST",   "/files?channel_id={channel}&filename=a.txt", "contents"),
    (Channel, &["read deleted posts"],                               "GET",    "/posts/{post}?include_deleted=true", ""),
    (Channel, &["post what only one account sees"],                  "POST",   "/posts/ephemeral", r#"{"user_id":"{mate}","post":{"channel_id":"{channel}","message":"m"}}"#),
    (Channel, &["change one's own post"],                            "PUT",    "/posts/{own_post}/patch", r#"{"message":"changed"}"#),
    (Channel, &["change somebody else's post"],                      "PUT",    "/posts/{post}/patch", r#"{"message":"changed"}"#),
    (Channel, &["delete one's own post"],                            "DELETE", "/posts/{own_post}", ""),
    (Channel, &["delete somebody else's post"],                      "DELETE", "/posts/{post}", ""),
    (Channel, &["react to a post"],                                  "POST",   "/reactions", r#"{"user_id":"{me}","post_id":"{post}","emoji_name":"smile"}"#),
    (Channel, &["take one's reaction away"],                         "DELETE", "/users/{me}/posts/{post}/reactions/smile", ""),
    (Channel, &["take somebody else's reaction away"],               "DELETE", "/users/{mate}/posts/{post}/reactions/smile", ""),
    (Channel, &["make, read, change, delete one's incoming webhooks", "make, read, change, delete one's incoming webhooks (11.x)"], "POST", "/hooks/incoming", r#"{"channel_id":"{channel}"}"#),
    (Team,    &["make, read, change, delete others' incoming webhooks"], "GET", "/hooks/incoming/{hook}", ""),
    (Team,    &["make, read, change, delete one's slash commands", "make, read, change, delete one's slash commands (11.x)"], "POST", "/commands", r#"{"team_id":"{team}"}"#),
    (Team,    &["make, read, change, delete others' slash commands"], "GET", "/commands/{command}", ""),
    (Server,  &["post by an incoming webhook"],                      "POST",   "/hooks/{hook}", r#"{"text":"m"}"#),
    // The last: it ends everybody's sessions.
    (Server,  &["revoke everybody's sessions"],                      "POST",   "/users/sessions/revoke/all", ""),
];

/// The targets of one who asks, by what a row is about.
fn targets(world: &World, of: Of, asker: &Asker) -> Vec<(&'static str, Option<String>)> {
    let own = asker.token.as_ref().map(|caller| caller.id.clone());
    let owned = |kind: &str| {
        world
            .askers
            .iter()
            .find(|asker| asker.kind == kind)
            .unwrap()
            .bot
            .clone()
    };
    match of {
        Server => vec![("", Some(String::new()))],
        Oneself => vec![("oneself", own)],
        Account => vec![
            ("oneself", own),
            ("another", Some(world.another.clone())),
            ("an admin", Some(world.mm.admin().id)),
            ("own bot", asker.bot.clone()),
            (
                "another's bot",
                owned(if asker.kind == "admin" {
                    "bot owner"
                } else {
                    "admin"
                }),
            ),
        ],
        Team => vec![("", Some(String::new()))],
        Channel => world
            .channels
            .iter()
            .map(|(kind, id)| (*kind, Some(id.clone())))
            .collect(),
    }
}

/// One line for each target, one cell for each who asks.
fn lines(world: &World, ids: &mut Vec<String>, operation: &Operation) -> String {
    let (of, rules, method, path, body) = *operation;
    let askers = match of {
        Team | Channel => &world.members,
        Server | Oneself | Account => &world.askers,
    };
    let mut lines: Vec<String> = Vec::new();
    let width = |cell: &str| format!(" {cell:<11}");
    let head: String = askers.iter().map(|asker| width(asker.kind)).collect();
    for asker in askers {
        for (number, (kind, target)) in targets(world, of, asker).into_iter().enumerate() {
            if lines.len() <= number {
                lines.push(format!("  {kind:<14}"));
            }
            let through = [&asker.session, &asker.token].map(|by| {
                let (Some(by), Some(target)) = (by, &target) else {
                    return None;
                };
                let row = Row {
                    world,
                    asker,
                    by,
                    target,
                    kind,
                };
                // Together, for both may name what is made now.
                let filled = row.filled(&format!("{path}\n{body}"))?;
                let (path_now, body_now) = filled.split_once('\n').unwrap();
                let answer = by.send_text(method, path_now, body_now);
                Some(outcome(ids, path, &answer))
            });
            let cell = match through {
                [Some(session), Some(token)] if session != token => format!("{session}/{token}"),
                [Some(one), _] | [None, Some(one)] => one,
                [None, None] => "-".to_owned(),
            };
            lines[number] += &width(&cell);
        }
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    let rules = if rules.is_empty() {
        String::new()
    } else {
        format!("  ({})", rules.join("; "))
    };
    let request = format!("{method} {path} {body}").trim_end().to_owned();
    format!(
        "{request}{rules}\n  {:<14}{}\n{}\n\n",
        "",
        head.trim_end(),
        lines.join("\n")
    )
}

#[test]
fn permissions_are_as_written_down() {
    let mm = server();
    let (world, mut ids) = (world(&mm), Vec::new());
    let rows = OPERATIONS.iter();
    let mut text: String = rows.map(|row| lines(&world, &mut ids, row)).collect();
    text += "letters\n";
    for (number, id) in ids.iter().enumerate() {
        text += &format!("  {} {id}\n", letter(number));
    }
    snapshot("permission_matrix.txt", &text);
}

#[test]
fn every_rule_of_the_program_has_a_row_and_no_row_names_another() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_patmost"))
        .args(["reference", "permissions"])
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let rules: HashSet<&str> = table
        .lines()
        .skip(2)
        .map(|line| line.split('|').nth(1).unwrap().trim())
        .collect();
    let named: HashSet<&str> = OPERATIONS
        .iter()
        .flat_map(|(_, rules, ..)| rules.iter().copied())
        .collect();
    let missing: Vec<_> = rules.symmetric_difference(&named).collect();
    assert!(missing.is_empty() && rules.len() > 50, "{missing:?}");
}
