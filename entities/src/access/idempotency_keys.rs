//! The answer already given to a mutation that carried an idempotency key.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: Vec<u8>,
    pub request_hash: Vec<u8>,
    pub answer: Json,
    pub created_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | KeyHash;
    Operational: Operation | RequestHash | Answer | CreatedAt;
}
