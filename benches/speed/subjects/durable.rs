//! Changes that are on disk when they are answered: how many share an fsync.
//!
//! The disk is simulated where its speed matters: `slow_disk.c` stands before the C library of the program that is
//! measured, which is otherwise as it is, counts its fsyncs and makes each take two milliseconds.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::load::{Measured, Until, once, request, run};
use crate::process::Process;
use crate::{Bench, Result, data, fail, ratio};

/// Clients that create at once.
const CLIENTS: usize = 32;

/// How long an fsync takes on the simulated disk.
const SYNC_MICROSECONDS: &str = "2000";

/// A server whose fsyncs are counted.
struct Disk {
    data: PathBuf,
    server: Process,
    count: PathBuf,
}

impl Disk {
    fn new(bench: &Bench, name: &str, microseconds: Option<&str>) -> Result<Disk> {
        let (data, count) = (
            bench.made(name, CLIENTS)?,
            bench.folder.join(name).with_extension("syncs"),
        );
        let library = shim(&bench.folder)?;
        let server = Process::patmost_with(&data, |command| {
            command.env("LD_PRELOAD", library).env("SYNC_COUNT", &count);
            if let Some(microseconds) = microseconds {
                command.env("SYNC_MICROSECONDS", microseconds);
            }
        })?;
        Ok(Disk {
            data,
            server,
            count,
        })
    }

    fn syncs(&self) -> Result<u64> {
        Ok(std::fs::metadata(&self.count)?.len())
    }

    /// Changes for each fsync while that many clients make them.
    fn share(
        &self,
        bench: &Bench,
        clients: usize,
        make: impl Fn(usize) -> Vec<u8> + Sync,
    ) -> Result<(Measured, f64)> {
        let before = self.syncs()?;
        let round = Until::Over(bench.effort.round);
        let measured = run(self.server.address, clients, round, 201, |client, _| {
            make(client)
        })?;
        let syncs = self.syncs()? - before;
        if syncs == 0 {
            return fail("no fsync was counted");
        }
        let share = measured.waits.len() as f64 / syncs as f64;
        Ok((measured, share))
    }
}

/// Tokens, then posts, by one client and by many.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let slow = Disk::new(bench, "slow", Some(SYNC_MICROSECONDS))?;
    let channel = channel(&slow.server, &slow.data)?;
    let token = |client: usize| {
        request(
            "POST",
            "/users/me/tokens",
            &data::secret(client),
            r#"{"description":"nightly build"}"#,
        )
    };
    let post = |channel: &str, client| {
        let post = json!({"channel_id": channel, "message": "The nightly build is ready."});
        request("POST", "/posts", &data::secret(client), &post.to_string())
    };
    let made = |clients, status, make: &(dyn Fn(usize) -> Vec<u8> + Sync)| {
        run(
            slow.server.address,
            clients,
            Until::Over(bench.effort.round),
            status,
            |client, _| make(client),
        )
    };
    let tokens = bench.rounds(|| made(CLIENTS, 200, &token), || made(1, 200, &token))?;
    let make_post = |client| post(&channel, client);
    let posts = bench.rounds(
        || made(CLIENTS, 201, &make_post),
        || made(1, 201, &make_post),
    )?;
    let (_, share_slow) = slow.share(bench, CLIENTS, make_post)?;

    let real = Disk::new(bench, "real", None)?;
    let channel = self::channel(&real.server, &real.data)?;
    let (measured, share_real) = real.share(bench, CLIENTS, |client| post(&channel, client))?;

    let table = &mut bench.table;
    let slow = "2 ms fsync, 32 clients:";
    table.at_least(
        format!("{slow} tokens created, rate to that of one client"),
        ratio(&tokens, Measured::rate),
        4.0,
        "",
    );
    table.at_least(
        format!("{slow} posts created, rate to that of one client"),
        ratio(&posts, Measured::rate),
        4.0,
        "",
    );
    table.at_least(format!("{slow} posts for each fsync"), share_slow, 4.0, "");
    table.at_least(
        "this disk, 32 clients: posts for each fsync",
        share_real,
        4.0,
        "",
    );
    table.note(
        "this disk, 32 clients: posts per second",
        measured.rate(),
        "",
    );
    Ok(())
}

/// A channel that all accounts are in.
pub fn channel(server: &Process, file: &Path) -> Result<String> {
    let made = |path: &str, body: Value| -> Result<String> {
        let answer = once(
            server.address,
            201,
            &request("POST", path, &data::secret(0), &body.to_string()),
        )?;
        let id = serde_json::from_slice::<Value>(&answer)?["id"]
            .as_str()
            .map(str::to_owned);
        id.ok_or_else(|| format!("POST {path} gave no id").into())
    };
    let team = made(
        "/teams",
        json!({"name": "speed", "display_name": "Speed", "type": "O"}),
    )?;
    let channel = made(
        "/channels",
        json!({"team_id": team, "name": "speed", "display_name": "Speed", "type": "O"}),
    )?;
    data::join(file, &channel)?;
    Ok(channel)
}

/// The shim, compiled by the C compiler that SQLite needs anyway.
fn shim(folder: &Path) -> Result<PathBuf> {
    let library = folder.join("slow_disk.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/speed/slow_disk.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-o"])
        .arg(&library)
        .arg(source)
        .status()?;
    if !compiled.success() {
        return fail("slow_disk.c could not be compiled");
    }
    Ok(library)
}
