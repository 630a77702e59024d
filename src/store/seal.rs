//! A seal on a copy of the data: behind its last page, where SQLite does not look, stands the SHA-256 of the file. It tells a
//! copy with a flipped bit from a sound one. The first change to the file makes SQLite cut it off.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::file::beside;
use super::read_only;

/// What a seal begins with; 32 bytes of hash follow.
const MARK: &[u8; 16] = b"patmost seal 1\r\n";

/// The bytes of a seal.
const LENGTH: u64 = 48;

/// Seals the copy, which is open for reading and writing. Nothing may be changed after it.
pub fn put(file: &mut File) -> io::Result<()> {
    let hash = hash(file, u64::MAX)?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(MARK)?;
    file.write_all(&hash)
}

/// Looks whether a sealed file is as it was when it was sealed. Returns what is wrong with it; nothing where there is no seal,
/// or where the file has been changed by a server or a command since.
///
/// # Errors
/// The file cannot be read.
pub fn look(path: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let Some(pages) = file.metadata()?.len().checked_sub(LENGTH) else {
        return Ok(Vec::new());
    };
    let mut seal = [0; LENGTH as usize];
    file.seek(SeekFrom::Start(pages))?;
    file.read_exact(&mut seal)?;
    let (mark, sealed) = seal.split_at(MARK.len());
    // A change that was not yet cut off at its end stands in the log, or has raised both change counters.
    let has_log = read_only::size(&beside(path, "wal")) > 0;
    if mark != MARK || has_log || !is_untouched(&mut file)? || hash(&mut file, pages)? == sealed {
        return Ok(Vec::new());
    }
    Ok(vec![
        "a byte of it is not what it was when the copy was made".to_owned(),
    ])
}

/// Whether one of the two change counters of the header is that of a copy.
fn is_untouched(file: &mut File) -> io::Result<bool> {
    let mut header = [0; 100];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut header)?;
    Ok([24, 92]
        .into_iter()
        .any(|at| header[at..at + 4] == [0, 0, 0, 1]))
}

/// Returns the hash of the first bytes of the file, as many as there are up to that number.
fn hash(file: &mut File, bytes: u64) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    file.seek(SeekFrom::Start(0))?;
    let (mut file, mut part) = (file.take(bytes), vec![0; 1 << 16]);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(hash.finalize().into()),
            length => hash.update(&part[..length]),
        }
    }
}
