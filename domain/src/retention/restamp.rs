//! Stamping a data type's records and files anew after its period changed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    PurposeId,
    vault::{files, records},
};
use sea_orm::{
    ColumnTrait as _, ExprTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Select,
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
};

/// Rows in one transaction.
const BATCH: u64 = 1_000;

/// Gives every record and file of the data type the end that today's policy says. What is due already stays due: neither a
/// passed end nor a withdrawal is undone by a longer period. Done again, it changes nothing.
pub async fn restamp(app: &App, viewer: &Viewer, data_type: &str) -> Result<()> {
    restamp_in::<records::Entity>(app, viewer, data_type).await?;
    restamp_in::<files::Entity>(app, viewer, data_type).await
}

async fn restamp_in<E: Perishable>(app: &App, viewer: &Viewer, data_type: &str) -> Result<()> {
    let mut after = None;
    loop {
        let next = async |tx: &TenantTx| next::<E>(tx, data_type, after).await;
        let (last, outdated) = app.read(viewer, Permission::RetentionRun, next).await?;
        if !outdated.is_empty() {
            app.write(viewer, Permission::RetentionRun, async |tx| {
                let count = stamp::<E>(tx, outdated).await?;
                Ok(Event::RecordsRestamped { id: tx.tenant(), data_type: data_type.to_owned(), count }.with(()))
            })
            .await?;
        }
        after = last;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// What an end follows from.
#[derive(FromQueryResult)]
struct Stamp {
    id: Uuid,
    data_type: String,
    purpose_id: PurposeId,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

fn stamps<E: Perishable>() -> Select<E> {
    E::find().select_only().columns([E::ID, E::DATA_TYPE, E::PURPOSE, E::CREATED_AT, E::EXPIRES_AT])
}

/// The last of the next rows that are not due, and which of them carry another end than they should.
async fn next<E: Perishable>(tx: &TenantTx, data_type: &str, after: Option<Uuid>) -> Result<(Option<Uuid>, Vec<Uuid>)> {
    let select = stamps::<E>()
        .filter(E::DATA_TYPE.eq(data_type))
        .filter(E::EXPIRES_AT.is_null().or(E::EXPIRES_AT.gt(tx.now())))
        .apply_if(after, |select, after| select.filter(E::ID.gt(after)))
        .order_by_asc(E::ID)
        .limit(BATCH);
    let stamps: Vec<Stamp> = tx.rows(select).await?;
    let last = stamps.last().map(|stamp| stamp.id);
    Ok((last, new_ends(tx, &stamps).await?.into_keys().collect()))
}

/// Answers how many ends changed.
async fn stamp<E: Perishable>(tx: &TenantTx, outdated: Vec<Uuid>) -> Result<u64> {
    let select = stamps::<E>().filter(E::ID.is_in(outdated)).lock_exclusive();
    let mut stamps: Vec<Stamp> = tx.rows(select).await?;
    // A withdrawal may have committed while this waited for its rows: its instant counts, not when this began.
    let now = tx.core().clock.now();
    stamps.retain(|stamp| stamp.expires_at.is_none_or(|end| end > now));
    let ends = new_ends(tx, &stamps).await?;
    if ends.is_empty() {
        return Ok(0);
    }
    let case = |case: CaseStatement, (id, end): (&Uuid, &Option<DateTime<Utc>>)| case.case(E::ID.eq(*id), *end);
    let end = ends.iter().fold(CaseStatement::new(), case);
    let update = E::update_many().col_expr(E::EXPIRES_AT, Expr::expr(end));
    tx.update_all(update.filter(E::ID.is_in(ends.into_keys()))).await
}

/// The ends that differ from those the rows carry.
async fn new_ends(tx: &TenantTx, stamps: &[Stamp]) -> Result<HashMap<Uuid, Option<DateTime<Utc>>>> {
    let expiries = Expiries::load(tx).await?;
    let purposes: HashSet<PurposeId> = stamps.iter().map(|stamp| stamp.purpose_id).collect();
    let purposes = purposes::by_ids(tx, purposes).await?;
    let ends = stamps.iter().filter_map(|stamp| {
        let purpose = purposes.get(&stamp.purpose_id)?;
        let end = expiries.at(&stamp.data_type, purpose.retention, stamp.created_at);
        (end != stamp.expires_at).then_some((stamp.id, end))
    });
    Ok(ends.collect())
}
