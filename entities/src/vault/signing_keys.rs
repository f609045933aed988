//! The public half of a key that signed something for outsiders. Never removed.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    pub public_key: Vec<u8>,
    pub created_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Kid;
    Operational: PublicKey | CreatedAt;
}
