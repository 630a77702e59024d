//! Pictures that accounts have of their own.

use crate::support::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

/// Sends a picture as browsers do, under a name of the form.
fn send_as(mm: &Mattermost, by: &Caller, user_id: &str, field: &str, picture: &[u8]) -> Answer {
    let head = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"me.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    let body = [head.as_bytes(), picture, b"\r\n--limit--\r\n"].concat();
    let request = by.request("POST", &format!("/users/{user_id}/image"));
    let request = request.header("Content-Type", "multipart/form-data; boundary=limit");
    mm.send(&request.body(body))
}

fn set(mm: &Mattermost, by: &Caller, user_id: &str, picture: &[u8]) -> Answer {
    send_as(mm, by, user_id, "image", picture)
}

#[test]
fn an_account_has_a_picture_of_its_own_until_that_is_taken_away() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}/image", alice.id);
    let made = bob.get(&path);
    mm.clock().advance(std::time::Duration::from_millis(5));
    set(&mm, &alice, "me", PNG).acknowledged();
    let own = bob.get(&path);
    assert_eq!(
        (own.status, own.header("content-type")),
        (200, Some("image/png"))
    );
    assert_eq!(own.headers("x-content-type-options"), ["nosniff"]);
    assert_eq!(own.body, PNG);
    assert_ne!(own.header("etag"), made.header("etag"));
    for picture in [&own, &made] {
        assert_eq!(picture.header("cache-control"), Some("no-cache, private"));
    }
    let etag = own.header("etag").unwrap();
    let again = mm.send(&bob.request("GET", &path).header("If-None-Match", etag));
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(bob.get(&format!("{path}/default")).body, made.body);
    assert_eq!(alice.me().ok()["update_at"], mm.clock().now());

    // Another of another kind.
    mm.clock().advance(std::time::Duration::from_millis(5));
    for (picture, kind) in [
        (&b"GIF89a..."[..], "image/gif"),
        (b"\xff\xd8\xff...", "image/jpeg"),
    ] {
        set(&mm, &mm.admin(), &alice.id, picture).acknowledged();
        let read = bob.get(&path);
        assert_eq!(
            (read.header("content-type"), &*read.body),
            (Some(kind), picture)
        );
    }
    assert_ne!(bob.get(&path).header("etag"), Some(etag));
    let mm = mm.restarted();
    let alice = mm.login("alice");
    assert_eq!(alice.get("/users/me/image").body, b"\xff\xd8\xff...");
    alice.delete("/users/me/image").acknowledged();
    assert_eq!(alice.get("/users/me/image").body, made.body);
    alice.delete("/users/me/image").acknowledged();
}

#[test]
fn who_may_not_change_an_account_changes_no_picture_of_it() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    set(&mm, &alice, "me", PNG).acknowledged();
    set(&mm, &bob, &alice.id, b"GIF89a").forbidden();
    set(&mm, &bob, &alice.id, b"no picture").forbidden();
    bob.delete(&format!("/users/{}/image", alice.id))
        .forbidden();
    set(&mm, &mm.anonymous(), &alice.id, PNG).expired();
    assert_eq!(bob.get(&format!("/users/{}/image", alice.id)).body, PNG);
    set(&mm, &mm.admin(), "zzzzzzzzzzzzzzzzzzzzzzzzzz", PNG).refused_url("user_id");
}

#[test]
fn what_is_no_picture_or_too_large_is_refused() {
    let mm = fresh();
    let alice = mm.user("alice");
    let kind = "api.user.upload_profile_user.check_image_limits.app_error";
    for other in [
        &b"<svg onload=\"alert(1)\">"[..],
        b"<html>",
        b"",
        b"\x89PNG",
    ] {
        set(&mm, &alice, "me", other).refused(400, kind);
    }
    let missing = "api.user.upload_profile_user.no_file.app_error";
    send_as(&mm, &alice, "me", "picture", PNG).refused(400, missing);
    let parse = "api.user.upload_profile_user.parse.app_error";
    alice
        .send_text("POST", "/users/me/image", "{}")
        .refused(400, parse);

    let sized = |size: usize| [PNG, &vec![0; size - PNG.len()]].concat();
    set(&mm, &alice, "me", &sized(3 << 20)).acknowledged();
    let large = "api.user.upload_profile_user.too_large.app_error";
    set(&mm, &alice, "me", &sized((3 << 20) + 1)).refused(413, large);
    set(&mm, &alice, "me", &sized(4 << 20))
        .refused(413, "api.context.request_body_too_large.app_error");
    assert_eq!(alice.get("/users/me/image").body.len(), 3 << 20);

    // They count among all files, and no longer when they are replaced, or with an account that is gone.
    mm.set("PatmostSettings", "MaximumFileBytes", 4 << 20);
    let bob = mm.user("bob");
    set(&mm, &bob, "me", &sized(2 << 20)).refused(413, "app.file.total.app_error");
    set(&mm, &alice, "me", &sized(2 << 20)).acknowledged();
    set(&mm, &bob, "me", &sized(2 << 20)).acknowledged();
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    mm.admin()
        .delete(&format!("/users/{}?permanent=true", bob.id))
        .acknowledged();
    set(&mm, &mm.admin(), "me", &sized(2 << 20)).acknowledged();
}
