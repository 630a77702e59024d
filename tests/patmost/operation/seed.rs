//! `patmost seed apply`: a production file brought to what a seed says; and that the schema says what the program takes.

use std::path::Path;
use std::process::Output;

use crate::support::*;
use patmost::fixture::Fixture;

const SEED: &str = include_str!("../../../examples/seed.json");
const SCHEMA: &str = include_str!("../../../examples/seed.schema.json");

fn patmost(data: &Path, arguments: &[&str], stdin: &str) -> Output {
    let data = data.display().to_string();
    let arguments = [arguments, &["--data", &data]].concat();
    process::patmost_reading(&arguments, &[], stdin)
}

fn applied(data: &Path, seed: &str) -> Value {
    let output = patmost(data, &["seed", "apply", "-", "--json"], seed);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(data: &Path, seed: &str) -> String {
    let output = patmost(data, &["seed", "apply", "-"], seed);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

fn admin(mm: &Mattermost) {
    mm.anonymous().post("/users", mm.account("admin")).created();
    mm.sign_in_admin();
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
}

#[test]
fn the_file_of_a_fixture_bootstraps_a_server_without_its_secrets() {
    let mm = empty(&[]);
    admin(&mm);
    let done = applied(&mm.data(), SEED);
    assert_eq!(
        done.each("kind"),
        [
            "user", "user", "bot", "token", "token", "token", "team", "channel", "webhook", "post",
            "post"
        ]
    );
    mm.anonymous()
        .with_token("abcdefghijklmnopqrstuvwxyz")
        .me()
        .expired();
    let secret = done[3].text("token");
    let me = mm.anonymous().with_token(&secret).me().ok();
    assert_eq!(me.text("username"), "ci");
    let audits = mm.admin().get("/audits?per_page=200").ok();
    assert!(
        audits
            .each("action")
            .contains(&"patmost seed apply".to_owned()),
        "{audits}"
    );
}

#[test]
fn applying_a_seed_again_changes_nothing() {
    let mm = empty(&[]);
    admin(&mm);
    let first = applied(&mm.data(), SEED);
    let everything = |mm: &Mattermost| {
        let paths = [
            "/audits?per_page=200",
            "/users",
            "/users/tokens",
            "/teams",
            "/channels",
            "/hooks/incoming",
            "/config",
            "/roles",
        ];
        paths.map(|path| mm.admin().get(path).ok())
    };
    let before = everything(&mm);
    mm.advance_days(1);
    let again = applied(&mm.data(), SEED);
    assert_eq!(everything(&mm), before);
    assert_eq!(again.each("id"), first.each("id"));
    assert!(
        again
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["existed"] == true && one.get("token").is_none())
    );
}

#[test]
fn accounts_become_as_the_seed_describes_them() {
    let mm = empty(&[]);
    admin(&mm);
    let seed = |user: &str| format!("{{\"users\": [{user}]}}");
    applied(
        &mm.data(),
        &seed(
            r#"{"username": "ann", "password": "Correct-Horse-1", "nickname": "A", "position": "p"}"#,
        ),
    );
    let roles = r#"{"username": "ann", "nickname": "B", "roles": "system_user system_post_all", "is_active": false}"#;
    applied(&mm.data(), &seed(roles));
    let ann = mm.admin().get("/users/username/ann").ok();
    assert_eq!(
        (
            ann.text("nickname"),
            ann.text("position"),
            ann.text("roles")
        ),
        ("B".into(), "p".into(), "system_user system_post_all".into())
    );
    assert!(ann["delete_at"].as_i64().unwrap() > 0);
    applied(
        &mm.data(),
        &seed(r#"{"username": "ann", "password": "Another-Horse-1", "is_active": true}"#),
    );
    // The password is that of the first time.
    mm.login("ann");
}

#[test]
fn a_seed_that_names_an_unknown_user_changes_nothing() {
    let mm = empty(&[]);
    admin(&mm);
    let seed = "{\"users\": [{\"username\": \"ann\"}],\n\"teams\": [{\"name\": \"team\",\n\"members\": [\"nobody\"]}]}";
    assert!(
        refused(&mm.data(), seed).contains("-: line 2: team team: there is no account \"nobody\"")
    );
    mm.admin()
        .get("/users/username/ann")
        .refused(404, "app.user.get_by_username.app_error");
    let output = patmost(&mm.data(), &["seed", "apply", "none.json"], "");
    assert!(
        output.status.code() == Some(1)
            && String::from_utf8_lossy(&output.stderr).contains("cannot read none.json")
    );
}

#[test]
fn a_seed_of_teams_needs_a_system_admin() {
    let mm = empty(&[]);
    assert!(refused(&mm.data(), "{\n\"teams\": [{\"name\": \"team\"}]}").contains("line 2: "));
    // The first account is one.
    applied(
        &mm.data(),
        "{\"users\": [{\"username\": \"boss\"}], \"teams\": [{\"name\": \"team\"}]}",
    );
}

#[test]
fn quiet_prints_the_secrets_of_new_tokens_alone() {
    let mm = empty(&[]);
    admin(&mm);
    let seed =
        r#"{"users": [{"username": "ann"}], "tokens": [{"user": "ann", "description": "d"}]}"#;
    let output = patmost(&mm.data(), &["seed", "apply", "-", "--quiet"], seed);
    let secret = String::from_utf8(output.stdout).unwrap();
    mm.anonymous().with_token(secret.trim()).me().ok();
    let again = patmost(&mm.data(), &["seed", "apply", "-", "--quiet"], seed);
    assert_eq!((again.status.code(), again.stdout.len()), (Some(0), 0));
}

/// A value that the schema allows.
fn sample(of: &Value) -> Value {
    match of["type"].as_str().unwrap_or_else(|| panic!("{of}")) {
        "string" => of
            .get("examples")
            .map_or(json!("x"), |examples| examples[0].clone()),
        "integer" => json!(0),
        "boolean" => json!(true),
        "null" => Value::Null,
        "array" => json!([sample(&of["items"])]),
        "object" => match of.get("properties") {
            Some(properties) => properties
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, of)| (name.clone(), sample(of)))
                .collect(),
            None => json!({}),
        },
        other => panic!("{other}"),
    }
}

