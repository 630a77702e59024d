//! Whether a path still names the file that was opened under it: a file that was moved, replaced or deleted takes every
//! change with it, and no write to it fails.

use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::file::beside;

/// Which file a path names. On other systems than Unix all files count as the same one: only a missing file is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// Looks the path up without opening it: closing a descriptor of the data would give SQLite's locks back.
    pub fn of(path: &Path) -> io::Result<Identity> {
        let found = std::fs::metadata(path)?;
        #[cfg(unix)]
        let (device, inode) = {
            use std::os::unix::fs::MetadataExt;
            (found.dev(), found.ino())
        };
        #[cfg(not(unix))]
        let (device, inode) = (0, u64::from(found.is_file()));
        Ok(Identity { device, inode })
    }

    /// Reads what [`std::fmt::Display`] wrote; `None` for any other text.
    pub fn parse(text: &str) -> Option<Identity> {
        let (device, inode) = text.split_once(':')?;
        Some(Identity {
            device: device.parse().ok()?,
            inode: inode.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.device, self.inode)
    }
}

/// The open data file and its write-ahead log, as their paths named them.
pub struct Place(Vec<(PathBuf, Identity)>);

impl Place {
    /// Remembers both; called while SQLite has them open.
    ///
    /// # Errors
    /// When one of them is gone already.
    pub fn of(path: &Path) -> io::Result<Place> {
        // SQLite names the log after the file that a symbolic link leads to.
        let log = beside(&std::fs::canonicalize(path)?, "wal");
        let known = |path: PathBuf| Identity::of(&path).map(|identity| (path, identity));
        Ok(Place(vec![known(path.to_owned())?, known(log)?]))
    }

    /// Remembers the data file alone, for one who writes no log.
    pub fn of_data(path: &Path) -> io::Result<Place> {
        Ok(Place(vec![(path.to_owned(), Identity::of(path)?)]))
    }

    /// Which file the data is, for as long as it is in its place.
    pub fn identity(&self) -> Option<Identity> {
        self.0.first().map(|(_, identity)| *identity)
    }

    /// Looks whether both paths still name these files.
    ///
    /// # Errors
    /// [`StoreError::Lost`], when one was moved, replaced or deleted.
    pub fn check(&self) -> Result<(), StoreError> {
        for (path, identity) in &self.0 {
            let what = match Identity::of(path) {
                Ok(found) if found == *identity => continue,
                Ok(_) => "is another file than the one that was opened".to_owned(),
                Err(error) => format!("cannot be found: {error}"),
            };
            let path = path.display();
            return Err(StoreError::Lost(format!("{path} {what}")));
        }
        Ok(())
    }
}
