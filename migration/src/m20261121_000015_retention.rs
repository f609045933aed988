//! Retention that can be watched: which holds keep what, runs that fail and go on, stamping anew that resumes.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000015_retention.sql")).await?;
        for table in ["retention_result_holds", "retention_restamps"] {
            dialect::grant(manager, table, dialect::Rights::Change).await?;
            dialect::wall(manager, table).await?;
        }
        dialect::grant(manager, "retention_standings", dialect::Rights::Change).await
    }
}
