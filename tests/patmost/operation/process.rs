//! The server as a process: how it starts, how it stops, what signals do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::support::connection::Connection;
use crate::support::process::{Process, fails, serve, serve_within, succeeds};
use crate::support::*;

#[test]
fn the_first_line_says_where_and_what_to_do_first() {
    let folder = new_folder();
    let first = serve(&folder, &[], &[]);
    for part in [
        "listens on http://127.0.0.1:",
        "patmost.db",
        "tokens are off",
        "first create your account",
        "/api/v4/users -d",
    ] {
        assert!(first.first_line.contains(part), "{}", first.first_line);
    }
    let first = first.with_admin();
    first.signal("TERM");
    assert!(first.ends_with(0).contains("stopped"));
    let second = serve(&folder, &["--enable-user-access-tokens"], &[]);
    assert!(
        second
            .first_line
            .contains("tokens are on; log in: open http://"),
        "{}",
        second.first_line
    );
    second.signal("INT");
    second.ends_with(0);
    assert!(
        !folder.join("patmost.db-wal").exists(),
        "the file was not closed in good order"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]);
    let mut idle = TcpStream::connect(&process.address).unwrap();
    let mut busy = TcpStream::connect(&process.address).unwrap();
    let body = json!({"username": "admin", "email": "a@b", "password": PASSWORD}).to_string();
    write!(
        busy,
        "POST /api/v4/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    process.signal("TERM");
    let (mut answer, mut nothing) = (String::new(), String::new());
    busy.read_to_string(&mut answer).unwrap();
    idle.read_to_string(&mut nothing).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 201 ") && nothing.is_empty(),
        "{answer}{nothing}"
    );
    process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn settings_are_pinned_by_file_environment_and_flag() {
    let folder = new_folder();
    std::fs::write(folder.join("c.json"), r#"{"ServiceSettings":{"EnableUserAccessTokens":true,"MaximumLoginAttempts":3},"TeamSettings":{"SiteName":"File"}}"#).unwrap();
    let process = serve(
        &folder,
        &["--config", "c.json"],
        &[("MM_TEAMSETTINGS_SITENAME", "Environment")],
    )
    .with_admin();
    let config = process
        .send("GET", "/config", &process.login(), json!({}))
        .ok();
    assert_eq!(
        (
            config["TeamSettings"]["SiteName"].as_str(),
            config["ServiceSettings"]["MaximumLoginAttempts"].as_i64()
        ),
        (Some("Environment"), Some(3))
    );
    drop(process);
    let bad = serve(
        &folder,
        &[],
        &[("MM_SERVICESETTINGS_MAXIMUMLOGINATTEMPTS", "none")],
    );
    assert!(
        bad.first_line
            .contains("MM_SERVICESETTINGS_MAXIMUMLOGINATTEMPTS"),
        "{}",
        bad.first_line
    );
    bad.ends_with(1);
    std::fs::remove_dir_all(folder).unwrap();
}

/// Asks through a socket in the file system; what curl prints.
fn by_socket(socket: &Path, path: &str) -> String {
    let mut curl = Command::new("curl");
    curl.args(["-s", "--unix-socket"]).arg(socket);
    let output = curl
        .arg(format!("http://localhost{path}"))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn several_addresses_and_sockets_in_the_file_system_are_listened_on() {
    let folder = new_folder();
    let (socket, other) = (folder.join("a.sock"), folder.join("b.sock"));
    let listen = |path: &Path| format!("unix:{}", path.display());
    // What a killed server left is replaced.
    drop(UnixListener::bind(&socket).unwrap());
    let arguments = ["--listen", &listen(&socket), "--listen", &listen(&other)];
    let process = serve(
        &folder,
        &[&arguments[..], &["--socket-mode", "660"]].concat(),
        &[],
    );
    let process = process.with_admin();
    assert!(process.first_line.contains(&format!(
        " and {} and {}, data",
        listen(&socket),
        listen(&other)
    )));
    for socket in [&socket, &other] {
        assert_eq!(mode(socket), 0o660);
        assert!(by_socket(socket, "/api/v4/system/ping").contains("\"OK\""));
        let answers = succeeds(&folder, &["healthcheck", "--address", &listen(socket)]);
        assert!(answers.contains(" answers"), "{answers}");
    }
    let url = format!("http://{}", process.address);
    succeeds(&folder, &["healthcheck", "--address", &url]);
    // Another server takes neither a socket that answers nor a file that is none.
    for (path, why) in [
        (&socket, "another program listens"),
        (&folder.join("patmost.db"), "no socket"),
    ] {
        let refused = fails(
            &folder,
            &["serve", "--listen", &listen(path), "--data", "other.db"],
        );
        assert!(refused.contains(why), "{refused}");
    }
    assert!(!folder.join("other.db").exists());
    process.signal("TERM");
    process.ends_with(0);
    assert!(!socket.exists() && !other.exists());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_socket_alone_is_for_its_user_and_needs_no_setup_code() {
    let folder = new_folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    command.args(["serve", "--listen", "unix:only.sock"]);
    let mut child = command
        .current_dir(&folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("listens on unix:only.sock, data"), "{line}");
    assert!(
        line.contains("curl --unix-socket only.sock http://localhost/api/v4/users"),
        "{line}"
    );
    assert!(!line.contains("setup code"), "{line}");
    assert_eq!(mode(&folder.join("only.sock")), 0o600);
    let created = Command::new("curl")
        .args([
            "-s",
            "--unix-socket",
            "only.sock",
            "http://localhost/api/v4/users",
            "-d",
        ])
        .arg(
            json!({"username": "admin", "email": "admin@example.com", "password": PASSWORD})
                .to_string(),
        )
        .current_dir(&folder)
        .output()
        .unwrap();
    let created = String::from_utf8(created.stdout).unwrap();
    assert!(created.contains("system_admin"), "{created}");
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_port_alone_is_every_address_of_the_machine() {
    let folder = new_folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    command.args(["serve", "--listen", ":0"]);
    let mut child = command
        .current_dir(&folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let port = line
        .split(", data")
        .next()
        .unwrap()
        .rsplit(':')
        .next()
        .unwrap();
    // Strangers can reach it, so it has a setup code.
    assert!(line.contains("setup code"), "{line}");
    succeeds(
        &folder,
        &["healthcheck", "--address", &format!("127.0.0.1:{port}")],
    );
    succeeds(&folder, &["healthcheck", "--address", &format!(":{port}")]);
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_address_in_use_is_one_sentence_and_leaves_nothing_behind() {
    let folder = new_folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    let output = command
        .args([
            "serve",
            "--listen",
            &taken.local_addr().unwrap().to_string(),
        ])
        .current_dir(&folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(1) && text.contains("cannot listen on"),
        "{text}"
    );
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_start_with_too_few_descriptors_is_refused_and_64_do() {
    let folder = new_folder();
    let few = serve_within(63, &folder, &[]);
    let said = "may open 63 files at once, and a server needs 64";
    assert!(few.first_line.contains(said), "{}", few.first_line);
    few.ends_with(1);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    // A third of them for connections, which have all they need, threads for passwords and files of the data included.
    let process = serve_within(64, &folder, &[]).with_admin();
    let login = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    let mut crowd: Vec<Connection> = (0..20)
        .map(|_| Connection::to(&process.address).unwrap())
        .collect();
    for connection in &mut crowd {
        let head = format!(
            "POST /api/v4/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
            login.len()
        );
        connection.write(head + &login).unwrap();
    }
    for connection in &mut crowd {
        connection.answer().unwrap().ok();
    }
    process.signal("TERM");
    process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

/// The settings as the server shows them.
fn config(process: &Process, admin: &str) -> Value {
    process.send("GET", "/config", admin, json!({})).ok()
}

#[test]
fn sighup_reads_the_config_file_again_and_a_bad_file_changes_nothing() {
    let folder = new_folder();
    let file = folder.join("c.json");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write(r#"{"TeamSettings":{"SiteName":"One"},"ServiceSettings":{"MaximumLoginAttempts":3}}"#);
    let environment = [("MM_SERVICESETTINGS_ENABLEDEVELOPER", "true")];
    let mut process = serve(&folder, &["--config", "c.json"], &environment).with_admin();
    let admin = process.login();
    let mut reload = |text: &str, says: &str| {
        write(text);
        process.signal("HUP");
        loop {
            let line = process.next_line();
            if line.contains("settings") {
                assert!(line.contains(says), "{line}");
                break;
            }
        }
        let config = config(&process, &admin);
        assert_eq!(config["ServiceSettings"]["EnableDeveloper"], true);
        (
            config["TeamSettings"]["SiteName"].clone(),
            config["ServiceSettings"]["MaximumLoginAttempts"].clone(),
        )
    };
    let two = r#"{"TeamSettings":{"SiteName":"Two"}}"#;
    assert_eq!(
        reload(two, "INFO the settings were read again"),
        (json!("Two"), json!(10))
    );
    let bad = [
        "{",
        r#"{"TeamSettings":{"SiteName":"Three"},"ServiceSettings":{"MaximumLoginAttempts":0}}"#,
    ];
    for text in bad {
        let says = "ERROR the settings stay as they were: config file c.json";
        assert_eq!(reload(text, says), (json!("Two"), json!(10)));
    }
    process.signal("TERM");
    process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn systemd_is_told_what_the_server_does() {
    let folder = new_folder();
    std::fs::write(folder.join("c.json"), "{}").unwrap();
    let path = folder.join("notify");
    let named = path.display().to_string();
    let hidden = format!("patmost-test-{}", std::process::id());
    let abstract_name = SocketAddr::from_abstract_name(&hidden).unwrap();
    for (socket, name) in [
        (UnixDatagram::bind(&path).unwrap(), named),
        (
            UnixDatagram::bind_addr(&abstract_name).unwrap(),
            format!("@{hidden}"),
        ),
    ] {
        let told = || {
            let mut bytes = [0; 200];
            let size = socket.recv(&mut bytes).unwrap();
            String::from_utf8(bytes[..size].to_vec()).unwrap()
        };
        let process = serve(
            &folder,
            &["--config", "c.json"],
            &[("NOTIFY_SOCKET", &name)],
        );
        assert_eq!(told(), "READY=1");
        process.signal("HUP");
        let reloading = told();
        let micros = reloading
            .strip_prefix("RELOADING=1\nMONOTONIC_USEC=")
            .unwrap();
        assert!(micros.parse::<u64>().unwrap() > 0);
        assert_eq!(told(), "READY=1");
        process.signal("TERM");
        assert_eq!(told(), "STOPPING=1");
        process.ends_with(0);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_supervisor_that_does_not_read_holds_nothing_up() {
    let folder = new_folder();
    let path = folder.join("notify");
    let _socket = UnixDatagram::bind(&path).unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    sender.set_nonblocking(true).unwrap();
    while sender.send_to(b"full", &path).is_ok() {}
    let name = path.display().to_string();
    let process = serve(&folder, &[], &[("NOTIFY_SOCKET", &name)]);
    let mut log = process.first_line.clone();
    process.signal("TERM");
    log += &process.ends_with(0);
    assert!(log.contains("the supervisor was not told"), "{log}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn without_memory_for_a_password_the_answer_is_503_and_the_server_goes_on() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let folder = new_folder();
    // Each thread's arena would have addresses in reserve.
    let process = serve(&folder, &[], &[("MALLOC_ARENA_MAX", "1")]);
    let pages = std::fs::read_to_string(format!("/proc/{}/statm", process.id())).unwrap();
    let pages: u64 = pages.split(' ').next().unwrap().parse().unwrap();
    let limit = |bytes| {
        let pid = Pid::from_raw(i32::try_from(process.id()).unwrap());
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(pid, Resource::As, limit).unwrap();
    };
    // A hash takes 19 MiB.
    limit(Some(pages * 4096 + (8 << 20)));
    let account = json!({"username": "admin", "email": "a@b", "password": PASSWORD});
    let refused = process.send("POST", "/users", "", account);
    refused.refused(503, "app.password.memory.app_error");
    limit(None);
    let process = process.with_admin();
    process.signal("TERM");
    process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

/// A copy of the data, and how many tokens were made before it was begun.
struct Copy {
    name: String,
    tokens_before: usize,
}

/// Takes five backups while four clients make tokens.
fn copies_while_tokens_are_made(folder: &Path, address: &str, admin: &str) -> Vec<Copy> {
    let (end, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut connection = Connection::to(address).unwrap();
                let body = r#"{"description":"x"}"#;
                while !end.load(Ordering::SeqCst) {
                    let made = connection.ask("POST", "/users/me/tokens", admin, body);
                    made.unwrap().ok();
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let copies = (0..5).map(|number| {
            let tokens_before = answered.load(Ordering::SeqCst);
            let name = format!("copy{number}.db");
            succeeds(folder, &["backup", &name]);
            Copy {
                name,
                tokens_before,
            }
        });
        let copies = copies.collect();
        end.store(true, Ordering::SeqCst);
        copies
    })
}

/// Counts the rows of a list on all of its pages.
fn count(address: &str, secret: &str, path: &str, counts: fn(&Value) -> bool) -> usize {
    let mut connection = Connection::to(address).unwrap();
    let page = |page: usize| {
        let path = format!("{path}?per_page=200&page={page}");
        let rows = connection.ask("GET", &path, secret, "").unwrap().ok();
        rows.as_array().unwrap().clone()
    };
    (0..)
        .map(page)
        .take_while(|rows| !rows.is_empty())
        .flatten()
        .filter(counts)
        .count()
}

#[test]
fn a_backup_taken_while_clients_write_is_one_moment() {
    let folder = new_folder();
    let on = "--enable-user-access-tokens";
    let process = serve(&folder, &[on], &[("RUST_LOG", "warn")]).with_admin();
    let admin = process.login();
    let copies = copies_while_tokens_are_made(&folder, &process.address, &admin);
    drop(process);
    for Copy {
        name,
        tokens_before,
    } in copies
    {
        let copy = serve(&folder, &["--data", &name, on], &[]);
        let tokens = count(&copy.address, &admin, "/users/me/tokens", |_| true);
        let audits = count(&copy.address, &admin, "/users/me/audits", |row| {
            row.text("extra_info").starts_with("success - token_id=")
        });
        assert_eq!(tokens, audits, "{name}");
        assert!(
            tokens >= tokens_before,
            "{name}: {tokens} of {tokens_before}"
        );
        succeeds(&folder, &["check", "--data", &name]);
    }
    std::fs::remove_dir_all(folder).unwrap();
}
