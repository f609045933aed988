//! The subject's current attributes, sealed.

use sea_orm::entity::prelude::*;

use crate::{Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: SubjectId,
    pub version: i32,
    pub attributes: Sealed,
    pub updated_at: DateTimeUtc,
    pub updated_by: String,
}

crate::tenant_table! {
    Key: TenantId | SubjectId;
    Personal: Attributes;
    Operational: Version | UpdatedAt | UpdatedBy;
}
