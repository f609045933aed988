//! Runs one job: wins what is due, works tenant by tenant under a lease, and leaves a record of how it went.

use std::{collections::HashSet, panic::AssertUnwindSafe};

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use recital_domain::{
    app::App,
    error::{Error, Result},
    work::{self, JobRun, Served},
};
use tokio_util::sync::CancellationToken;

use crate::{
    due::due_runs,
    jobs::{Act, Job, Turn},
};

/// Another worker takes a run over when its worker has not extended it for this long.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const EXTEND_EVERY: std::time::Duration = std::time::Duration::from_secs(15);

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

/// How a run ended for this worker.
enum End {
    Finished(Outcome),
    /// This process stops: the run is given back.
    Stopped,
    /// Another worker has it now.
    Lost,
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
        if self.stop.is_cancelled() || work::is_running(&self.app, self.job.name).await? {
            return Ok(None);
        }
        let Some(run) = work::claim_run(&self.app, self.job.name, at, &self.worker, LEASE).await? else {
            return Ok(None);
        };
        match self.under_lease(&run, tenants).await {
            End::Finished(outcome) => self.record(&run, outcome).await,
            End::Stopped => work::release_run(&self.app, &run).await.map(|_| None),
            End::Lost => Ok(None),
        }
    }

    async fn record(&self, run: &JobRun, outcome: Outcome) -> Result<Option<Outcome>> {
        let tenants = i32::try_from(outcome.tenants).unwrap_or(i32::MAX);
        let changed = i32::try_from(outcome.changed).unwrap_or(i32::MAX);
        tracing::info!(job = self.job.name, run = %run.id, tenants, changed, failures = outcome.failures.len(), "ran");
        let kept = work::finish_run(&self.app, run, tenants, changed, outcome.failures.clone()).await?;
        Ok(kept.then_some(outcome))
    }

    /// Works and extends the lease meanwhile; stops working at once when the lease is lost.
    async fn under_lease(&self, run: &JobRun, tenants: &[Served]) -> End {
        let work = tokio::time::timeout(self.job.limit, self.work(run, tenants));
        tokio::pin!(work);
        loop {
            tokio::select! {
                end = &mut work => return end.unwrap_or_else(|_| End::Finished(too_long())),
                () = tokio::time::sleep(EXTEND_EVERY) => {}
            }
            match work::extend_run(&self.app, run, LEASE).await {
                Ok(true) => {}
                Ok(false) => return End::Lost,
                Err(error) => tracing::warn!(?error, job = self.job.name, "the lease was not extended"),
            }
        }
    }

    /// One tenant after the other: the failure of one stops no other.
    async fn work(&self, run: &JobRun, tenants: &[Served]) -> End {
        let mut outcome = Outcome::default();
        match self.job.act {
            Act::Once(act) => outcome.note("all", guarded(act(&self.app)).await),
            Act::EachTenant(act) => {
                for tenant in tenants {
                    if self.stop.is_cancelled() {
                        return End::Stopped;
                    }
                    let turn = Turn { tenant, run: run.id.0, due_at: run.scheduled_for };
                    outcome.tenants += 1;
                    outcome.note(&tenant.slug, guarded(act(&self.app, turn)).await);
                }
            }
        }
        End::Finished(outcome)
    }
}

impl Outcome {
    fn note(&mut self, slug: &str, result: Result<u64>) {
        match result {
            Ok(changed) => self.changed += changed,
            Err(error) => {
                tracing::warn!(?error, tenant = slug, "a job failed for a tenant");
                let code: &str = error.code().into();
                self.failures.push(format!("{slug}: {code}/{}", error.reason()));
            }
        }
    }
}

fn too_long() -> Outcome {
    Outcome { failures: vec!["all: UNAVAILABLE/TIME_LIMIT".to_owned()], ..Outcome::default() }
}

/// A panic is the failure of what panicked, not of the worker.
pub(crate) async fn guarded<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Error::internal("a panic")))
}
