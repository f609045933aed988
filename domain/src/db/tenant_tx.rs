//! One transaction of one tenant: the only thing that runs a query on a tenant's table.
//!
//! A query is built with SeaORM as usual and handed over; the tenant is added here, at execution:
//!
//! ```
//! # use recital_domain::{db::TenantTx, error::Result};
//! # use recital_entities::vault::subjects;
//! # use sea_orm::EntityTrait;
//! async fn all(tx: &TenantTx) -> Result<Vec<subjects::Model>> {
//!     tx.all(subjects::Entity::find()).await
//! }
//! ```
//!
//! It is no SeaORM connection, so no query can go around it:
//!
//! ```compile_fail
//! # use recital_domain::{db::TenantTx, error::Result};
//! # use recital_entities::vault::subjects;
//! # use sea_orm::EntityTrait;
//! async fn all(tx: &TenantTx) -> Result<Vec<subjects::Model>> {
//!     Ok(subjects::Entity::find().all(tx).await?)
//! }
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use recital_entities::{GlobalEntity, Sealed, TenantEntity, TenantId};
use sea_orm::{
    AccessMode, ActiveModelTrait, ColumnTrait as _, DatabaseTransaction, DeleteMany, EntityTrait, FromQueryResult,
    IntoActiveModel, Iterable as _, PaginatorTrait, PrimaryKeyToColumn, QueryFilter as _, Select, TryGetableMany,
    UpdateMany,
    sea_query::{OnConflict, Value},
};
use uuid::Uuid;

use super::{Db, Engine, Order, Page, PageRequest, notify::CHANNEL};
use crate::{
    app::Core,
    bus::{self, Change},
    error::{Error, Result},
    keys::TenantKeys,
    viewer::Viewer,
};

/// SQLite binds at most 32,766 values a statement.
const LARGEST_BIND: usize = 30_000;

/// A transaction that belongs to one tenant, with the time, the ids and the keys that go with it.
pub struct TenantTx {
    tx: DatabaseTransaction,
    core: Arc<Core>,
    viewer: Viewer,
    now: DateTime<Utc>,
    /// Told to subscribers with the commit.
    changes: Mutex<Vec<Change>>,
}

impl TenantTx {
    pub(crate) async fn begin(core: &Arc<Core>, viewer: &Viewer, access: AccessMode) -> Result<Self> {
        let tx = core.db.begin(access).await?;
        core.db.name_tenant(&tx, viewer.tenant().0).await?;
        let now = core.clock.now();
        Ok(Self { tx, core: Arc::clone(core), viewer: viewer.clone(), now, changes: Mutex::default() })
    }

