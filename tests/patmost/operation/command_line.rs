//! The program's commands on the file of a server that runs.

use std::process::Output;

use crate::support::*;

/// Runs the program on the server's file; gives exit code, stdout and stderr.
fn run(mm: &Mattermost, arguments: &[&str], stdin: &str) -> (i32, String, String) {
    let data = mm.data().display().to_string();
    run_in(&[arguments, &["--data", &data]].concat(), stdin, &[])
}

fn run_in(arguments: &[&str], stdin: &str, environment: &[(&str, &str)]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = process::patmost_reading(arguments, environment, stdin);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// Runs it and expects success; gives stdout.
#[track_caller]
fn done(mm: &Mattermost, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = run(mm, arguments, "");
    assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
    stdout
}

#[test]
fn an_account_made_by_command_logs_in_at_the_running_server() {
    let mm = server();
    let create = [
        "user",
        "create",
        "--email",
        "Op@example.com",
        "--username",
        "op",
        "--password-stdin",
        "--system-admin",
    ];
    let (code, stdout, _) = run(&mm, &create, &format!("{PASSWORD}\n"));
    assert!(
        code == 0 && stdout.starts_with("created op with id "),
        "{stdout}"
    );
    assert_eq!(
        mm.login("op").me().ok()["roles"],
        "system_admin system_user"
    );
    let (code, _, stderr) = run(&mm, &create, &format!("{PASSWORD}\n"));
    assert!(
        code == 1 && stderr.contains("username already exists"),
        "{stderr}"
    );
    let (code, _, stderr) = run(
        &mm,
        &[
            "user",
            "create",
            "--email",
            "x@y",
            "--username",
            "x",
            "--password-stdin",
        ],
        "weak\n",
    );
    assert!(
        code == 1 && stderr.contains("at least 8 characters"),
        "{stderr}"
    );
}

#[test]
fn the_first_account_may_be_made_before_there_is_a_file() {
    let folder = new_folder();
    let data = folder.join("new.db").display().to_string();
    let create = [
        "user",
        "create",
        "--email",
        "a@b",
        "--username",
        "first",
        "--json",
        "--data",
        &data,
    ];
    let (code, stdout, _) = run_in(&create, "", &[]);
    let user: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (code, user["roles"].as_str()),
        (0, Some("system_admin system_user"))
    );
    let (code, _, stderr) = run_in(&["user", "list", "--data", "missing.db"], "", &[]);
    assert!(
        code == 1 && stderr.contains("there is no data file missing.db"),
        "{stderr}"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_change_by_a_command_holds_on_the_next_request() {
    let mm = server();
    let ci = mm.user("ci");
    let secret = done(
        &mm,
        &["token", "create", "ci", "--description", "x", "--quiet"],
    );
    let token = ci.with_token(&secret);
    token.me().ok();
    let id = done(&mm, &["token", "list", "ci@example.com", "--quiet"]);
    done(&mm, &["token", "disable", &id]);
    token.me().expired();
    done(&mm, &["token", "enable", &id]);
    token.me().ok();
    done(&mm, &["user", "deactivate", "ci"]);
    token.me().expired();
    done(&mm, &["user", "activate", &ci.id]);
    token.me().ok();
    done(
        &mm,
        &[
            "config",
            "set",
            "servicesettings.enableuseraccesstokens",
            "false",
        ],
    );
    token.me().expired();
    let (code, _, stderr) = run(&mm, &["token", "create", "ci", "--description", "y"], "");
    assert!(
        code == 1 && stderr.contains("patmost config set"),
        "{stderr}"
    );
    done(
        &mm,
        &[
            "config",
            "set",
            "ServiceSettings.EnableUserAccessTokens",
            "true",
        ],
    );
    token.me().ok();
    done(&mm, &["token", "revoke", &id]);
    token.me().expired();
    assert_eq!(run(&mm, &["token", "revoke", &id], "").0, 1);
}

#[test]
fn roles_given_by_command_hold_at_once() {
    let mm = server();
    let ci = mm.user("ci");
    ci.tokens().forbidden();
    assert_eq!(
        done(&mm, &["user", "roles", "ci", "--add", TOKEN_ROLE]),
        format!("system_user {TOKEN_ROLE}")
    );
    ci.tokens().ok();
    assert_eq!(
        done(&mm, &["user", "roles", "ci", "--remove", TOKEN_ROLE]),
        "system_user"
    );
    assert_eq!(
        run(&mm, &["user", "roles", "ci", "--add", "no_such_role"], "").0,
        1
    );
}

#[test]
fn lists_are_for_people_machines_and_scripts_and_hold_no_secret() {
    let mm = server();
    let token = mm.user("ci").token("night\x1b[31m");
    let listed: Value = serde_json::from_str(&done(&mm, &["token", "list", "--json"])).unwrap();
    assert_eq!(
        (
            listed[0]["id"].as_str(),
            listed[0].get("token"),
            listed[0]["last_used_at"].as_i64()
        ),
        (Some(token.id.as_str()), None, Some(0))
    );
    let words = done(&mm, &["token", "list"]);
    assert!(words.contains(&token.id) && !words.contains('\x1b') && !words.contains(&token.secret));
    assert_eq!(done(&mm, &["user", "list", "--quiet"]).lines().count(), 2);
    assert!(done(&mm, &["user", "list"]).contains("ci@example.com"));
}

#[test]
fn settings_are_shown_with_what_pins_them() {
    let mm = fresh();
    let data = mm.data().display().to_string();
    let name = "ServiceSettings.MaximumLoginAttempts";
    let pinned = [("MM_SERVICESETTINGS_MAXIMUMLOGINATTEMPTS", "4")];
    let (_, stdout, _) = run_in(&["config", "get", name, "--data", &data], "", &pinned);
    assert!(
        stdout.contains("pinned by MM_SERVICESETTINGS_MAXIMUMLOGINATTEMPTS"),
        "{stdout}"
    );
    assert_eq!(
        run_in(
            &["config", "get", name, "--quiet", "--data", &data],
            "",
            &pinned
        )
        .1,
        "4"
    );
    let (code, _, stderr) = run_in(&["config", "set", name, "5", "--data", &data], "", &pinned);
    assert!(code == 1 && stderr.contains("is pinned by"), "{stderr}");
    assert_eq!(run(&mm, &["config", "set", name, "0"], "").0, 2);
    assert_eq!(run(&mm, &["config", "set", "No.Such", "0"], "").0, 2);
}

#[test]
fn arguments_not_understood_end_with_2_and_words_on_stderr() {
    for arguments in [
        &["nonsense"][..],
        &["user", "create"],
        &["serve", "--nonsense"],
        &["token", "revoke"],
        &["version", "more"],
    ] {
        let (code, stdout, stderr) = run_in(arguments, "", &[]);
        assert!(
            code == 2 && stdout.is_empty() && !stderr.is_empty(),
            "{arguments:?}: {code} {stderr}"
        );
    }
}

#[test]
fn what_is_misspelt_is_told_with_what_may_be_meant() {
    for (arguments, meant) in [
        (&["hepl"][..], "is \"help\" meant?"),
        (&["token", "crate"], "is \"token create\" meant?"),
        (&["usr", "list"], "is \"user list\" meant?"),
        (&["serve", "--lisen", "x"], "is --listen meant?"),
        (&["healthcheck", "--wiat=3"], "is --wait meant?"),
        (&["user", "list", "--jsno"], "is --json meant?"),
    ] {
        let (code, _, stderr) = run_in(arguments, "", &[]);
        assert!(
            code == 2 && stderr.contains(meant),
            "{arguments:?}: {stderr}"
        );
    }
    let (_, _, stderr) = run_in(&["something", "else"], "", &[]);
    assert!(!stderr.contains("meant"), "{stderr}");
}

#[test]
fn a_word_alone_lists_its_commands() {
    let (code, overview, _) = run_in(&["token"], "", &[]);
    assert_eq!(code, 0);
    assert!(overview.contains("\n  token create "), "{overview}");
    assert!(!overview.contains("\n  user create "), "{overview}");
    assert_eq!(run_in(&["token", "--help"], "", &[]).1, overview);
}

#[test]
fn settings_of_the_environment_are_spelt_freely_and_misspelt_ones_are_warned_of() {
    let mm = server();
    for (value, is_on) in [
        ("1", "true"),
        ("no", "false"),
        ("YES", "true"),
        ("f", "false"),
    ] {
        let environment = [("MM_SERVICESETTINGS_ENABLEDEVELOPER", value)];
        let data = mm.data().display().to_string();
        let get = [
            "config",
            "get",
            "ServiceSettings.EnableDeveloper",
            "--quiet",
            "--data",
            &data,
        ];
        let (code, stdout, stderr) = run_in(&get, "", &environment);
        assert_eq!((code, &*stdout, &*stderr), (0, is_on, ""), "{value}");
    }
    let environment = [
        ("MM_SERVICESETTINGS_ENABLEUSERACCESSTOKEN", "true"),
        (
            "MM_SQLSETTINGS_DATASOURCE",
            "postgres://user:secret@db/mattermost",
        ),
    ];
    let data = mm.data().display().to_string();
    let (code, _, stderr) = run_in(&["user", "list", "--data", &data], "", &environment);
    assert_eq!(code, 0);
    let warned = "MM_SERVICESETTINGS_ENABLEUSERACCESSTOKEN is not a setting of patmost and does nothing; \
                  is MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS meant?";
    assert!(stderr.contains(warned), "{stderr}");
    assert!(
        stderr.contains("MM_SQLSETTINGS_DATASOURCE is not a setting"),
        "{stderr}"
    );
    assert!(!stderr.contains("secret"), "{stderr}");
}

#[test]
fn every_command_has_help_with_three_examples() {
    let (code, overview, _) = run_in(&["--help"], "", &[]);
    assert_eq!(code, 0);
    let names: Vec<&str> = overview
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter_map(|line| line.split_once("  "))
        .map(|(name, _)| name.trim())
        .collect();
    assert!(
        names.len() >= 18 && names.contains(&"token create"),
        "{names:?}"
    );
    for name in names {
        let arguments: Vec<&str> = name.split(' ').chain(["--help"]).collect();
        let (code, help, _) = run_in(&arguments, "", &[]);
        let examples = help.split_once("Examples:\n").unwrap().1;
        assert_eq!((code, examples.lines().count()), (0, 3), "{name}");
    }
    assert!(run_in(&["version"], "", &[]).1.starts_with("patmost 0."));
}

#[test]
fn the_data_is_copied_and_looked_at_while_the_server_runs() {
    let mm = server();
    let copy = mm.data().with_file_name("copy.db").display().to_string();
    done(&mm, &["backup", &copy]);
    let checked = done(&mm, &["check"]);
    let lines: Vec<&str> = checked.lines().collect();
    assert!(
        lines[..7].iter().all(|line| line.starts_with("ok  ")),
        "{checked}"
    );
    assert_eq!(lines[7..], ["the data file is sound"]);
    assert_eq!(
        run_in(&["user", "list", "--quiet", "--data", &copy], "", &[]).1,
        done(&mm, &["user", "list", "--quiet"])
    );
    let address = mm.address();
    for (wait, code) in [("0", 0), ("5s", 0), ("0.5", 0), ("5x", 2), ("-1", 2)] {
        let health = ["healthcheck", "--address", &address, "--wait", wait];
        assert_eq!(run_in(&health, "", &[]).0, code, "{wait}");
    }
    let data = mm.data().display().to_string();
    let (code, _, stderr) = run_in(
        &["serve", "--listen", "127.0.0.1:0", "--data", &data],
        "",
        &[],
    );
    assert!(
        code == 1 && stderr.contains(&format!("served already, at http://{address}")),
        "{stderr}"
    );
}

#[test]
fn webhooks_are_made_listed_and_deleted_by_command() {
    let mm = server();
    let team = mm.team("core");
    let admin = mm.admin();
    let channel = team.default_channel("town-square");
    let create = [
        "webhook",
        "create",
        "core/town-square",
        "--user",
        &admin.username,
    ];
    let create = [&create[..], &["--display-name", "Builds", "--quiet"]].concat();
    let secret = done(&mm, &create);
    mm.note_secret(&secret);
    let say =
        || mm.send(&Request::new("POST", &format!("/hooks/{secret}")).body(r#"{"text":"t"}"#));
    assert_eq!(say().text(), "ok");
    let listed: Value = serde_json::from_str(&done(&mm, &["webhook", "list", "--json"])).unwrap();
    let made = &listed[0];
    assert_eq!(
        (made.text("channel_id"), made.text("display_name")),
        (channel, "Builds".into())
    );
    let shown = done(&mm, &["webhook", "show", &secret]);
    assert!(
        shown.contains("core/town-square") && !shown.contains(&secret),
        "{shown}"
    );
    let (code, _, stderr) = run(
        &mm,
        &["webhook", "create", "core/nowhere", "--user", "admin"],
        "",
    );
    assert_eq!(
        (code, stderr.as_str()),
        (1, "patmost: there is no channel \"core/nowhere\"")
    );
    assert_eq!(
        done(&mm, &["webhook", "delete", &secret, "--quiet"]),
        made.text("id")
    );
    say().refused(400, "web.incoming_webhook.invalid.app_error");
    assert_eq!(done(&mm, &["webhook", "list", "--quiet"]), "");
}

#[test]
fn a_table_shows_no_letter_that_turns_the_direction() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    for mark in "\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}\u{1b}".chars() {
        ci.create_token(&format!("a{mark}z")).ok();
    }
    let listed = done(&mm, &["token", "list", "ci"]);
    assert_eq!(listed.matches("a\u{fffd}z").count(), 8, "{listed}");
}
