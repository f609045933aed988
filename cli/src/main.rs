//! `recital`, the one program.

use std::process::ExitCode;

fn main() -> ExitCode {
    recital_cli::run()
}
