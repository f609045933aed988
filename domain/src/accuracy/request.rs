//! Asking one subject at once, whether or not they are due.

use recital_entities::{SubjectStatus, accuracy::reverifications, vault::subjects};

use super::{
    open::{ask, is_asked, room, take_turns},
    policy::policy,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    vault::{self, SubjectRef},
    viewer::{Permission, Viewer},
};

/// Queues the mail. It counts towards the hourly limit.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `ALREADY_OPEN`, `NO_ADDRESS`, `SUBJECT_RESTRICTED` or `SUBJECT_ERASED`; `RATE_LIMITED`
/// with `MAILS_PER_HOUR`.
pub async fn request(app: &App, viewer: &Viewer, subject: SubjectRef) -> Result<reverifications::Model> {
    app.write(viewer, Permission::AccuracyRequest, async |tx| {
        take_turns(tx).await?;
        let subject = vault::find_subject(tx, &subject).await?;
        require_askable(&subject)?;
        let row = ask_one(tx, &subject).await?;
        Ok(Event::ReverificationQueued { id: row.id, subject: subject.id }.with(row))
    })
    .await
}

/// The caller has taken its turn.
pub(super) async fn ask_one(tx: &TenantTx, subject: &subjects::Model) -> Result<reverifications::Model> {
    if is_asked(tx, subject.id).await? {
        return Err(Error::conflict("ALREADY_OPEN", "this subject is being asked already"));
    }
    let policy = policy(tx).await?;
    if room(tx, &policy).await? == 0 {
        let message = format!("{} mails an hour are allowed; try again later", policy.mails_per_hour);
        return Err(Error::rate_limited("MAILS_PER_HOUR", message));
    }
    let rows = ask(tx, &policy, [subject.id]).await?;
    rows.into_iter().next().ok_or_else(|| Error::internal("a question that was not made"))
}

/// A restricted subject's address is not used either (Article 18(2)).
fn require_askable(subject: &subjects::Model) -> Result<()> {
    match subject.status {
        SubjectStatus::Erased => Err(Error::conflict("SUBJECT_ERASED", "this subject was erased")),
        SubjectStatus::Restricted => {
            Err(Error::conflict("SUBJECT_RESTRICTED", "this subject's data is restricted: it may not be used"))
        }
        SubjectStatus::Active if subject.email.is_none() => {
            Err(Error::conflict("NO_ADDRESS", "this subject has no e-mail address"))
        }
        SubjectStatus::Active => Ok(()),
    }
}
