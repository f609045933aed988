//! The global tables: tenants, work items, job runs, operators' credentials. None holds a personal value.

use recital_entities::GlobalEntity;
use sea_orm::{
    AccessMode, ActiveModelTrait, ConnectionTrait as _, DeleteMany, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, Select, TryGetableMany, UpdateMany,
    sea_query::{Expr, OnConflict, Query},
};

use super::{Db, Engine, Order, Page, PageRequest};
use crate::error::Result;

/// Runs queries on global tables, each a transaction of its own.
pub struct Platform<'a>(&'a Db);

impl<'a> Platform<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self(db)
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.0.engine()
    }

    pub async fn one<E: GlobalEntity>(&self, select: Select<E>) -> Result<Option<E::Model>> {
        Ok(select.one(self.0.global(AccessMode::ReadOnly)).await?)
    }

    pub async fn all<E: GlobalEntity>(&self, select: Select<E>) -> Result<Vec<E::Model>> {
        Ok(select.all(self.0.global(AccessMode::ReadOnly)).await?)
    }

    /// The rows as tuples.
    pub async fn tuples<E: GlobalEntity, T: TryGetableMany + Send + Sync>(&self, select: Select<E>) -> Result<Vec<T>> {
        Ok(select.into_tuple::<T>().all(self.0.global(AccessMode::ReadOnly)).await?)
    }

    pub async fn count<E: GlobalEntity>(&self, select: Select<E>) -> Result<u64>
    where
        E::Model: Sync,
    {
        Ok(select.count(self.0.global(AccessMode::ReadOnly)).await?)
    }

    /// One page by the `id` column.
    pub async fn page<E: GlobalEntity>(
        &self,
        select: Select<E>,
        id: E::Column,
        order: Order,
        request: &PageRequest,
    ) -> Result<Page<E::Model>>
    where
        E::Model: Sync,
    {
        let total = if request.with_total { self.count(select.clone()).await? } else { 0 };
        request.fetch(select, id, order, total, async |select| self.all(select).await).await
    }

    /// Adds a row unless a unique key is taken. Answers whether it was added.
    pub async fn insert_new<A>(&self, row: A) -> Result<bool>
    where
        A: ActiveModelTrait<Entity: GlobalEntity> + Send,
    {
        let added = A::Entity::insert(row)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(self.0.global(AccessMode::ReadWrite))
            .await?;
        Ok(added > 0)
    }

    /// The name of the newest migration that ran.
    pub async fn newest_migration(&self) -> Result<String> {
        let mut newest = Query::select();
        newest.expr(Expr::col("version").max()).from("seaql_migrations");
        let row = self.0.global(AccessMode::ReadOnly).query_one(&newest).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default())
    }

    pub async fn update<E: GlobalEntity>(&self, update: UpdateMany<E>) -> Result<u64> {
        Ok(update.exec(self.0.global(AccessMode::ReadWrite)).await?.rows_affected)
    }

    /// Changes rows in one statement and answers them as they are now.
    pub async fn update_returning<E: GlobalEntity>(&self, update: UpdateMany<E>) -> Result<Vec<E::Model>> {
        Ok(update.exec_with_returning(self.0.global(AccessMode::ReadWrite)).await?)
    }

    pub async fn delete<E: GlobalEntity>(&self, delete: DeleteMany<E>) -> Result<u64> {
        Ok(delete.exec(self.0.global(AccessMode::ReadWrite)).await?.rows_affected)
    }
}
