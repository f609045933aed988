//! The key ring: each tenant's keys, unwrapped once and held for a while.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use moka::future::Cache;
use recital_entities::{
    Sealed, SecretKind, TenantId,
    vault::{tenant_keys, tenant_secrets},
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use super::{ClearKey, DataKey, KEY_DISABLED, KMS_UNAVAILABLE, Key, KeyService, Place, seal};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    telemetry::metrics::{KmsCallDuration, KmsCalls, KmsOperation, KmsOutcome},
};

/// How long a tenant's clear keys are held: losing the KMS key takes effect within this time.
pub const HELD_FOR: Duration = Duration::from_mins(5);
const LARGEST_USE: u64 = 10_000_000;

/// Holds tenants' keys; asks the KMS when it does not.
pub struct KeyRing {
    service: Box<dyn KeyService>,
    held: Cache<TenantId, Arc<TenantKeys>>,
}

/// One tenant's clear keys. Wiped when the last user lets go.
pub struct TenantKeys {
    tenant: TenantId,
    /// By version, the newest last.
    keys: Vec<Key>,
    index: hmac::Key,
    link: hmac::Key,
    signing: Ed25519KeyPair,
    uses: AtomicU64,
}

impl KeyRing {
    #[must_use]
    pub fn new(service: Box<dyn KeyService>) -> Self {
        Self { service, held: Cache::builder().time_to_live(HELD_FOR).max_capacity(10_000).build() }
    }

    /// Whether the key service makes a key at the moment.
    pub async fn is_reachable(&self) -> bool {
        self.generate(TenantId(uuid::Uuid::nil())).await.is_ok()
    }

    async fn generate(&self, tenant: TenantId) -> Result<DataKey> {
        measured(KmsOperation::Generate, self.service.generate(tenant)).await
    }

    async fn unwrap(&self, tenant: TenantId, wrapped: &[u8]) -> Result<ClearKey> {
        measured(KmsOperation::Unwrap, self.service.unwrap(tenant, wrapped)).await
    }

    /// Drops what is held, so that the next use asks the KMS again.
    pub async fn forget(&self, tenant: TenantId) {
        self.held.invalidate(&tenant).await;
    }

    /// The keys of the transaction's tenant.
    ///
    /// # Errors
    /// UNAVAILABLE with `KMS_UNAVAILABLE` or `KEY_DISABLED`.
    pub async fn of(&self, tx: &TenantTx) -> Result<Arc<TenantKeys>> {
        if let Some(keys) = self.held(tx.tenant()).await {
            return Ok(keys);
        }
        let keys = Arc::new(self.load(tx).await?);
        self.held.insert(tx.tenant(), Arc::clone(&keys)).await;
        Ok(keys)
    }

    /// The tenant's keys, as long as they are held and not used up.
    pub async fn held(&self, tenant: TenantId) -> Option<Arc<TenantKeys>> {
        let keys = self.held.get(&tenant).await?;
        (keys.uses.fetch_add(1, Ordering::Relaxed) < LARGEST_USE).then_some(keys)
    }

    /// The keys that open `sealed`. A value that names a version not held was sealed by a process that knows of a
    /// rotation: then the ring asks again, once.
    pub async fn of_sealed<'a>(
        &self,
        tx: &TenantTx,
        sealed: impl IntoIterator<Item = &'a Sealed>,
    ) -> Result<Arc<TenantKeys>> {
        let keys = self.of(tx).await?;
        let newest_asked = sealed
            .into_iter()
            .map(seal::version_of)
            .try_fold(0, |newest, version| version.map(|version| version.max(newest)))?;
        if newest_asked <= keys.newest()?.version() {
            return Ok(keys);
        }
        self.forget(tx.tenant()).await;
        self.of(tx).await
    }

    /// Makes a new tenant's first key and the secrets under it.
    pub async fn create(&self, tx: &TenantTx) -> Result<()> {
        let key = self.add_version(tx, 1).await?;
        for kind in [SecretKind::Index, SecretKind::Link, SecretKind::Signing] {
            let clear = zeroize::Zeroizing::new(seal::random::<32>()?);
            let secret = key.seal(secret_place(&tx.tenant(), &secret_row(kind, 1)), clear.as_slice())?;
            let row = tenant_secrets::Model { tenant_id: tx.tenant(), kind, version: 1, secret, created_at: tx.now() };
            tx.insert(row.into_active_model()).await?;
        }
        Ok(())
    }

    /// Asks the KMS for a new version of the tenant's key and stores its wrapped form.
    pub async fn add_version(&self, tx: &TenantTx, version: i32) -> Result<Key> {
        let fresh = self.generate(tx.tenant()).await?;
        let row = tenant_keys::ActiveModel {
            tenant_id: Set(tx.tenant()),
            version: Set(version),
            provider: Set(self.service.provider().to_owned()),
            kms_key: Set(self.service.key_id()),
            wrapped: Set(fresh.wrapped),
            reason: Set(None),
            created_at: Set(tx.now()),
            retired_at: Set(None),
        };
        tx.insert(row).await?;
        Ok(Key::new(version, &fresh.clear))
    }

    async fn load(&self, tx: &TenantTx) -> Result<TenantKeys> {
        let mut rows = tx.all(tenant_keys::Entity::find().filter(tenant_keys::Column::RetiredAt.is_null())).await?;
        rows.sort_by_key(|row| row.version);
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            keys.push(Key::new(row.version, &self.unwrap(tx.tenant(), &row.wrapped).await?));
        }
        let secrets = tx.all(tenant_secrets::Entity::find()).await?;
        let secret = |kind| open_newest(tx.tenant(), &keys, &secrets, kind);
        let index = hmac::Key::new(hmac::HMAC_SHA256, secret(SecretKind::Index)?.as_slice());
        let link = hmac::Key::new(hmac::HMAC_SHA256, secret(SecretKind::Link)?.as_slice());
        let signing = Ed25519KeyPair::from_seed_unchecked(secret(SecretKind::Signing)?.as_slice());
        let signing = signing.map_err(|_| Error::internal("the signing key is malformed"))?;
        Ok(TenantKeys { tenant: tx.tenant(), keys, index, link, signing, uses: AtomicU64::new(1) })
    }
}

