//! The key ring: each tenant's keys, unwrapped once and held for a while.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use futures::future::try_join_all;
use recital_entities::{
    Sealed, SecretKind, TenantId,
    access::tenants,
    vault::{tenant_keys, tenant_secrets},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::Expr,
};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    ClearKey, DataKey, KEY_DISABLED, KMS_UNAVAILABLE, Key, KeyService, TenantKeys, WrappedKey, seal,
    statement::{publish, signing_key},
    tenant_keys::{secret_place, secret_row},
};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    telemetry::metrics::{KmsCallDuration, KmsCalls, KmsOperation, KmsOutcome},
};

/// How long and how often a tenant's clear keys are used before the key service is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Losing the KMS key takes effect within this time.
    pub held_for: Duration,
    /// Operations, each of which may seal and open many values.
    pub largest_use: u64,
}

impl Default for Holding {
    fn default() -> Self {
        Self { held_for: Duration::from_mins(5), largest_use: 10_000_000 }
    }
}

/// After a refusal the key service is left alone for this long: one tenant's lost key must not keep it busy.
const PAUSE: Duration = Duration::from_secs(2);
/// How old an answer of [`KeyRing::is_ready`] may be.
const PROBED_FOR: Duration = Duration::from_secs(10);
/// Tenant keys are wrapped under this lock, which [`super::rotate_master`] takes alone.
pub(super) const WRAPPING: &str = "wrapping";
/// One change of a tenant's keys at a time.
pub(super) const KEYS: &str = "keys";

/// Holds tenants' keys; asks the key service when it does not.
pub struct KeyRing {
    service: Box<dyn KeyService>,
    holding: Holding,
    slots: std::sync::Mutex<HashMap<TenantId, Arc<Mutex<Slot>>>>,
    probed: Mutex<Option<(Instant, bool)>>,
}

/// One tenant's place in the ring. Whoever asks the key service keeps it locked, so that the rest wait for the one answer.
/// No cache of a library: theirs drop what is over when it suits them, and clear keys must go when their time is over.
#[derive(Default)]
struct Slot {
    held: Option<(Arc<TenantKeys>, Instant)>,
    /// Why the keys could not be had.
    refused: Option<(Arc<Error>, Instant)>,
}

impl Slot {
    /// What is known without asking: the keys, or why they could not be had a moment ago.
    fn known(&mut self, holding: Holding) -> Option<Result<Arc<TenantKeys>>> {
        self.held.take_if(|(keys, since)| {
            since.elapsed() >= holding.held_for || keys.uses.load(Ordering::Relaxed) >= holding.largest_use
        });
        if let Some((keys, _)) = &self.held {
            return Some(Ok(Arc::clone(keys)));
        }
        let (refusal, since) = self.refused.as_ref()?;
        (since.elapsed() < PAUSE).then(|| Err(Error::again(Arc::clone(refusal))))
    }
}

/// What the database holds of a tenant's keys.
pub(crate) struct Stored {
    /// The live versions, the newest last.
    keys: Vec<tenant_keys::Model>,
    secrets: Vec<tenant_secrets::Model>,
}

impl Stored {
    pub(crate) async fn of(tx: &TenantTx) -> Result<Self> {
        Ok(Self { keys: live_versions(tx).await?, secrets: tx.all(tenant_secrets::Entity::find()).await? })
    }
}

/// The newest last.
pub(super) async fn live_versions(tx: &TenantTx) -> Result<Vec<tenant_keys::Model>> {
    let mut rows = tx.all(tenant_keys::Entity::find().filter(tenant_keys::Column::RetiredAt.is_null())).await?;
    rows.sort_by_key(|row| row.version);
    Ok(rows)
}

impl KeyRing {
    #[must_use]
    pub fn new(service: Box<dyn KeyService>) -> Self {
        Self { service, holding: Holding::default(), slots: Default::default(), probed: Mutex::default() }
    }

    /// Holds clear keys for another time, and for another number of uses.
    pub fn hold(&mut self, holding: Holding) {
        self.holding = holding;
    }

