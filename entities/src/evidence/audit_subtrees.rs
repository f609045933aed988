//! The root of a complete subtree of the tenant's Merkle log: a hash of a tile above the leaves (C2SP tlog-tiles).

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_subtrees")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Over 256^level leaves; 1 is the first above the leaves.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Counted from the left, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub root_hash: Vec<u8>,
}

crate::tenant_table! {
    Key: TenantId | Level | Position;
    Operational: RootHash;
}
