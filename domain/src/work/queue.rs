//! Claiming, finishing and retrying work items.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng as _;
use recital_entities::{TenantId, WorkItemId, WorkState, work::work_items};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, UpdateMany,
    sea_query::{Expr, LockBehavior, LockType, Order as SqlOrder, Query},
};
use serde_json::Value;
use uuid::Uuid;

use super::{LEASE, Work, next_try};
use crate::{
    app::App,
    db::{Engine, Order, Page, PageRequest},
    error::{Code, Error, Result},
};

use work_items::Column;

/// An item in this worker's hands.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: WorkItemId,
    pub tenant: TenantId,
    pub kind: String,
    payload: Value,
    /// 1 for the first try.
    pub attempt: i32,
    lease: Uuid,
}

impl Claimed {
    /// What there is to do.
    ///
    /// # Errors
    /// Internal for a kind that this release does not know: a newer one enqueued it.
    pub fn work(&self) -> Result<Work> {
        Work::from_parts(&self.kind, &self.payload)
    }
}

/// How many items a tenant has performed before it is another's turn.
const TURN: u64 = 20;

/// Tenants take turns, so that one tenant's hundred thousand items do not keep another's first waiting.
#[derive(Debug, Default)]
pub struct Turns {
    /// Items of this round, by tenant.
    taken: HashMap<TenantId, u64>,
}

impl Turns {
    /// Takes up to `most` items, from tenants that have not had their turn while there are such.
    pub async fn claim(&mut self, app: &App, most: u64) -> Result<Vec<Claimed>> {
        let done: Vec<TenantId> =
            self.taken.iter().filter(|(_, taken)| **taken >= TURN).map(|(tenant, _)| *tenant).collect();
        let mut items = claim_from_others(app, most, &done).await?;
        if !done.is_empty() && (items.len() as u64) < most {
            self.taken.clear();
            items.extend(claim(app, most - items.len() as u64).await?);
        }
        for item in &items {
            *self.taken.entry(item.tenant).or_default() += 1;
        }
        Ok(items)
    }
}

/// Takes up to `most` items that are due, oldest first, or whose lease has run out.
pub async fn claim(app: &App, most: u64) -> Result<Vec<Claimed>> {
    claim_from_others(app, most, &[]).await
}

/// What a worker died over, then what is due: each is one reach into the index, however long the queue is.
async fn claim_from_others(app: &App, most: u64, done: &[TenantId]) -> Result<Vec<Claimed>> {
    let now = app.now();
    let ready = Column::State.eq(WorkState::Ready).and(Column::NextAttemptAt.lte(now));
    let died = Column::State.eq(WorkState::Leased).and(Column::LeasedUntil.lt(now));
    let mut items = claim_where(app, most, died, done).await?;
    if (items.len() as u64) < most {
        items.extend(claim_where(app, most - items.len() as u64, ready, done).await?);
    }
    Ok(items)
}

async fn claim_where(app: &App, most: u64, due: Expr, done: &[TenantId]) -> Result<Vec<Claimed>> {
    let now = app.now();
    let mut oldest = Query::select();
    oldest
        .column(Column::Id)
        .from(work_items::Entity)
        .and_where(due)
        .order_by(Column::NextAttemptAt, SqlOrder::Asc)
        .limit(most);
    if !done.is_empty() {
        oldest.and_where(Column::TenantId.is_not_in(done.iter().copied()));
    }
    if app.core().db.engine() == Engine::Postgres {
        oldest.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let lease = app.core().ids.next(now);
    let claim = work_items::Entity::update_many()
        .col_expr(Column::State, Expr::value(WorkState::Leased))
        .col_expr(Column::Lease, Expr::value(lease))
        .col_expr(Column::LeasedUntil, Expr::value(now + LEASE))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.in_subquery(oldest));
    let rows = app.platform().update_returning(claim).await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        id: row.id,
        tenant: row.tenant_id,
        kind: row.kind,
        payload: row.payload,
        attempt: row.attempts,
        lease,
    });
    Ok(claimed.collect())
}

/// Keeps the item for another [`LEASE`]. Answers false when it was lost: then stop.
pub async fn extend(app: &App, item: &Claimed) -> Result<bool> {
    let extend = work_items::Entity::update_many()
        .filter(Column::Id.eq(item.id))
        .filter(Column::Lease.eq(item.lease))
        .col_expr(Column::LeasedUntil, Expr::value(app.now() + LEASE));
    Ok(app.platform().update(extend).await? > 0)
}

