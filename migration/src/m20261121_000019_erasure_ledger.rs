//! The erasure ledger.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000019_erasure_ledger.sql")).await?;
        dialect::grant(manager, "erasure_ledger", dialect::Rights::Change).await?;
        dialect::wall(manager, "erasure_ledger").await
    }
}
