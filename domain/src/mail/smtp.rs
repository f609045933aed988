//! Sending through a mail server.

use std::{sync::Mutex, time::Duration};

use lettre::{
    message::{
        Mailbox, Message, MultiPart,
        dkim::{DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey},
        header::{self, HeaderName},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, TlsParameters},
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use super::{MailError, OutgoingMail, connections::Connections};
use crate::error::{Error, Result};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Upgraded with STARTTLS, or no mail.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// In clear: for a mail catcher on the same machine.
    None,
}

/// Which server, and as whom.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub username: Option<String>,
    pub password: Option<SecretString>,
    /// The envelope sender and the From address.
    pub from: String,
    /// A certificate authority (PEM) to trust besides the system's.
    pub ca_pem: Option<Vec<u8>>,
    pub dkim: Option<DkimSettings>,
    /// For one mail, connecting included.
    pub time_limit: Duration,
    /// How many mails one process sends side by side.
    pub connections: usize,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            tls: Tls::default(),
            username: None,
            password: None,
            from: String::new(),
            ca_pem: None,
            dkim: None,
            time_limit: Duration::from_secs(30),
            connections: 4,
        }
    }
}

/// With which key mails are signed (RFC 6376).
#[derive(Clone, Debug)]
pub struct DkimSettings {
    /// `d=`; the From address's domain or one above it.
    pub domain: String,
    /// `s=`: the public key stands in DNS at `<selector>._domainkey.<domain>`.
    pub selector: String,
    /// An RSA key as PKCS #1 PEM, or an Ed25519 seed as base64.
    pub key: SecretString,
}

pub struct SmtpMailer {
    connections: Connections,
    from: lettre::Address,
    dkim: Option<DkimConfig>,
}

impl SmtpMailer {
    /// # Errors
    /// `BAD_USER_INPUT` naming the setting at fault.
    pub fn new(settings: SmtpSettings) -> Result<Self> {
        let from = settings.from.parse().map_err(|error| bad("from", "not a mail address", error))?;
        let tls_parameters = parameters(&settings)?;
        let dkim = settings.dkim.as_ref().map(signer).transpose()?;
        let login = settings.username.zip(settings.password);
        let connections = Connections {
            host: settings.host,
            port: settings.port,
            tls: settings.tls,
            tls_parameters,
            credentials: login.map(|(user, password)| Credentials::new(user, password.expose_secret().to_owned())),
            time_limit: settings.time_limit,
            slots: Semaphore::new(settings.connections),
            idle: Mutex::default(),
        };
        Ok(Self { connections, from, dkim })
    }

    pub(super) async fn send(&self, mail: OutgoingMail) -> Result<(), MailError> {
        let to = mail.to.parse().map_err(|_| MailError::Refused("553 5.1.3".into()))?;
        let message = self.message(mail, &to).map_err(|error| MailError::Refused(error.to_string()))?;
        self.connections.send(&self.from, &to, &message.formatted()).await
    }

    /// Whether the server takes a connection.
    pub(super) async fn is_reachable(&self) -> bool {
        self.connections.is_reachable().await
    }

    /// No List-Unsubscribe: these mails are owed by law to one person each, and come from no list.
    fn message(&self, mail: OutgoingMail, to: &lettre::Address) -> Result<Message, lettre::error::Error> {
        let domain = self.from.domain();
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .from(Mailbox::new(Some(mail.from_name), self.from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(mail.subject)
            .header(AutoSubmitted("auto-generated".into()))
            .header(ContentLanguage(mail.locale));
        if let Some(address) = mail.reply_to.and_then(|address| address.parse().ok()) {
            builder = builder.reply_to(Mailbox::new(None, address));
        }
        let mut message = builder.multipart(MultiPart::alternative_plain_html(mail.text, mail.html))?;
        if let Some(dkim) = &self.dkim {
            message.sign(dkim);
        }
        Ok(message)
    }
}

/// Headers that lettre has no type for.
macro_rules! plain_header {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        struct $name(String);

        impl header::Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($text)
            }

            fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(value.to_owned()))
            }

            fn display(&self) -> header::HeaderValue {
                header::HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    )+};
}

plain_header! {
    /// RFC 3834: keeps vacation responders quiet.
    AutoSubmitted = "Auto-Submitted",
    /// RFC 3282.
    ContentLanguage = "Content-Language"
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.ca_pem {
        let certificate = Certificate::from_pem(pem).map_err(|error| bad("ca_file", "not a PEM certificate", error))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| bad("tls", "TLS cannot be set up", error))
}

/// What a signature covers beside the body: all that a reader sees, and what tells one mail from another (RFC 6376,
/// 5.4.1). Not Content-Type: lettre keeps that of a multipart apart from the message's headers and signs it as absent.
const SIGNED: [&str; 9] =
    ["From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Language", "Auto-Submitted"];

/// Relaxed: a relay may wrap a line.
fn signer(settings: &DkimSettings) -> Result<DkimConfig> {
    let text = settings.key.expose_secret().trim();
    let algorithm =
        if text.starts_with("-----BEGIN") { DkimSigningAlgorithm::Rsa } else { DkimSigningAlgorithm::Ed25519 };
    let expected = "expected an RSA key as PKCS #1 PEM (openssl genrsa -traditional) or an Ed25519 seed as base64";
    let key = DkimSigningKey::new(text, algorithm).map_err(|error| bad("dkim_key_file", expected, error))?;
    let relaxed = DkimCanonicalizationType::Relaxed;
    let canonicalization = DkimCanonicalization { header: relaxed, body: relaxed };
    let headers = SIGNED.into_iter().map(HeaderName::new_from_ascii_str).collect();
    Ok(DkimConfig::new(settings.selector.clone(), settings.domain.clone(), key, headers, canonicalization))
}

fn bad(field: &str, message: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::invalid(format!("mail.{field}"), "BAD_SETTING", message).because(cause)
}
