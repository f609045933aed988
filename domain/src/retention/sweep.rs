//! The sweep: deletes what is past its end and unheld, in transactions of at most [`BATCH`] records and files.
//!
//! Every transaction takes the run up where its rows say it stands, so that one that was killed is finished by whoever
//! comes next, and two that meet do not count a record twice. The condition stands in the DELETE itself: what was put
//! under a hold or given a later end a moment ago is left alone.

use chrono::{DateTime, Utc};
use recital_entities::{
    RetentionRunId, RetentionRunState, TenantId,
    retention::{retention_results, retention_runs},
    vault::{files, records},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DeleteMany, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Order, Query},
};
use uuid::Uuid;

use super::{Perishable, due, run as runs, serialise_with_holds};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    vault,
    viewer::{Actor, Permission, Viewer},
    work::Work,
};

/// The most records that one transaction deletes.
pub const BATCH: u64 = 5_000;
/// A caller or a worker goes on for so many transactions; the rest is left to the queue.
const MOST_BATCHES: usize = 20;
const JOB: &str = "retention.sweep";
const ALREADY_FINISHED: &str = "ALREADY_FINISHED";

/// What one transaction of a run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub deleted: u64,
    pub finished: bool,
}

/// How far one transaction goes.
#[derive(Clone, Copy)]
struct Batch {
    size: u64,
    /// What is left after it is queued.
    queue_rest: bool,
}

/// The daily sweep of one tenant that was due at `due_at`: finishes what an interrupted run left, then deletes what was
/// past its end at that instant. Answers how many records went. Asked again for the same instant, it does nothing.
pub async fn sweep_tenant(app: &App, tenant: TenantId, correlation: Uuid, due_at: DateTime<Utc>) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job(JOB), correlation);
    let look = async |tx: &TenantTx| Ok((runs::unfinished(tx).await?, runs::begun(tx, due_at).await?));
    let (unfinished, begun) = app.read(&viewer, Permission::RetentionRun, look).await?;
    let mut deleted = 0;
    for run in unfinished {
        deleted += finish(app, &viewer, run.id).await?;
    }
    if !begun {
        let run = begin(app, &viewer, None, due_at).await?;
        deleted += finish(app, &viewer, run.id).await?;
    }
    Ok(deleted)
}

/// Sweeps now, on a caller's word. A run too long for one call goes on in the background.
///
/// # Errors
/// `BAD_USER_INPUT` for an unknown data type.
pub async fn run(app: &App, viewer: &Viewer, data_type: Option<String>) -> Result<retention_runs::Model> {
    let run = begin(app, viewer, data_type, app.now()).await?;
    carry_on(app, viewer, run.id, BATCH).await?;
    app.read(viewer, Permission::RetentionRun, async |tx| get(tx, run.id).await).await
}

/// Takes a run up for a while, `batch` records a transaction; what is left after that is queued.
pub async fn carry_on(app: &App, viewer: &Viewer, run: RetentionRunId, batch: u64) -> Result<()> {
    for left in (0..MOST_BATCHES).rev() {
        if step(app, viewer, run, Batch { size: batch, queue_rest: left == 0 }).await?.finished {
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
    app.write(viewer, Permission::RetentionRun, async |tx| {
        advance_in(tx, run, Batch { size: batch, queue_rest: false }).await
    })
    .await
}

async fn finish(app: &App, viewer: &Viewer, run: RetentionRunId) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let progress = step(app, viewer, run, Batch { size: BATCH, queue_rest: false }).await?;
        deleted += progress.deleted;
        if progress.finished {
            return Ok(deleted);
        }
    }
}

