//! The sweep: deletes what is past its end and unheld, in transactions of at most [`BATCH`] records and files.
//!
//! Every transaction takes the run up where its rows say it stands, so that one that was killed is finished by whoever
//! comes next, and two that meet do not count a record twice. A run that a fault stops is FAILED, says why, and goes on
//! with the next sweep or when somebody asks for it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use recital_entities::{RetentionFailure, RetentionRunId, RetentionRunState, TenantId, retention::retention_runs};
use sea_orm::{ActiveValue::Set, IntoActiveModel as _};
use uuid::Uuid;

use super::{
    batch::{ALREADY_FINISHED, Batch, Progress, advance_in},
    run as runs, serialise_with_holds,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Code, Error, Result},
    evidence::Event,
    viewer::{Actor, Permission, Viewer},
};

/// The most records that one transaction deletes.
pub const BATCH: u64 = 5_000;
/// A caller or a worker goes on for so many transactions; the rest is left to the queue.
const MOST_BATCHES: usize = 20;
/// Then a caller hears that the run goes on.
const CALLERS_WAIT: Duration = Duration::from_secs(10);
const JOB: &str = "retention.sweep";

/// The daily sweep of one tenant that was due at `due_at`: finishes what an interrupted or failed run left, then deletes
/// what was past its end at that instant. Answers how many records went. Asked again for the same instant, it does
/// nothing more.
///
/// # Errors
/// The first that stopped a run; the other runs have gone on.
pub async fn sweep_tenant(app: &App, tenant: TenantId, correlation: Uuid, due_at: DateTime<Utc>) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job(JOB), correlation);
    let look = async |tx: &TenantTx| Ok((runs::unfinished(tx).await?, runs::begun(tx, due_at).await?));
    let (unfinished, begun) = app.read(&viewer, Permission::RetentionRun, look).await?;
    let mut runs: Vec<RetentionRunId> = unfinished.into_iter().map(|run| run.id).collect();
    if !begun {
        runs.push(begin(app, &viewer, None, due_at).await?.id);
    }
    let (mut deleted, mut stopped) = (0, None);
    for run in runs {
        match finish(app, &viewer, run).await {
            Ok(gone) => deleted += gone,
            Err(error) => stopped = stopped.or(Some(error)),
        }
    }
    stopped.map_or(Ok(deleted), Err)
}

/// Sweeps now, on a caller's word. A run too long for one call goes on in the background.
///
/// # Errors
/// `BAD_USER_INPUT` for an unknown data type.
pub async fn run(app: &App, viewer: &Viewer, data_type: Option<String>) -> Result<retention_runs::Model> {
    let run = begin(app, viewer, data_type, app.now()).await?;
    for_a_while(app, viewer, run.id).await?;
    app.read(viewer, Permission::RetentionRun, async |tx| runs::get(tx, run.id).await).await
}

/// Carries on, and waits for it as long as a caller will. It goes on without one who does not.
async fn for_a_while(app: &App, viewer: &Viewer, run: RetentionRunId) -> Result<()> {
    let (app, viewer) = (app.clone(), viewer.clone());
    let task = tokio::spawn(async move { carry_on(&app, &viewer, run, BATCH).await });
    match tokio::time::timeout(CALLERS_WAIT, task).await {
        Ok(ended) => ended.map_err(Error::internal)?,
        Err(_) => Ok(()),
    }
}

/// Takes a run up again that failed or was left, without waiting for the next sweep.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `ALREADY_FINISHED`.
pub async fn resume(app: &App, viewer: &Viewer, run: RetentionRunId) -> Result<retention_runs::Model> {
    step(app, viewer, run, Batch { size: BATCH, queue_rest: false }).await?;
    for_a_while(app, viewer, run).await?;
    app.read(viewer, Permission::RetentionRun, async |tx| runs::get(tx, run).await).await
}

/// Takes a run up for a while, `batch` records a transaction; what is left after that is queued.
pub async fn carry_on(app: &App, viewer: &Viewer, run: RetentionRunId, batch: u64) -> Result<()> {
    for left in (0..MOST_BATCHES).rev() {
        if unless_finished(step(app, viewer, run, Batch { size: batch, queue_rest: left == 0 }).await)?.finished {
            break;
        }
    }
    Ok(())
}

/// One transaction of a run: at most `batch` records go.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `ALREADY_FINISHED`.
pub async fn advance(app: &App, viewer: &Viewer, run: RetentionRunId, batch: u64) -> Result<Progress> {
    step(app, viewer, run, Batch { size: batch, queue_rest: false }).await
}

async fn finish(app: &App, viewer: &Viewer, run: RetentionRunId) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let progress = unless_finished(advance(app, viewer, run, BATCH).await)?;
        deleted += progress.deleted;
        if progress.finished {
            return Ok(deleted);
        }
    }
}

/// Whoever finds the run finished by another has nothing left to do.
fn unless_finished(outcome: Result<Progress>) -> Result<Progress> {
    match outcome {
        Err(error) if error.reason() == ALREADY_FINISHED => Ok(Progress { deleted: 0, finished: true }),
        outcome => outcome,
    }
}

/// A fault stops the run: it is FAILED until somebody takes it up again.
async fn step(app: &App, viewer: &Viewer, run: RetentionRunId, batch: Batch) -> Result<Progress> {
    let outcome = app.write(viewer, Permission::RetentionRun, async |tx| advance_in(tx, run, batch).await).await;
    if let Err(error) = &outcome
        && error.is_fault()
        && let Err(silent) = fail(app, viewer, run, error).await
    {
        // Most likely the same fault. The run stays RUNNING, which the next sweep takes up as well.
        tracing::warn!(%run, error = ?silent, "a run that stopped could not be marked");
    }
    outcome
}

async fn fail(app: &App, viewer: &Viewer, run: RetentionRunId, error: &Error) -> Result<()> {
    let unavailable = error.code() == Code::Unavailable;
    let failure = if unavailable { RetentionFailure::Unavailable } else { RetentionFailure::Internal };
    app.write(viewer, Permission::RetentionRun, async |tx| {
        serialise_with_holds(tx).await?;
        let mut row = runs::get(tx, run).await?;
        if row.state == RetentionRunState::Running {
            let mut failed = row.clone().into_active_model();
            failed.state = Set(RetentionRunState::Failed);
            failed.failure = Set(Some(failure));
            row = tx.update(failed).await?;
        }
        Ok(Event::RetentionRunFailed { id: row.id, failure }.with(()))
    })
    .await
}

/// Writes down what a run shall look at; [`advance`] and [`carry_on`] do it. `cutoff_at` is the instant at which what is
/// past its end is due.
///
/// # Errors
/// `BAD_USER_INPUT` for an unknown data type.
pub async fn begin(
    app: &App,
    viewer: &Viewer,
    data_type: Option<String>,
    cutoff_at: DateTime<Utc>,
) -> Result<retention_runs::Model> {
    app.write(viewer, Permission::RetentionRun, async |tx| {
        let run = runs::begin(tx, data_type, cutoff_at).await?;
        Ok(Event::RetentionRunStarted { id: run.id, data_type: run.data_type.clone() }.with(run))
    })
    .await
}
