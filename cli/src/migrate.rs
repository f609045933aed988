//! `recital migrate`

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::settings;

pub async fn run(file: Option<&Path>) -> Result<()> {
    let config = settings::load(file)?;
    let url = config.database.owner();
    let pending = recital_migration::pending(url).await.context("the database cannot be opened")?;
    recital_migration::migrate(url).await.context("the migration failed")?;
    say!("{pending} migration(s) done; the schema is the newest");
    Ok(())
}
