//! Tenants may bring a KMS key of their own, and blind indexes are brought over when their key is rotated.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, "ALTER TABLE tenants ADD COLUMN kms_key {text}").await?;
        dialect::run(manager, "CREATE INDEX subjects_by_index_version ON subjects (tenant_id, index_version, id)").await
    }
}
