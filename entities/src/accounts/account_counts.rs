//! How often something was tried at the privacy centre's door in one minute, by a keyed hash of what is counted.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_counts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: Vec<u8>,
    /// Its beginning.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: DateTimeUtc,
    pub tries: i32,
}

crate::tenant_table! {
    Key: TenantId | KeyHash | Minute;
    Operational: Tries;
}
