//! One due run of one job: the row is what makes it happen once.

use sea_orm::entity::prelude::*;

use crate::{JobRunId, Strings};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobRunId,
    pub job: String,
    pub scheduled_for: DateTimeUtc,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    pub worker: String,
    pub lease: Uuid,
    pub leased_until: DateTimeUtc,
    pub attempts: i32,
    pub tenants: i32,
    pub changed: i32,
    pub failures: Strings,
}

crate::global_table! {
    Key: Id;
    Operational: Job | ScheduledFor | StartedAt | FinishedAt | Worker | Lease | LeasedUntil | Attempts | Tenants | Changed | Failures;
}
