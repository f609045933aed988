//! AWS KMS: `GenerateDataKey` and `Decrypt` under an encryption context that names the tenant.

use std::time::Duration;

use aws_config::{BehaviorVersion, ConfigLoader, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_kms::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
    types::DataKeySpec,
};
use futures::future::BoxFuture;
use recital_entities::TenantId;

use super::{ClearKey, DataKey, KEY_DISABLED, KMS_UNAVAILABLE, KeyService};
use crate::error::{Error, Result};

const ATTEMPT: Duration = Duration::from_millis(1500);
const WHOLE: Duration = Duration::from_secs(4);

/// Answers that mean the key itself is out of use, not that the service is busy.
const KEY_GONE: &[&str] = &[
    "DisabledException",
    "KMSInvalidStateException",
    "NotFoundException",
    "AccessDeniedException",
    "IncorrectKeyException",
    "InvalidCiphertextException",
    "KeyUnavailableException",
];

pub struct AwsKms {
    client: Client,
    key_id: String,
}

impl AwsKms {
    /// Uses the SDK's own chain for region, credentials and `AWS_ENDPOINT_URL_KMS`.
    pub async fn connect(key_id: String) -> Self {
        Self::with(aws_config::defaults(BehaviorVersion::latest()), key_id).await
    }

    /// The same from a configuration that was begun elsewhere.
    pub async fn with(config: ConfigLoader, key_id: String) -> Self {
        let config = config
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(100)))
            .timeout_config(
                TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(WHOLE).build(),
            )
            .load()
            .await;
        Self { client: Client::new(&config), key_id }
    }
}

impl KeyService for AwsKms {
    fn provider(&self) -> &'static str {
        "aws-kms"
    }

    fn key_id(&self) -> String {
        self.key_id.clone()
    }

    fn generate(&self, tenant: TenantId) -> BoxFuture<'_, Result<DataKey>> {
        Box::pin(async move {
            let answer = self
                .client
                .generate_data_key()
                .key_id(&self.key_id)
                .key_spec(DataKeySpec::Aes256)
                .encryption_context("service", "recital")
                .encryption_context("tenant", tenant.to_string())
                .send()
                .await
                .map_err(|error| explain(&error))?;
            let wrapped = answer.ciphertext_blob.ok_or_else(|| Error::internal("KMS answered no wrapped key"))?;
            Ok(DataKey { clear: clear_key(answer.plaintext)?, wrapped: wrapped.into_inner() })
        })
    }

    fn unwrap<'a>(&'a self, tenant: TenantId, wrapped: &'a [u8]) -> BoxFuture<'a, Result<ClearKey>> {
        Box::pin(async move {
            let answer = self
                .client
                .decrypt()
                .ciphertext_blob(Blob::new(wrapped))
                .encryption_context("service", "recital")
                .encryption_context("tenant", tenant.to_string())
                .send()
                .await
                .map_err(|error| explain(&error))?;
            clear_key(answer.plaintext)
        })
    }
}

fn clear_key(plaintext: Option<Blob>) -> Result<ClearKey> {
    let bytes = zeroize::Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    let bytes = bytes.as_slice().try_into().map_err(|_| Error::internal("KMS answered a key of another size"))?;
    Ok(ClearKey::new(bytes))
}

fn explain<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
    let cause = if code.is_empty() { format!("KMS: {error}") } else { format!("KMS: {code}") };
    if KEY_GONE.contains(&code.as_str()) {
        Error::unavailable(KEY_DISABLED, "the key that protects this data cannot be used").because(cause)
    } else {
        Error::unavailable(KMS_UNAVAILABLE, "the key service does not answer; try again").because(cause)
    }
}