    /// `aws-kms` or `local`.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.service.provider()
    }

    /// How long after a change of keys every process knows of it: none then holds a ring from before.
    #[must_use]
    pub fn settles_after(&self) -> TimeDelta {
        TimeDelta::from_std(self.holding.held_for * 2).unwrap_or(TimeDelta::MAX)
    }

    /// Drops what is held, so that the next use asks the key service again.
    pub async fn forget(&self, tenant: TenantId) {
        self.slot(tenant).lock().await.held = None;
    }

    /// Wipes the keys whose time is over.
    pub(crate) fn wipe(&self) {
        let over = |slot: &Arc<Mutex<Slot>>| {
            let Ok(mut slot) = slot.try_lock() else { return false };
            slot.held.take_if(|(_, since)| since.elapsed() >= self.holding.held_for);
            slot.refused.take_if(|(_, since)| since.elapsed() >= PAUSE);
            slot.held.is_none() && slot.refused.is_none()
        };
        // A slot that somebody waits at stays: it is in use.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, slot| !over(slot) || Arc::strong_count(slot) > 1);
    }

    fn slot(&self, tenant: TenantId) -> Arc<Mutex<Slot>> {
        Arc::clone(self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default())
    }

    /// The keys of the transaction's tenant.
    ///
    /// # Errors
    /// UNAVAILABLE with `KMS_UNAVAILABLE` or `KEY_DISABLED`.
    pub async fn of(&self, tx: &TenantTx) -> Result<Arc<TenantKeys>> {
        let known = self.slot(tx.tenant()).lock().await.known(self.holding);
        let keys = match known {
            Some(known) => known?,
            None => self.fetch(tx.tenant(), Stored::of(tx).await?).await?,
        };
        keys.uses.fetch_add(1, Ordering::Relaxed);
        Ok(keys)
    }

    /// Has the tenant's keys at hand, if they can be had, before a transaction begins: while a key service is slow, one
    /// tenant must not keep the database's connections from the others.
    pub(crate) async fn prepare(&self, tenant: TenantId, stored: impl AsyncFnOnce() -> Result<Stored>) {
        let known = self.slot(tenant).lock().await.known(self.holding).is_some();
        if known {
            return;
        }
        let fetched = async { self.fetch(tenant, stored().await?).await };
        if let Err(error) = fetched.await {
            tracing::debug!(%tenant, ?error, "the tenant's keys are not at hand");
        }
    }

    /// The tenant's keys, as long as they are held and not used up.
    pub(crate) async fn held(&self, tenant: TenantId) -> Option<Arc<TenantKeys>> {
        let keys = self.slot(tenant).lock().await.known(self.holding)?.ok()?;
        keys.uses.fetch_add(1, Ordering::Relaxed);
        Some(keys)
    }

    /// The keys that open `sealed`. A value that names a version not held was sealed by a process that knows of a
    /// rotation: then the ring asks again, once.
    pub async fn of_sealed<'a>(
        &self,
        tx: &TenantTx,
        sealed: impl IntoIterator<Item = &'a Sealed>,
    ) -> Result<Arc<TenantKeys>> {
        let keys = self.of(tx).await?;
        let newest_asked = sealed.into_iter().filter_map(seal::version_of).max();
        if newest_asked <= Some(keys.newest()?.version()) {
            return Ok(keys);
        }
        self.forget(tx.tenant()).await;
        self.of(tx).await
    }

    /// However many ask at once, the key service is asked once.
    async fn fetch(&self, tenant: TenantId, stored: Stored) -> Result<Arc<TenantKeys>> {
        let slot = self.slot(tenant);
        let mut slot = slot.lock().await;
        if let Some(known) = slot.known(self.holding) {
            return known;
        }
        match self.unwrap_all(tenant, stored).await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                slot.held = Some((Arc::clone(&keys), Instant::now()));
                Ok(keys)
            }
            Err(refusal) if matches!(refusal.reason(), KEY_DISABLED | KMS_UNAVAILABLE) => {
                let refusal = Arc::new(refusal);
                slot.refused = Some((Arc::clone(&refusal), Instant::now()));
                Err(Error::again(refusal))
            }
            Err(error) => Err(error),
        }
    }

    async fn unwrap_all(&self, tenant: TenantId, stored: Stored) -> Result<TenantKeys> {
        let versions = stored.keys.into_iter().map(async |row| {
            let wrapped = WrappedKey { kms_key: row.kms_key, bytes: row.wrapped };
            let clear = measured(KmsOperation::Unwrap, self.service.unwrap(tenant, &wrapped)).await?;
            Ok::<_, Error>(Key::new(row.version, &clear))
        });
        TenantKeys::open_all(tenant, try_join_all(versions).await?, &stored.secrets, self.settles_after())
    }

    /// Makes a new tenant's first key and the secrets under it.
    pub async fn create(&self, tx: &TenantTx) -> Result<()> {
        let key = self.add_version(tx, 1).await?;
        for kind in [SecretKind::Hash, SecretKind::Index, SecretKind::Link, SecretKind::Signing] {
            let clear = ClearKey::new(seal::random()?);
            Self::add_secret(tx, &key, (kind, 1), &clear).await?;
            if kind == SecretKind::Signing {
                publish(tx, &signing_key(&clear)?).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn add_secret(
        tx: &TenantTx,
        key: &Key,
        (kind, version): (SecretKind, i32),
        clear: &ClearKey,
    ) -> Result<()> {
        let secret = key.seal(secret_place(&tx.tenant(), &secret_row(kind, version)), clear.as_slice())?;
        let row = tenant_secrets::Model { tenant_id: tx.tenant(), kind, version, secret, created_at: tx.now() };
        tx.insert(row.into_active_model()).await?;
        Ok(())
    }

    /// Asks for a new version of the tenant's key, under the tenant's own KMS key where it brought one, and stores its
    /// wrapped form.
    pub(super) async fn add_version(&self, tx: &TenantTx, version: i32) -> Result<Key> {
        tx.share(WRAPPING).await?;
        let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
        let kms_key = match tenant.and_then(|tenant| tenant.kms_key) {
            Some(own) => own,
            None => self.service.default_key()?,
        };
        let fresh = self.generate(tx.tenant(), &kms_key).await?;
        let row = tenant_keys::ActiveModel {
            tenant_id: Set(tx.tenant()),
            version: Set(version),
            provider: Set(self.service.provider().to_owned()),
            kms_key: Set(fresh.wrapped.kms_key),
            wrapped: Set(fresh.wrapped.bytes),
            reason: Set(None),
            created_at: Set(tx.now()),
            retired_at: Set(None),
        };
        tx.insert(row).await?;
        Ok(Key::new(version, &fresh.clear))
    }

    /// Wraps every live version of the tenant's key by `kms_key` (None: the service's own), and makes sure that what is
    /// then stored opens. Answers how many were brought over. [`Self::forget`] the tenant after the commit.
    pub(crate) async fn wrap_by(&self, tx: &TenantTx, kms_key: Option<&str>) -> Result<usize> {
        tx.serialise(KEYS).await?;
        tx.share(WRAPPING).await?;
        let default = self.service.default_key()?;
        let kms_key = kms_key.unwrap_or(&default);
        let mut count = 0;
        for row in live_versions(tx).await?.into_iter().filter(|row| row.kms_key != kms_key) {
            let wrapped = WrappedKey { kms_key: row.kms_key, bytes: row.wrapped };
            let moved = self.service.rewrap(tx.tenant(), &wrapped, kms_key);
            let moved = measured(KmsOperation::Rewrap, moved).await?;
            let update = tenant_keys::Entity::update_many()
                .filter(tenant_keys::Column::Version.eq(row.version))
                .col_expr(tenant_keys::Column::KmsKey, Expr::value(moved.kms_key))
                .col_expr(tenant_keys::Column::Wrapped, Expr::value(moved.bytes));
            tx.update_all(update).await?;
            count += 1;
        }
        self.unwrap_all(tx.tenant(), Stored::of(tx).await?).await?;
        Ok(count)
    }

    /// Whether `kms_key` makes a key for the tenant and opens it again.
    ///
    /// # Errors
    /// UNAVAILABLE with `KMS_UNAVAILABLE` or `KEY_DISABLED`.
    pub(crate) async fn try_out(&self, tenant: TenantId, kms_key: &str) -> Result<()> {
        let made = self.generate(tenant, kms_key).await?;
        let opened = measured(KmsOperation::Unwrap, self.service.unwrap(tenant, &made.wrapped)).await?;
        if *opened == *made.clear {
            return Ok(());
        }
        Err(Error::unavailable(KEY_DISABLED, "the key does not open what it wraps"))
    }

    async fn generate(&self, tenant: TenantId, kms_key: &str) -> Result<DataKey> {
        measured(KmsOperation::Generate, self.service.generate(tenant, kms_key)).await
    }

    /// The wrapping key of tenants that brought none of their own.
    pub(crate) fn default_key(&self) -> Result<String> {
        self.service.default_key()
    }

    /// Whether the service's own wrapping key can be used at the moment.
    pub async fn is_reachable(&self) -> bool {
        match self.service.default_key() {
            Ok(key) => self.generate(TenantId(Uuid::nil()), &key).await.is_ok(),
            Err(_) => false,
        }
    }

    /// The same, as it was a few seconds ago at most: cheap enough for a probe.
    pub async fn is_ready(&self) -> bool {
        let mut probed = self.probed.lock().await;
        match *probed {
            Some((at, answer)) if at.elapsed() < PROBED_FOR => answer,
            _ => {
                let answer = self.is_reachable().await;
                *probed = Some((Instant::now(), answer));
                answer
            }
        }
    }
}

async fn measured<T>(operation: KmsOperation, call: impl Future<Output = Result<T>>) -> Result<T> {
    let began = Instant::now();
    let answer = call.await;
    let outcome = match answer.as_ref().map_err(Error::reason) {
        Ok(_) => KmsOutcome::Done,
        Err(KEY_DISABLED) => KmsOutcome::Disabled,
        Err(KMS_UNAVAILABLE) => KmsOutcome::Unavailable,
        Err(_) => KmsOutcome::Failed,
    };
    KmsCalls { operation, outcome }.count();
    KmsCallDuration { operation }.observe(began.elapsed());
    answer
}
