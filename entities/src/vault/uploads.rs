//! An upload that has begun: its row goes when the file is there, or when what was stored of it is gone.

use sea_orm::entity::prelude::*;

use crate::{FileId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "uploads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    pub started_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Operational: StartedAt;
}
