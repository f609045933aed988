//! How far the stamping anew of a data type has come since its period last changed.

use sea_orm::entity::prelude::*;

use crate::{RestampStage, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_restamps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_type: String,
    pub stage: RestampStage,
    /// The last row of the stage's table that was looked at.
    pub reached: Option<Uuid>,
    pub stamped: i32,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    /// When all was gone through once more, for what was on its way while the period changed.
    pub checked_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | DataType | Reached;
    Operational: Stage | Stamped | StartedAt | FinishedAt | CheckedAt;
}
