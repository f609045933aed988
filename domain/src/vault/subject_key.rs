//! A subject's own key: seals all that is theirs, and is gone with them.

use std::collections::HashMap;

use recital_entities::{Sealed, SubjectId, TenantId, vault::subject_keys};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::{
    db::TenantTx,
    error::{Error, Result},
    keys::{ClearKey, Key, Place, RowName, TenantKeys, random},
};

/// One subject's key, unwrapped.
pub struct SubjectKey {
    tenant: TenantId,
    subject: SubjectId,
    key: Key,
}

/// Subject keys have one version: a person's key is destroyed, never rotated; the tenant key around it is.
const VERSION: i32 = 1;

impl SubjectKey {
    /// Makes a new subject's key, and the row that keeps it.
    pub async fn make(tx: &TenantTx, subject: SubjectId) -> Result<(Self, subject_keys::ActiveModel)> {
        let keys = tx.keys().await?;
        let clear = ClearKey::new(random()?);
        let wrapping = keys.newest()?;
        let wrapped = wrapping.seal(wrapped_place(tx.tenant(), &subject), clear.as_slice())?;
        let row = subject_keys::ActiveModel {
            tenant_id: Set(tx.tenant()),
            subject_id: Set(subject),
            tenant_key_version: Set(wrapping.version()),
            wrapped: Set(wrapped),
            created_at: Set(tx.now()),
        };
        Ok((Self { tenant: tx.tenant(), subject, key: Key::new(VERSION, &clear) }, row))
    }

    /// # Errors
    /// CONFLICT with `SUBJECT_ERASED` when the key is gone.
    pub async fn of(tx: &TenantTx, subject: SubjectId) -> Result<Self> {
        let mut keys = Self::of_all(tx, [subject]).await?;
        keys.remove(&subject).ok_or_else(|| Error::conflict("SUBJECT_ERASED", "this subject was erased"))
    }

    /// The keys of several subjects in one statement; an erased one's is missing.
    pub async fn of_all(
        tx: &TenantTx,
        subjects: impl IntoIterator<Item = SubjectId>,
    ) -> Result<HashMap<SubjectId, Self>> {
        let select = subject_keys::Entity::find().filter(subject_keys::Column::SubjectId.is_in(subjects));
        let rows = tx.all(select).await?;
        let keys = tx.keys_for(rows.iter().map(|row| &row.wrapped)).await?;
        rows.into_iter().map(|row| Ok((row.subject_id, Self::unwrap(&keys, &row)?))).collect()
    }

    /// The same key, wrapped by the tenant's newest; none when it was already.
    pub(super) fn rewrap(keys: &TenantKeys, row: &subject_keys::Model) -> Result<Option<Sealed>> {
        keys.reseal_at(wrapped_place(row.tenant_id, &row.subject_id), &row.wrapped)
    }

    fn unwrap(keys: &TenantKeys, row: &subject_keys::Model) -> Result<Self> {
        let clear = keys.open_at(wrapped_place(row.tenant_id, &row.subject_id), &row.wrapped)?;
        let clear = ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?);
        Ok(Self { tenant: row.tenant_id, subject: row.subject_id, key: Key::new(VERSION, &clear) })
    }

    pub fn seal(&self, table: &'static str, column: &'static str, row: &dyn RowName, clear: &[u8]) -> Result<Sealed> {
        self.key.seal(self.place(table, column, row), clear)
    }

    pub fn open(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>> {
        self.key.open(self.place(table, column, row), sealed)
    }

    /// Seals a value as JSON.
    pub fn seal_json(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        value: &impl Serialize,
    ) -> Result<Sealed> {
        let clear = Zeroizing::new(serde_json::to_vec(value).map_err(Error::internal)?);
        self.seal(table, column, row, &clear)
    }

    /// Opens what [`Self::seal_json`] sealed.
    pub fn open_json<T: DeserializeOwned>(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        sealed: &Sealed,
    ) -> Result<T> {
        let clear = self.open(table, column, row, sealed)?;
        serde_json::from_slice(&clear).map_err(|_| Error::internal("a sealed value is not JSON"))
    }

    fn place<'a>(&self, table: &'static str, column: &'static str, row: &'a dyn RowName) -> Place<'a> {
        Place { tenant: self.tenant, subject: Some(self.subject), table, column, row }
    }
}

fn wrapped_place(tenant: TenantId, subject: &SubjectId) -> Place<'_> {
    Place { tenant, subject: Some(*subject), table: "subject_keys", column: "wrapped", row: subject }
}
