//! A real mail server: aiosmtpd behind STARTTLS and AUTH, with certificates made for the occasion.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use recital_domain::mail::{Mailer, SmtpMailer, SmtpSettings};
use serde_json::Value;
use tempfile::TempDir;

use crate::kms::python;

/// A running mail server. Ends when dropped.
pub struct SmtpServer {
    process: Child,
    port: u16,
    folder: TempDir,
    mails: Arc<Mutex<Vec<Value>>>,
}

pub const USER: &str = "recital";
pub const PASSWORD: &str = "a password with spaces";

impl SmtpServer {
    #[must_use]
    pub fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        make_certificates(folder.path());
        let sink = concat!(env!("CARGO_MANIFEST_DIR"), "/sinks/smtp_sink.py");
        let mut process = Command::new(python())
            .arg(sink)
            .args([folder.path().join("server.pem"), folder.path().join("server.key")])
            .args([USER, PASSWORD])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mail server starts: scripts/tools installs aiosmtpd");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let port = lines.next().expect("a first line").expect("text").parse().expect("a port");
        let mails = Arc::<Mutex<Vec<Value>>>::default();
        let received = Arc::clone(&mails);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mail = serde_json::from_str(&line).expect("a mail");
                received.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
            }
        });
        Self { process, port, folder, mails }
    }

    /// What it has taken, in order, once that is at least `count`.
    pub async fn mails(&self, count: usize) -> Vec<Value> {
        for _ in 0..600 {
            let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if mails.len() >= count {
                return mails;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the mail server did not get {count} mails");
    }

    /// How a service logs in to it.
    #[must_use]
    pub fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".into(),
            port: self.port,
            username: Some(USER.into()),
            password: Some(PASSWORD.into()),
            from: "recital@mail.example.org".into(),
            ca_pem: Some(std::fs::read(self.authority()).expect("a certificate")),
            ..SmtpSettings::default()
        }
    }

    /// The same as a process of its own is told.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let settings = self.settings();
        vec![
            ("RECITAL_MAIL__PROVIDER", "smtp".to_owned()),
            ("RECITAL_MAIL__HOST", settings.host),
            ("RECITAL_MAIL__PORT", settings.port.to_string()),
            ("RECITAL_MAIL__USERNAME", USER.to_owned()),
            ("RECITAL_MAIL__PASSWORD", PASSWORD.to_owned()),
            ("RECITAL_MAIL__FROM", settings.from),
            ("RECITAL_MAIL__CA_FILE", self.authority().display().to_string()),
        ]
    }

    /// The certificate of the authority that vouches for it.
    #[must_use]
    pub fn authority(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    #[must_use]
    pub fn mailer(&self) -> Mailer {
        Mailer::Smtp(Arc::new(SmtpMailer::new(self.settings()).expect("the settings are right")))
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An authority of its own, and a certificate from it for `localhost`.
fn make_certificates(folder: &Path) {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(
        folder,
        &[
            &["req", "-x509", "-subj", "/CN=A test authority", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"],
            &key[..],
        ]
        .concat(),
    );
    openssl(
        folder,
        &[&["req", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"], &key[..]].concat(),
    );
    std::fs::write(folder.join("server.ext"), "subjectAltName=DNS:localhost\n").expect("a file");
    openssl(
        folder,
        &[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "server.ext",
            "-out",
            "server.pem",
        ],
    );
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().expect("openssl runs");
    assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
}
