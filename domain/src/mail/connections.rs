//! Connections to a mail server: a few side by side, each used for one mail after the other.
//!
//! lettre's own pool takes a connection back in whatever state a mail has left it, and its time-out covers connecting
//! alone. Here a time-out covers the whole of a mail, and a connection on which anything went wrong is dropped: no mail
//! ever gets another's answer.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use lettre::{
    Address,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use tokio::{net::TcpStream, sync::Semaphore};

use super::{MailError, smtp::Tls};

/// A mail server that waits longer than this for its next mail may hang up.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

pub(super) struct Connections {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) tls_parameters: TlsParameters,
    pub(super) credentials: Option<Credentials>,
    pub(super) time_limit: Duration,
    pub(super) slots: Semaphore,
    pub(super) idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl Connections {
    /// Hands one mail over and waits for the answer to it. Dropped half-way, it drops its connection.
    pub(super) async fn send(&self, from: &Address, to: &Address, message: &[u8]) -> Result<(), MailError> {
        let _slot = self.slots.acquire().await.map_err(|_| MailError::Later("shutting down".into()))?;
        let sending = async {
            let mut connection = self.connection().await?;
            hand_over(&mut connection, from, to, message).await?;
            Ok(connection)
        };
        let connection = self.in_time(sending).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), connection));
        Ok(())
    }

    /// Whether the server takes a connection and, where there is one, our login.
    pub(super) async fn is_reachable(&self) -> bool {
        self.in_time(self.open()).await.is_ok()
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, MailError>>) -> Result<T, MailError> {
        let late = |_| Err(MailError::Later("the mail server did not answer in time".into()));
        tokio::time::timeout(self.time_limit, work).await.unwrap_or_else(late)
    }

    /// One that still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, MailError> {
        while let Some((since, mut connection)) = self.take_idle() {
            if since.elapsed() < LONGEST_IDLE && connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.open().await
    }

    fn take_idle(&self) -> Option<(Instant, AsyncSmtpConnection)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Whatever the server says here is about us, not about a mail.
    async fn open(&self) -> Result<AsyncSmtpConnection, MailError> {
        let hello = ClientId::default();
        let mut connection = match self.tls {
            Tls::Implicit => {
                let tls = Some(self.tls_parameters.clone());
                AsyncSmtpConnection::connect_tokio1((&*self.host, self.port), None, &hello, tls, None).await
            }
            Tls::Starttls | Tls::None => {
                let stream = TcpStream::connect((&*self.host, self.port)).await;
                let stream = stream.map_err(|_| MailError::Later("no connection".into()))?;
                // The end of a mail is a packet of its own: it must not wait for the answer to the one before.
                stream.set_nodelay(true).map_err(|_| MailError::Later("no connection".into()))?;
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await
            }
        }
        .map_err(later)?;
        if self.tls == Tls::Starttls {
            connection.starttls(self.tls_parameters.clone(), &hello).await.map_err(later)?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(later)?;
        }
        Ok(connection)
    }
}

/// RFC 5321. A refusal of the sender is about us; from the recipient on it is about the mail.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    from: &Address,
    to: &Address,
    message: &[u8],
) -> Result<(), MailError> {
    let mut parameters = Vec::new();
    if !to.to_string().is_ascii() {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            // RFC 6531: an address that this server cannot be told.
            return Err(MailError::Refused("553 5.6.7".into()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    connection.command(Mail::new(Some(from.clone()), parameters)).await.map_err(later)?;
    connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(classify)?;
    connection.command(Data).await.map_err(classify)?;
    connection.message(message).await.map_err(classify)?;
    Ok(())
}

fn later(error: SmtpError) -> MailError {
    MailError::Later(told(&error))
}

fn classify(error: SmtpError) -> MailError {
    match error.status() {
        // RFC 4954: it is us that the server will not have, not the mail.
        Some(code) if ["530", "534", "535", "538"].contains(&&*code.to_string()) => later(error),
        Some(_) if error.is_permanent() => MailError::Refused(told(&error)),
        _ => later(error),
    }
}

/// What may be told: the status with its enhanced form (RFC 3463). A server's words may quote the address.
fn told(error: &SmtpError) -> String {
    let Some(code) = error.status() else {
        return if error.is_tls() { "TLS failed" } else { "the connection failed" }.to_owned();
    };
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match words.split_whitespace().next().filter(|word| is_enhanced_status(word)) {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code.to_string(),
    }
}

/// `5.1.1`
pub(super) fn is_enhanced_status(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let digits = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && ["2", "4", "5"].contains(&parts[0]) && parts.iter().all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_status_is_three_numbers() {
        for (word, is_one) in [
            ("5.1.1", true),
            ("4.4.2", true),
            ("5.10.123", true),
            ("5.1", false),
            ("3.1.1", false),
            ("5.1.1234", false),
            ("ada@example.com", false),
            ("", false),
        ] {
            assert_eq!(is_enhanced_status(word), is_one, "{word}");
        }
    }
}
