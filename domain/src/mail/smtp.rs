//! Sending through a mail server.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    message::{Mailbox, Message, MultiPart, header},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls as LettreTls, TlsParameters},
    },
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{MailError, OutgoingMail};
use crate::error::{Error, Result};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Upgraded with STARTTLS, or no mail.
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
}

/// lettre's own time-out covers connecting only: this one covers a whole send.
const SEND: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(10);

pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: lettre::Address,
}

impl SmtpMailer {
    /// # Errors
    /// `BAD_USER_INPUT` naming the setting at fault.
    pub fn new(settings: SmtpSettings) -> Result<Self> {
        let from = settings.from.parse().map_err(|error| bad("from", "not a mail address", error))?;
        let tls = match settings.tls {
            Tls::None => LettreTls::None,
            Tls::Starttls => LettreTls::Required(parameters(&settings)?),
            Tls::Implicit => LettreTls::Wrapper(parameters(&settings)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(CONNECT));
        if let (Some(user), Some(password)) = (settings.username, settings.password) {
            builder = builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Runs the send to its end in a task of its own: a send cancelled half-way would leave its connection in the pool
    /// with another mail's answer on it.
    pub(super) async fn send(&self, mail: OutgoingMail) -> Result<(), MailError> {
        let message = self.message(mail).map_err(|error| MailError::Refused(error.to_string()))?;
        let transport = self.transport.clone();
        let sending = tokio::spawn(async move { transport.send(message).await });
        match tokio::time::timeout(SEND, sending).await {
            Ok(Ok(Ok(_))) => Ok(()),
            Ok(Ok(Err(error))) => Err(classify(&error)),
            Ok(Err(_)) => Err(MailError::Later("the sending task ended".into())),
            Err(_) => Err(MailError::Later("the mail server did not answer in time".into())),
        }
    }

    /// Whether the server takes a connection.
    pub(super) async fn is_reachable(&self) -> bool {
        matches!(tokio::time::timeout(CONNECT, self.transport.test_connection()).await, Ok(Ok(true)))
    }

    fn message(&self, mail: OutgoingMail) -> Result<Message, lettre::error::Error> {
        let domain = self.from.domain();
        let to = mail.to.parse().map_err(|_| lettre::error::Error::EmailMissingAt)?;
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .from(Mailbox::new(Some(mail.from_name), self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .header(AutoSubmitted("auto-generated".into()))
            .header(ContentLanguage(mail.locale));
        if let Some(address) = mail.reply_to.and_then(|address| address.parse().ok()) {
            builder = builder.reply_to(Mailbox::new(None, address));
        }
        builder.multipart(MultiPart::alternative_plain_html(mail.text, mail.html))
    }
}

/// Headers that lettre has no type for.
macro_rules! plain_header {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        struct $name(String);

        impl header::Header for $name {
            fn name() -> header::HeaderName {
                header::HeaderName::new_from_ascii_str($text)
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

/// Only the status: a server's words may quote the address.
fn classify(error: &lettre::transport::smtp::Error) -> MailError {
    match error.status() {
        // RFC 4954: it is us that the server will not have, not the mail.
        Some(code) if ["530", "534", "535", "538"].contains(&code.to_string().as_str()) => {
            MailError::Later(code.to_string())
        }
        Some(code) if error.is_permanent() => MailError::Refused(code.to_string()),
        Some(code) => MailError::Later(code.to_string()),
        None if error.is_timeout() => MailError::Later("time-out".into()),
        None if error.is_tls() => MailError::Later("TLS failed".into()),
        None => MailError::Later("no connection".into()),
    }
}

fn bad(field: &str, message: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::invalid(format!("smtp.{field}"), "BAD_SETTING", message).because(cause)
}
