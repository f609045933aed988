//! The key that seals all of one subject's data, wrapped by the tenant key. Deleting it is the erasure.

use sea_orm::entity::prelude::*;

use crate::{Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subject_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: SubjectId,
    pub tenant_key_version: i32,
    pub wrapped: Sealed,
    pub created_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | SubjectId;
    Secret: Wrapped;
    Operational: TenantKeyVersion | CreatedAt;
}
