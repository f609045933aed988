//! `recital config check`

use std::path::Path;

use anyhow::Result;
use clap::Subcommand;

use crate::settings;

#[derive(Subcommand)]
pub enum Command {
    /// Say everything that is wrong with the settings
    Check,
}

pub fn check(file: Option<&Path>) -> Result<()> {
    settings::load(file)?;
    say!("the settings are good");
    Ok(())
}
