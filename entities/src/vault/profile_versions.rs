//! What changed in a profile, when and by whom: names of fields, never values.

use sea_orm::entity::prelude::*;

use crate::{Strings, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "profile_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: SubjectId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub changed_fields: Strings,
    pub updated_at: DateTimeUtc,
    pub updated_by: String,
}

crate::tenant_table! {
    Key: TenantId | SubjectId | Version;
    Operational: ChangedFields | UpdatedAt | UpdatedBy;
}
