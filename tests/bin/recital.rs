//! The program itself, built for the stories that start it.

use std::process::ExitCode;

fn main() -> ExitCode {
    recital_cli::run()
}
