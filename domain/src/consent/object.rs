//! Objections (Article 21): the person's "no" to what rests on legitimate interests or a public task.

use recital_entities::{LawfulBasis, consent::objections, purposes::purposes, vault::subjects};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use super::rule::can_be_objected_to;
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

use objections::Column;

/// From now on the decision for this purpose is OBJECTED. Objecting again changes nothing.
///
/// # Errors
/// `BAD_USER_INPUT` on `purpose` where its basis cannot be objected to.
pub async fn object(tx: &TenantTx, subject: &subjects::Model, purpose: &purposes::Model) -> Result<()> {
    if !can_be_objected_to(purpose.lawful_basis) {
        return Err(not_objectionable(purpose.lawful_basis));
    }
    tx.serialise(&format!("objection/{}/{}", subject.id, purpose.id)).await?;
    if tx.exists(open(subject, purpose)).await? {
        return Ok(());
    }
    let row = objections::ActiveModel {
        tenant_id: Set(tx.tenant()),
        subject_id: Set(subject.id),
        purpose_id: Set(purpose.id),
        objected_at: Set(tx.now()),
        lifted_at: Set(None),
    };
    tx.put(row).await
}

/// Ends an objection, if there is one: the person takes it back, or compelling grounds were shown.
/// Answers whether there was one.
pub async fn lift_objection(tx: &TenantTx, subject: &subjects::Model, purpose: &purposes::Model) -> Result<bool> {
    let lift = objections::Entity::update_many()
        .filter(Column::SubjectId.eq(subject.id))
        .filter(Column::PurposeId.eq(purpose.id))
        .filter(Column::LiftedAt.is_null())
        .col_expr(Column::LiftedAt, Expr::value(tx.now()));
    Ok(tx.update_all(lift).await? > 0)
}

/// The objection that stands.
pub(super) fn open(subject: &subjects::Model, purpose: &purposes::Model) -> sea_orm::Select<objections::Entity> {
    objections::Entity::find()
        .filter(Column::SubjectId.eq(subject.id))
        .filter(Column::PurposeId.eq(purpose.id))
        .filter(Column::LiftedAt.is_null())
}

fn not_objectionable(basis: LawfulBasis) -> Error {
    let message = format!("only legitimate interests and a public task can be objected to; this one rests on {basis}");
    Error::invalid("purpose", "NOT_OBJECTIONABLE", message)
}
