//! Stamping a data type's records anew after its period changed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{RecordId, vault::records};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
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
        let page = app.read(viewer, Permission::RetentionRun, async |tx| page(tx, data_type, after).await).await?;
        after = page.last().copied();
        if after.is_none() {
            return Ok(());
        }
        app.write(viewer, Permission::RetentionRun, async |tx| {
            let count = stamp(tx, page).await?;
            Ok(Event::RecordsRestamped { id: tx.tenant(), data_type: data_type.to_owned(), count }.with(()))
        })
        .await?;
    }
}

/// The ids of the next records that are not due.
async fn page(tx: &TenantTx, data_type: &str, after: Option<RecordId>) -> Result<Vec<RecordId>> {
    let select = records::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DataType.eq(data_type))
        .filter(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(tx.now())))
        .apply_if(after, |select, after| select.filter(Column::Id.gt(after)))
        .order_by_asc(Column::Id)
        .limit(BATCH);
    tx.tuples(select).await
}

/// Answers how many ends changed.
async fn stamp(tx: &TenantTx, page: Vec<RecordId>) -> Result<u64> {
    let expiries = Expiries::load(tx).await?;
    let records = tx.all(records::Entity::find().filter(Column::Id.is_in(page)).lock_exclusive()).await?;
    // A withdrawal may have committed while this waited for its rows: its instant counts, not when this began.
    let now = tx.core().clock.now();
    let purposes = purposes::by_ids(tx, records.iter().map(|record| record.purpose_id)).await?;
    let mut changed = HashMap::new();
    for record in records.iter().filter(|record| record.expires_at.is_none_or(|end| end > now)) {
        if let Some(purpose) = purposes.get(&record.purpose_id) {
            let end = expiries.at(&record.data_type, purpose.retention, record.created_at);
            if end != record.expires_at {
                changed.insert(record.id, end);
            }
        }
    }
    update(tx, changed).await
}

async fn update(tx: &TenantTx, ends: HashMap<RecordId, Option<DateTime<Utc>>>) -> Result<u64> {
    if ends.is_empty() {
        return Ok(0);
    }
    let case =
        |case: CaseStatement, (id, end): (&RecordId, &Option<DateTime<Utc>>)| case.case(Column::Id.eq(*id), *end);
    let end = ends.iter().fold(CaseStatement::new(), case);
    let update = records::Entity::update_many().col_expr(Column::ExpiresAt, Expr::expr(end));
    tx.update_all(update.filter(Column::Id.is_in(ends.into_keys()))).await
}
