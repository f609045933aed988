//! An S3 emulator: LocalStack's, from the Python tools that `scripts/tools` installs.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_kms::config::Credentials;
use tempfile::TempDir;

use crate::python;

/// A running emulator with one bucket in it. Ends when dropped.
pub struct S3Emulator {
    process: Child,
    endpoint: String,
    _folder: TempDir,
}

impl S3Emulator {
    /// The bucket's name.
    pub const BUCKET: &str = "recital-files";

    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        drop(listener);
        let folder = TempDir::new().expect("a folder");
        let process = Command::new(python())
            .args(["-m", "localstack.runtime.main"])
            .current_dir(folder.path())
            .envs([("SERVICES", "s3"), ("EAGER_SERVICE_LOADING", "1"), ("DISABLE_EVENTS", "1"), ("DNS_ADDRESS", "0")])
            .envs([("SKIP_SSL_CERT_DOWNLOAD", "1"), ("GATEWAY_LISTEN", &address.to_string())])
            .env("LOCALSTACK_VOLUME_DIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("LocalStack starts: scripts/tools installs it");
        let emulator = Self { process, endpoint: format!("http://{address}"), _folder: folder };
        emulator.make_bucket().await;
        emulator
    }

    /// For [`recital_domain::vault::FileStore::in_bucket`].
    #[must_use]
    pub fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("test", "test", None, None, "tests");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&self.endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(aws_sdk_kms::config::SharedCredentialsProvider::new(credentials))
            .build()
    }

    /// How many objects the bucket holds.
    pub async fn objects(&self) -> usize {
        let listing = reqwest::get(format!("{}/{}?list-type=2", self.endpoint, Self::BUCKET)).await;
        listing.expect("a listing").text().await.expect("text").matches("<Key>").count()
    }

    async fn make_bucket(&self) {
        let client = reqwest::Client::new();
        for _ in 0..300 {
            let made = client.put(format!("{}/{}", self.endpoint, Self::BUCKET)).send().await;
            if made.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("LocalStack does not answer");
    }
}

impl Drop for S3Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
