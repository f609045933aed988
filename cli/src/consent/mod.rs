//! `recital consent import` and `recital consent export`

mod export;
mod import;
mod read;

use std::path::Path;

use anyhow::Result;
use clap::{Subcommand, ValueEnum};

#[derive(Subcommand)]
pub enum Command {
    /// Bring in consents that were kept elsewhere, from a file of one decision a line
    Import(import::Options),
    /// Write every consent event, oldest first
    Export(export::Options),
}

/// How a file of consents is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated, with a header line
    Csv,
    /// One JSON object a line
    Ndjson,
}

pub async fn run(file: Option<&Path>, command: Command) -> Result<()> {
    match command {
        Command::Import(options) => import::run(file, options).await,
        Command::Export(options) => export::run(file, options).await,
    }
}
