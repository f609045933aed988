//! Files, and the uploads that are to become files.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000004_files.sql")).await?;
        for table in ["files", "uploads"] {
            dialect::grant(manager, table, dialect::Rights::Change).await?;
            dialect::wall(manager, table).await?;
        }
        Ok(())
    }
}
