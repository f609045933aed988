//! How many mails may go in an hour. They are counted where they are sent, minute by minute, so that what has waited
//! through an outage does not go out all at once.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use recital_entities::access::{
    mail_counts::{ActiveModel, Column, Entity},
    tenants,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::Expr,
};

use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    viewer::Viewer,
};

/// A mail that is counted as sent.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    room: &'static str,
    minute: DateTime<Utc>,
}

/// How many mails this room may still send in this hour: `most` is its own limit, and the operator's holds for all of
/// the tenant's mails together.
pub async fn left(tx: &TenantTx, room: &'static str, most: u64) -> Result<u64> {
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    let tenant = tenant.ok_or_else(|| Error::not_found("tenant"))?;
    let counts = Entity::find()
        .select_only()
        .column(Column::Room)
        .column_as(Column::Sent.sum(), "sent")
        // What lies ahead was counted by a clock that has been set back since.
        .filter(Column::Minute.gt(tx.now() - WINDOW).and(Column::Minute.lte(tx.now() + WINDOW)))
        .group_by(Column::Room);
    let (mut of_room, mut of_all) = (0, 0);
    for (name, sent) in tx.tuples::<_, (String, i64)>(counts).await? {
        of_all += sent.unsigned_abs();
        of_room += if name == room { sent.unsigned_abs() } else { 0 };
    }
    let for_all = u64::try_from(tenant.mails_per_hour).unwrap_or_default();
    Ok(Ord::min(most.saturating_sub(of_room), for_all.saturating_sub(of_all)))
}

/// An hour, and the minute that has begun.
const WINDOW: TimeDelta = TimeDelta::minutes(61);

/// Counts one mail that is about to go.
///
/// # Errors
/// `RATE_LIMITED` with `MAILS_PER_HOUR`: the queue lets the mail wait.
pub async fn count(tx: &TenantTx, room: &'static str, most: u64) -> Result<Counted> {
    tx.serialise("mail.counts").await?;
    if left(tx, room, most).await? == 0 {
        return Err(none_left());
    }
    let minute = tx.now().duration_trunc(TimeDelta::minutes(1)).map_err(Error::internal)?;
    let counted = Counted { room, minute };
    if tx.update_all(counted.changed_by(1)).await? == 0 {
        tx.delete(Entity::delete_many().filter(Column::Minute.lte(tx.now() - WINDOW))).await?;
        let first =
            ActiveModel { tenant_id: Set(tx.tenant()), room: Set(room.to_owned()), minute: Set(minute), sent: Set(1) };
        tx.insert_all(vec![first]).await?;
    }
    Ok(counted)
}

/// An hour's mails have all gone.
#[must_use]
pub fn none_left() -> Error {
    Error::rate_limited("MAILS_PER_HOUR", "this hour's mails have all gone")
}

/// Takes the count back of a mail that did not go.
pub async fn uncount(app: &App, viewer: &Viewer, counted: Counted) -> Result<()> {
    app.maintain(viewer, async |tx| tx.update_all(counted.changed_by(-1)).await).await?;
    Ok(())
}

impl Counted {
    fn changed_by(self, by: i32) -> sea_orm::UpdateMany<Entity> {
        Entity::update_many()
            .filter(Column::Room.eq(self.room))
            .filter(Column::Minute.eq(self.minute))
            .col_expr(Column::Sent, Expr::col(Column::Sent).add(by))
    }
}
