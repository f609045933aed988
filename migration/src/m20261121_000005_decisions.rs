//! The decision's hot path: indexes that answer without their tables, and on PostgreSQL the function that reads them in
//! one round trip.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let one_open = "CREATE UNIQUE INDEX objections_one_open ON objections (tenant_id, subject_id, purpose_id) WHERE lifted_at IS NULL";
        dialect::run(manager, one_open).await?;
        dialect::on_postgres(manager, include_str!("m20261121_000005_decisions.sql")).await?;
        let function = "decision_facts(uuid, uuid[], bytea[], bytea[], text[])";
        dialect::grant_function(manager, function).await
    }
}
