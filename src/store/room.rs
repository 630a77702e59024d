//! Room on the disk, asked for before a large file is written.

use std::path::Path;

/// Looks whether the disk of the file has room for `bytes` more.
///
/// # Errors
/// One sentence, when it has less. Where the system does not say how much there is, none.
pub fn check(beside: &Path, bytes: u64) -> Result<(), String> {
    match free(beside) {
        Some(free) if free < bytes => Err(format!(
            "{} needs {} of room on its disk, which has {}; make room, then try again",
            beside.display(),
            megabytes(bytes),
            megabytes(free)
        )),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn free(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// Writes a number of bytes for a person, in millions: `12.3 MB`.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
