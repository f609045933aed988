//! DKIM signatures, verified by another implementation over the mails that a real mail server took.

use std::{path::Path, process::Command};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use recital_domain::mail::{DkimSettings, Mailer, SmtpMailer, SmtpSettings};
use recital_tests::{Engine, SmtpServer, World, python};
use serde_json::json;
use tempfile::TempDir;

use super::REQUEST;

const REGISTER: &str =
    "mutation { registerSubject(input: { email: \"ada@example.com\", locale: \"fr\" }) { subject { id } } }";

fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().expect("openssl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// As docs/operations.md says: the key, and what stands in DNS.
fn rsa(folder: &Path) -> (String, String) {
    openssl(folder, &["genrsa", "-traditional", "-out", "rsa.pem", "2048"]);
    let public = openssl(folder, &["rsa", "-in", "rsa.pem", "-pubout", "-outform", "DER"]);
    let key = std::fs::read_to_string(folder.join("rsa.pem")).unwrap();
    (key, format!("v=DKIM1; k=rsa; p={}", BASE64_STANDARD.encode(public)))
}

/// The last 32 bytes of both encodings (RFC 8410).
fn ed25519(folder: &Path) -> (String, String) {
    openssl(folder, &["genpkey", "-algorithm", "ed25519", "-outform", "DER", "-out", "ed25519.der"]);
    let public = openssl(folder, &["pkey", "-in", "ed25519.der", "-inform", "DER", "-pubout", "-outform", "DER"]);
    let private = std::fs::read(folder.join("ed25519.der")).unwrap();
    let last = |bytes: &[u8]| BASE64_STANDARD.encode(&bytes[bytes.len() - 32..]);
    (last(&private), format!("v=DKIM1; k=ed25519; p={}", last(&public)))
}

/// What dkimpy says of a mail, with that answer from DNS.
fn verdict(folder: &Path, mail: &[u8], record: &str) -> String {
    std::fs::write(folder.join("mail.eml"), mail).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/verify_dkim.py");
    let mut command = Command::new(python());
    let output = command.arg(script).args(["mail.eml", record]).current_dir(folder).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_mail_is_verified_as_it_was_received() {
    let (server, folder) = (SmtpServer::start(), TempDir::new().unwrap());
    for (turn, (key, record)) in [rsa(folder.path()), ed25519(folder.path())].into_iter().enumerate() {
        let dkim = DkimSettings { domain: "mail.example.org".into(), selector: "recital".into(), key: key.into() };
        let mailer = SmtpMailer::new(SmtpSettings { dkim: Some(dkim), ..server.settings() }).unwrap();
        let mailer = Mailer::Smtp(std::sync::Arc::new(mailer));
        let world = World::start_with(Engine::Sqlite, |core| core.mailer = mailer).await;
        let ada = world.ask(REGISTER, json!({})).await["registerSubject"]["subject"]["id"].take();
        world.ask(REQUEST, json!({ "subject": { "id": ada } })).await;
        world.drain().await;

        let raw = server.mails(turn + 1).await[turn]["raw"].as_str().unwrap().to_owned();
        let mail = BASE64_STANDARD.decode(raw).unwrap();
        let text = String::from_utf8(mail.clone()).unwrap();
        assert_eq!(verdict(folder.path(), &mail, &record), "recital._domainkey.mail.example.org. good", "{text}");
        for (part, forged) in [("<h1", "<h2"), ("Subject: ", "Subject: Re: "), ("Reply-To: privacy", "Reply-To: eve")] {
            assert!(text.contains(part), "{part}: {text}");
            let forged = text.replacen(part, forged, 1);
            assert!(verdict(folder.path(), forged.as_bytes(), &record).ends_with(" bad"), "{part}");
        }
        world.finish().await;
    }
}

#[test]
fn a_key_that_is_none_is_named() {
    for key in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "c2hvcnQ="] {
        let dkim = DkimSettings { domain: "mail.example.org".into(), selector: "recital".into(), key: key.into() };
        let from = "recital@mail.example.org".into();
        let refusal =
            SmtpMailer::new(SmtpSettings { from, dkim: Some(dkim), ..SmtpSettings::default() }).err().unwrap();
        assert_eq!((refusal.field(), refusal.reason()), (Some("mail.dkim_key_file"), "BAD_SETTING"), "{key}");
    }
}
