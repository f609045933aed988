//! The local provider: a master key file, readable by its owner alone. For trying out and small installations.

use std::path::Path;

use futures::future::BoxFuture;
use recital_entities::{Sealed, TenantId};

use super::{ClearKey, DataKey, KEY_DISABLED, KeyService, MasterKeyFile, Place, WrappedKey, seal};
use crate::error::{Error, Result};

/// Wraps with the newest version in the file, which is read for each use: no master key stays in memory, and a rotated file
/// counts at once.
pub struct LocalKms(MasterKeyFile);

impl LocalKms {
    /// # Errors
    /// As [`MasterKeyFile::open`].
    pub fn open(path: &Path) -> Result<Self> {
        MasterKeyFile::open(path).map(Self)
    }

    fn wrap(&self, tenant: TenantId, clear: &ClearKey) -> Result<WrappedKey> {
        let newest = self.0.newest()?;
        let bytes = newest.seal(place(&tenant), clear.as_slice())?.0;
        Ok(WrappedKey { kms_key: name(newest.version()), bytes })
    }

    fn unwrap_now(&self, tenant: TenantId, wrapped: &WrappedKey) -> Result<ClearKey> {
        let sealed = Sealed(wrapped.bytes.clone());
        let place = place(&tenant);
        let version = seal::version_of(&sealed).ok_or_else(|| out_of_use(place.refuse("is malformed")))?;
        let keys = self.0.read()?;
        let master = keys.iter().find(|key| key.version() == version);
        let master = master.ok_or_else(|| out_of_use(format!("master key {version} is not in the file")))?;
        let clear = master.open(place, &sealed).map_err(out_of_use)?;
        Ok(ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?))
    }
}

fn place(tenant: &TenantId) -> Place<'_> {
    Place { tenant: *tenant, subject: None, table: "tenant_keys", column: "wrapped", row: tenant }
}

pub(super) fn name(version: i32) -> String {
    format!("local/{version}")
}

fn out_of_use(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable(KEY_DISABLED, "the key that protects this data cannot be used").because(cause)
}

impl KeyService for LocalKms {
    fn provider(&self) -> &'static str {
        "local"
    }

    fn default_key(&self) -> Result<String> {
        Ok(name(self.0.newest()?.version()))
    }

    fn generate<'a>(&'a self, tenant: TenantId, _: &'a str) -> BoxFuture<'a, Result<DataKey>> {
        Box::pin(async move {
            let clear = ClearKey::new(seal::random()?);
            Ok(DataKey { wrapped: self.wrap(tenant, &clear)?, clear })
        })
    }

    fn unwrap<'a>(&'a self, tenant: TenantId, wrapped: &'a WrappedKey) -> BoxFuture<'a, Result<ClearKey>> {
        Box::pin(async move { self.unwrap_now(tenant, wrapped) })
    }

    fn rewrap<'a>(
        &'a self,
        tenant: TenantId,
        wrapped: &'a WrappedKey,
        _: &'a str,
    ) -> BoxFuture<'a, Result<WrappedKey>> {
        Box::pin(async move { self.wrap(tenant, &self.unwrap_now(tenant, wrapped)?) })
    }
}
