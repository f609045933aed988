//! Finding and reading the settings.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use recital_domain::{app::App, config::Config, start};
use secrecy::ExposeSecret as _;

/// Reads `recital.toml` in the working directory unless another file is named.
///
/// # Errors
/// Every fault there is.
pub fn load(file: Option<&Path>) -> Result<Config> {
    let default = PathBuf::from("recital.toml");
    let file = file.or_else(|| default.exists().then_some(default.as_path()));
    Config::load(file, std::env::vars()).map_err(|faults| anyhow!("the settings are faulty\n{faults}"))
}

/// An app for a command that is soon over.
///
/// # Errors
/// As [`load`]; when migrations are pending; without a database.
pub async fn open(file: Option<&Path>) -> Result<App> {
    let config = load(file)?;
    check_schema(config.database.url.expose_secret()).await?;
    Ok(start::open(&config).await?)
}

/// # Errors
/// When the database waits for migrations, or does not answer.
pub async fn check_schema(url: &str) -> Result<()> {
    match recital_migration::pending(url).await {
        Ok(0) => Ok(()),
        Ok(pending) => Err(anyhow!("{pending} migration(s) are pending: run `recital migrate` first")),
        Err(error) => Err(anyhow!("the database cannot be opened: {error}")),
    }
}
