//! Requests from people without an account.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000018_asks.sql")).await?;
        dialect::grant(manager, "centre_asks", dialect::Rights::Change).await?;
        dialect::wall(manager, "centre_asks").await
    }
}
