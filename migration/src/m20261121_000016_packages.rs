//! Packages in the file store, of any size, and what their downloads are counted by.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000016_packages.sql")).await?;
        // SQLite's integers are as large as they need to be.
        dialect::on_postgres(manager, "ALTER TABLE export_packages ALTER COLUMN size_bytes TYPE bigint").await
    }
}
