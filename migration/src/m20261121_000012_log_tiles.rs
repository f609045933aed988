//! The Merkle log in tiles, so that a proof reads a handful of hashes and not the whole log.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000012_log_tiles.sql")).await?;
        dialect::grant(manager, "audit_subtrees", dialect::Rights::Append).await?;
        dialect::wall(manager, "audit_subtrees").await?;
        dialect::refuse_change(manager, "audit_subtrees").await
    }
}
