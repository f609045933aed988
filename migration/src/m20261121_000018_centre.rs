//! The privacy centre's settings.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000018_centre.sql")).await?;
        dialect::grant(manager, "centre_settings", dialect::Rights::Change).await?;
        dialect::wall(manager, "centre_settings").await
    }
}
