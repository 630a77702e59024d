//! One server for a file: the second is told where the first one listens. Commands need no leave; they and the server
//! share the file as SQLite lets them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::file::beside;

/// The proof that no other server has the file; it ends with the process, however that ends.
pub struct Serving {
    file: File,
}

impl Serving {
    /// Takes the file for this server.
    ///
    /// # Errors
    /// One sentence that names the address of the server that has it.
    pub fn take(data: &Path) -> Result<Serving, String> {
        let path = beside(data, "serving");
        let unusable = |error: std::io::Error| format!("cannot use {}: {error}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Serving { file }),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
            Err(TryLockError::WouldBlock) => {
                let mut address = String::new();
                file.read_to_string(&mut address).map_err(unusable)?;
                let file = data.display();
                Err(format!(
                    "{file} is served already, at http://{}; stop that server or choose another file with --data",
                    address.trim()
                ))
            }
        }
    }

    /// Writes down where this server listens.
    pub fn at(&mut self, address: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(address.as_bytes())
    }
}
