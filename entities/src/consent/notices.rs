//! The text a person was shown, kept once by its hash.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub text: String,
    pub first_shown_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Hash;
    Operational: Text | FirstShownAt;
}
