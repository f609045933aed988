//! How many subjects a tenant holds, as a sum over slots that registrations add to without waiting for one another.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subject_counts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: i32,
    pub subjects: i32,
}

crate::tenant_table! {
    Key: TenantId | Slot;
    Operational: Subjects;
}
