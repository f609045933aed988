//! Stamping a data type's records and files anew after its period changed.
//!
//! A row of `retention_restamps` says how far that has come. Each transaction takes one batch on from there, in one UPDATE,
//! and moves the row along with it: whoever is killed is taken over where it stood. The ends come from [`Expiries`], as
//! they do for what is stored, and not from the engines' own calendars, which differ.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    PurposeId, RestampStage,
    retention::retention_restamps,
    vault::{files, records},
};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, ExprTrait as _, FromQueryResult, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
    sea_query::{CaseStatement, Expr},
};
use uuid::Uuid;

use super::{Expiries, Perishable};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    purposes,
    viewer::{Permission, Viewer},
    work::Work,
};

use retention_restamps::{Column, Entity, Model};

/// Rows in one transaction.
pub const RESTAMP_BATCH: u64 = 1_000;

/// From the start, in the transaction that changes the period: one that was under way begins anew.
pub async fn restamp_later(tx: &TenantTx, data_type: &str) -> Result<()> {
    let restamp = Model {
        tenant_id: tx.tenant(),
        data_type: data_type.to_owned(),
        stage: RestampStage::Records,
        reached: None,
        stamped: 0,
        started_at: tx.now(),
        finished_at: None,
        checked_at: None,
    };
    tx.put(restamp.into_active_model().reset_all()).await?;
    tx.enqueue(Work::Restamp { data_type: data_type.to_owned() }).await?;
    Ok(())
}

/// Gives every record and file of the data type the end that today's policy says. What is due already stays due: neither a
/// passed end nor a withdrawal is undone by a longer period. Done again, it changes nothing.
pub async fn restamp(app: &App, viewer: &Viewer, data_type: &str) -> Result<()> {
    while restamp_batch(app, viewer, data_type, RESTAMP_BATCH).await? {}
    Ok(())
}

/// One transaction of it. Answers whether there is more.
pub async fn restamp_batch(app: &App, viewer: &Viewer, data_type: &str, batch: u64) -> Result<bool> {
    let under_way = Entity::find().filter(Column::DataType.eq(data_type)).filter(Column::FinishedAt.is_null());
    if !app.read(viewer, Permission::RetentionRun, async |tx| tx.exists(under_way.clone()).await).await? {
        return Ok(false);
    }
    app.write(viewer, Permission::RetentionRun, async |tx| {
        let mut restamp = tx.get("restamp under way", under_way.lock_exclusive()).await?;
        let mut count = 0;
        if restamp.stage == RestampStage::Records {
            count += step::<records::Entity>(tx, &mut restamp, batch).await?;
        }
        if restamp.stage == RestampStage::Files {
            count += step::<files::Entity>(tx, &mut restamp, batch).await?;
        }
        restamp.stamped = restamp.stamped.saturating_add(i32::try_from(count).unwrap_or(i32::MAX));
        let restamp = tx.update(restamp.into_active_model().reset_all()).await?;
        let (id, data_type, stamped) = (tx.tenant(), restamp.data_type, restamp.stamped);
        if restamp.finished_at.is_some() {
            return Ok(Event::RecordsRestamped { id, data_type, count: stamped.unsigned_abs().into() }.with(false));
        }
        Ok(Event::BatchRestamped { id, data_type, count }.with(true))
    })
    .await
}

/// How the stamping anew of these data types stands; one whose period never changed is missing.
pub async fn restamps(app: &App, viewer: &Viewer, data_types: Vec<String>) -> Result<HashMap<String, Model>> {
    let select = Entity::find().filter(Column::DataType.is_in(data_types));
    let rows = app.read(viewer, Permission::RetentionRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.data_type.clone(), row)).collect())
}

/// A batch of the stage's table; where that is the last of it, the next stage or the end. Answers how many ends changed.
async fn step<E: Perishable>(tx: &TenantTx, restamp: &mut Model, batch: u64) -> Result<u64> {
    let rows = next::<E>(tx, restamp, batch).await?;
    restamp.reached = rows.last().map(|row| row.id);
    if (rows.len() as u64) < batch {
        match restamp.stage {
            RestampStage::Records => (restamp.stage, restamp.reached) = (RestampStage::Files, None),
            RestampStage::Files => restamp.finished_at = Some(tx.now()),
        }
    }
    stamp::<E>(tx, &rows).await
}

/// What an end follows from.
#[derive(FromQueryResult)]
pub(super) struct Stamp {
    pub id: Uuid,
    data_type: String,
    purpose_id: PurposeId,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

pub(super) fn stamps<E: Perishable>() -> Select<E> {
    E::find().select_only().columns([E::ID, E::DATA_TYPE, E::PURPOSE, E::CREATED_AT, E::EXPIRES_AT])
}

/// The next rows that are not due. Nobody else changes them before the commit.
async fn next<E: Perishable>(tx: &TenantTx, restamp: &Model, batch: u64) -> Result<Vec<Stamp>> {
    let select = stamps::<E>()
        .filter(E::DATA_TYPE.eq(&restamp.data_type))
        .filter(E::EXPIRES_AT.is_null().or(E::EXPIRES_AT.gt(tx.now())))
        .apply_if(restamp.reached, |select, reached| select.filter(E::ID.gt(reached)))
        .order_by_asc(E::ID)
        .limit(batch);
    tx.rows(select.lock_exclusive()).await
}

/// One UPDATE for all. Answers how many ends changed.
pub(super) async fn stamp<E: Perishable>(tx: &TenantTx, rows: &[Stamp]) -> Result<u64> {
    // A withdrawal may have committed while this waited for its rows: its instant counts, not when this began.
    let now = tx.core().clock.now();
    let ends = new_ends(tx, rows.iter().filter(|row| row.expires_at.is_none_or(|end| end > now))).await?;
    if ends.is_empty() {
        return Ok(0);
    }
    let case = |case: CaseStatement, (id, end): (&Uuid, &Option<DateTime<Utc>>)| case.case(E::ID.eq(*id), *end);
    let end = ends.iter().fold(CaseStatement::new(), case);
    let update = E::update_many().col_expr(E::EXPIRES_AT, Expr::expr(end));
    tx.update_all(update.filter(E::ID.is_in(ends.into_keys()))).await
}

/// The ends that differ from those the rows carry.
async fn new_ends(
    tx: &TenantTx,
    rows: impl Iterator<Item = &Stamp> + Clone,
) -> Result<HashMap<Uuid, Option<DateTime<Utc>>>> {
    let expiries = Expiries::load(tx).await?;
    let purposes: HashSet<PurposeId> = rows.clone().map(|row| row.purpose_id).collect();
    let purposes = purposes::by_ids(tx, purposes).await?;
    let ends = rows.filter_map(|row| {
        let purpose = purposes.get(&row.purpose_id)?;
        let end = expiries.at(&row.data_type, purpose.retention, row.created_at);
        (end != row.expires_at).then_some((row.id, end))
    });
    Ok(ends.collect())
}
