//! Letting go of what was written in requests that have long been closed: corrections, notes, evidence of identity,
//! explanations (Article 5(1)(e)).

use recital_entities::{
    Sealed, SubjectRequestId,
    requests::{request_events, subject_requests},
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    retention::{SUBJECT_REQUESTS, held_subjects, own_cutoff},
    viewer::{Actor, Permission, Viewer},
    work::Served,
};

/// Requests in one transaction.
const BATCH: u64 = 500;

/// What people and the tenant wrote in a request.
const WORDS: [subject_requests::Column; 5] = {
    use subject_requests::Column;
    [Column::ExtensionReason, Column::Corrections, Column::Note, Column::IdentityEvidence, Column::RejectionExplanation]
};

/// Empties closed requests whose period is over. The rows stay: they say what was asked for, when, and what came of it.
/// Answers how many.
pub async fn forget_words(app: &App, tenant: &Served, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant.id, Actor::Job("requests.forget_words"), run);
    let mut forgotten = 0;
    loop {
        let wordy = app.look(&viewer, async |tx| wordy(tx).await).await?;
        if wordy.is_empty() {
            return Ok(forgotten);
        }
        forgotten += app
            .write(&viewer, Permission::RequestHandle, async |tx| {
                let notes = request_events::Entity::update_many()
                    .filter(request_events::Column::RequestId.is_in(wordy.iter().copied()))
                    .col_expr(request_events::Column::Note, Expr::value(None::<Sealed>));
                tx.update_all(notes).await?;
                let requests = subject_requests::Entity::update_many();
                let requests = requests.filter(subject_requests::Column::Id.is_in(wordy));
                let empty =
                    WORDS.iter().fold(requests, |update, words| update.col_expr(*words, Expr::value(None::<Sealed>)));
                let empty = empty.col_expr(subject_requests::Column::LinkHash, Expr::value(None::<Vec<u8>>));
                let count = tx.update_all(empty).await?;
                Ok(Event::RequestsForgotten { id: tx.tenant(), count }.with(count))
            })
            .await?;
    }
}

/// The next requests that have been closed for their period, that no hold is about, and in which anything is left.
async fn wordy(tx: &TenantTx) -> Result<Vec<SubjectRequestId>> {
    use subject_requests::{Column, Entity};
    let Some((_, cutoff)) = own_cutoff(tx, SUBJECT_REQUESTS).await? else { return Ok(Vec::new()) };
    let words = WORDS.iter().fold(Condition::any(), |any, words| any.add(words.is_not_null()));
    let held = Column::SubjectId.is_null().or(Column::SubjectId.not_in_subquery(held_subjects(tx.tenant())));
    let mut noted = Query::select();
    noted
        .column(request_events::Column::RequestId)
        .from(request_events::Entity)
        .and_where(request_events::Column::TenantId.eq(tx.tenant()))
        .and_where(request_events::Column::Note.is_not_null());
    let select = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ClosedAt.lt(cutoff))
        .filter(held)
        .filter(words.add(Column::LinkHash.is_not_null()).add(Column::Id.in_subquery(noted)))
        .limit(BATCH);
    Ok(tx.tuples::<_, (SubjectRequestId,)>(select).await?.into_iter().map(|(id,)| id).collect())
}
