//! Mail: a cheap search for whoever is due, bounces, a tenant's own looks, and the hourly limits.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000010_mail.sql")).await?;
        for table in ["mail_settings", "mail_counts"] {
            dialect::grant(manager, table, dialect::Rights::Change).await?;
            dialect::wall(manager, table).await?;
        }
        Ok(())
    }
}
