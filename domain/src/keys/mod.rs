//! Keys and sealed values: KMS key → tenant key → subject key → value. The format is in `docs/sealed-values.md`.

mod jws;
mod kms;
mod local;
mod master_file;
mod ring;
mod rotate;
mod rotate_master;
mod seal;
mod statement;
mod tenant_keys;

pub(crate) use jws::public_jwk;
pub use kms::AwsKms;
pub use local::LocalKms;
pub use master_file::MasterKeyFile;
pub(crate) use ring::Stored;
pub use ring::{Holding, KeyRing};
pub use rotate_master::{MasterRotation, rotate_master};
pub use seal::{Key, Place, RefusedValue, RowName, random};
pub use tenant_keys::{BlindIndex, TenantKeys};

use futures::future::BoxFuture;
use recital_entities::TenantId;
use zeroize::Zeroizing;

use crate::error::Result;

/// The key service is down, slow or throttles: try again.
pub const KMS_UNAVAILABLE: &str = "KMS_UNAVAILABLE";

/// The wrapping key is disabled, pending deletion, gone, or not ours to use.
pub const KEY_DISABLED: &str = "KEY_DISABLED";

/// 256 bits, wiped when dropped.
pub type ClearKey = Zeroizing<[u8; 32]>;

/// A tenant key as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// What wraps it: a KMS key's ARN, or the local master key's version (`local/1`).
    pub kms_key: String,
    pub bytes: Vec<u8>,
}

/// A fresh tenant key in both its forms.
pub struct DataKey {
    pub clear: ClearKey,
    pub wrapped: WrappedKey,
}

/// Whoever holds the keys that wrap tenant keys. Wrapping is bound to the tenant: the encryption context is
/// `{service: recital, tenant: <id>}`.
///
/// Errors are UNAVAILABLE with reason [`KMS_UNAVAILABLE`] or [`KEY_DISABLED`].
pub trait KeyService: Send + Sync {
    /// `aws-kms` or `local`.
    fn provider(&self) -> &'static str;

    /// The wrapping key of tenants that brought none of their own.
    fn default_key(&self) -> Result<String>;

    /// A new key, wrapped by `kms_key`.
    fn generate<'a>(&'a self, tenant: TenantId, kms_key: &'a str) -> BoxFuture<'a, Result<DataKey>>;

    fn unwrap<'a>(&'a self, tenant: TenantId, wrapped: &'a WrappedKey) -> BoxFuture<'a, Result<ClearKey>>;

    /// The same key, wrapped by `kms_key`.
    fn rewrap<'a>(
        &'a self,
        tenant: TenantId,
        wrapped: &'a WrappedKey,
        kms_key: &'a str,
    ) -> BoxFuture<'a, Result<WrappedKey>>;
}
