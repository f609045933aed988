//! Keeps the law's clocks: runs jobs when they are due and performs the work that commits leave behind.
//!
//! tokio-cron-scheduler is the alarm clock and no more: what is due is computed here, and the database says who runs it.
//! Any number of processes may run this side by side.

mod alarm;
mod board;
mod drain;
pub mod due;
pub mod jobs;
mod lease;
mod runner;

pub use board::Board;
pub use drain::drain_once;
pub use runner::Outcome;

use std::{sync::Arc, time::Duration};

use recital_domain::{
    app::App,
    error::{Error, Result},
    evidence,
    work::{self, Worker},
};
use tokio::{
    sync::Notify,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use crate::{
    due::due_runs,
    jobs::{JOBS, Job},
    runner::Runner,
};

const BEAT_EVERY: Duration = Duration::from_secs(15);
const SEQUENCE_EVERY: Duration = Duration::from_secs(1);

/// Works until `stop` is cancelled; the handle ends when all that was under way has.
#[must_use]
pub fn start(app: App, work_at_once: usize, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let Some(worker) = join(&app, &stop).await else { return };
        let ring = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(alarm::keep(Arc::clone(&ring), stop.clone()));
        tasks.spawn(drain::drain(app.clone(), work_at_once, stop.clone()));
        tasks.spawn(sequence(app.clone(), stop.clone()));
        tasks.spawn(beat(app.clone(), worker.clone(), stop.clone()));
        for job in JOBS {
            let runner = Runner::new(app.clone(), job, worker.name.clone(), stop.clone());
            tasks.spawn(keep(runner, job.name, Arc::clone(&ring), stop.clone()));
        }
        while tasks.join_next().await.is_some() {}
        if let Err(error) = worker.leave(&app).await {
            tracing::warn!(?error, "the worker did not sign off");
        }
    })
}

/// Joins as soon as the database lets it.
async fn join(app: &App, stop: &CancellationToken) -> Option<Worker> {
    loop {
        match Worker::join(app).await {
            Ok(worker) => return Some(worker),
            Err(error) => tracing::warn!(?error, "the worker cannot join yet"),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(BEAT_EVERY) => {}
        }
    }
}

async fn keep(mut runner: Runner, name: &'static str, ring: Arc<Notify>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = runner.tick().await {
            tracing::warn!(?error, job = name, "a job could not be looked after");
        }
        tokio::select! {
            () = ring.notified() => {}
            // Should the alarm clock ever stop.
            () = tokio::time::sleep(alarm::EVERY * 3) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Takes audit entries into their logs. Too frequent for a run of its own each time.
async fn sequence(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = evidence::sequence(&app).await {
            tracing::warn!(?error, "audit entries wait for their log");
        }
        tokio::select! {
            () = tokio::time::sleep(SEQUENCE_EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn beat(app: App, worker: Worker, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = worker.beat(&app).await {
            tracing::warn!(?error, "the worker's sign of life was not recorded");
        }
        match work::mend(&app).await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, "a clock was set back: what it had put off is due now"),
            Err(error) => tracing::warn!(?error, "nobody looked for a clock that was set back"),
        }
        tokio::select! {
            () = tokio::time::sleep(BEAT_EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Runs once whatever is due now. Answers how many runs this made.
pub async fn tick_once(app: &App) -> Result<usize> {
    let mut finished = 0;
    for job in JOBS {
        finished += runner(app, job).tick().await?;
    }
    Ok(finished)
}

/// Counts what is due now as done, for tenants whose history was brought in from elsewhere.
pub async fn settle(app: &App) -> Result<()> {
    let tenants = work::served_tenants(app).await?;
    for job in JOBS {
        for due in due_runs(job, &tenants, app.now()) {
            if let Some(run) = work::claim_run(app, job.name, due.at, "settled").await? {
                work::finish_run(app, &run, 0, 0, Vec::new()).await?;
            }
        }
    }
    Ok(())
}

/// Runs a job for every tenant now, whatever its schedule says.
///
/// # Errors
/// `NOT_FOUND` for a job that there is not; CONFLICT with `JOB_RUNNING` while a worker has it.
pub async fn run_job(app: &App, name: &str) -> Result<Outcome> {
    let job = jobs::find(name).ok_or_else(|| Error::not_found("job"))?;
    let tenants = work::served_tenants(app).await?;
    // Two runs of a job are never due at the same instant.
    let newest = work::last_run(app, name).await?.map(|run| run.scheduled_for + chrono::TimeDelta::microseconds(1));
    let at = newest.map_or(app.now(), |newest| newest.max(app.now()));
    let outcome = runner(app, job).run(at, &tenants).await?;
    outcome.ok_or_else(|| Error::conflict("JOB_RUNNING", "a worker is running this job"))
}

fn runner(app: &App, job: &'static Job) -> Runner {
    Runner::new(app.clone(), job, "asked for".to_owned(), CancellationToken::new())
}
