//! A new version of a tenant's key, the secrets under it sealed anew, and a new key for blind indexes.

use recital_entities::{
    SecretKind,
    vault::{tenant_keys, tenant_secrets},
};
use sea_orm::{EntityTrait as _, IntoActiveModel as _, QueryOrder as _};

use super::{
    ClearKey, Key, KeyRing, TenantKeys,
    ring::KEYS,
    seal,
    tenant_keys::{secret_place, secret_row},
};
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

impl KeyRing {
    /// Makes a version of the tenant's key that seals and wraps what is new from the commit on, and one of its index key.
    /// What older versions wrap stays readable. [`Self::forget`] the tenant after the commit.
    pub async fn rotate(&self, tx: &TenantTx) -> Result<Key> {
        tx.serialise(KEYS).await?;
        let secrets = tx.all(tenant_secrets::Entity::find()).await?;
        // Before the new version is there: a ring that is held must not know a version that may yet be rolled back.
        let keys = self.of_sealed(tx, secrets.iter().map(|row| &row.secret)).await?;
        let before = tenant_keys::Entity::find().order_by_desc(tenant_keys::Column::Version);
        let before = tx.get("tenant key", before).await?;
        let newest = self.add_version(tx, before.version + 1).await?;
        let of_kind = |kind| secrets.iter().filter(move |row| row.kind == kind);
        let index = of_kind(SecretKind::Index).map(|row| row.version).max().unwrap_or(0) + 1;
        Self::add_secret(tx, &newest, (SecretKind::Index, index), &ClearKey::new(seal::random()?)).await?;
        if of_kind(SecretKind::Hash).next().is_none() {
            set_hash_key_apart(tx, &keys, &newest, of_kind(SecretKind::Index).next()).await?;
        }
        for row in secrets {
            let name = secret_row(row.kind, row.version);
            let place = secret_place(&row.tenant_id, &name);
            let secret = newest.seal(place, &keys.open_at(place, &row.secret)?)?;
            tx.put(tenant_secrets::Model { secret, ..row }.into_active_model()).await?;
        }
        Ok(newest)
    }
}

/// A tenant of the first release hashes with its index key, which is to change; its hashes are not.
async fn set_hash_key_apart(
    tx: &TenantTx,
    keys: &TenantKeys,
    newest: &Key,
    index: Option<&tenant_secrets::Model>,
) -> Result<()> {
    let index = index.ok_or_else(|| Error::internal("a tenant without its secrets"))?;
    let clear = keys.open_at(secret_place(&index.tenant_id, &secret_row(index.kind, index.version)), &index.secret)?;
    let clear = ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?);
    KeyRing::add_secret(tx, newest, (SecretKind::Hash, 1), &clear).await
}
