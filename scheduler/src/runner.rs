//! Runs one job: wins what is due, works tenant by tenant under a lease, and leaves a record of how it went.

use std::{collections::HashSet, panic::AssertUnwindSafe, time::Instant};

use chrono::{DateTime, Utc};
use futures::{FutureExt as _, future::BoxFuture};
use recital_domain::{
    app::App,
    error::{Error, Result},
    telemetry::metrics::{JobRunDuration, JobRuns, Known, RunOutcome},
    work::{self, JobRun, Served},
};
use tokio_util::sync::CancellationToken;

use crate::{
    due::due_runs,
    jobs::{Act, Job, Turn},
    lease,
};

/// One job in one process.
pub struct Runner {
    app: App,
    job: &'static Job,
    worker: String,
    stop: CancellationToken,
    /// Runs known to be over, so that nobody asks the database about them again.
    settled: HashSet<DateTime<Utc>>,
}

/// How a run went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub tenants: usize,
    pub changed: u64,
    /// `slug: CODE/REASON`.
    pub failures: Vec<String>,
}

/// In place of a tenant's slug.
const ALL: &str = "all";

/// How a run ended for this worker.
enum End {
    Finished(Outcome),
    /// This process stops: the run is given back.
    Stopped,
}

enum Progress {
    Finished,
    Stopped,
}

impl Runner {
    #[must_use]
    pub fn new(app: App, job: &'static Job, worker: String, stop: CancellationToken) -> Self {
        Self { app, job, worker, stop, settled: HashSet::new() }
    }

    /// Performs what is due and free. Answers how many runs this process finished.
    pub async fn tick(&mut self) -> Result<usize> {
        let tenants = work::served_tenants(&self.app).await?;
        let due = due_runs(self.job, &tenants, self.app.now());
        self.settled.retain(|at| due.iter().any(|due| due.at == *at));
        let mut finished = 0;
        for due in due {
            if !self.is_settled(due.at).await? && self.run(due.at, &due.tenants).await?.is_some() {
                finished += 1;
            }
        }
        Ok(finished)
    }

    async fn is_settled(&mut self, at: DateTime<Utc>) -> Result<bool> {
        if self.settled.contains(&at) {
            return Ok(true);
        }
        let over = work::find_run(&self.app, self.job.name, at).await?.is_some_and(|run| run.finished_at.is_some());
        if over {
            self.settled.insert(at);
        }
        Ok(over)
    }

    /// Performs the run due at `at` unless it, or another run of the job, is in a worker's hands.
    pub async fn run(&self, at: DateTime<Utc>, tenants: &[Served]) -> Result<Option<Outcome>> {
        if self.stop.is_cancelled() {
            return Ok(None);
        }
        let Some(run) = work::claim_run(&self.app, self.job.name, at, &self.worker).await? else {
            return Ok(None);
        };
        let (begun, job) = (Instant::now(), Known(self.job.name));
        let extend = {
            let (app, run) = (self.app.clone(), run.clone());
            move || -> BoxFuture<'static, Result<bool>> {
                let (app, run) = (app.clone(), run.clone());
                Box::pin(async move { work::extend_run(&app, &run).await })
            }
        };
        match lease::hold(self.perform(&run, tenants), extend).await {
            Some(End::Finished(outcome)) => {
                JobRunDuration { job }.observe(begun.elapsed());
                let outcome = self.record(&run, outcome).await?;
                let failed = outcome.as_ref().map(|outcome| !outcome.failures.is_empty());
                let counted = failed
                    .map_or(RunOutcome::Lost, |failed| if failed { RunOutcome::Partly } else { RunOutcome::Done });
                JobRuns { job, outcome: counted }.count();
                Ok(outcome)
            }
            Some(End::Stopped) => work::release_run(&self.app, &run).await.map(|_| None),
            None => {
                tracing::warn!(job = self.job.name, run = %run.id, "the lease on a run was lost");
                JobRuns { job, outcome: RunOutcome::Lost }.count();
                Ok(None)
            }
        }
    }

    async fn record(&self, run: &JobRun, outcome: Outcome) -> Result<Option<Outcome>> {
        let tenants = i32::try_from(outcome.tenants).unwrap_or(i32::MAX);
        let changed = i32::try_from(outcome.changed).unwrap_or(i32::MAX);
        tracing::info!(job = self.job.name, run = %run.id, tenants, changed, failures = outcome.failures.len(), "ran");
        let kept = work::finish_run(&self.app, run, tenants, changed, outcome.failures.clone()).await?;
        Ok(kept.then_some(outcome))
    }

    /// What was done before the time was over stays, and is on record.
    async fn perform(&self, run: &JobRun, tenants: &[Served]) -> End {
        let mut outcome = Outcome::default();
        match tokio::time::timeout(self.job.limit, self.work(run, tenants, &mut outcome)).await {
            Ok(Progress::Stopped) => return End::Stopped,
            Ok(Progress::Finished) => {}
            Err(_) => outcome.out_of_time(tenants),
        }
        End::Finished(outcome)
    }

    /// One tenant after the other: the failure of one stops no other.
    async fn work(&self, run: &JobRun, tenants: &[Served], outcome: &mut Outcome) -> Progress {
        match self.job.act {
            Act::Once(act) => outcome.note(ALL, guarded(act(&self.app)).await),
            Act::EachTenant(act) => {
                for tenant in tenants {
                    if self.stop.is_cancelled() {
                        return Progress::Stopped;
                    }
                    let turn = Turn { tenant, run: run.id.0, due_at: run.scheduled_for };
                    outcome.tenants += 1;
                    outcome.note(&tenant.slug, guarded(act(&self.app, turn)).await);
                }
            }
        }
        Progress::Finished
    }
}

impl Outcome {
    fn note(&mut self, slug: &str, result: Result<u64>) {
        match result {
            Ok(changed) => self.changed += changed,
            Err(error) => self.fail(slug, &error),
        }
    }

    fn fail(&mut self, slug: &str, error: &Error) {
        tracing::warn!(?error, tenant = slug, "a job failed for a tenant");
        let code: &str = error.code().into();
        self.failures.push(format!("{slug}: {code}/{}", error.reason()));
    }

    /// Names the tenant whose turn was not over, and those that had none.
    fn out_of_time(&mut self, tenants: &[Served]) {
        let error = Error::unavailable("TIME_LIMIT", "the job's time was over");
        match tenants.get(self.tenants.saturating_sub(1)..) {
            Some(late) if self.tenants > 0 => late.iter().for_each(|tenant| self.fail(&tenant.slug, &error)),
            _ => self.fail(ALL, &error),
        }
    }
}

/// A panic is the failure of what panicked, not of the worker.
pub(crate) async fn guarded<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Error::internal("a panic")))
}
