//! Stamping a data type's records anew after its period changed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{PurposeId, RecordId, vault::records};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select,
    sea_query::{CaseStatement, Expr},
};

use super::Expiries;
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    purposes,
    viewer::{Permission, Viewer},
};

use records::Column;

/// Records in one transaction.
const BATCH: u64 = 1_000;

/// Gives every record of the data type the end that today's policy says. What is due already stays due: neither a
/// passed end nor a withdrawal is undone by a longer period. Done again, it changes nothing.
pub async fn restamp(app: &App, viewer: &Viewer, data_type: &str) -> Result<()> {
    let mut after = None;
    loop {
        let next = async |tx: &TenantTx| next(tx, data_type, after).await;
        let (last, outdated) = app.read(viewer, Permission::RetentionRun, next).await?;
        if !outdated.is_empty() {
            app.write(viewer, Permission::RetentionRun, async |tx| {
                let count = stamp(tx, outdated).await?;
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
    id: RecordId,
    data_type: String,
    purpose_id: PurposeId,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl Stamp {
    fn select() -> Select<records::Entity> {
        use Column::{CreatedAt, DataType, ExpiresAt, Id, PurposeId};
        records::Entity::find().select_only().columns([Id, DataType, PurposeId, CreatedAt, ExpiresAt])
    }
}

/// The last of the next records that are not due, and which of them carry another end than they should.
async fn next(tx: &TenantTx, data_type: &str, after: Option<RecordId>) -> Result<(Option<RecordId>, Vec<RecordId>)> {
    let select = Stamp::select()
        .filter(Column::DataType.eq(data_type))
        .filter(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(tx.now())))
        .apply_if(after, |select, after| select.filter(Column::Id.gt(after)))
        .order_by_asc(Column::Id)
        .limit(BATCH);
    let stamps: Vec<Stamp> = tx.rows(select).await?;
    let last = stamps.last().map(|stamp| stamp.id);
    Ok((last, new_ends(tx, &stamps).await?.into_keys().collect()))
}

/// Answers how many ends changed.
async fn stamp(tx: &TenantTx, outdated: Vec<RecordId>) -> Result<u64> {
    let select = Stamp::select().filter(Column::Id.is_in(outdated)).lock_exclusive();
    let mut stamps: Vec<Stamp> = tx.rows(select).await?;
    // A withdrawal may have committed while this waited for its rows: its instant counts, not when this began.
    let now = tx.core().clock.now();
    stamps.retain(|stamp| stamp.expires_at.is_none_or(|end| end > now));
    let ends = new_ends(tx, &stamps).await?;
    if ends.is_empty() {
        return Ok(0);
    }
    let case =
        |case: CaseStatement, (id, end): (&RecordId, &Option<DateTime<Utc>>)| case.case(Column::Id.eq(*id), *end);
    let end = ends.iter().fold(CaseStatement::new(), case);
    let update = records::Entity::update_many().col_expr(Column::ExpiresAt, Expr::expr(end));
    tx.update_all(update.filter(Column::Id.is_in(ends.into_keys()))).await
}

/// The ends that differ from those the records carry.
async fn new_ends(tx: &TenantTx, stamps: &[Stamp]) -> Result<HashMap<RecordId, Option<DateTime<Utc>>>> {
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