/// Whoever finds the run finished by another has nothing left to do.
async fn step(app: &App, viewer: &Viewer, run: RetentionRunId, batch: Batch) -> Result<Progress> {
    let step = async |tx: &TenantTx| advance_in(tx, run, batch).await;
    match app.write(viewer, Permission::RetentionRun, step).await {
        Err(error) if error.reason() == ALREADY_FINISHED => Ok(Progress { deleted: 0, finished: true }),
        outcome => outcome,
    }
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

async fn get(tx: &TenantTx, run: RetentionRunId) -> Result<retention_runs::Model> {
    tx.get("retention run", retention_runs::Entity::find().filter(retention_runs::Column::Id.eq(run))).await
}

async fn advance_in(tx: &TenantTx, run: RetentionRunId, batch: Batch) -> Result<Audited<Progress>> {
    serialise_with_holds(tx).await?;
    let run = get(tx, run).await?;
    if run.state != RetentionRunState::Running {
        return Err(Error::conflict(ALREADY_FINISHED, "this run is finished"));
    }
    let (mut events, mut deleted) = (Vec::new(), 0);
    for result in open_results(tx, run.id).await? {
        let gone = delete(tx, &result.data_type, run.cutoff_at, batch.size - deleted).await?;
        deleted += gone;
        if deleted == batch.size {
            let partly = Event::RetentionBatchErased { id: run.id, data_type: result.data_type.clone(), deleted: gone };
            count(tx, result, gone).await?;
            if batch.queue_rest {
                tx.enqueue(Work::Sweep { run: run.id }).await?;
            }
            return Ok(audited(events, partly, Progress { deleted, finished: false }));
        }
        let result = close(tx, result, gone, run.cutoff_at).await?;
        events.extend(swept(&result));
    }
    let finished = close_run(tx, run).await?;
    Ok(audited(events, finished, Progress { deleted, finished: true }))
}

fn audited(events: Vec<Event>, last: Event, progress: Progress) -> Audited<Progress> {
    let mut events = events.into_iter();
    match events.next() {
        Some(first) => first.with(progress).and_all(events).and(last),
        None => last.with(progress),
    }
}

async fn open_results(tx: &TenantTx, run: RetentionRunId) -> Result<Vec<retention_results::Model>> {
    use retention_results::{Column, Entity};
    let select = Entity::find().filter(Column::RunId.eq(run)).filter(Column::FinishedAt.is_null());
    tx.all(select.order_by_asc(Column::DataType)).await
}

/// Deletes at most `most` records and files of the data type. With a file's row goes its key; its content follows.
async fn delete(tx: &TenantTx, data_type: &str, cutoff: DateTime<Utc>, most: u64) -> Result<u64> {
    let records = tx.delete(oldest_due::<records::Entity>(tx, data_type, cutoff, most)).await?;
    if records == most {
        return Ok(records);
    }
    let files = tx.delete_returning(oldest_due::<files::Entity>(tx, data_type, cutoff, most - records)).await?;
    let ids: Vec<_> = files.iter().map(|file| file.id).collect();
    let gone = records + ids.len() as u64;
    vault::discard_later(tx, ids).await?;
    Ok(gone)
}

fn oldest_due<E: Perishable>(tx: &TenantTx, data_type: &str, cutoff: DateTime<Utc>, most: u64) -> DeleteMany<E> {
    let mut due = Query::select();
    due.column(E::ID)
        .from(E::default())
        .and_where(E::TENANT.eq(tx.tenant()))
        .and_where(E::DATA_TYPE.eq(data_type))
        .and_where(due::expired::<E>(cutoff))
        .cond_where(due::loose::<E>())
        .order_by(E::EXPIRES_AT, Order::Asc)
        .limit(most);
    // PostgreSQL looks again at the outer condition alone when a row has changed under it.
    E::delete_many().filter(E::ID.in_subquery(due)).filter(due::expired::<E>(cutoff))
}

async fn held<E: Perishable>(tx: &TenantTx, data_type: &str, cutoff: DateTime<Utc>) -> Result<u64> {
    let of_type = E::find().filter(E::DATA_TYPE.eq(data_type));
    tx.count(of_type.filter(due::expired::<E>(cutoff)).filter(due::kept::<E>())).await
}

async fn count(tx: &TenantTx, result: retention_results::Model, gone: u64) -> Result<()> {
    let deleted = sum(result.deleted, gone);
    let mut row = result.into_active_model();
    row.deleted = Set(deleted);
    tx.update(row).await?;
    Ok(())
}

async fn close(
    tx: &TenantTx,
    result: retention_results::Model,
    gone: u64,
    cutoff: DateTime<Utc>,
) -> Result<retention_results::Model> {
    let held = held::<records::Entity>(tx, &result.data_type, cutoff).await?
        + held::<files::Entity>(tx, &result.data_type, cutoff).await?;
    let deleted = sum(result.deleted, gone);
    let mut row = result.into_active_model();
    row.deleted = Set(deleted);
    row.held = Set(sum(0, held));
    row.finished_at = Set(Some(tx.now()));
    tx.update(row).await
}

/// With the last record of an erased subject goes the key that was kept for it.
async fn close_run(tx: &TenantTx, run: retention_runs::Model) -> Result<Event> {
    use retention_results::{Column, Entity};
    let results = tx.all(Entity::find().filter(Column::RunId.eq(run.id))).await?;
    let deleted = results.iter().fold(0, |sum: i32, result| sum.saturating_add(result.deleted));
    let held = results.iter().fold(0, |sum: i32, result| sum.saturating_add(result.held));
    let id = run.id;
    let mut row = run.into_active_model();
    row.state = Set(RetentionRunState::Completed);
    row.finished_at = Set(Some(tx.now()));
    tx.update(row).await?;
    let keys_destroyed = vault::destroy_idle_keys(tx).await?;
    Ok(Event::RetentionRunFinished { id, deleted, held, keys_destroyed })
}

/// The entry of a data type of which anything was due.
fn swept(result: &retention_results::Model) -> Option<Event> {
    (result.deleted > 0 || result.held > 0).then(|| Event::RetentionSwept {
        id: result.run_id,
        data_type: result.data_type.clone(),
        deleted: result.deleted,
        held: result.held,
        cutoff: result.cutoff.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        retention: result.retention,
        legal_basis: result.legal_basis.clone(),
    })
}

fn sum(so_far: i32, more: u64) -> i32 {
    so_far.saturating_add(i32::try_from(more).unwrap_or(i32::MAX))
}
