//! How far the import of a file of consents is, committed with each batch: where it goes on after it was stopped.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_imports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// SHA-256.
    #[sea_orm(primary_key, auto_increment = false)]
    pub file_hash: Vec<u8>,
    /// Bytes of the file that are done.
    pub bytes: i64,
    /// The last line that is done.
    pub line: i64,
    pub accepted: i64,
    pub rejected: i64,
    pub started_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId;
    Operational: FileHash | Bytes | Line | Accepted | Rejected | StartedAt | UpdatedAt | FinishedAt;
}
