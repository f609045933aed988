//! Which subjects were erased: the database's half of the ledger.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure_ledger")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// A keyed hash of the subject's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_hash: Vec<u8>,
    pub erased_at: DateTimeUtc,
    /// Since when the entry stands outside of the database too.
    pub recorded_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | SubjectHash;
    Operational: ErasedAt | RecordedAt;
}
