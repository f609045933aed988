//! Restriction (Article 18): stored, and not used for any purpose until it is lifted.

use recital_entities::{SubjectId, SubjectStatus, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use crate::{db::TenantTx, error::Result};

/// From the commit on, decisions answer RESTRICTED. Answers whether that is new: a restricted subject stays so, an
/// erased one is nothing to restrict.
pub async fn restrict(tx: &TenantTx, subject: SubjectId) -> Result<bool> {
    change(tx, subject, SubjectStatus::Active, SubjectStatus::Restricted).await
}

/// Ends the restriction. Answers whether there was one.
pub async fn lift_restriction(tx: &TenantTx, subject: SubjectId) -> Result<bool> {
    change(tx, subject, SubjectStatus::Restricted, SubjectStatus::Active).await
}

async fn change(tx: &TenantTx, subject: SubjectId, from: SubjectStatus, to: SubjectStatus) -> Result<bool> {
    let update = subjects::Entity::update_many()
        .filter(subjects::Column::Id.eq(subject))
        .filter(subjects::Column::Status.eq(from))
        .col_expr(subjects::Column::Status, Expr::value(to));
    Ok(tx.update_all(update).await? > 0)
}
