//! What follows when a consent ends, in the transaction that ends it (Articles 7(3) and 17(1)(b)).
//!
//! Work that was queued for the purpose is cancelled, a confirmation that was asked for is asked no more, and what this
//! consent alone kept is due for erasure at once. Each record and file belongs to one purpose: data kept on another
//! basis is another one, and stays.

use recital_entities::{
    ConfirmationState, LawfulBasis, PurposeId, SubjectId,
    consent::consent_confirmations,
    purposes::purposes,
    vault::{files, records},
};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use crate::{db::TenantTx, error::Result, retention::Perishable};

/// Answers how many records and files became due.
pub(super) async fn follow(tx: &TenantTx, subject: SubjectId, purpose: &purposes::Model) -> Result<u64> {
    close_confirmations(tx, subject, purpose.id).await?;
    tx.cancel_work(subject, &purpose.key).await?;
    if purpose.lawful_basis == LawfulBasis::Consent { release_data(tx, subject, purpose.id).await } else { Ok(0) }
}

/// What was asked to be confirmed needs no confirmation any more.
pub(super) async fn close_confirmations(tx: &TenantTx, subject: SubjectId, purpose: PurposeId) -> Result<()> {
    use consent_confirmations::Column;
    let close = consent_confirmations::Entity::update_many()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::PurposeId.eq(purpose))
        .filter(Column::State.eq(ConfirmationState::Open))
        .col_expr(Column::State, Expr::value(ConfirmationState::Cancelled))
        .col_expr(Column::ClosedAt, Expr::value(tx.now()));
    tx.update_all(close).await?;
    Ok(())
}

async fn release_data(tx: &TenantTx, subject: SubjectId, purpose: PurposeId) -> Result<u64> {
    Ok(release::<records::Entity>(tx, subject, purpose).await? + release::<files::Entity>(tx, subject, purpose).await?)
}

async fn release<E: Perishable>(tx: &TenantTx, subject: SubjectId, purpose: PurposeId) -> Result<u64> {
    let later = Condition::any().add(E::EXPIRES_AT.is_null()).add(E::EXPIRES_AT.gt(tx.now()));
    let release = E::update_many()
        .filter(E::SUBJECT.eq(subject))
        .filter(E::PURPOSE.eq(purpose))
        .filter(later)
        .col_expr(E::EXPIRES_AT, Expr::value(tx.now()));
    tx.update_all(release).await
}
