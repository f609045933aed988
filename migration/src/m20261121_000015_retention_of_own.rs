//! The audit log's own retention: bodies of old entries go, and nobody can make a young one go.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// On SQLite the trigger gives way for what is a year old and stands among the log's beginning that was declared aged; the
/// service spares what its tenant's policy keeps longer.
const REFUSE_YOUNG: &str = "CREATE TRIGGER audit_entries_refuses_delete BEFORE DELETE ON audit_entries
    WHEN OLD.\"at\" >= strftime('%Y-%m-%dT%H:%M:%S', 'now', '-1 year')
        OR NOT EXISTS (SELECT 1 FROM audit_leaves l JOIN audit_ages a ON a.tenant_id = l.tenant_id
            WHERE l.tenant_id = OLD.tenant_id AND l.entry_id = OLD.id AND l.log_index < a.aged_to)
    BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000015_retention_of_own.sql")).await?;
        dialect::wall(manager, "audit_ages").await?;
        // The function alone writes it.
        dialect::grant(manager, "audit_ages", dialect::Rights::Read).await?;
        dialect::on_postgres(manager, include_str!("m20261121_000015_age_audit_entries.sql")).await?;
        dialect::grant_function(manager, "age_audit_entries(timestamptz, integer)").await?;
        dialect::on_sqlite(manager, &format!("DROP TRIGGER audit_entries_refuses_delete; {REFUSE_YOUNG}")).await
    }
}
