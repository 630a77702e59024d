//! Files that a server makes beside the data: each is made anew, never through a symbolic link that somebody put there.

use std::process::Command;

use crate::support::*;

#[test]
fn the_ready_file_follows_no_symbolic_link() {
    let folder = new_folder();
    // The process id, and with it the name that the file has until it is whole, is the shell's.
    let run = "ln -s victim ready.json.$$ && exec \"$0\" serve --ephemeral --ready-file ready.json --exit-with-stdin";
    let mut shell = Command::new("sh");
    shell.args(["-c", run, env!("CARGO_BIN_EXE_patmost")]);
    let output = shell.current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!folder.join("victim").exists());
    std::fs::remove_dir_all(folder).unwrap();
}