/// Says how an item went. Answers false when the lease was lost meanwhile: then another worker has the say.
pub async fn finish(app: &App, item: &Claimed, outcome: &Result<()>) -> Result<bool> {
    let now = app.now();
    let mine = work_items::Entity::update_many()
        .filter(Column::Id.eq(item.id))
        .filter(Column::Lease.eq(item.lease))
        .col_expr(Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>));
    let update = match outcome {
        Ok(()) => mine
            .col_expr(Column::State, Expr::value(WorkState::Done))
            .col_expr(Column::FinishedAt, Expr::value(now))
            .col_expr(Column::LastError, Expr::value(None::<String>)),
        Err(error) if error.code() == Code::RateLimited => mine
            .col_expr(Column::State, Expr::value(WorkState::Ready))
            .col_expr(Column::Attempts, Expr::value(item.attempt - 1))
            .col_expr(Column::NextAttemptAt, Expr::value(now + within_the_hour()))
            .col_expr(Column::LastError, Expr::value(error.reason())),
        Err(error) => {
            let next = next_try(&item.kind, item.id, item.attempt).map(|wait| now + wait);
            let state = if next.is_some() { WorkState::Ready } else { WorkState::Dead };
            let code: &str = error.code().into();
            mine.col_expr(Column::State, Expr::value(state))
                .col_expr(Column::NextAttemptAt, Expr::value(next))
                .col_expr(Column::LastError, Expr::value(format!("{code}/{}", error.reason())))
        }
    };
    Ok(app.platform().update(update).await? > 0)
}

/// A limit by the hour is no failure: the item waits its hour out, and not all of them come back at once.
fn within_the_hour() -> TimeDelta {
    TimeDelta::seconds(rand::rng().random_range(60..=3_600))
}

/// Gives a dead item all its tries again.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `NOT_DEAD` for an item that is not given up.
pub async fn retry(app: &App, id: WorkItemId) -> Result<work_items::Model> {
    let find = work_items::Entity::find_by_id(id);
    let item = app.platform().one(find).await?.ok_or_else(|| Error::not_found("work item"))?;
    if item.state != WorkState::Dead {
        return Err(Error::conflict("NOT_DEAD", "only an item that was given up can be retried"));
    }
    let rows = app.platform().update_returning(revive(app).filter(Column::Id.eq(id))).await?;
    app.core().work.notify_waiters();
    rows.into_iter().next().ok_or_else(|| Error::not_found("work item"))
}

/// Gives every dead item all its tries again. Answers how many there were.
pub async fn retry_all(app: &App) -> Result<u64> {
    let count = app.platform().update(revive(app)).await?;
    app.core().work.notify_waiters();
    Ok(count)
}

fn revive(app: &App) -> UpdateMany<work_items::Entity> {
    work_items::Entity::update_many()
        .filter(Column::State.eq(WorkState::Dead))
        .col_expr(Column::State, Expr::value(WorkState::Ready))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::NextAttemptAt, Expr::value(app.now()))
}

pub async fn find_item(app: &App, id: WorkItemId) -> Result<Option<work_items::Model>> {
    app.platform().one(work_items::Entity::find_by_id(id)).await
}

/// All that was given up, oldest first.
pub async fn dead_items(app: &App) -> Result<Vec<work_items::Model>> {
    let dead = work_items::Entity::find().filter(Column::State.eq(WorkState::Dead));
    app.platform().all(dead.order_by_asc(Column::Id)).await
}

/// Items of one kind that stand alike.
#[derive(Clone, Debug)]
pub struct UnfinishedWork {
    pub kind: String,
    pub state: WorkState,
    pub count: u64,
    /// Since when the first of them has been due; None while none is.
    pub due_since: Option<DateTime<Utc>>,
}

/// All that is not done, by kind and state.
pub(crate) async fn unfinished_work(app: &App) -> Result<Vec<UnfinishedWork>> {
    let select = work_items::Entity::find()
        .select_only()
        .column(Column::Kind)
        .column(Column::State)
        .column_as(Column::Id.count(), "items")
        .column_as(Column::NextAttemptAt.min(), "due")
        .filter(Column::State.is_in([WorkState::Ready, WorkState::Leased, WorkState::Dead]))
        .group_by(Column::Kind)
        .group_by(Column::State);
    let groups: Vec<(String, WorkState, i64, Option<DateTime<Utc>>)> = app.platform().tuples(select).await?;
    let group = |(kind, state, count, due): (_, _, i64, Option<DateTime<Utc>>)| UnfinishedWork {
        kind,
        state,
        count: count.unsigned_abs(),
        due_since: due.filter(|due| state == WorkState::Ready && *due <= app.now()),
    };
    Ok(groups.into_iter().map(group).collect())
}

/// Items, newest first.
pub async fn list_items(app: &App, state: Option<WorkState>, page: PageRequest) -> Result<Page<work_items::Model>> {
    let select = work_items::Entity::find().apply_if(state, |select, state| select.filter(Column::State.eq(state)));
    app.platform().page(select, Column::Id, Order::NewestFirst, &page).await
}
