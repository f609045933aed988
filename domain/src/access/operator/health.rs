//! Whether the parts the service depends on answer.

use super::Operator;
use crate::{app::App, db::Engine, error::Result, work};

/// Asked at the moment.
#[derive(Clone, Debug)]
pub struct Health {
    pub version: &'static str,
    pub database: Engine,
    /// The newest migration that ran.
    pub migration: String,
    /// Whether the key service makes a key.
    pub kms: bool,
    /// Whether the mail server takes a connection.
    pub smtp: bool,
    /// How many workers are alive.
    pub workers: u64,
}

pub async fn health(app: &App, _: &Operator) -> Result<Health> {
    let core = app.core();
    Ok(Health {
        version: env!("CARGO_PKG_VERSION"),
        database: core.db.engine(),
        migration: app.platform().newest_migration().await?,
        kms: core.keys.is_reachable().await,
        smtp: core.mailer.is_reachable().await,
        workers: work::live_workers(app).await?,
    })
}
