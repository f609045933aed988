//! Letting go of what old sweeps did.

use recital_entities::{
    RetentionRunId,
    retention::{retention_result_holds, retention_results, retention_runs},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::own::{RETENTION_RUNS, own_cutoff};
use crate::{
    app::App,
    error::Result,
    viewer::{Actor, Viewer},
    work::Served,
};

/// In one transaction.
const BATCH: u64 = 500;

/// Deletes runs that have been over for their period, with their results. The audit log still says what they did. Answers
/// how many.
pub async fn forget_runs(app: &App, tenant: &Served, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant.id, Actor::Job("retention.forget"), run);
    let mut forgotten = 0;
    loop {
        let count = app
            .maintain(&viewer, async |tx| {
                let Some((_, cutoff)) = own_cutoff(tx, RETENTION_RUNS).await? else { return Ok(0) };
                let old = retention_runs::Entity::find()
                    .select_only()
                    .column(retention_runs::Column::Id)
                    .filter(retention_runs::Column::FinishedAt.lt(cutoff))
                    .limit(BATCH);
                let old: Vec<(RetentionRunId,)> = tx.tuples(old).await?;
                let old = || old.iter().map(|(id,)| *id);
                use {retention_result_holds as holds, retention_results as results, retention_runs as runs};
                tx.delete(holds::Entity::delete_many().filter(holds::Column::RunId.is_in(old()))).await?;
                tx.delete(results::Entity::delete_many().filter(results::Column::RunId.is_in(old()))).await?;
                tx.delete(runs::Entity::delete_many().filter(runs::Column::Id.is_in(old()))).await
            })
            .await?;
        forgotten += count;
        if count < BATCH {
            return Ok(forgotten);
        }
    }
}
