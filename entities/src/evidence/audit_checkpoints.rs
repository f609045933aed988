//! A signed statement of the log's size and root (C2SP tlog-checkpoint).

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_checkpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub size: i32,
    pub root_hash: Vec<u8>,
    /// The right edge of the tree, from which appending goes on.
    pub frontier: Vec<u8>,
    pub note: String,
    pub at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Size;
    Operational: RootHash | Frontier | Note | At;
}
