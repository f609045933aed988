//! A worker process that is alive.

use sea_orm::entity::prelude::*;

use crate::WorkerId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkerId,
    pub name: String,
    pub started_at: DateTimeUtc,
    pub seen_at: DateTimeUtc,
}

crate::global_table! {
    Key: Id;
    Operational: Name | StartedAt | SeenAt;
}
