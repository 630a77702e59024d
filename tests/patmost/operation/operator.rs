//! What an operator does by command: bots, sessions, roles, the audit, accounts that are deleted; and what shells are told.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::process::patmost_reading;
use crate::support::*;

/// Runs the program on the server's file; gives exit code, stdout and stderr.
fn run(mm: &Mattermost, arguments: &[&str]) -> (i32, String, String) {
    let data = mm.data().display().to_string();
    let output = patmost_reading(&[arguments, &["--data", &data]].concat(), &[], "");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    (output.status.code().unwrap(), stdout, stderr)
}

#[track_caller]
fn done(mm: &Mattermost, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = run(mm, arguments);
    assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
    stdout
}

#[track_caller]
fn fails(mm: &Mattermost, arguments: &[&str], says: &str) {
    let (code, stdout, stderr) = run(mm, arguments);
    assert_eq!((code, stdout.as_str()), (1, ""), "{arguments:?}");
    assert!(stderr.contains(says), "{stderr}");
}

#[test]
fn bots_are_made_listed_disabled_and_assigned() {
    let mm = server();
    let ann = mm.user("ann");
    let id = done(
        &mm,
        &["bot", "create", "deploy", "--owner", "admin", "--quiet"],
    );
    let list = done(&mm, &["bot", "list"]);
    assert!(list.contains(&id) && list.contains("deploy") && list.contains("admin"));
    assert_eq!(done(&mm, &["bot", "list", "ann", "--quiet"]), "");
    let secret = done(
        &mm,
        &["token", "create", "deploy", "--description", "d", "--quiet"],
    );
    mm.note_secret(&secret);
    let bot = mm.anonymous().with_token(&secret);
    bot.me().ok();
    done(&mm, &["bot", "disable", "deploy"]);
    bot.me().expired();
    done(&mm, &["bot", "enable", &id]);
    bot.me().ok();
    done(&mm, &["bot", "assign", "deploy", "ann"]);
    assert_eq!(done(&mm, &["bot", "list", "ann", "--quiet"]), id);
    let shown: Value = serde_json::from_str(&done(&mm, &["bot", "list", "--json"])).unwrap();
    assert_eq!(shown[0].text("owner_id"), ann.id);
    fails(&mm, &["bot", "disable", "ann"], "ann is no bot");
    fails(
        &mm,
        &["bot", "assign", "deploy", "deploy"],
        "is a bot, which can own none",
    );
    fails(&mm, &["bot", "enable", "nobody"], "there is no account");
}

#[test]
fn sessions_are_listed_and_ended() {
    let mm = server();
    mm.user("ann");
    let (first, second) = (mm.login("ann"), mm.login("ann"));
    let listed = done(&mm, &["session", "list", "ann", "--quiet"]);
    assert_eq!(listed.lines().count(), 3, "{listed}");
    let shown: Value =
        serde_json::from_str(&done(&mm, &["session", "list", "ann", "--json"])).unwrap();
    assert_eq!(shown[0].text("user_id"), first.id);
    fails(
        &mm,
        &["session", "revoke", "ann", "nothing"],
        "ann has no session nothing",
    );
    done(
        &mm,
        &["session", "revoke", "ann", listed.lines().next().unwrap()],
    );
    let open = [&first, &second].map(|caller| caller.me().status);
    assert!(open.contains(&401) && open.contains(&200), "{open:?}");
    done(&mm, &["session", "revoke", "ann"]);
    assert_eq!(done(&mm, &["session", "list", "ann", "--quiet"]), "");
    first.me().expired();
    second.me().expired();
}

#[test]
fn roles_are_listed_and_shown() {
    let mm = server();
    let names = done(&mm, &["role", "list", "--quiet"]);
    assert!(names.lines().any(|name| name == "system_admin"), "{names}");
    let shown = done(&mm, &["role", "show", TOKEN_ROLE]);
    assert_eq!(
        shown,
        "create_user_access_token\nread_user_access_token\nrevoke_user_access_token"
    );
    fails(
        &mm,
        &["role", "show", "nothing"],
        "there is no role \"nothing\"",
    );
}

