//! What operators see of the jobs.

use futures::future::BoxFuture;
use recital_domain::{
    app::App,
    error::{Error, Result},
    work::{self, JobBoard, ScheduledJob, Served},
};
use recital_entities::work::job_runs;

use crate::{
    due::next_due,
    jobs::{JOBS, Job, Schedule},
    run_job,
};

/// The table of jobs, for whoever may not know this crate.
pub struct Board(pub App);

impl JobBoard for Board {
    fn jobs(&self) -> BoxFuture<'_, Result<Vec<ScheduledJob>>> {
        Box::pin(async {
            let tenants = work::served_tenants(&self.0).await?;
            Ok(JOBS.iter().map(|job| self.describe(job, &tenants)).collect())
        })
    }

    fn run<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<job_runs::Model>> {
        Box::pin(async move {
            run_job(&self.0, name).await?;
            work::last_run(&self.0, name).await?.ok_or_else(|| Error::not_found("run"))
        })
    }
}

impl Board {
    fn describe(&self, job: &Job, tenants: &[Served]) -> ScheduledJob {
        let (schedule, zone) = match job.schedule {
            Schedule::Cron(expression, zone) => (expression, zone.name()),
            Schedule::TenantsOwn => ("as each tenant's retention register says", "UTC"),
        };
        ScheduledJob {
            name: job.name,
            schedule: schedule.to_owned(),
            time_zone: zone.to_owned(),
            time_limit: job.limit,
            next_run_at: next_due(job, tenants, self.0.now()).unwrap_or_else(|| self.0.now()),
        }
    }
}
