//! The runs of the sweep: beginning one, and reading what each did.
//!
//! A run is a row with a result per data type, written when it begins. Whatever process finds a result unfinished can
//! take the run up again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    LegalHoldId, RetentionRunId, RetentionRunState,
    retention::{retention_result_holds, retention_results, retention_runs},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _};

use super::{period, types};
use crate::{
    app::App,
    db::{Order, Page, PageRequest, TenantTx},
    error::Result,
    viewer::{Permission, Viewer},
};

use retention_runs::Column;

/// Writes down what a run shall look at, and on which terms.
pub(super) async fn begin(
    tx: &TenantTx,
    data_type: Option<String>,
    cutoff_at: DateTime<Utc>,
) -> Result<retention_runs::Model> {
    let types = types::swept(tx, data_type.as_deref(), cutoff_at).await?;
    let run = retention_runs::Model {
        tenant_id: tx.tenant(),
        id: tx.new_id(),
        state: RetentionRunState::Running,
        data_type,
        cutoff_at,
        started_at: tx.now(),
        finished_at: None,
        started_by: tx.actor(),
        failure: None,
    };
    let run = tx.insert(run.into_active_model()).await?;
    let results = types.into_iter().map(|(data_type, terms)| retention_results::Model {
        tenant_id: tx.tenant(),
        run_id: run.id,
        data_type,
        retention: terms.retention,
        cutoff: period::cutoff(terms.retention, cutoff_at).unwrap_or(cutoff_at),
        deleted: 0,
        held: 0,
        legal_basis: terms.legal_basis,
        finished_at: None,
        restricted: 0,
        records_swept_to: None,
        records_swept_id: None,
        files_swept_to: None,
        files_swept_id: None,
    });
    tx.insert_all(results.map(sea_orm::IntoActiveModel::into_active_model).collect()).await?;
    Ok(run)
}

/// # Errors
/// `NOT_FOUND`.
pub(super) async fn get(tx: &TenantTx, run: RetentionRunId) -> Result<retention_runs::Model> {
    tx.get("retention run", retention_runs::Entity::find().filter(Column::Id.eq(run))).await
}

/// Runs that were begun and not finished, oldest first: interrupted, or failed.
pub(super) async fn unfinished(tx: &TenantTx) -> Result<Vec<retention_runs::Model>> {
    let select = retention_runs::Entity::find().filter(Column::State.ne(RetentionRunState::Completed));
    tx.all(select.order_by_asc(Column::Id)).await
}

/// Whether this actor began the whole tenant's run of that instant.
pub(super) async fn begun(tx: &TenantTx, cutoff_at: DateTime<Utc>) -> Result<bool> {
    let select = retention_runs::Entity::find()
        .filter(Column::CutoffAt.eq(cutoff_at))
        .filter(Column::StartedBy.eq(tx.actor()))
        .filter(Column::DataType.is_null());
    tx.exists(select).await
}

/// Runs, newest first.
pub async fn list_runs(app: &App, viewer: &Viewer, page: PageRequest) -> Result<Page<retention_runs::Model>> {
    app.read(viewer, Permission::RetentionRead, async |tx| {
        tx.page(retention_runs::Entity::find(), Column::Id, Order::NewestFirst, &page).await
    })
    .await
}

/// Several runs in one statement.
pub async fn runs_by_ids(
    app: &App,
    viewer: &Viewer,
    ids: Vec<RetentionRunId>,
) -> Result<HashMap<RetentionRunId, retention_runs::Model>> {
    let select = retention_runs::Entity::find().filter(Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::RetentionRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What a run did to one data type, and which holds kept how much of it.
#[derive(Clone, Debug)]
pub struct RunResult {
    pub row: retention_results::Model,
    /// Known once the data type is done.
    pub kept_by: Vec<(LegalHoldId, i32)>,
}

/// What several runs did, or have done so far, by data type.
pub async fn results_of(
    app: &App,
    viewer: &Viewer,
    runs: Vec<RetentionRunId>,
) -> Result<HashMap<RetentionRunId, Vec<RunResult>>> {
    use retention_result_holds::Column as Hold;
    use retention_results::Column as Row;
    let rows = retention_results::Entity::find().filter(Row::RunId.is_in(runs.clone())).order_by_asc(Row::DataType);
    let holds = retention_result_holds::Entity::find().filter(Hold::RunId.is_in(runs)).order_by_asc(Hold::HoldId);
    let look = async |tx: &TenantTx| Ok((tx.all(rows).await?, tx.all(holds).await?));
    let (rows, holds) = app.read(viewer, Permission::RetentionRead, look).await?;
    let mut kept = HashMap::<_, Vec<_>>::new();
    for hold in holds {
        kept.entry((hold.run_id, hold.data_type)).or_default().push((hold.hold_id, hold.kept));
    }
    let mut results = HashMap::<_, Vec<_>>::new();
    for row in rows {
        let kept_by = kept.remove(&(row.run_id, row.data_type.clone())).unwrap_or_default();
        results.entry(row.run_id).or_default().push(RunResult { row, kept_by });
    }
    Ok(results)
}
