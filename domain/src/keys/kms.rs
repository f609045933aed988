//! AWS KMS: `GenerateDataKey`, `Decrypt` and `ReEncrypt` under an encryption context that names the tenant.

use std::{collections::HashMap, time::Duration};

use aws_config::{BehaviorVersion, ConfigLoader, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_kms::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
    types::DataKeySpec,
};
use futures::future::BoxFuture;
use recital_entities::TenantId;

use super::{ClearKey, DataKey, KEY_DISABLED, KMS_UNAVAILABLE, KeyService, WrappedKey};
use crate::error::{Error, Result};

/// Tries of one call, the first included. The SDK waits between them: a random part of a time that doubles.
const TRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Answers that mean the key itself is out of use, not that the service is busy.
const KEY_GONE: &[&str] = &[
    "AccessDeniedException",
    "DisabledException",
    "IncorrectKeyException",
    "InvalidArnException",
    "InvalidCiphertextException",
    "InvalidKeyUsageException",
    "KMSInvalidStateException",
    "NotFoundException",
];

pub struct AwsKms {
    client: Client,
    default_key: String,
}

impl AwsKms {
    /// Uses the SDK's own chain for region, credentials and `AWS_ENDPOINT_URL_KMS`. No call takes longer than `limit`,
    /// retries included.
    pub async fn connect(default_key: String, limit: Duration) -> Self {
        Self::with(aws_config::defaults(BehaviorVersion::latest()), default_key, limit).await
    }

    /// The same from a configuration that was begun elsewhere.
    pub async fn with(config: ConfigLoader, default_key: String, limit: Duration) -> Self {
        let limits = TimeoutConfig::builder().operation_attempt_timeout(limit * 3 / 8).operation_timeout(limit);
        let config = config
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES).with_initial_backoff(FIRST_PAUSE))
            .timeout_config(limits.build())
            .load()
            .await;
        Self { client: Client::new(&config), default_key }
    }
}

/// What KMS binds a wrapped key to, and logs with every use of it.
fn context(tenant: TenantId) -> Option<HashMap<String, String>> {
    let pairs = [("service".to_owned(), "recital".to_owned()), ("tenant".to_owned(), tenant.to_string())];
    Some(HashMap::from(pairs))
}

impl KeyService for AwsKms {
    fn provider(&self) -> &'static str {
        "aws-kms"
    }

    fn default_key(&self) -> Result<String> {
        Ok(self.default_key.clone())
    }

    fn generate<'a>(&'a self, tenant: TenantId, kms_key: &'a str) -> BoxFuture<'a, Result<DataKey>> {
        Box::pin(async move {
            let call = self.client.generate_data_key().key_id(kms_key).key_spec(DataKeySpec::Aes256);
            let answer = call.set_encryption_context(context(tenant)).send().await.map_err(|error| explain(&error))?;
            Ok(DataKey {
                clear: clear_key(answer.plaintext)?,
                wrapped: wrapped_key(answer.ciphertext_blob, answer.key_id)?,
            })
        })
    }

    fn unwrap<'a>(&'a self, tenant: TenantId, wrapped: &'a WrappedKey) -> BoxFuture<'a, Result<ClearKey>> {
        Box::pin(async move {
            // The key is named: a blob that another key wrapped is refused, whoever put it there.
            let call = self.client.decrypt().key_id(&wrapped.kms_key).ciphertext_blob(Blob::new(&*wrapped.bytes));
            let answer = call.set_encryption_context(context(tenant)).send().await.map_err(|error| explain(&error))?;
            clear_key(answer.plaintext)
        })
    }

    fn rewrap<'a>(
        &'a self,
        tenant: TenantId,
        wrapped: &'a WrappedKey,
        kms_key: &'a str,
    ) -> BoxFuture<'a, Result<WrappedKey>> {
        Box::pin(async move {
            let call = self
                .client
                .re_encrypt()
                .source_key_id(&wrapped.kms_key)
                .ciphertext_blob(Blob::new(&*wrapped.bytes))
                .set_source_encryption_context(context(tenant))
                .destination_key_id(kms_key)
                .set_destination_encryption_context(context(tenant));
            let answer = call.send().await.map_err(|error| explain(&error))?;
            wrapped_key(answer.ciphertext_blob, answer.key_id)
        })
    }
}

fn clear_key(plaintext: Option<Blob>) -> Result<ClearKey> {
    let bytes = zeroize::Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    Ok(ClearKey::new(bytes.as_slice().try_into().map_err(|_| unavailable("KMS: a key of another size"))?))
}

fn wrapped_key(blob: Option<Blob>, kms_key: Option<String>) -> Result<WrappedKey> {
    let answer = blob.zip(kms_key).ok_or_else(|| unavailable("KMS: an answer without a wrapped key"))?;
    Ok(WrappedKey { bytes: answer.0.into_inner(), kms_key: answer.1 })
}

fn unavailable(cause: impl Into<String>) -> Error {
    Error::unavailable(KMS_UNAVAILABLE, "the key service does not answer; try again").because(cause.into())
}

fn explain<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    if KEY_GONE.contains(&code) {
        let message = "the key that protects this data cannot be used";
        return Error::unavailable(KEY_DISABLED, message).because(format!("KMS: {code}"));
    }
    unavailable(if code.is_empty() { format!("KMS: {error}") } else { format!("KMS: {code}") })
}
