//! Keys and sealed values: KMS key → tenant key → subject key → value. The format is in `docs/sealed-values.md`.

mod jws;
mod kms;
mod local;
mod ring;
mod rotate;
mod seal;

pub use kms::AwsKms;
pub use local::LocalKms;
pub use ring::{HELD_FOR, KeyRing, TenantKeys};
pub use seal::{Key, Place, RowName, random};

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

/// A fresh tenant key in both its forms.
pub struct DataKey {
    pub clear: ClearKey,
    pub wrapped: Vec<u8>,
}

/// Whoever holds the key that wraps tenant keys. Wrapping is bound to the tenant: the encryption context is
/// `{service: recital, tenant: <id>}`.
///
/// Errors are UNAVAILABLE with reason [`KMS_UNAVAILABLE`] or [`KEY_DISABLED`].
pub trait KeyService: Send + Sync {
    /// `aws-kms` or `local`.
    fn provider(&self) -> &'static str;

    /// The wrapping key that new tenant keys get.
    fn key_id(&self) -> String;

    fn generate(&self, tenant: TenantId) -> BoxFuture<'_, Result<DataKey>>;

    fn unwrap<'a>(&'a self, tenant: TenantId, wrapped: &'a [u8]) -> BoxFuture<'a, Result<ClearKey>>;
}
