//! How many entries at the beginning of a tenant's audit log are there as hashes alone: their own period has ended.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_ages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub aged_to: i32,
}

crate::tenant_table! {
    Key: TenantId;
    Operational: AgedTo;
}
