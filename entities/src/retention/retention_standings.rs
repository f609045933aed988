//! What a tenant keeps past its period, as last measured. Global, so that one statement sums all tenants up.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_standings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub measured_at: DateTimeUtc,
    pub overdue: i32,
    pub overdue_since: Option<DateTimeUtc>,
    pub held: i32,
}

crate::global_table! {
    Key: TenantId;
    Operational: MeasuredAt | Overdue | OverdueSince | Held;
}
