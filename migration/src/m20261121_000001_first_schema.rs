//! The first schema: every table of the eight rooms, the work table, and on PostgreSQL the tenant wall.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TENANT_TABLES: &[&str] = &[
    "accuracy_policies",
    "api_keys",
    "attestations",
    "audit_checkpoints",
    "audit_entries",
    "audit_leaves",
    "consent_events",
    "consents",
    "controllers",
    "erasure_certificates",
    "export_packages",
    "idempotency_keys",
    "incidents",
    "legal_holds",
    "members",
    "notices",
    "objections",
    "profile_versions",
    "profiles",
    "purpose_versions",
    "purposes",
    "records",
    "request_events",
    "restrictions",
    "retention_policies",
    "retention_results",
    "retention_runs",
    "reverifications",
    "subject_keys",
    "subject_requests",
    "subjects",
    "tenant_keys",
    "tenant_secrets",
    "tokens",
    "webhook_endpoints",
];

/// Rows that the service adds and reads, and that nobody changes or removes.
const APPEND_ONLY: &[&str] = &["audit_checkpoints", "audit_entries", "audit_leaves", "consent_events"];

const GLOBAL_TABLES: &[&str] =
    &["audit_pending", "job_runs", "operator_entries", "operator_tokens", "tenants", "work_items", "workers"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, include_str!("m20261121_000001_first_schema.sql")).await?;
        for table in GLOBAL_TABLES {
            dialect::grant(manager, table, dialect::Rights::Change).await?;
        }
        dialect::follow(manager, "audit_entries", "audit_pending (tenant_id, entry_id)", &["tenant_id", "id"]).await?;
        for table in TENANT_TABLES {
            let append = APPEND_ONLY.contains(table);
            dialect::grant(manager, table, if append { dialect::Rights::Append } else { dialect::Rights::Change })
                .await?;
            dialect::wall(manager, table).await?;
            if append {
                dialect::refuse_change(manager, table).await?;
            }
        }
        Ok(())
    }
}