#[test]
fn the_schema_says_what_the_program_takes() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut whole = sample(&schema);
    // The one that the other answers.
    let first = json!({"team": "x", "channel": "x", "user": "x", "message": "x", "name": "y"});
    whole["posts"].as_array_mut().unwrap().insert(0, first);
    let last = |kind: &str| whole[kind].as_array().unwrap().len() - 1;
    let read = |seed: &Value| Fixture::builder().seed(&seed.to_string()).map(drop);
    read(&whole).unwrap();
    let kinds = schema["properties"].as_object().unwrap();
    for (kind, of) in kinds.iter().filter(|(_, of)| of["type"] == "array") {
        let (of, mut more) = (&of["items"], whole.clone());
        assert_eq!(of["additionalProperties"], false, "{kind}");
        more[kind][last(kind)]["unheard_of"] = json!(1);
        // The program tells all that it knows; that is what the schema has.
        let told = read(&more).unwrap_err();
        let known: Vec<&str> = told.split('`').skip(3).step_by(2).collect();
        let mut listed: Vec<&str> = of["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut sorted = known.clone();
        sorted.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, sorted, "{kind}: {told}");
        for name in known {
            let mut less = whole.clone();
            less[kind][last(kind)].as_object_mut().unwrap().remove(name);
            let required = of["required"].as_array().unwrap().contains(&json!(name));
            assert_eq!(read(&less).is_err(), required, "{kind}.{name}");
        }
    }
}

#[test]
fn secrets_of_tokens_are_given_in_a_file_of_their_own() {
    let mm = empty(&[]);
    admin(&mm);
    let secrets = mm.data().with_file_name("secrets.json");
    let seed = r#"{"users": [{"username": "ci", "email": "ci@example.com"}],
        "tokens": [{"user": "ci", "description": "deploy", "scopes": ["read"], "allowed_from": ["127.0.0.0/8"]},
            {"user": "ci", "description": "other"}]}"#;
    let apply = |text: &str, mode: u32| {
        std::fs::write(&secrets, text).unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&secrets, open).unwrap();
        let file = secrets.display().to_string();
        let output = patmost(
            &mm.data(),
            &["seed", "apply", "-", "--secrets", &file, "--json"],
            seed,
        );
        let error = String::from_utf8(output.stderr).unwrap();
        let done = serde_json::from_slice::<Value>(&output.stdout).ok();
        (output.status.code().unwrap(), error, done)
    };
    let given = "from-a-vault-00000000000000000001";
    let of = |secret: &str| json!({"ci/deploy": secret}).to_string();
    for (text, mode, says) in [
        (of(given), 0o644, "chmod 600"),
        (of("short"), 0o600, "must have 26 to 128"),
        (json!({"ci/none": given}).to_string(), 0o600, "no token"),
        ("[]".to_owned(), 0o600, "a JSON object of texts"),
    ] {
        let (code, error, _) = apply(&text, mode);
        assert_eq!(code, 1, "{error}");
        assert!(error.contains(says) && !error.contains(given), "{error}");
    }
    mm.admin()
        .get("/users/username/ci")
        .refused(404, "app.user.get_by_username.app_error");
    let (code, error, done) = apply(&of(given), 0o600);
    assert_eq!(code, 0, "{error}");
    let done = done.unwrap();
    assert!(done[1].get("token").is_none() && done[2]["token"].is_string());
    let with = |secret: &str| mm.anonymous().with_token(secret);
    let own = with(given).get("/users/tokens/self").ok();
    assert_eq!(own["scopes"], json!(["read"]));
    assert_eq!(own["allowed_from"], json!(["127.0.0.0/8"]));
    // The same again changes nothing, another one takes its place.
    apply(&of(given), 0o600);
    with(given).me().ok();
    let another = "from-a-vault-00000000000000000002";
    apply(&of(another), 0o600);
    with(given).me().expired();
    with(another).me().ok();
    let taken = json!({"ci/deploy": another, "ci/other": another}).to_string();
    let (code, error, _) = apply(&taken, 0o600);
    assert_eq!(code, 1, "{error}");
    let variable = json!({"ci/deploy": given}).to_string();
    let data = mm.data().display().to_string();
    let arguments = ["seed", "apply", "-", "--data", &data];
    let done = process::patmost_reading(&arguments, &[("PATMOST_SEED_SECRETS", &variable)], seed);
    assert!(done.status.success());
    with(given).me().ok();
    mm.note_secret(given);
    mm.note_secret(another);
}

#[test]
fn limits_of_a_token_that_are_none_are_refused_with_their_line() {
    let mm = empty(&[]);
    admin(&mm);
    for limits in [r#""scopes": ["nothing"]"#, r#""allowed_from": ["x"]"#] {
        let seed = format!(
            "{{\"tokens\": [\n{{\"user\": \"admin\", \"description\": \"d\", {limits}}}]}}"
        );
        let error = refused(&mm.data(), &seed);
        assert!(error.contains("line 2"), "{error}");
    }
}
