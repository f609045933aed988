//! An entry that the log has not taken in yet. Global, so that one statement finds the tenants that have some.

use sea_orm::entity::prelude::*;

use crate::{AuditEntryId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_pending")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: AuditEntryId,
}

crate::global_table! {
    Key: TenantId | EntryId;
}
