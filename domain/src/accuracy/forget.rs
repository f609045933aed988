//! Letting go of old questions. When a subject's data was last verified stands with the subject.

use recital_entities::{ReverificationId, ReverificationState, accuracy::reverifications};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::{
    app::App,
    error::Result,
    retention::{VERIFICATIONS, held_subjects, own_cutoff},
    viewer::{Actor, Viewer},
    work::Served,
};

/// In one transaction.
const BATCH: u64 = 1_000;

/// Deletes questions that are closed and past their period, of subjects that no hold names. Answers how many.
pub async fn forget_questions(app: &App, tenant: &Served, run: Uuid) -> Result<u64> {
    use reverifications::{Column, Entity};
    let viewer = Viewer::new(tenant.id, Actor::Job("accuracy.forget"), run);
    let mut forgotten = 0;
    loop {
        let count = app
            .maintain(&viewer, async |tx| {
                let Some((_, cutoff)) = own_cutoff(tx, VERIFICATIONS).await? else { return Ok(0) };
                let old = Entity::find()
                    .select_only()
                    .column(Column::Id)
                    .filter(Column::RequestedAt.lt(cutoff))
                    .filter(Column::State.is_not_in([ReverificationState::Queued, ReverificationState::Sent]))
                    .filter(Column::SubjectId.not_in_subquery(held_subjects(tx.tenant())))
                    .limit(BATCH);
                let old: Vec<(ReverificationId,)> = tx.tuples(old).await?;
                tx.delete(Entity::delete_many().filter(Column::Id.is_in(old.into_iter().map(|(id,)| id)))).await
            })
            .await?;
        forgotten += count;
        if count < BATCH {
            return Ok(forgotten);
        }
    }
}
