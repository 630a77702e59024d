//! Running a server: commands, settings, data files, logs and audits.

mod audits;
mod clock;
mod command_line;
mod compact;
mod configuration;
#[cfg(unix)]
mod data_file;
mod deleted;
#[cfg(target_os = "linux")]
mod flipped_bits;
mod full_disk;
mod hidden_secrets;
#[cfg(target_os = "linux")]
mod log_pipe;
mod logs;
#[cfg(unix)]
mod lost_file;
#[cfg(unix)]
mod many;
mod metrics;
mod migration;
mod operator;
#[cfg(unix)]
mod private_files;
#[cfg(target_os = "linux")]
mod process;
#[cfg(unix)]
mod restore;
mod seed;
mod setup_code;
#[cfg(unix)]
mod upkeep;
