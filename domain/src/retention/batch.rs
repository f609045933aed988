//! One transaction of a run.
//!
//! The condition stands in the DELETE itself: what was put under a hold, restricted or given a later end a moment ago is
//! left alone. Where a batch stops is written down with it, so that what is held is not read again by the next.

use chrono::{DateTime, Utc};
use recital_entities::{
    FileId, RetentionRunId, RetentionRunState,
    retention::{retention_result_holds, retention_results, retention_runs},
    vault::{files, records},
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Perishable, due,
    kept::{self, Kept},
    run as runs, serialise_with_holds,
};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    vault,
    work::Work,
};

pub(super) const ALREADY_FINISHED: &str = "ALREADY_FINISHED";

/// What one transaction of a run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub deleted: u64,
    pub finished: bool,
}

/// How far one transaction goes.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    pub size: u64,
    /// What is left after it is queued.
    pub queue_rest: bool,
}

/// Deletes at most one batch, data type by data type.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `ALREADY_FINISHED`.
pub(super) async fn advance_in(tx: &TenantTx, run: RetentionRunId, batch: Batch) -> Result<Audited<Progress>> {
    serialise_with_holds(tx).await?;
    let run = take_up(tx, runs::get(tx, run).await?).await?;
    let (mut events, mut deleted) = (Vec::new(), 0);
    for mut result in open_results(tx, run.id).await? {
        let most = batch.size - deleted;
        let went = delete(tx, &mut result, run.cutoff_at, most).await?;
        deleted += went.deleted;
        result.deleted = sum(result.deleted, went.deleted);
        if went.is_enough(most) {
            let (id, data_type) = (run.id, result.data_type.clone());
            tx.update(result.into_active_model().reset_all()).await?;
            if batch.queue_rest {
                tx.enqueue(Work::Sweep { run: run.id }).await?;
            }
            let partly = Event::RetentionBatchErased { id, data_type, deleted: went.deleted };
            return Ok(audited(events, partly, Progress { deleted, finished: false }));
        }
        let result = close(tx, result, run.cutoff_at).await?;
        events.extend(swept(&result));
    }
    let finished = close_run(tx, run).await?;
    Ok(audited(events, finished, Progress { deleted, finished: true }))
}

