//! Sending the mails about consents. The address is opened at this moment; a crash between sending and recording sends
//! the same mail again: same Message-ID, same link.

use chrono::{DateTime, Utc};
use recital_entities::{
    ConfirmationState, ConsentConfirmationId, ConsentId, ConsentState, PreferenceLinkId, PurposeId, SubjectStatus,
    consent::consents, purposes::purposes, vault::subjects,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{append, confirmation, link, list};
use crate::{
    accuracy::Asker,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    mail::{Kind, Letter, MailError, OutgoingMail, Sender, compose},
    vault::{self, SubjectRef},
    viewer::{Permission, Viewer},
    words::Words,
};

/// A mail, all but the address.
struct Draft {
    kind: Kind,
    id: String,
    consent: ConsentId,
    subject: subjects::Model,
    purpose: purposes::Model,
    link: String,
    until: DateTime<Utc>,
}

/// Sends a confirmation mail, unless it is not wanted any more.
///
/// # Errors
/// UNAVAILABLE with `MAIL_NOT_SENT` when the mail server will not have it now: try again.
pub(crate) async fn mail_confirmation(
    app: &App,
    viewer: &Viewer,
    id: ConsentConfirmationId,
    number: i32,
) -> Result<()> {
    let draft = app.read(viewer, Permission::ConsentRead, async |tx| {
        let row = confirmation::get(tx, id).await?;
        if row.state != ConfirmationState::Open || row.expires_at <= tx.now() {
            return Ok(None);
        }
        let consent = append::find(tx, row.subject_id, row.purpose_id).await?;
        let Some(consent) = consent.filter(|found| found.state == ConsentState::PendingConfirmation) else {
            return Ok(None);
        };
        let link = link::address(app, "confirm", &link::to_confirm(tx, id).await?);
        let id = format!("consent-confirmation-{id}-{number}");
        draft(tx, Kind::ConsentConfirmation, id, &consent, link, row.expires_at).await
    });
    send(app, viewer, draft.await?).await
}

/// Warns of a consent's end, unless that has been put off or the consent is over.
///
/// # Errors
/// As [`mail_confirmation`].
pub(crate) async fn mail_expiry(
    app: &App,
    viewer: &Viewer,
    id: ConsentId,
    expires_at: DateTime<Utc>,
    preferences: PreferenceLinkId,
) -> Result<()> {
    let draft = app.read(viewer, Permission::ConsentRead, async |tx| {
        let consent = list::get(tx, id).await?;
        let ends_then = consent.state == ConsentState::Given && consent.expires_at == Some(expires_at);
        if !ends_then || expires_at <= tx.now() {
            return Ok(None);
        }
        let link = link::address(app, "preferences", &link::to_preferences(tx, preferences).await?);
        let id = format!("consent-expiry-{id}-{}", expires_at.timestamp());
        draft(tx, Kind::ConsentExpiry, id, &consent, link, expires_at).await
    });
    send(app, viewer, draft.await?).await
}

/// None when the person may not be written to.
async fn draft(
    tx: &TenantTx,
    kind: Kind,
    id: String,
    consent: &consents::Model,
    link: String,
    until: DateTime<Utc>,
) -> Result<Option<Draft>> {
    let subject = vault::find_subject(tx, &SubjectRef::Id(consent.subject_id)).await?;
    let purpose = purpose(tx, consent.purpose_id).await?;
    let reachable = subject.status == SubjectStatus::Active && subject.email.is_some();
    Ok(reachable.then_some(Draft { kind, id, consent: consent.id, subject, purpose, link, until }))
}

async fn purpose(tx: &TenantTx, id: PurposeId) -> Result<purposes::Model> {
    tx.get("purpose", purposes::Entity::find().filter(purposes::Column::Id.eq(id))).await
}

async fn send(app: &App, viewer: &Viewer, draft: Option<Draft>) -> Result<()> {
    let Some(draft) = draft else { return Ok(()) };
    let (id, kind) = (draft.consent, draft.kind.into());
    let mail = app.write(viewer, Permission::VaultReveal, async |tx| {
        Ok(Event::ConsentMailPrepared { id, kind }.with(letter(tx, &draft).await?))
    });
    let happened = match app.core().mailer.send(mail.await?).await {
        Ok(()) => Event::ConsentMailSent { id, kind },
        Err(MailError::Refused(_)) => Event::ConsentMailBounced { id, kind },
        Err(later @ MailError::Later(_)) => {
            return Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later));
        }
    };
    app.write(viewer, Permission::ConsentRead, async |_| Ok(happened.with(()))).await
}

async fn letter(tx: &TenantTx, draft: &Draft) -> Result<OutgoingMail> {
    let to = vault::open_email(tx, &draft.subject).await?;
    let to = to.ok_or_else(|| Error::conflict("NO_ADDRESS", "this subject has no e-mail address"))?;
    let asker = Asker { sender: Sender::of(tx).await?, locale: draft.subject.locale.clone() };
    let until = Words::of(&asker.locale).date(asker.date(draft.until));
    let letter = Letter {
        kind: draft.kind,
        id: draft.id.clone(),
        to,
        name: None,
        locale: &asker.locale,
        link: Some(&draft.link),
        arguments: &[("until", &until), ("purpose", &draft.purpose.name)],
    };
    compose(&asker.sender, letter)
}
