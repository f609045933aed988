//! What operators see of the scheduler, which neither this crate nor the API knows.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use recital_entities::work::job_runs;

use crate::error::Result;

/// A job of the scheduler's table.
#[derive(Clone, Debug)]
pub struct ScheduledJob {
    /// `room.verb`.
    pub name: &'static str,
    /// A cron expression, or the words for a schedule that tenants set.
    pub schedule: String,
    /// IANA name.
    pub time_zone: String,
    /// A run that takes longer is stopped.
    pub time_limit: Duration,
    pub next_run_at: DateTime<Utc>,
}

/// The scheduler's table, and running a job out of turn.
pub trait JobBoard: Send + Sync {
    /// Every job, in the order of the table.
    ///
    /// # Errors
    /// UNAVAILABLE without a database, which knows the tenants' own schedules.
    fn jobs(&self) -> BoxFuture<'_, Result<Vec<ScheduledJob>>>;

    /// Runs the job now, to its end.
    ///
    /// # Errors
    /// `NOT_FOUND` for a name that is not on the table; CONFLICT with `JOB_RUNNING` while a worker has it.
    fn run<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<job_runs::Model>>;
}
