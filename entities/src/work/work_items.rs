//! Something to be done after a commit: ids only, never personal data. Global, so that one statement claims for all tenants.

use sea_orm::entity::prelude::*;

use crate::{TenantId, WorkItemId, WorkState};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkItemId,
    pub tenant_id: TenantId,
    pub kind: String,
    pub payload: Json,
    /// What it serves, when that may end before it is done: `<subject>/<purpose's key>`.
    pub about: Option<String>,
    pub state: WorkState,
    pub attempts: i32,
    pub next_attempt_at: Option<DateTimeUtc>,
    pub leased_until: Option<DateTimeUtc>,
    pub lease: Option<Uuid>,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

crate::global_table! {
    Key: Id | TenantId;
    Operational: Kind | Payload | About | State | Attempts | NextAttemptAt | LeasedUntil | Lease | LastError | CreatedAt | FinishedAt;
}
