//! A KMS emulator that enforces key state: LocalStack's, from the Python tools that `scripts/tools` installs.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_sdk_kms::{Client, config::Credentials};
use tempfile::TempDir;

/// A running emulator with one key in it. Ends when dropped.
pub struct KmsEmulator {
    process: Child,
    endpoint: String,
    pub client: Client,
    pub key_id: String,
    _folder: TempDir,
}

impl KmsEmulator {
    pub async fn start() -> Self {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its address").port();
        let folder = TempDir::new().expect("a folder");
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let process = Command::new(python())
            .args(["-m", "localstack.runtime.main"])
            .current_dir(folder.path())
            .envs([("SERVICES", "kms"), ("EAGER_SERVICE_LOADING", "1"), ("DISABLE_EVENTS", "1"), ("DNS_ADDRESS", "0")])
            .envs([("SKIP_SSL_CERT_DOWNLOAD", "1"), ("GATEWAY_LISTEN", &format!("127.0.0.1:{port}"))])
            .env("LOCALSTACK_VOLUME_DIR", folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("LocalStack starts: scripts/tools installs it");
        let endpoint = format!("http://127.0.0.1:{port}");
        wait_for(&endpoint, folder.path()).await;
        let client = Client::new(&config(&endpoint).load().await);
        let key = client.create_key().send().await.expect("a key");
        let key_id = key.key_metadata.expect("its description").key_id;
        Self { process, endpoint, client, key_id, _folder: folder }
    }

    /// For [`recital_domain::keys::AwsKms::with`].
    #[must_use]
    pub fn config(&self) -> ConfigLoader {
        config(&self.endpoint)
    }

    /// The same through whatever stands in front of it.
    #[must_use]
    pub fn config_at(&self, endpoint: &str) -> ConfigLoader {
        config(endpoint)
    }

    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Another key, by its ARN.
    pub async fn another_key(&self) -> String {
        let key = self.client.create_key().send().await.expect("a key");
        key.key_metadata.and_then(|key| key.arn).expect("its ARN")
    }

    /// For a process of its own.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL_KMS", &self.endpoint),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
        ]
    }

    /// Stops it answering, as a cut connection would.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the emulator takes signals");
    }
}

impl Drop for KmsEmulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Python that has the tools.
#[must_use]
pub fn python() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/venv/bin/python")
}

fn config(endpoint: &str) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
}

async fn wait_for(endpoint: &str, folder: &Path) {
    for _ in 0..300 {
        if reqwest::get(format!("{endpoint}/_localstack/health")).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("LocalStack does not answer: {}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
}
