//! Restriction (Article 18): stored, and not used for any purpose until it is lifted.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use recital_entities::{
    SubjectId, SubjectStatus,
    vault::{restrictions, subjects},
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use crate::{db::TenantTx, error::Result};

/// From the commit on, decisions answer RESTRICTED. Answers whether that is new: a restricted subject stays so, an
/// erased one is nothing to restrict.
pub async fn restrict(tx: &TenantTx, subject: SubjectId) -> Result<bool> {
    let is_new = change(tx, subject, SubjectStatus::Active, SubjectStatus::Restricted).await?;
    if is_new {
        let restriction = restrictions::ActiveModel {
            tenant_id: Set(tx.tenant()),
            subject_id: Set(subject),
            restricted_at: Set(tx.now()),
            lifted_at: Set(None),
        };
        tx.put(restriction).await?;
    }
    Ok(is_new)
}

/// Ends the restriction. Answers whether there was one.
pub async fn lift_restriction(tx: &TenantTx, subject: SubjectId) -> Result<bool> {
    let end = restrictions::Entity::update_many()
        .filter(restrictions::Column::SubjectId.eq(subject))
        .filter(restrictions::Column::LiftedAt.is_null())
        .col_expr(restrictions::Column::LiftedAt, Expr::value(tx.now()));
    tx.update_all(end).await?;
    change(tx, subject, SubjectStatus::Restricted, SubjectStatus::Active).await
}

/// Of these subjects those whose processing was restricted at a past instant.
pub async fn were_restricted(
    tx: &TenantTx,
    subjects: impl IntoIterator<Item = SubjectId>,
    at: DateTime<Utc>,
) -> Result<HashSet<SubjectId>> {
    let open =
        Condition::any().add(restrictions::Column::LiftedAt.is_null()).add(restrictions::Column::LiftedAt.gt(at));
    let select = restrictions::Entity::find()
        .filter(restrictions::Column::SubjectId.is_in(subjects))
        .filter(restrictions::Column::RestrictedAt.lte(at))
        .filter(open);
    Ok(tx.all(select).await?.into_iter().map(|row| row.subject_id).collect())
}

async fn change(tx: &TenantTx, subject: SubjectId, from: SubjectStatus, to: SubjectStatus) -> Result<bool> {
    let update = subjects::Entity::update_many()
        .filter(subjects::Column::Id.eq(subject))
        .filter(subjects::Column::Status.eq(from))
        .col_expr(subjects::Column::Status, Expr::value(to));
    Ok(tx.update_all(update).await? > 0)
}
