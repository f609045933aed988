//! How many subjects a tenant may hold: the operator's limit, kept while many register at once.
//!
//! Subjects are counted in slots, so that registrations need not wait for one another. Far from the limit one statement
//! looks at the sum and adds to a slot. Near it all slots are locked, which makes the sum exact. The limit holds as long
//! as fewer than [`MARGIN`] registrations of one tenant are under way at once.

use recital_entities::{
    SubjectId,
    access::tenants,
    vault::subject_counts::{ActiveModel, Column, Entity},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, UpdateMany,
    sea_query::{Expr, ExprTrait as _, Query},
};

use crate::{
    db::TenantTx,
    error::{Error, Result},
};

const SLOTS: u8 = 16;
const MARGIN: i32 = 1000;

/// Counts a new subject in. The last thing a registration does: from here on it may hold others up.
///
/// # Errors
/// CONFLICT with `SUBJECT_LIMIT_REACHED`.
pub(super) async fn take_place(tx: &TenantTx, id: SubjectId) -> Result<()> {
    if tx.update_all(add(id, 1).filter(far_from_the_limit(tx))).await? > 0 {
        return Ok(());
    }
    let held = locked_sum(tx).await?;
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    let limit = tenant.ok_or_else(|| Error::not_found("tenant"))?.max_subjects;
    if held >= i64::from(limit) {
        let message = format!("this tenant may hold {limit} subjects: erase some, or ask the operator for more");
        return Err(Error::conflict("SUBJECT_LIMIT_REACHED", message));
    }
    tx.update_all(add(id, 1)).await?;
    Ok(())
}

/// Counts an erased subject out.
pub(super) async fn give_place_back(tx: &TenantTx, id: SubjectId) -> Result<()> {
    tx.update_all(add(id, -1)).await?;
    Ok(())
}

fn add(id: SubjectId, change: i32) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Slot.eq(slot(id)))
        .col_expr(Column::Subjects, Expr::col(Column::Subjects).add(change))
}

/// The end of an id is random.
fn slot(id: SubjectId) -> i32 {
    i32::from(id.0.as_bytes()[15] % SLOTS)
}

/// Not so before a tenant's first registration, which makes the slots.
fn far_from_the_limit(tx: &TenantTx) -> Expr {
    let held = Query::select()
        .expr(Column::Subjects.sum())
        .from(Entity)
        .and_where(Column::TenantId.eq(tx.tenant()))
        .to_owned();
    let limit = Query::select()
        .column(tenants::Column::MaxSubjects)
        .from(tenants::Entity)
        .and_where(tenants::Column::Id.eq(tx.tenant()))
        .to_owned();
    Expr::from(held).lte(Expr::from(limit).sub(MARGIN))
}

/// Locks in the order of the slots, as everybody who locks them all does. Whoever counts one subject holds one slot.
async fn locked_sum(tx: &TenantTx) -> Result<i64> {
    let select = Entity::find().order_by_asc(Column::Slot).lock_exclusive();
    let mut slots = tx.all(select.clone()).await?;
    if slots.len() < usize::from(SLOTS) {
        for slot in 0..i32::from(SLOTS) {
            tx.insert_new(ActiveModel { tenant_id: Set(tx.tenant()), slot: Set(slot), subjects: Set(0) }).await?;
        }
        slots = tx.all(select).await?;
    }
    Ok(slots.iter().map(|slot| i64::from(slot.subjects)).sum())
}
