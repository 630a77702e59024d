//! The setup code: a text beside the data that a stranger on the network shows to make the first account. Whoever can read
//! the folder of the data may.

use std::io::Write;
use std::path::PathBuf;

use super::Store;
use super::copy::remove;
use super::file::{beside, create_private};

impl Store {
    /// Writes the code beside the data, in a file that only its owner can read. Returns where that is.
    ///
    /// # Errors
    /// One sentence, when it cannot be written.
    pub fn keep_setup_code(&self, code: &str) -> Result<PathBuf, String> {
        let path = self.setup_code();
        // Made anew: what is there may be a link, or somebody else's to read.
        let written = remove(&path)
            .and_then(|()| create_private(&path))
            .and_then(|mut file| writeln!(file, "{code}"));
        match written {
            Ok(()) => Ok(path),
            Err(error) => Err(format!("cannot write {}: {error}", path.display())),
        }
    }

    /// Removes the file of a code that is worth nothing any more.
    pub fn forget_setup_code(&self) {
        let path = self.setup_code();
        if let Err(error) = remove(&path) {
            log::warn!("cannot remove {}: {error}", path.display());
        }
    }

    fn setup_code(&self) -> PathBuf {
        beside(self.path(), "setup-code")
    }
}
