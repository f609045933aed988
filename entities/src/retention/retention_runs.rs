//! One sweep over one tenant.

use sea_orm::entity::prelude::*;

use crate::{RetentionFailure, RetentionRunId, RetentionRunState, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RetentionRunId,
    pub state: RetentionRunState,
    pub data_type: Option<String>,
    pub cutoff_at: DateTimeUtc,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    pub started_by: String,
    pub failure: Option<RetentionFailure>,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Operational: State | DataType | CutoffAt | StartedAt | FinishedAt | StartedBy | Failure;
}
