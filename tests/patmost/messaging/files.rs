//! Files: from the upload to the post, from there to a download, and to their end.

use std::time::{Duration, Instant};

use crate::support::connection::Connection;
use crate::support::team::NOBODY;
use crate::support::*;

/// A form as a program's library writes it: each field with its value, each file with its name and what is in it.
fn form(fields: &[(&str, &str)], files: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::new();
    for (name, value) in fields {
        text += &format!(
            "--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    for (file_name, contents) in files {
        text += &format!(
            "--limit\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{contents}\r\n"
        );
    }
    (text + "--limit--\r\n").into_bytes()
}

fn send_form(by: &Caller, mm: &Mattermost, body: Vec<u8>) -> Answer {
    let request = by.request("POST", "/files");
    let request = request.header("Content-Type", "multipart/form-data; boundary=limit");
    mm.send(&request.body(body))
}

/// Uploads a file the simple way.
fn upload(by: &Caller, channel: &str, name: &str, contents: &str) -> Answer {
    let path = format!("/files?channel_id={channel}&filename={name}");
    by.send_text("POST", &path, contents)
}

fn uploaded(by: &Caller, channel: &str, name: &str, contents: &str) -> String {
    let answer = upload(by, channel, name, contents).created();
    answer["file_infos"][0].text("id")
}

fn post_with(by: &Caller, channel: &str, file_ids: &[&str]) -> Value {
    let post = json!({"channel_id": channel, "message": "look", "file_ids": file_ids});
    by.post("/posts", post).created()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

/// Whether the data file has contents of files.
fn has_contents(mm: &Mattermost) -> bool {
    let data = rusqlite::Connection::open(mm.data()).unwrap();
    let count = "SELECT count(*) + (SELECT bytes FROM file_bytes) FROM file_pieces";
    data.query_row(count, [], |row| row.get::<_, i64>(0))
        .unwrap()
        > 0
}

#[test]
fn a_form_of_files_is_uploaded_posted_and_read_by_another() {
    let mm = server();
    let team = mm.team("core");
    let (alice, bob) = (mm.member("alice", &team), mm.member("bob", &team));
    let channel = team.channel("general", "O", &[&alice, &bob]);
    let fields = [
        ("channel_id", &*channel),
        ("client_ids", "one"),
        ("client_ids", "two"),
    ];
    let files = [("Report.TXT", "first\r\n--limi"), ("b.png", "")];
    let answer = send_form(&alice, &mm, form(&fields, &files)).created();
    assert_eq!(answer["client_ids"], json!(["one", "two"]));
    let infos = answer["file_infos"].as_array().unwrap();
    let expected = json!({
        "id": infos[0]["id"], "user_id": alice.id, "channel_id": channel, "create_at": mm.clock().now(),
        "update_at": mm.clock().now(), "delete_at": 0, "name": "Report.TXT", "extension": "txt", "size": 13,
        "mime_type": "text/plain; charset=utf-8", "mini_preview": null, "remote_id": "", "archived": false,
    });
    assert_eq!(infos[0], expected);
    assert_eq!(
        (&infos[1]["size"], &infos[1]["mime_type"]),
        (&json!(0), &json!("image/png"))
    );

    // The order is the client's.
    let ids = [infos[1].text("id"), infos[0].text("id")];
    let post = post_with(&alice, &channel, &[&ids[0], &ids[1], &ids[0], NOBODY]);
    assert_eq!(post["file_ids"], json!(ids));
    let files = &post["metadata"]["files"];
    assert_eq!(
        (files.each("id"), files[0]["post_id"].clone()),
        (ids.to_vec(), post["id"].clone())
    );
    let path = format!("/posts/{}", post.text("id"));
    assert_eq!(bob.get(&path).ok()["metadata"]["files"], *files);
    let list = bob.get(&format!("/channels/{channel}/posts")).ok();
    assert_eq!(list["posts"][post.text("id")]["file_ids"], json!(ids));
    let changed = alice
        .put(&format!("{path}/patch"), json!({"message": "changed"}))
        .ok();
    assert_eq!(changed["file_ids"], json!(ids));
    let of_post = bob.get(&format!("{path}/files/info"));
    assert_eq!(of_post.ok(), *files);
    let known = bob.request("GET", &format!("{path}/files/info"));
    let known = known.header("If-None-Match", of_post.header("etag").unwrap());
    assert_eq!(mm.send(&known).status, 304);

    let file = format!("/files/{}", ids[1]);
    assert_eq!(bob.get(&format!("{file}/info")).ok(), files[1]);
    let read = bob.get(&file);
    assert_eq!((read.status, read.text()), (200, "first\r\n--limi".into()));
    let known = bob.request("GET", &file);
    let known = known.header("If-None-Match", read.header("etag").unwrap());
    assert_eq!(mm.send(&known).status, 304);
    assert_eq!(bob.get(&format!("/files/{}", ids[0])).body, b"");
}

#[test]
fn a_file_is_uploaded_by_its_name_in_the_query() {
    let mm = server();
    let team = mm.team("core");
    let alice = mm.member("alice", &team);
    let channel = team.channel("general", "P", &[&alice]);
    let answer = upload(
        &alice,
        &channel,
        "Gr%C3%BC%C3%9Fe%201.gif",
        "GIF89a\x02\0\x03\0",
    )
    .created();
    assert_eq!(answer["client_ids"], json!(null));
    let info = &answer["file_infos"][0];
    assert_eq!(
        (info.text("name"), info.text("extension")),
        ("Grüße 1.gif".into(), "gif".into())
    );
    assert_eq!((&info["width"], &info["height"]), (&json!(2), &json!(3)));
    let path = format!("/files?channel_id={channel}&filename=a&client_id=mine");
    let answer = alice.send_text("POST", &path, "x").created();
    assert_eq!(answer["client_ids"], json!(["mine"]));
    assert_eq!(answer["file_infos"][0]["mime_type"], "");

    // Without a length, piece by piece, and a second request on the same connection.
    let mut connection = Connection::to(&mm.address()).unwrap();
    let secret = alice.credential.as_ref().unwrap();
    connection
        .write(format!(
            "POST /api/v4/files?channel_id={channel}&filename=b.txt HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {secret}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        ))
        .unwrap();
    connection.write("2\r\nde\r\n0\r\n\r\n").unwrap();
    let id = connection.answer().unwrap().created()["file_infos"][0].text("id");
    let read = connection
        .ask("GET", &format!("/files/{id}"), secret, "")
        .unwrap();
    assert_eq!(read.text(), "abcde");
}

#[test]
fn a_form_may_name_the_channel_behind_its_files() {
    let mm = server();
    let team = mm.team("core");
    let (alice, bob) = (mm.member("alice", &team), mm.member("bob", &team));
    let channel = team.channel("secret", "P", &[&alice]);
    let mut body = form(&[], &[("a.txt", "x")]);
    body.truncate(body.len() - "--limit--\r\n".len());
    body.extend(form(&[("channel_id", &channel)], &[]));
    let answer = send_form(&alice, &mm, body.clone()).created();
    assert_eq!(answer["file_infos"][0]["channel_id"], *channel);
    assert_eq!(answer["client_ids"], json!([]));
    send_form(&bob, &mm, body).forbidden();
}

#[test]
fn forms_that_are_wrong_are_refused() {
    let mm = server();
    let channel = mm.team("core").channel("general", "O", &[]);
    let admin = mm.admin();
    let (file, in_channel) = (("a.txt", "x"), ("channel_id", &*channel));
    let send = |fields: &[(&str, &str)], files: &[(&str, &str)]| {
        send_form(&admin, &mm, form(fields, files))
    };
    send(&[], &[file]).refused_url("channel_id");
    send(&[("channel_id", "x")], &[file]).refused_url("channel_id");
    send(&[in_channel, ("other", "x")], &[file]).refused_body("other");
    let ids = "api.file.upload_file.incorrect_number_of_client_ids.app_error";
    let one = ("client_ids", "one");
    send(&[in_channel, one], &[]).refused(400, ids);
    send(&[in_channel, one], &[file, file]).refused(400, ids);
    let channels = "api.file.upload_file.multiple_channel_ids.app_error";
    send(&[in_channel, ("channel_id", NOBODY)], &[file]).refused(400, channels);
    let value = "x".repeat(11_000);
    let values = "api.file.upload_file.read_form_value.app_error";
    send(&[in_channel, ("client_ids", &value)], &[file]).refused(400, values);
    send(&[in_channel], &[file; 10]).created();
    send(&[in_channel], &[file; 11]).refused(400, "api.file.upload_file.too_many.app_error");
    assert_eq!(send(&[in_channel], &[]).created()["file_infos"], json!([]));

    let read = "api.file.upload_file.read_request.app_error";
    let whole = form(&[in_channel], &[file]);
    for body in [&whole[..whole.len() - 4], b"x", b""] {
        send_form(&admin, &mm, body.to_vec()).refused(400, read);
    }
    let bare = admin
        .request("POST", "/files")
        .header("Content-Type", "multipart/form-data");
    mm.send(&bare.body(whole)).refused(400, read);
    upload(&admin, &channel, "a", "").refused(400, read);
    upload(&admin, &channel, "", "x").refused_url("filename");
    upload(&admin, "x", "a", "x").refused_url("channel_id");
}

#[test]
fn who_may_not_is_refused_before_anything_is_stored() {
    let mm = server();
    let team = mm.team("core");
    let (alice, bob) = (mm.member("alice", &team), mm.member("bob", &team));
    let channel = team.channel("secret", "P", &[&alice]);
    upload(&bob, &channel, "a", "x").forbidden();
    upload(&mm.admin(), NOBODY, "a", "x").forbidden();
    upload(&mm.anonymous(), &channel, "a", "x").expired();
    let page = alice.request("POST", &format!("/files?channel_id={channel}&filename=a"));
    let page = page.header("Origin", "https://evil.example.com").body("x");
    mm.send(&page)
        .refused(403, "api.context.foreign_origin.app_error");
    // Nothing of the body is waited for.
    let head = format!(
        "POST /api/v4/files?channel_id={channel}&filename=a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Length: 10\r\n\r\n",
        bob.credential.as_ref().unwrap()
    );
    Answer::parse(&client::raw(&mm.address(), head.as_bytes())).forbidden();
    // Nor of a form behind the beginning of its file, which here is less than a tenth.
    let mut form = form(
        &[("channel_id", &channel)],
        &[("a", &"x".repeat(1_400_000))],
    );
    let length = form.len();
    form.truncate(140_000);
    let head = format!(
        "POST /api/v4/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: {length}\r\n\r\n",
        bob.credential.as_ref().unwrap()
    );
    let begun = [head.as_bytes(), &form].concat();
    Answer::parse(&client::raw(&mm.address(), &begun)).forbidden();
    mm.set("FileSettings", "EnableFileAttachments", false);
    let off = "api.file.attachments.disabled.app_error";
    upload(&alice, &channel, "a", "x").refused(403, off);
    assert!(!has_contents(&mm));
}

#[test]
fn a_file_is_read_by_whoever_reads_its_post() {
    let mm = server();
    let team = mm.team("core");
    let names = ["alice", "bob", "eve"];
    let [alice, bob, eve] = names.map(|name| mm.member(name, &team));
    let channel = team.channel("secret", "P", &[&alice, &bob]);
    let id = uploaded(&alice, &channel, "a.txt", "secret");
    let parts = ["", "/info", "/thumbnail", "/preview"].map(|part| format!("/files/{id}{part}"));
    for path in &parts {
        bob.get(path).forbidden();
        mm.anonymous().get(path).expired();
        assert_ne!(alice.get(path).status, 403);
    }
    // Nobody posts another user's file.
    assert_eq!(post_with(&bob, &channel, &[&id])["file_ids"], json!([]));
    let post = post_with(&alice, &channel, &[&id]).text("id");
    assert_eq!(post_with(&alice, &channel, &[&id])["file_ids"], json!([]));
    for path in &parts {
        eve.get(path).forbidden();
        assert_ne!(bob.get(path).status, 403);
    }
    assert_eq!(bob.get(&parts[0]).text(), "secret");
    assert_eq!(mm.admin().get(&parts[0]).text(), "secret");
    let of_post = format!("/posts/{post}/files/info");
    eve.get(&of_post).forbidden();
    eve.get(&format!("/posts/{NOBODY}/files/info")).forbidden();
    let missing = "app.file_info.get.app_error";
    alice.get(&format!("/files/{NOBODY}")).refused(404, missing);

    bob.get(&parts[2])
        .refused(400, "api.file.get_file_thumbnail.no_thumbnail.app_error");
    bob.get(&parts[3])
        .refused(400, "api.file.get_file_preview.no_preview.app_error");
    let link = bob.get(&format!("/files/{id}/link"));
    link.refused(403, "api.file.get_public_link.disabled.app_error");
}

#[test]
fn no_file_is_a_page_and_no_name_breaks_out_of_its_line() {
    let mm = server();
    let channel = mm.team("core").channel("general", "O", &[]);
    let admin = mm.admin();
    let served = |name: &str, query: &str| {
        let id = uploaded(&admin, &channel, name, "<script>alert(1)</script>");
        let answer = admin.get(&format!("/files/{id}{query}"));
        assert_eq!(
            answer.headers("x-content-type-options"),
            ["nosniff"],
            "{name}"
        );
        assert_eq!(answer.headers("x-frame-options"), ["DENY"], "{name}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("sandbox"),
            "{policy}"
        );
        let kind = answer.header("content-type").unwrap().to_owned();
        let disposition = answer.header("content-disposition").unwrap().to_owned();
        (kind, disposition)
    };
    let attached = |name: &str| format!("attachment;filename=\"{name}\"; filename*=UTF-8''{name}");
    for (name, kind) in [
        ("a.html", "text/plain"),
        ("a.SVG", "text/plain"),
        ("a.xhtml", "text/plain"),
        ("a.js", "text/plain"),
        ("a.pdf", "application/pdf"),
        ("a.unknown", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ] {
        assert_eq!(served(name, ""), (kind.into(), attached(name)), "{name}");
    }
    let inline = "inline;filename=\"a.png\"; filename*=UTF-8''a.png";
    assert_eq!(served("a.png", ""), ("image/png".into(), inline.into()));
    assert_eq!(served("a.png", "?download=true").1, attached("a.png"));
    for (sent, name) in [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C:%5Cx%5Ca%22b.html", "a%22b.html"),
        ("a%0D%0ASet-Cookie:%20x.txt", "aSet-Cookie%3A%20x.txt"),
        ("a%01%E2%80%AEgpj.exe", "agpj.exe"),
        ("%2E%2E", "file"),
    ] {
        assert_eq!(served(sent, "").1, attached(name), "{sent}");
    }
}

#[test]
fn ranges_of_a_file_are_read() {
    let mm = server();
    let channel = mm.team("core").channel("general", "O", &[]);
    // More than a piece.
    let contents: String = (0..100_000).map(|number| format!("{number:05}")).collect();
    let id = uploaded(&mm.admin(), &channel, "a.mp4", &contents);
    let read = |range: &str| {
        let request = mm.admin().request("GET", &format!("/files/{id}"));
        mm.send(&request.header("Range", range))
    };
    assert_eq!(read("lines=1-2").text(), contents);
    for (range, start, end) in [
        ("bytes=0-4", 0, 5),
        ("bytes=131070-262150", 131_070, 262_151),
        ("bytes=499990-", 499_990, 500_000),
        ("bytes=-300000", 200_000, 500_000),
    ] {
        let answer = read(range);
        assert_eq!(answer.status, 206, "{range}");
        assert!(answer.text() == contents[start..end], "{range}");
        let said = format!("bytes {start}-{}/500000", end - 1);
        assert_eq!(answer.header("content-range"), Some(&*said));
    }
    read("bytes=500000-").refused(416, "api.file.get_file.range.app_error");
}

#[test]
fn a_file_and_all_files_have_a_bound() {
    let mm = server();
    let channel = mm.team("core").channel("general", "O", &[]);
    let admin = mm.admin();
    mm.set("FileSettings", "MaxFileSize", 200_000);
    let large = "api.file.upload_file.too_large_detailed.app_error";
    let (fits, exceeds) = ("x".repeat(200_000), "x".repeat(200_001));
    upload(&admin, &channel, "a", &fits).created();
    upload(&admin, &channel, "a", &exceeds).refused(413, large);
    let in_channel = ("channel_id", &*channel);
    send_form(
        &admin,
        &mm,
        form(&[in_channel], &[("a", &fits), ("b", &fits)]),
    )
    .created();
    send_form(
        &admin,
        &mm,
        form(&[in_channel], &[("a", &fits), ("b", &exceeds)]),
    )
    .refused(413, large);
    // Who does not say how much it is.
    let mut connection = Connection::to(&mm.address()).unwrap();
    let chunked = format!(
        "POST /api/v4/files?channel_id={channel}&filename=a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{exceeds}\r\n",
        admin.credential.as_ref().unwrap(),
        exceeds.len()
    );
    connection
        .write(chunked + &"1\r\nx\r\n".repeat(140_000))
        .unwrap();
    connection.answer().unwrap().refused(413, large);

    // What was refused takes no room: a third large file, and those of the form that had one too many, are gone.
    wait_until("refused files take room", || {
        mm.set("PatmostSettings", "MaximumFileBytes", 810_000);
        let answer = upload(&admin, &channel, "a", &fits);
        mm.set("PatmostSettings", "MaximumFileBytes", 0);
        answer.status == 201
    });
    mm.set("PatmostSettings", "MaximumFileBytes", 810_000);
    let full = "app.file.total.app_error";
    upload(&admin, &channel, "a", &fits).refused(413, full);
    let small = upload(&admin, &channel, "a", "x").created();
    assert_eq!(small["file_infos"][0]["size"], 1);
}

#[test]
fn an_upload_that_is_cut_off_leaves_nothing() {
    let mm = server();
    let channel = mm.team("core").channel("general", "O", &[]);
    let secret = mm.admin().credential.unwrap();
    let head = format!(
        "POST /api/v4/files?channel_id={channel}&filename=a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n\
         Content-Length: 1000000\r\n\r\n"
    );
    let mut connection = Connection::to(&mm.address()).unwrap();
    connection.write(head + &"x".repeat(500_000)).unwrap();
    wait_until("nothing of it was stored", || has_contents(&mm));
    drop(connection);
    wait_until("something of it is left", || !has_contents(&mm));
}

#[test]
fn an_upload_is_not_there_after_the_server_ended_in_between() {
    let mm = server();
    let channel = mm.team("core").channel("general", "O", &[]);
    let id = uploaded(&mm.admin(), &channel, "a.txt", "kept");
    // As a server leaves it that was killed.
    let user = mm.admin().id;
    mm.sql(&format!(
        "INSERT INTO files (id, user_id, create_at, name) VALUES ('{NOBODY}', '{user}', {}, 'a');
         INSERT INTO file_pieces (file_id, start, size, bytes) VALUES ('{NOBODY}', 0, 4, x'61626364')",
        mm.clock().now()
    ));
    mm.admin()
        .get(&format!("/files/{NOBODY}"))
        .refused(404, "app.file_info.get.app_error");
    let mm = mm.restarted();
    assert_eq!(mm.admin().get(&format!("/files/{id}")).text(), "kept");
    let pieces = || {
        let data = rusqlite::Connection::open(mm.data()).unwrap();
        let count = "SELECT count(*) FROM file_pieces";
        data.query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    wait_until("its contents are left", || pieces() == 1);
}

#[test]
fn files_end_with_their_post_their_owner_or_a_day_unused() {
    let mm = server();
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    let team = mm.team("core");
    let (alice, bob) = (mm.member("alice", &team), mm.member("bob", &team));
    let channel = team.channel("general", "O", &[&alice, &bob]);
    let missing = |id: &str| {
        let answer = mm.admin().get(&format!("/files/{id}"));
        answer.refused(404, "app.file_info.get.app_error");
    };
    let ids: Vec<String> = (0..4)
        .map(|_| uploaded(&alice, &channel, "a", "contents"))
        .collect();
    let root = post_with(&alice, &channel, &[&ids[0]]).text("id");
    let reply =
        json!({"channel_id": channel, "message": "m", "root_id": root, "file_ids": [ids[1]]});
    alice.post("/posts", reply).created();
    post_with(&alice, &channel, &[&ids[2]]);
    alice.delete(&format!("/posts/{root}")).acknowledged();
    missing(&ids[0]);
    missing(&ids[1]);

    mm.advance_days(1);
    mm.clean_up();
    assert_eq!(alice.get(&format!("/files/{}", ids[3])).text(), "contents");
    mm.clock().advance(Duration::from_millis(1));
    mm.clean_up();
    missing(&ids[3]);
    assert_eq!(bob.get(&format!("/files/{}", ids[2])).text(), "contents");

    mm.admin()
        .delete(&format!("/users/{}?permanent=true", alice.id))
        .acknowledged();
    missing(&ids[2]);
    wait_until("contents are left", || !has_contents(&mm));
}

/// Megabytes of memory that the process has and the system cannot take back.
#[cfg(target_os = "linux")]
fn memory(process: &process::Process) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<i64>()
        .unwrap()
        / 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_file_is_never_whole_in_memory() {
    const MEGABYTES: usize = 50;
    let folder = new_folder();
    let process = process::serve(&folder, &["--data", "patmost.db"], &[("RUST_LOG", "warn")]);
    let process = process.with_admin();
    let secret = process.login();
    let send = |path: &str, body: Value| process.send("POST", path, &secret, body).created();
    let team = send(
        "/teams",
        json!({"name": "core", "display_name": "Core", "type": "O"}),
    );
    let channel =
        json!({"team_id": team["id"], "name": "general", "display_name": "General", "type": "O"});
    let channel = send("/channels", channel).text("id");
    let megabyte = vec![b'x'; 1 << 20];
    let upload = |megabytes: usize| {
        let mut connection = Connection::to(&process.address).unwrap();
        let size = megabytes << 20;
        let head = format!(
            "POST /api/v4/files?channel_id={channel}&filename=a HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {secret}\r\nContent-Length: {size}\r\n\r\n"
        );
        connection.write(head).unwrap();
        (0..megabytes).for_each(|_| connection.write(&megabyte).unwrap());
        connection.answer().unwrap().created()["file_infos"][0].text("id")
    };
    // What a first upload needs anyway.
    upload(2);
    let before = memory(&process);
    let id = upload(MEGABYTES);
    let more = memory(&process) - before;
    assert!(more < 8, "{more} MB more");

    let read = process.send("GET", &format!("/files/{id}"), &secret, json!({}));
    assert!(read.body.len() == MEGABYTES << 20 && read.body.iter().all(|byte| *byte == b'x'));
    drop(process);
    std::fs::remove_dir_all(folder).unwrap();
}
