//! The key that signs statements for outsiders: receipts, certificates of erasure.
//!
//! Its public half is published when it is made and stays listed, so that what an older key signed can still be
//! checked. The audit log keeps a key of its own, whose name stands in every checkpoint.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use recital_entities::{
    SecretKind,
    vault::{signing_keys, tenant_secrets},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _};

use super::{ClearKey, KeyRing, jws, ring::KEYS, seal};
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

impl KeyRing {
    /// Makes the key that signs statements from the commit on, and answers its id. [`Self::forget`] the tenant after the
    /// commit; another process may sign with the key before for as long as it holds it.
    pub async fn rotate_statement_key(&self, tx: &TenantTx) -> Result<String> {
        tx.serialise(KEYS).await?;
        let newest = tenant_secrets::Entity::find()
            .filter(tenant_secrets::Column::Kind.eq(SecretKind::Statement))
            .order_by_desc(tenant_secrets::Column::Version);
        let version = tx.one(newest).await?.map_or(1, |newest| newest.version + 1);
        let keys = self.of(tx).await?;
        publish(tx, &keys.statement).await?;
        let clear = ClearKey::new(seal::random::<32>()?);
        Self::add_secret(tx, keys.newest()?, (SecretKind::Statement, version), &clear).await?;
        publish(tx, &signing_key(&clear)?).await
    }
}

/// Lists a key for whoever checks a signature. Answers its id.
pub(super) async fn publish(tx: &TenantTx, key: &Ed25519KeyPair) -> Result<String> {
    let public_key = key.public_key().as_ref().to_vec();
    let kid = jws::key_id(&public_key);
    let row = signing_keys::Model { tenant_id: tx.tenant(), kid: kid.clone(), public_key, created_at: tx.now() };
    tx.insert_new(row.into_active_model()).await?;
    Ok(kid)
}

pub(super) fn signing_key(seed: &ClearKey) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| Error::internal("the signing key is malformed"))
}
