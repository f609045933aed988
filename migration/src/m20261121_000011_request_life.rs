//! The policy on subject requests, and what their mails and reminders need.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000011_request_life.sql")).await?;
        for table in ["request_policies", "last_addresses"] {
            dialect::grant(manager, table, dialect::Rights::Change).await?;
            dialect::wall(manager, table).await?;
        }
        Ok(())
    }
}
