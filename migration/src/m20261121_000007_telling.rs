//! Published signing keys, the exchange of webhook secrets, and the log of deliveries.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000007_telling.sql")).await?;
        dialect::grant(manager, "signing_keys", dialect::Rights::Append).await?;
        dialect::refuse_change(manager, "signing_keys").await?;
        dialect::grant(manager, "webhook_deliveries", dialect::Rights::Change).await?;
        for table in ["signing_keys", "webhook_deliveries"] {
            dialect::wall(manager, table).await?;
        }
        Ok(())
    }
}
