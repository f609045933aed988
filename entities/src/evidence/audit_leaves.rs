//! An entry's place in the tenant's Merkle log.

use sea_orm::entity::prelude::*;

use crate::{AuditEntryId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_leaves")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub log_index: i32,
    pub entry_id: AuditEntryId,
    pub leaf_hash: Vec<u8>,
}

crate::tenant_table! {
    Key: TenantId | LogIndex | EntryId;
    Operational: LeafHash;
}
