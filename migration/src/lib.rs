//! The database's history: one file per change, and a change that has landed is never edited.
//!
//! Migrations run as the owner of the schema. On PostgreSQL they also set up the role the service runs as
//! ([`APP_ROLE`]), which owns nothing and cannot pass row-level security.

pub use sea_orm_migration::prelude::*;

mod dialect;
mod m20261121_000001_first_schema;
mod m20261121_000002_own_keys;
mod m20261121_000003_vault;
mod m20261121_000004_files;
mod m20261121_000005_decisions;
mod m20261121_000006_consent;
mod m20261121_000007_telling;
mod m20261121_000010_mail;
mod m20261121_000011_request_life;
mod m20261121_000012_log_tiles;
mod m20261121_000014_one_run_at_a_time;
mod m20261121_000015_retention;
mod m20261121_000015_retention_of_own;
mod m20261121_000016_packages;
mod m20261121_000017_accounts;
mod m20261121_000018_asks;
mod m20261121_000018_centre;
mod m20261121_000019_erasure_ledger;

pub use dialect::APP_ROLE;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_first_schema::Migration),
            Box::new(m20261121_000002_own_keys::Migration),
            Box::new(m20261121_000003_vault::Migration),
            Box::new(m20261121_000004_files::Migration),
            Box::new(m20261121_000005_decisions::Migration),
            Box::new(m20261121_000006_consent::Migration),
            Box::new(m20261121_000007_telling::Migration),
            Box::new(m20261121_000010_mail::Migration),
            Box::new(m20261121_000011_request_life::Migration),
            Box::new(m20261121_000012_log_tiles::Migration),
            Box::new(m20261121_000014_one_run_at_a_time::Migration),
            Box::new(m20261121_000015_retention::Migration),
            Box::new(m20261121_000015_retention_of_own::Migration),
            Box::new(m20261121_000016_packages::Migration),
            Box::new(m20261121_000017_accounts::Migration),
            Box::new(m20261121_000018_centre::Migration),
            Box::new(m20261121_000019_erasure_ledger::Migration),
            Box::new(m20261121_000018_asks::Migration),
        ]
    }
}

/// Brings the database at `url` to the newest schema. Safe to run again and by several processes at once.
pub async fn migrate(url: &str) -> Result<(), DbErr> {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    dialect::prepare(&connection).await?;
    let outcome = Migrator::up(&connection, None).await;
    dialect::release(&connection).await?;
    connection.close().await?;
    outcome
}

/// How many migrations the database at `url` still waits for. Changes nothing, so that any login may ask.
pub async fn pending(url: &str) -> Result<usize, DbErr> {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    let pending = Migrator::get_pending_migrations_read_only(&connection).await?.len();
    connection.close().await?;
    Ok(pending)
}
