//! A new version of a tenant's key, and the secrets under it sealed anew.

use recital_entities::vault::{tenant_keys, tenant_secrets};
use sea_orm::{EntityTrait as _, IntoActiveModel as _, QueryOrder as _};

use super::{
    Key, KeyRing,
    ring::{secret_place, secret_row},
};
use crate::{db::TenantTx, error::Result};

impl KeyRing {
    /// Makes a version of the tenant's key that seals and wraps what is new from the commit on. What older versions
    /// wrap stays readable. [`Self::forget`] the tenant after the commit.
    pub async fn rotate(&self, tx: &TenantTx) -> Result<Key> {
        tx.serialise("keys").await?;
        let secrets = tx.all(tenant_secrets::Entity::find()).await?;
        // Before the new version is there: a ring that is held must not know a version that may yet be rolled back.
        let keys = self.of_sealed(tx, secrets.iter().map(|row| &row.secret)).await?;
        let before = tenant_keys::Entity::find().order_by_desc(tenant_keys::Column::Version);
        let before = tx.get("tenant key", before).await?;
        let newest = self.add_version(tx, before.version + 1).await?;
        for row in secrets {
            let name = secret_row(row.kind, row.version);
            let place = secret_place(&row.tenant_id, &name);
            let clear = keys.wrapping(&row.secret)?.open(place, &row.secret)?;
            let secret = newest.seal(place, &clear)?;
            tx.put(tenant_secrets::Model { secret, ..row }.into_active_model()).await?;
        }
        Ok(newest)
    }
}
