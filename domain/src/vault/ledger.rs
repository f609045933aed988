//! The erasure ledger: who was erased, kept outside of the database, so that a restored backup can be told whom it brings
//! back (Article 17).
//!
//! An entry is an object named `erasures/<tenant>/<keyed hash of the subject's id>` that holds an instant. Without the
//! tenant's key nobody can tell whom it is about, and nobody can make one that fits a person. An erasure leaves its entry
//! in the database in its own transaction; from there it is copied out, again and again until the store has it.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use object_store::{ObjectStore, ObjectStoreExt as _, path::Path};
use recital_entities::{SubjectId, TenantId, requests::erasure_ledger};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, sea_query::Expr,
};

use super::FileStore;
use crate::{
    app::App,
    config::FileStoreKind,
    db::TenantTx,
    error::{Error, Result},
    keys::TenantKeys,
    viewer::Viewer,
    work::Work,
};

/// Entries in one statement.
const BATCH: usize = 1_000;

/// Where entries stand outside of the database. Cheap to clone.
#[derive(Clone)]
pub struct ErasureLedger(Arc<dyn ObjectStore>);

impl ErasureLedger {
    /// In a store of its own, or else beside the files.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` with `BAD_SETTING`, naming the setting.
    pub async fn open(store: Option<&FileStoreKind>, files: &FileStore) -> Result<Self> {
        let store = match store {
            None => files.objects(),
            Some(FileStoreKind::Folder(folder)) => FileStore::in_folder(folder, 0)?.objects(),
            Some(FileStoreKind::S3 { bucket }) => {
                let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
                FileStore::in_bucket(bucket, &config, 0)?.objects()
            }
        };
        Ok(Self(store))
    }

    async fn put(&self, tenant: TenantId, entry: &[u8], erased_at: DateTime<Utc>) -> Result<()> {
        let path = folder(tenant).join(hex::encode(entry));
        self.0.put(&path, erased_at.to_rfc3339().into_bytes().into()).await.map_err(unavailable)?;
        Ok(())
    }

    /// Every entry of the tenant's. What is not named like one is left alone.
    pub(crate) async fn entries(&self, tenant: TenantId) -> Result<HashSet<Vec<u8>>> {
        let folder = folder(tenant);
        let found = self.0.list(Some(&folder));
        let named = found.map_ok(|object| hex::decode(object.location.filename().unwrap_or_default()).ok());
        let entries: Vec<_> = named.try_collect().await.map_err(unavailable)?;
        Ok(entries.into_iter().flatten().filter(|entry| entry.len() == 32).collect())
    }
}

fn folder(tenant: TenantId) -> Path {
    Path::from_iter(["erasures".to_owned(), tenant.to_string()])
}

/// The store does not answer: try again.
pub const LEDGER_UNAVAILABLE: &str = "LEDGER_UNAVAILABLE";

fn unavailable(cause: object_store::Error) -> Error {
    Error::unavailable(LEDGER_UNAVAILABLE, "the erasure ledger does not answer; try again").because(cause)
}

/// The entry that stands for a subject.
pub(crate) fn ledger_entry(keys: &TenantKeys, subject: SubjectId) -> Vec<u8> {
    keys.index("erased", &subject.to_string())
}

/// The entry that stands for the tenant itself, once it was closed.
fn closing_entry(keys: &TenantKeys, tenant: TenantId) -> Vec<u8> {
    keys.index("closed", &tenant.to_string())
}

/// Enters that a tenant was closed, while its key is still there.
pub(crate) async fn enter_closing(app: &App, viewer: &Viewer) -> Result<()> {
    let keys = app.look(viewer, async |tx| tx.keys().await).await?;
    app.core().ledger.put(viewer.tenant(), &closing_entry(&keys, viewer.tenant()), app.now()).await
}

/// Whether the ledger says that the tenant was closed.
pub async fn was_closed(app: &App, viewer: &Viewer) -> Result<bool> {
    let keys = app.look(viewer, async |tx| tx.keys().await).await?;
    Ok(app.core().ledger.entries(viewer.tenant()).await?.contains(&closing_entry(&keys, viewer.tenant())))
}

/// Enters an erasure; the copy outside follows its commit.
pub(super) async fn enter(tx: &TenantTx, subject: SubjectId) -> Result<()> {
    let entry = ledger_entry(&*tx.keys().await?, subject);
    tx.put(row(tx, entry, None)).await?;
    tx.enqueue(Work::RecordErasures).await?;
    Ok(())
}

/// An entry that the store has already.
pub(crate) async fn note_entries(tx: &TenantTx, entries: impl IntoIterator<Item = Vec<u8>>) -> Result<()> {
    tx.put_all(entries.into_iter().map(|entry| row(tx, entry, Some(tx.now()))).collect()).await
}

fn row(tx: &TenantTx, entry: Vec<u8>, recorded_at: Option<DateTime<Utc>>) -> erasure_ledger::ActiveModel {
    erasure_ledger::ActiveModel {
        tenant_id: Set(tx.tenant()),
        subject_hash: Set(entry),
        erased_at: Set(tx.now()),
        recorded_at: Set(recorded_at),
    }
}

/// What the database knows of, and the store is without: all of it is copied out once more.
pub(crate) async fn record_again(tx: &TenantTx, entries: Vec<Vec<u8>>) -> Result<()> {
    use erasure_ledger::{Column, Entity};
    for entries in entries.chunks(BATCH) {
        let lost = Entity::update_many()
            .col_expr(Column::RecordedAt, Expr::value(None::<DateTime<Utc>>))
            .filter(Column::SubjectHash.is_in(entries.to_vec()));
        tx.update_all(lost).await?;
    }
    tx.enqueue(Work::RecordErasures).await?;
    Ok(())
}

/// Copies out what the store does not have yet. Done again, it changes nothing.
///
/// # Errors
/// UNAVAILABLE with `LEDGER_UNAVAILABLE`, upon which it can be tried again.
pub async fn record_erasures(app: &App, viewer: &Viewer) -> Result<()> {
    use erasure_ledger::{Column, Entity};
    loop {
        let missing = Entity::find().filter(Column::RecordedAt.is_null()).limit(BATCH as u64);
        let missing = app.look(viewer, async |tx| tx.all(missing).await).await?;
        if missing.is_empty() {
            return Ok(());
        }
        for row in &missing {
            app.core().ledger.put(row.tenant_id, &row.subject_hash, row.erased_at).await?;
        }
        let recorded = Entity::update_many()
            .col_expr(Column::RecordedAt, Expr::value(app.now()))
            .filter(Column::SubjectHash.is_in(missing.into_iter().map(|row| row.subject_hash)));
        app.maintain(viewer, async |tx| tx.update_all(recorded).await).await?;
    }
}