#[test]
fn accounts_and_tokens_are_shown_and_accounts_deleted_for_good() {
    let mm = server();
    let ann = mm.user("ann");
    let token = ann.token("laptop");
    assert_eq!(
        done(&mm, &["user", "show", "ann@example.com", "--quiet"]),
        ann.id
    );
    let shown = done(&mm, &["token", "show", &token.id]);
    assert!(shown.contains("laptop") && shown.contains("ann") && !shown.contains(&token.secret));
    fails(&mm, &["token", "show", "x"], "there is no token x");
    fails(&mm, &["token", "revoke", "x"], "there is no token x");
    // The API would refuse it: deleting for good is switched off.
    done(&mm, &["user", "delete", "ann"]);
    ann.with_token(&token.secret).me().expired();
    fails(&mm, &["user", "show", "ann"], "there is no account");
    let (code, _, _) = run(&mm, &["user", "delete", "admin"]);
    assert_eq!(code, 1);
    done(&mm, &["user", "delete", "admin", "--force"]);
}

#[test]
fn the_audit_is_listed_by_user_token_and_time() {
    let mm = server();
    let (ann, bob) = (mm.user("ann"), mm.user("bob"));
    let token = ann.token("laptop");
    let list = |arguments: &[&str]| {
        let text = done(&mm, &[&["audit", "--json"], arguments].concat());
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let of_token = list(&["--token", &token.id]);
    assert_eq!(of_token.as_array().unwrap().len(), 1);
    assert!(of_token[0].text("extra_info").contains(&token.id));
    mm.login("bob");
    let of_bob = list(&["--user", "bob"]);
    assert!(!of_bob.as_array().unwrap().is_empty());
    assert!(
        of_bob
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row.text("user_id") == bob.id)
    );
    mm.sql("UPDATE audits SET create_at = 86400000");
    assert_eq!(list(&["--since", "30d"]), json!([]));
    assert!(done(&mm, &["audit", "--since", "30000d"]).contains(&token.id));
}

/// Gives a text to a program, and returns whether it succeeds and what it prints.
fn given(program: &str, arguments: &[&str], text: &str) -> (bool, String) {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn printed(arguments: &[&str]) -> String {
    let output = patmost_reading(arguments, &[], "");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_commands_and_their_flags() {
    let script = printed(&["completions", "bash"]);
    let complete = |line: &str| {
        let count = line.split(' ').count() - 1;
        let ask = format!(
            "{script}\ncomplete -p patmost >/dev/null || exit 1\nCOMP_WORDS=({line}); COMP_CWORD={count}; _patmost; echo \"${{COMPREPLY[*]}}\"\n"
        );
        let (succeeded, said) = given("bash", &[], &ask);
        assert!(succeeded, "{said}");
        said.trim_end().to_owned()
    };
    assert_eq!(complete("patmost hea"), "healthcheck");
    assert_eq!(complete("patmost token ro"), "rotate");
    assert_eq!(complete("patmost token rotate --gr"), "--grace");
    assert_eq!(complete("patmost --json token rotate --gr"), "--grace");
    assert_eq!(complete("patmost serve --eph"), "--ephemeral");
    assert_eq!(complete("patmost serve --see"), "--seed");
    let words = complete("patmost user ''");
    assert!(
        words.contains("unlock") && words.contains("delete"),
        "{words}"
    );
    let zsh = printed(&["completions", "zsh"]);
    assert!(zsh.starts_with("#compdef patmost\n") && zsh.contains("bashcompinit"));
    let fish = printed(&["completions", "fish"]);
    assert!(fish.contains("-n __fish_use_subcommand -a token "));
    assert!(
        fish.lines()
            .all(|line| line.starts_with("complete -c patmost -n "))
    );
    let refused = patmost_reading(&["completions", "tcsh"], &[], "");
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn the_manual_page_has_every_command() {
    let page = printed(&["man"]);
    assert!(page.starts_with(".TH PATMOST 1 "));
    for (heading, command) in [
        (".SS token create\n", "patmost token create"),
        (".SS serve\n", "patmost serve"),
    ] {
        assert!(page.contains(heading), "{heading}");
        assert!(page.contains(&command.replace('-', "\\-")));
    }
    // A line that begins with a dot is a request of roff: only those that are meant are there.
    for line in page.lines().filter(|line| line.starts_with('.')) {
        let name = line.split(' ').next().unwrap();
        let known = [
            ".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".I", ".RI", ".nf", ".fi",
        ];
        assert!(known.contains(&name), "{line}");
    }
}
