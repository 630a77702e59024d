//! The program: hands its arguments to the command line and exits with its code.

fn main() -> std::process::ExitCode {
    patmost::cli::run(std::env::args_os().skip(1).collect())
}
