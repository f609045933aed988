//! Where sealed chunks stand: a folder, or a bucket of S3. Objects are named `<tenant>/<file>/<chunk's number>`.
//!
//! A chunk is an object of its own. An S3 multipart upload would save requests, but one that is cut off leaves parts that
//! no listing shows; these objects are seen, and go with their prefix.

use std::{
    io::ErrorKind,
    os::unix::fs::DirBuilderExt as _,
    path::{Path as FolderPath, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_kms::config::{ProvideCredentials as _, SharedCredentialsProvider};
use futures::{StreamExt as _, TryStreamExt as _, future::BoxFuture};
use object_store::{
    ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::{AmazonS3Builder, AwsCredential},
    local::LocalFileSystem,
    path::Path,
};
use recital_entities::{FileId, Sealed, TenantId};

use super::chunk::ChunkName;
use crate::{
    config::{FileStoreKind, Files},
    error::{Error, Result},
};

/// An object that is not there after so long counts as a store that does not answer.
const RETRIED_FOR: Duration = Duration::from_secs(20);

/// The file store. Cheap to clone.
#[derive(Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    largest: u64,
}

impl FileStore {
    /// # Errors
    /// `BAD_USER_INPUT` with `BAD_SETTING`, naming the setting.
    pub async fn open(settings: &Files) -> Result<Self> {
        match &settings.store {
            FileStoreKind::Folder(folder) => Self::in_folder(folder, settings.largest),
            FileStoreKind::S3 { bucket } => {
                let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
                Self::in_bucket(bucket, &config, settings.largest)
            }
        }
    }

    /// A folder (made with mode 0700 where there is none); files have at most `largest` bytes.
    pub fn in_folder(folder: &FolderPath, largest: u64) -> Result<Self> {
        let refuse =
            |error: std::io::Error| bad_setting("files.folder", "the file store's folder cannot be used", error);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refuse)?;
        let folder = folder.canonicalize().map_err(refuse)?;
        let refuse = |error| bad_setting("files.folder", "the file store's folder cannot be used", error);
        let objects = LocalFileSystem::new_with_prefix(&folder).map_err(refuse)?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), folder: Some(folder), largest })
    }

    /// A bucket, with region, credentials and endpoint from AWS's own chain.
    pub fn in_bucket(bucket: &str, config: &SdkConfig, largest: u64) -> Result<Self> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(config.region().map_or("us-east-1", |region| region.as_ref()))
            .with_retry(RetryConfig { max_retries: 5, retry_timeout: RETRIED_FOR, ..RetryConfig::default() });
        if let Some(credentials) = config.credentials_provider() {
            builder = builder.with_credentials(Arc::new(AwsChain(credentials)));
        }
        let endpoint = std::env::var("AWS_ENDPOINT_URL_S3").ok();
        if let Some(endpoint) = endpoint.or_else(|| config.endpoint_url().map(str::to_owned)) {
            builder = builder.with_allow_http(endpoint.starts_with("http://")).with_endpoint(endpoint);
        }
        let objects =
            builder.build().map_err(|error| bad_setting("files.bucket", "the bucket cannot be used", error))?;
        Ok(Self { objects: Arc::new(objects), folder: None, largest })
    }

    /// The store itself, for what is no file.
    pub(in crate::vault) fn objects(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.objects)
    }

    /// The most bytes that a file may have.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.largest
    }

    pub(super) async fn put(&self, tenant: TenantId, chunk: ChunkName, sealed: Sealed) -> Result<()> {
        self.objects.put(&object(tenant, chunk), sealed.0.into()).await.map_err(unavailable)?;
        Ok(())
    }

    /// # Errors
    /// Internal for a chunk that is not there; UNAVAILABLE.
    pub(super) async fn get(&self, tenant: TenantId, chunk: ChunkName) -> Result<Sealed> {
        let read = async { self.objects.get(&object(tenant, chunk)).await?.bytes().await };
        match read.await {
            Ok(bytes) => Ok(Sealed(bytes.into())),
            Err(error @ object_store::Error::NotFound { .. }) => Err(Error::internal(error)),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Removes all there is of a file, an upload's unfinished object too. Done again, it changes nothing.
    pub(super) async fn remove(&self, tenant: TenantId, file: FileId) -> Result<()> {
        self.remove_under(&format!("{tenant}/{file}")).await
    }

    /// Removes all there is of a tenant.
    pub(crate) async fn remove_tenant(&self, tenant: TenantId) -> Result<()> {
        self.remove_under(&tenant.to_string()).await
    }

    async fn remove_under(&self, prefix: &str) -> Result<()> {
        if let Some(folder) = &self.folder {
            return match tokio::fs::remove_dir_all(folder.join(prefix)).await {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(unavailable(error)),
                _ => Ok(()),
            };
        }
        let found = self.objects.list(Some(&Path::from(prefix))).map_ok(|found| found.location).boxed();
        self.objects.delete_stream(found).try_for_each(async |_| Ok(())).await.map_err(unavailable)
    }
}

fn object(tenant: TenantId, chunk: ChunkName) -> Path {
    Path::from(format!("{tenant}/{}/{}", chunk.file, chunk.number))
}

fn unavailable(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::unavailable("FILE_STORE_UNAVAILABLE", "the file store does not answer; try again").because(cause)
}

fn bad_setting(setting: &str, message: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::invalid(setting, "BAD_SETTING", message).because(cause)
}

/// The credentials that the KMS is asked with.
#[derive(Debug)]
struct AwsChain(SharedCredentialsProvider);

impl object_store::CredentialProvider for AwsChain {
    type Credential = AwsCredential;

    fn get_credential<'a, 'b>(&'a self) -> BoxFuture<'b, object_store::Result<Arc<AwsCredential>>>
    where
        'a: 'b,
    {
        Box::pin(async {
            let found = self.0.provide_credentials().await;
            let found = found.map_err(|error| object_store::Error::Generic { store: "S3", source: error.into() })?;
            Ok(Arc::new(AwsCredential {
                key_id: found.access_key_id().to_owned(),
                secret_key: found.secret_access_key().to_owned(),
                token: found.session_token().map(str::to_owned),
            }))
        })
    }
}