/// A run that failed runs again.
async fn take_up(tx: &TenantTx, run: retention_runs::Model) -> Result<retention_runs::Model> {
    match run.state {
        RetentionRunState::Running => Ok(run),
        RetentionRunState::Completed => Err(Error::conflict(ALREADY_FINISHED, "this run is finished")),
        RetentionRunState::Failed => {
            let mut row = run.into_active_model();
            row.state = Set(RetentionRunState::Running);
            row.failure = Set(None);
            tx.update(row).await
        }
    }
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

/// A transaction looks at so many times as many rows as it may delete, where most are held.
const LOOKS: u64 = 10;

/// What a transaction did to one data type.
#[derive(Clone, Copy, Default)]
struct Went {
    looked: u64,
    deleted: u64,
}

impl Went {
    fn is_enough(self, most: u64) -> bool {
        self.deleted >= most || self.looked >= most.saturating_mul(LOOKS)
    }
}

/// Deletes at most `most` records and files of the data type. With a file's row goes its key; its content follows.
async fn delete(
    tx: &TenantTx,
    result: &mut retention_results::Model,
    cutoff: DateTime<Utc>,
    most: u64,
) -> Result<Went> {
    let mut went = Went::default();
    let mut reached = (result.records_swept_to, result.records_swept_id);
    while !went.is_enough(most) {
        let page = next_due::<records::Entity>(tx, &result.data_type, reached, cutoff, most - went.deleted).await?;
        let Some((last, end)) = page.last() else { break };
        reached = (Some(*end), Some(*last));
        went.looked += page.len() as u64;
        let due = records::Entity::delete_many().filter(still_due::<records::Entity>(tx, &page, cutoff));
        went.deleted += tx.delete(due).await?;
    }
    (result.records_swept_to, result.records_swept_id) = reached;
    let mut reached = (result.files_swept_to, result.files_swept_id);
    let mut gone: Vec<FileId> = Vec::new();
    while !went.is_enough(most) {
        let page = next_due::<files::Entity>(tx, &result.data_type, reached, cutoff, most - went.deleted).await?;
        let Some((last, end)) = page.last() else { break };
        reached = (Some(*end), Some(*last));
        went.looked += page.len() as u64;
        let due = files::Entity::delete_many().filter(still_due::<files::Entity>(tx, &page, cutoff));
        let files = tx.delete_returning(due).await?;
        went.deleted += files.len() as u64;
        gone.extend(files.into_iter().map(|file| file.id));
    }
    (result.files_swept_to, result.files_swept_id) = reached;
    vault::discard_later(tx, gone).await?;
    Ok(went)
}

/// Where the run stands in a table: the end and the id of the last row that it looked at.
type Reached = (Option<DateTime<Utc>>, Option<Uuid>);

/// The next rows that are past their end, in the order of the index, whether or not anything keeps them: a condition that
/// the planner misjudges would have it sort all that is due for every batch.
async fn next_due<E: Perishable>(
    tx: &TenantTx,
    data_type: &str,
    reached: Reached,
    cutoff: DateTime<Utc>,
    most: u64,
) -> Result<Vec<(Uuid, DateTime<Utc>)>> {
    let column = |column: E::Column| Expr::col(column.as_column_ref());
    let mut select = E::find()
        .select_only()
        .columns([E::ID, E::EXPIRES_AT])
        .filter(E::DATA_TYPE.eq(data_type))
        .filter(due::expired::<E>(cutoff));
    if let (Some(end), Some(id)) = reached {
        let here = Expr::tuple([Expr::value(end), Expr::value(id)]);
        select = select.filter(Expr::tuple([column(E::EXPIRES_AT), column(E::ID)]).gt(here));
    }
    tx.tuples(select.order_by_asc(E::EXPIRES_AT).order_by_asc(E::ID).limit(most)).await
}

/// Those of the rows that nothing keeps, and whose end has not become later since they were looked for.
fn still_due<E: Perishable>(tx: &TenantTx, rows: &[(Uuid, DateTime<Utc>)], cutoff: DateTime<Utc>) -> Condition {
    let ids = E::ID.is_in(rows.iter().map(|(id, _)| *id));
    due::loose::<E>(tx.tenant()).add(ids).add(due::expired::<E>(cutoff))
}

async fn held<E: Perishable>(tx: &TenantTx, data_type: &str, cutoff: DateTime<Utc>) -> Result<u64> {
    let of_type = E::find().filter(E::DATA_TYPE.eq(data_type));
    tx.count(of_type.filter(due::expired::<E>(cutoff)).filter(due::kept::<E>(tx.tenant()))).await
}

/// The data type is done: what was kept, and by what, is written down.
async fn close(
    tx: &TenantTx,
    mut result: retention_results::Model,
    cutoff: DateTime<Utc>,
) -> Result<retention_results::Model> {
    let data_type = &result.data_type;
    let held =
        held::<records::Entity>(tx, data_type, cutoff).await? + held::<files::Entity>(tx, data_type, cutoff).await?;
    let kept = kept::kept(tx, std::slice::from_ref(data_type), cutoff).await?.remove(data_type).unwrap_or_default();
    result.held = sum(0, held);
    result.restricted = sum(0, kept.restricted);
    result.finished_at = Some(tx.now());
    name_holds(tx, &result, &kept).await?;
    tx.update(result.into_active_model().reset_all()).await
}

async fn name_holds(tx: &TenantTx, result: &retention_results::Model, kept: &Kept) -> Result<()> {
    let rows = kept.by_hold.iter().map(|(hold, count)| retention_result_holds::Model {
        tenant_id: tx.tenant(),
        run_id: result.run_id,
        data_type: result.data_type.clone(),
        hold_id: *hold,
        kept: sum(0, *count),
    });
    tx.insert_all(rows.map(sea_orm::IntoActiveModel::into_active_model).collect()).await
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
