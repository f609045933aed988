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
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
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
    let (mut events, mut deleted, mut looked) = (Vec::new(), 0, 0);
    for mut result in open_results(tx, run.id).await? {
        let went = delete(tx, &mut result, run.cutoff_at, batch.size - looked).await?;
        (deleted, looked) = (deleted + went.deleted, looked + went.looked);
        result.deleted = sum(result.deleted, went.deleted);
        if looked == batch.size {
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

#[derive(Clone, Copy)]
struct Went {
    /// Rows that were due when they were looked for.
    looked: u64,
    deleted: u64,
}

/// Deletes at most `most` records and files of the data type. With a file's row goes its key; its content follows.
async fn delete(
    tx: &TenantTx,
    result: &mut retention_results::Model,
    cutoff: DateTime<Utc>,
    most: u64,
) -> Result<Went> {
    let due = next_due::<records::Entity>(&result.data_type, result.records_swept_to, cutoff, most);
    let due: Vec<(Uuid, DateTime<Utc>)> = tx.tuples(due).await?;
    result.records_swept_to = Some(due.last().map_or(cutoff, |(_, end)| *end));
    let looked = due.len() as u64;
    let records = tx.delete(records::Entity::delete_many().filter(still_due::<records::Entity>(&due, cutoff))).await?;
    if looked == most {
        return Ok(Went { looked, deleted: records });
    }
    let due = next_due::<files::Entity>(&result.data_type, result.files_swept_to, cutoff, most - looked);
    let due: Vec<(Uuid, DateTime<Utc>)> = tx.tuples(due).await?;
    result.files_swept_to = Some(due.last().map_or(cutoff, |(_, end)| *end));
    let still_due = files::Entity::delete_many().filter(still_due::<files::Entity>(&due, cutoff));
    let files: Vec<FileId> = tx.delete_returning(still_due).await?.into_iter().map(|file| file.id).collect();
    let went = Went { looked: looked + due.len() as u64, deleted: records + files.len() as u64 };
    vault::discard_later(tx, files).await?;
    Ok(went)
}

/// The next rows that are past their end and that nothing keeps, with their ends.
fn next_due<E: Perishable>(
    data_type: &str,
    swept_to: Option<DateTime<Utc>>,
    cutoff: DateTime<Utc>,
    most: u64,
) -> Select<E> {
    E::find()
        .select_only()
        .columns([E::ID, E::EXPIRES_AT])
        .filter(E::DATA_TYPE.eq(data_type))
        .filter(due::expired::<E>(cutoff))
        .filter(due::loose::<E>())
        .apply_if(swept_to, |select, swept_to| select.filter(E::EXPIRES_AT.gte(swept_to)))
        .order_by_asc(E::EXPIRES_AT)
        .limit(most)
}

/// A restriction or a later end may have committed since they were looked for.
fn still_due<E: Perishable>(rows: &[(Uuid, DateTime<Utc>)], cutoff: DateTime<Utc>) -> Condition {
    let ids = E::ID.is_in(rows.iter().map(|(id, _)| *id));
    due::loose::<E>().add(ids).add(due::expired::<E>(cutoff))
}

async fn held<E: Perishable>(tx: &TenantTx, data_type: &str, cutoff: DateTime<Utc>) -> Result<u64> {
    let of_type = E::find().filter(E::DATA_TYPE.eq(data_type));
    tx.count(of_type.filter(due::expired::<E>(cutoff)).filter(due::kept::<E>())).await
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
