//! Reading in turns what there may be any number of: by key, so that it is as cheap deep down as at the top.

use sea_orm::ColumnTrait as _;
use sea_orm::{
    EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _, Func},
};
use serde_json::Value;
use uuid::Uuid;

use recital_entities::TenantEntity;

use crate::{
    db::{Order, TenantTx},
    error::Result,
};

/// Which rows of a section are asked for.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The last row that was read.
    pub after: Option<Uuid>,
    pub order: Order,
    pub limit: u64,
    /// Of these alone, where rows have one.
    pub data_type: Option<String>,
}

/// Rows in the order that was asked for.
#[derive(Debug, Default)]
pub struct Batch {
    pub rows: Vec<Value>,
    /// Where to go on; none when these were the last.
    pub last: Option<Uuid>,
}

/// Rows of one batch.
const ROWS: u64 = 1_000;
/// Sealed bytes of one batch, unless a single row has more: opened and parsed they take some times as much.
const BYTES: i64 = 1 << 20;

impl Default for Slice {
    /// From the oldest on.
    fn default() -> Self {
        Self { after: None, order: Order::OldestFirst, limit: ROWS, data_type: None }
    }
}

impl Slice {
    pub(super) fn sorted<E: EntityTrait>(&self, select: Select<E>, id: E::Column) -> Select<E> {
        match self.order {
            Order::OldestFirst => select.order_by_asc(id),
            Order::NewestFirst => select.order_by_desc(id),
        }
    }

    fn narrow<E: EntityTrait>(&self, select: Select<E>, id: E::Column) -> Select<E> {
        let select = match (self.after, self.order) {
            (None, _) => select,
            (Some(after), Order::OldestFirst) => select.filter(id.gt(after)),
            (Some(after), Order::NewestFirst) => select.filter(id.lt(after)),
        };
        self.sorted(select, id).limit(self.limit)
    }

    pub(super) async fn rows<E: TenantEntity>(
        &self,
        tx: &TenantTx,
        select: Select<E>,
        id: E::Column,
    ) -> Result<Vec<E::Model>> {
        tx.all(self.narrow(select, id)).await
    }

    pub(super) fn batch<M>(&self, rows: &[M], id: fn(&M) -> Uuid, open: impl Fn(&M) -> Result<Value>) -> Result<Batch> {
        let last = if rows.len() as u64 == self.limit { rows.last().map(id) } else { None };
        Ok(Batch { rows: rows.iter().map(open).collect::<Result<_>>()?, last })
    }

    /// The ids of as many rows as fit into one batch with what `sealed` holds, and where to go on.
    pub(super) async fn within_bytes<E: TenantEntity>(
        &self,
        tx: &TenantTx,
        select: Select<E>,
        id: E::Column,
        sealed: E::Column,
    ) -> Result<(Vec<Uuid>, Option<Uuid>)> {
        let length = Func::cust("length").arg(Expr::col(sealed));
        let select = select.select_only().column(id).column_as(Expr::expr(length).cast_as("bigint"), "length");
        let sizes: Vec<(Uuid, i64)> = tx.tuples(self.narrow(select, id)).await?;
        let mut ids = Vec::new();
        let mut bytes = 0;
        for (id, length) in &sizes {
            bytes += length;
            if bytes > BYTES && !ids.is_empty() {
                break;
            }
            ids.push(*id);
        }
        let is_all = ids.len() == sizes.len() && (sizes.len() as u64) < self.limit;
        let last = if is_all { None } else { ids.last().copied() };
        Ok((ids, last))
    }
}
