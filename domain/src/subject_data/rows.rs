//! One subject's rows of one table.

use futures::future::BoxFuture;
use recital_entities::{SubjectId, TenantEntity, vault::subjects};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait, QueryFilter as _};

use crate::{db::TenantTx, error::Result};

/// Counts what a table holds of a subject.
pub(super) trait Rows: Sync {
    fn count<'a>(&'a self, tx: &'a TenantTx, subject: SubjectId) -> BoxFuture<'a, Result<u64>>;
}

/// A table whose column names the subject.
pub(super) struct BySubject<E: EntityTrait>(pub E::Column);

impl<E> Rows for BySubject<E>
where
    E: TenantEntity,
    E::Column: Sync,
    E::Model: Sync,
{
    fn count<'a>(&'a self, tx: &'a TenantTx, subject: SubjectId) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async move { tx.count(E::find().filter(self.0.eq(subject))).await })
    }
}

/// `subjects`, whose row stays as a tombstone: it counts while it still tells who it is.
pub(super) struct Identifiers;

impl Rows for Identifiers {
    fn count<'a>(&'a self, tx: &'a TenantTx, subject: SubjectId) -> BoxFuture<'a, Result<u64>> {
        use subjects::Column;
        let identified = Condition::any()
            .add(Column::Email.is_not_null())
            .add(Column::EmailIndex.is_not_null())
            .add(Column::ExternalId.is_not_null())
            .add(Column::ExternalIdIndex.is_not_null());
        let select = subjects::Entity::find().filter(Column::Id.eq(subject)).filter(identified);
        Box::pin(async move { tx.count(select).await })
    }
}
