//! Mail: what is sent, and through what. Composed at the moment of sending, so that no address and no name waits in a
//! queue.

mod compose;
mod inbox;
mod smtp;

pub use compose::{Kind, Letter, Sender, compose};
pub use inbox::{Inbox, ReceivedMail};
pub use smtp::{SmtpMailer, SmtpSettings, Tls};

use std::sync::Arc;

/// A mail ready to go: text and HTML say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMail {
    /// Becomes the Message-ID's left part. The same for every try at the same mail, so that a mail system can tell a
    /// duplicate.
    pub id: String,
    pub to: String,
    /// The tenant's name, shown as the sender's.
    pub from_name: String,
    /// The tenant's own address, where answers go.
    pub reply_to: Option<String>,
    /// BCP 47.
    pub locale: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a mail did not go.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server refused it for good (SMTP 5xx), or the address is none: trying again changes nothing.
    #[error("refused: {0}")]
    Refused(String),
    /// Not now (SMTP 4xx, no connection, time-out): try again.
    #[error("not delivered yet: {0}")]
    Later(String),
}

/// Where mails go.
#[derive(Clone)]
pub enum Mailer {
    /// A mail server.
    Smtp(Arc<SmtpMailer>),
    /// The dev inbox: nothing leaves this machine.
    Inbox(Inbox),
}

impl Mailer {
    /// Whether mails can be handed over at the moment.
    pub async fn is_reachable(&self) -> bool {
        match self {
            Self::Smtp(server) => server.is_reachable().await,
            Self::Inbox(_) => true,
        }
    }

    /// Hands the mail over.
    ///
    /// # Errors
    /// [`MailError`], whose text names the answer, never an address.
    pub async fn send(&self, mail: OutgoingMail) -> Result<(), MailError> {
        match self {
            Self::Smtp(server) => server.send(mail).await,
            Self::Inbox(inbox) => inbox.deliver(mail),
        }
    }
}