    /// Commits. On PostgreSQL the commit tells all processes what changed; answers what is left to tell this one.
    pub(crate) async fn commit(self) -> Result<Vec<Change>> {
        let changes = std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner));
        let told = self.db().engine() == Engine::Postgres;
        if told {
            self.notify(&changes).await?;
        }
        self.tx.commit().await?;
        self.core.bus.heed(&changes);
        Ok(if told { Vec::new() } else { changes })
    }

    async fn notify(&self, changes: &[Change]) -> Result<()> {
        use sea_orm::ConnectionTrait as _;
        for change in changes {
            let statement = sea_orm::Statement::from_sql_and_values(
                sea_orm::DbBackend::Postgres,
                "SELECT pg_notify($1, $2)",
                [Value::from(CHANNEL), Value::from(bus::payload(self.tenant(), *change)?)],
            );
            self.tx.execute_raw(statement).await?;
        }
        Ok(())
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.viewer.tenant()
    }

    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The actor as rows name it (`recordedBy`, `changedBy`).
    #[must_use]
    pub fn actor(&self) -> String {
        self.viewer.actor().to_string()
    }

    /// The instant of this transaction.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// A new id, typed by what it is for.
    #[must_use]
    pub fn new_id<Id: From<Uuid>>(&self) -> Id {
        self.core.ids.next(self.now).into()
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    pub(crate) fn db(&self) -> &Db {
        &self.core.db
    }

    /// The tenant's keys; the KMS is asked only when they are not held.
    pub async fn keys(&self) -> Result<Arc<TenantKeys>> {
        self.core.keys.of(self).await
    }

    /// The tenant's keys, the newest that `sealed` needs among them.
    pub async fn keys_for<'a>(&self, sealed: impl IntoIterator<Item = &'a Sealed>) -> Result<Arc<TenantKeys>> {
        self.core.keys.of_sealed(self, sealed).await
    }

    /// Told to subscribers once this transaction has committed.
    pub fn announce(&self, change: Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }

    pub async fn one<E: TenantEntity>(&self, select: Select<E>) -> Result<Option<E::Model>> {
        Ok(select.filter(self.mine::<E>()).one(&self.tx).await?)
    }

    /// # Errors
    /// `NOT_FOUND`, naming `what`.
    pub async fn get<E: TenantEntity>(&self, what: &str, select: Select<E>) -> Result<E::Model> {
        self.one(select).await?.ok_or_else(|| Error::not_found(what))
    }

    pub async fn all<E: TenantEntity>(&self, select: Select<E>) -> Result<Vec<E::Model>> {
        Ok(select.filter(self.mine::<E>()).all(&self.tx).await?)
    }

    /// The rows as another shape: aggregates, or a few of the columns.
    pub async fn rows<E: TenantEntity, T: FromQueryResult>(&self, select: Select<E>) -> Result<Vec<T>> {
        Ok(select.filter(self.mine::<E>()).into_model::<T>().all(&self.tx).await?)
    }

    /// The rows as tuples.
    pub async fn tuples<E: TenantEntity, T: TryGetableMany + Send + Sync>(&self, select: Select<E>) -> Result<Vec<T>> {
        Ok(select.filter(self.mine::<E>()).into_tuple::<T>().all(&self.tx).await?)
    }

    pub async fn count<E: TenantEntity>(&self, select: Select<E>) -> Result<u64>
    where
        E::Model: Sync,
    {
        Ok(select.filter(self.mine::<E>()).count(&self.tx).await?)
    }

    pub async fn exists<E: TenantEntity>(&self, select: Select<E>) -> Result<bool> {
        Ok(self.one(select).await?.is_some())
    }

    /// One page by the `id` column, whose values sort by time of making.
    pub async fn page<E: TenantEntity>(
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

    /// Adds a row as this tenant's, whatever tenant the model named.
    pub async fn insert<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + sea_orm::ActiveModelBehavior + Send,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        Ok(self.claimed(row).insert(&self.tx).await?)
    }

    /// Adds rows in as few statements as the engines' limits allow.
    pub async fn insert_all<A>(&self, rows: Vec<A>) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
    {
        let columns = <A::Entity as EntityTrait>::Column::iter().count();
        let mut rows = rows.into_iter().map(|row| self.claimed(row)).peekable();
        while rows.peek().is_some() {
            let chunk: Vec<A> = rows.by_ref().take(LARGEST_BIND / columns).collect();
            A::Entity::insert_many(chunk).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// Adds a row unless its key is taken. Answers whether it was added.
    pub async fn insert_new<A>(&self, row: A) -> Result<bool>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
    {
        let added = A::Entity::insert(self.claimed(row))
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(added > 0)
    }

    /// Adds the row, or replaces all of it where its primary key is taken.
    pub async fn put<A>(&self, row: A) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
    {
        let keys = <A::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        let columns = <A::Entity as EntityTrait>::Column::iter();
        let replace = OnConflict::columns(keys).update_columns(columns).to_owned();
        A::Entity::insert(self.claimed(row)).on_conflict(replace).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// The same for many rows, in as few statements as the engines' limits allow.
    pub async fn put_all<A>(&self, rows: Vec<A>) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
    {
        let keys = || <A::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        let columns = <A::Entity as EntityTrait>::Column::iter();
        let replace = OnConflict::columns(keys()).update_columns(columns.clone()).to_owned();
        let mut rows = rows.into_iter().map(|row| self.claimed(row)).peekable();
        while rows.peek().is_some() {
            let chunk: Vec<A> = rows.by_ref().take(LARGEST_BIND / columns.clone().count()).collect();
            A::Entity::insert_many(chunk).on_conflict(replace.clone()).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// Changes one row by its primary key.
    ///
    /// # Errors
    /// `NOT_FOUND` when no row of this tenant has that key.
    pub async fn update<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + sea_orm::ActiveModelBehavior + Send,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        match self.claimed(row).update(&self.tx).await {
            Err(sea_orm::DbErr::RecordNotUpdated) => Err(Error::not_found("row")),
            answer => Ok(answer?),
        }
    }

    /// Answers how many rows changed.
    pub async fn update_all<E: TenantEntity>(&self, update: UpdateMany<E>) -> Result<u64> {
        Ok(update.filter(self.mine::<E>()).exec(&self.tx).await?.rows_affected)
    }

    /// Changes rows and answers them as they are now.
    pub async fn update_returning<E: TenantEntity>(&self, update: UpdateMany<E>) -> Result<Vec<E::Model>> {
        Ok(update.filter(self.mine::<E>()).exec_with_returning(&self.tx).await?)
    }

    /// Answers how many rows went.
    pub async fn delete<E: TenantEntity>(&self, delete: DeleteMany<E>) -> Result<u64> {
        Ok(delete.filter(self.mine::<E>()).exec(&self.tx).await?.rows_affected)
    }

    /// Deletes rows and answers what they were.
    pub async fn delete_returning<E: TenantEntity>(&self, delete: DeleteMany<E>) -> Result<Vec<E::Model>> {
        Ok(delete.filter(self.mine::<E>()).exec_with_returning(&self.tx).await?)
    }

    /// Adds a row to a global table in this transaction: a work item, a new tenant.
    pub(crate) async fn insert_global<A>(&self, row: A) -> Result<()>
    where
        A: ActiveModelTrait<Entity: GlobalEntity> + Send,
    {
        A::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Adds rows to a global table in this transaction, in as few statements as the engines' limits allow.
    pub(crate) async fn insert_all_global<A>(&self, rows: Vec<A>) -> Result<()>
    where
        A: ActiveModelTrait<Entity: GlobalEntity> + Send,
    {
        let columns = <A::Entity as EntityTrait>::Column::iter().count();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<A> = rows.by_ref().take(LARGEST_BIND / columns).collect();
            A::Entity::insert_many(chunk).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    pub(crate) async fn all_global<E: GlobalEntity>(&self, select: Select<E>) -> Result<Vec<E::Model>> {
        Ok(select.all(&self.tx).await?)
    }

    pub(crate) async fn one_global<E: GlobalEntity>(&self, select: Select<E>) -> Result<Option<E::Model>> {
        Ok(select.one(&self.tx).await?)
    }

    pub(crate) async fn count_global<E: GlobalEntity>(&self, select: Select<E>) -> Result<u64>
    where
        E::Model: Sync,
    {
        Ok(select.count(&self.tx).await?)
    }

    pub(crate) async fn update_global<E: GlobalEntity>(&self, update: UpdateMany<E>) -> Result<u64> {
        Ok(update.exec(&self.tx).await?.rows_affected)
    }

    pub(crate) async fn delete_global<E: GlobalEntity>(&self, delete: DeleteMany<E>) -> Result<u64> {
        Ok(delete.exec(&self.tx).await?.rows_affected)
    }

    /// Has PostgreSQL let go of the bodies of this tenant's oldest audit entries before `cutoff`, where it finds that their
    /// period has ended. Answers how many. The service itself may delete none.
    pub(crate) async fn age_audit_entries(&self, cutoff: DateTime<Utc>, most: i32) -> Result<i32> {
        use sea_orm::ConnectionTrait as _;
        let sql = "SELECT age_audit_entries($1, $2)";
        let values = [Value::from(cutoff), Value::from(most)];
        let age = sea_orm::Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, values);
        let row = self.tx.query_one_raw(age).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default())
    }

    /// Lets one transaction at a time through for this tenant and `what`; the rest wait. SQLite has one writer.
    pub async fn serialise(&self, what: &str) -> Result<()> {
        self.lock("pg_advisory_xact_lock", format!("{}/{what}", self.tenant())).await
    }

    /// Lets any number of transactions of all tenants through, but none while another [`Self::exclude`]s them.
    pub async fn share(&self, what: &str) -> Result<()> {
        self.lock("pg_advisory_xact_lock_shared", what.to_owned()).await
    }

    /// Waits for all that [`Self::share`], and lets none through until the end of this transaction.
    pub async fn exclude(&self, what: &str) -> Result<()> {
        self.lock("pg_advisory_xact_lock", what.to_owned()).await
    }

    async fn lock(&self, kind: &str, name: String) -> Result<()> {
        use sea_orm::ConnectionTrait as _;
        if self.db().engine() == Engine::Postgres {
            let sql = format!("SELECT {kind}(hashtextextended($1, 0))");
            let lock = sea_orm::Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, [Value::from(name)]);
            self.tx.execute_raw(lock).await?;
        }
        Ok(())
    }

    fn mine<E: TenantEntity>(&self) -> sea_orm::sea_query::SimpleExpr {
        E::TENANT.eq(self.tenant())
    }

    fn claimed<A: ActiveModelTrait<Entity: TenantEntity>>(&self, mut row: A) -> A {
        row.set(<A::Entity as TenantEntity>::TENANT, self.tenant().into());
        row
    }
}
