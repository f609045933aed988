//! Mail: what is sent, and through what. Composed at the moment of sending, so that no address and no name waits in a
//! queue.

mod allowance;
mod bounce;
mod colour;
mod compose;
mod connections;
mod inbox;
mod preview;
mod settings;
mod smtp;

pub use allowance::{Counted, count, left, none_left, uncount};
pub(crate) use bounce::check_bounce_secret;
pub use bounce::{Signature, report_bounce};
pub use colour::Colour;
pub use compose::{Kind, Letter, Sender, compose};
pub use inbox::{Inbox, ReceivedMail};
pub use preview::{preview, templates};
pub use settings::{MailLook, MailSettings, read_mail_settings, set_mail_settings};
pub use smtp::{DkimSettings, SmtpMailer, SmtpSettings, Tls};

use std::sync::Arc;

use crate::telemetry::metrics::{MailOutcome, Mails};

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
    /// The server refused it for good, or the address is none: trying again changes nothing. The text is the status of
    /// SMTP, with its enhanced form where there is one.
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
        let answer = match self {
            Self::Smtp(server) => server.send(mail).await,
            Self::Inbox(inbox) => inbox.deliver(mail),
        };
        let outcome = match &answer {
            Ok(()) => MailOutcome::Sent,
            Err(MailError::Refused(_)) => MailOutcome::Refused,
            Err(MailError::Later(_)) => MailOutcome::Later,
        };
        Mails { outcome }.count();
        answer
    }
}