async fn measured<T>(operation: KmsOperation, call: impl Future<Output = Result<T>>) -> Result<T> {
    let began = Instant::now();
    let answer = call.await;
    let outcome = match &answer {
        Ok(_) => KmsOutcome::Done,
        Err(error) if error.reason() == KEY_DISABLED => KmsOutcome::Disabled,
        Err(error) if error.reason() == KMS_UNAVAILABLE => KmsOutcome::Unavailable,
        Err(_) => KmsOutcome::Failed,
    };
    KmsCalls { operation, outcome }.count();
    KmsCallDuration { operation }.observe(began.elapsed());
    answer
}

fn open_newest(
    tenant: TenantId,
    keys: &[Key],
    secrets: &[tenant_secrets::Model],
    kind: SecretKind,
) -> Result<ClearKey> {
    let row = secrets.iter().filter(|row| row.kind == kind).max_by_key(|row| row.version);
    let row = row.ok_or_else(|| Error::internal("a tenant without its secrets"))?;
    let clear = find(keys, &row.secret)?.open(secret_place(&tenant, &secret_row(kind, row.version)), &row.secret)?;
    Ok(ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?))
}

pub(super) fn secret_row(kind: SecretKind, version: i32) -> String {
    format!("{kind}/{version}")
}

pub(super) fn secret_place<'a>(tenant: &TenantId, row: &'a String) -> Place<'a> {
    Place { tenant: *tenant, subject: None, table: "tenant_secrets", column: "secret", row }
}

fn find<'a>(keys: &'a [Key], sealed: &Sealed) -> Result<&'a Key> {
    let version = seal::version_of(sealed)?;
    let key = keys.iter().find(|key| key.version() == version);
    key.ok_or_else(|| Error::internal(format!("no tenant key of version {version}")))
}

impl TenantKeys {
    /// The key that seals what is new.
    pub fn newest(&self) -> Result<&Key> {
        self.keys.last().ok_or_else(|| Error::internal("a tenant without a key"))
    }

    /// Seals something of the tenant's own (no subject) at its place.
    pub fn seal(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn seal::RowName,
        clear: &[u8],
    ) -> Result<Sealed> {
        self.newest()?.seal(Place { tenant: self.tenant, subject: None, table, column, row }, clear)
    }

    /// Opens what [`Self::seal`] sealed, with whichever version sealed it.
    pub fn open(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn seal::RowName,
        sealed: &Sealed,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>> {
        find(&self.keys, sealed)?.open(Place { tenant: self.tenant, subject: None, table, column, row }, sealed)
    }

    /// What was sealed under an older version, sealed under the newest; none when it was already.
    pub fn reseal(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn seal::RowName,
        sealed: &Sealed,
    ) -> Result<Option<Sealed>> {
        if seal::version_of(sealed)? == self.newest()?.version() {
            return Ok(None);
        }
        self.seal(table, column, row, &self.open(table, column, row, sealed)?).map(Some)
    }

    /// Like [`Self::seal`], for text.
    pub fn seal_text(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn seal::RowName,
        text: &str,
    ) -> Result<Sealed> {
        self.seal(table, column, row, text.as_bytes())
    }

    /// Like [`Self::open`], for text.
    pub fn open_text(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn seal::RowName,
        sealed: &Sealed,
    ) -> Result<String> {
        let clear = self.open(table, column, row, sealed)?;
        String::from_utf8(clear.to_vec()).map_err(|_| Error::internal("a sealed text is not UTF-8"))
    }

    /// The key that wraps or unwraps a subject's key.
    pub fn wrapping(&self, wrapped: &Sealed) -> Result<&Key> {
        find(&self.keys, wrapped)
    }

    /// A blind index (HMAC-SHA-256): finds a value without keeping it. `kind` keeps kinds apart.
    #[must_use]
    pub fn index(&self, kind: &str, value: &str) -> Vec<u8> {
        hmac::sign(&self.index, format!("{kind}|{value}").as_bytes()).as_ref().to_vec()
    }

    /// The secret part of a mailed link. The same for the same `what`, so that a mail that is sent again is the same
    /// mail; known to nobody without the tenant's key.
    #[must_use]
    pub fn link_secret(&self, what: &str) -> Vec<u8> {
        hmac::sign(&self.link, what.as_bytes()).as_ref().to_vec()
    }

    /// Signs with the tenant's Ed25519 key.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign(message).as_ref().to_vec()
    }

    /// The Ed25519 key that verifies [`Self::sign`]: 32 bytes.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.signing.public_key().as_ref().to_vec()
    }
}
