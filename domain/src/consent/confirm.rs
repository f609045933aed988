//! Confirming by a mailed link what was agreed to on a form. Looking changes nothing, since mail scanners follow links;
//! the confirmation counts once.

use chrono::{DateTime, Utc};
use recital_entities::{
    ConfirmationState, ConsentMethod, ConsentState, PurposeStatus,
    consent::{consent_confirmations, consent_events},
    purposes::purposes,
    vault::subjects,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{
    append::{self, Decided},
    confirmation, history, link,
};
use crate::{
    accuracy::{Asker, LinkError, LinkProblem, LinkResult, Visit},
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    mail::Sender,
    retention::period,
    vault::{SubjectRef, find_subject},
    viewer::{Actor, Permission, Viewer},
};

/// What a person is asked to confirm.
pub struct ConfirmationView {
    pub asker: Asker,
    pub purpose: purposes::Model,
    pub expires_at: DateTime<Utc>,
}

/// Shows what is asked.
pub async fn open_confirmation(app: &App, token: &str, visit: &Visit) -> LinkResult<ConfirmationView> {
    let found = find_open(app, token, visit).await?;
    Ok(ConfirmationView { expires_at: found.row.expires_at, asker: found.asker, purpose: found.purpose })
}

/// Brings the consent into force. From the commit on the link is used.
///
/// # Errors
/// A [`LinkProblem`] for a link that does not work.
pub async fn confirm(app: &App, token: &str, visit: &Visit) -> LinkResult<ConfirmationView> {
    let found = find_open(app, token, visit).await?;
    let viewer = Viewer::new(found.row.tenant_id, Actor::Subject(found.subject.id), visit.correlation)
        .from_client(visit.client.clone());
    match app.write(&viewer, Permission::ConsentAnswer, async |tx| give(tx, &found).await).await {
        Ok(()) => Ok(ConfirmationView { expires_at: found.row.expires_at, asker: found.asker, purpose: found.purpose }),
        // Somebody was faster: the look-up says what they did.
        Err(lost) if lost.reason() == ANSWERED => {
            find_open(app, token, visit).await?;
            Err(LinkError::Failed(lost))
        }
        Err(error) => Err(error.into()),
    }
}

const ANSWERED: &str = "ALREADY_ANSWERED";

/// Mails a new link to whoever comes with an expired one, if the consent still waits for it. Answers the same whatever
/// the link was.
///
/// # Errors
/// UNAVAILABLE when nothing could be looked up at all.
pub async fn resend_confirmation(app: &App, token: &str, visit: &Visit) -> Result<()> {
    let Some(found) = find(app, token, visit).await? else { return Ok(()) };
    if found.row.state != ConfirmationState::Open || found.row.expires_at > app.now() {
        return Ok(());
    }
    let viewer = Viewer::new(found.row.tenant_id, Actor::Subject(found.subject.id), visit.correlation)
        .from_client(visit.client.clone());
    let resend = app.write(&viewer, Permission::ConsentAnswer, async |tx| {
        let subject = append::hold_subject(tx, found.subject.id).await?;
        let row = confirmation::locked(tx, found.row.id).await?;
        if row.state != ConfirmationState::Open || !still_waits(tx, &row).await? {
            return Err(answered());
        }
        confirmation::ask(tx, &subject, &found.purpose, row.event_id).await?;
        Ok(Event::ConfirmationResent { id: subject.id, purpose: found.purpose.key.clone() }.with(()))
    });
    match resend.await {
        Err(error) if error.is_fault() => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

struct Found {
    row: consent_confirmations::Model,
    subject: subjects::Model,
    purpose: purposes::Model,
    asker: Asker,
}

async fn find_open(app: &App, token: &str, visit: &Visit) -> LinkResult<Found> {
    let found = find(app, token, visit).await?.ok_or(LinkError::Problem(LinkProblem::Unknown))?;
    match problem(&found, app.now()) {
        None => Ok(found),
        Some(problem) => Err(LinkError::Problem(problem)),
    }
}

async fn find(app: &App, token: &str, visit: &Visit) -> Result<Option<Found>> {
    link::follow(app, token, visit, async |tx, hash| {
        let of_link = consent_confirmations::Entity::find().filter(consent_confirmations::Column::LinkHash.eq(hash));
        let Some(row) = tx.one(of_link).await? else { return Ok(None) };
        let subject = find_subject(tx, &SubjectRef::Id(row.subject_id)).await?;
        let purpose = tx.get("purpose", purposes::Entity::find().filter(purposes::Column::Id.eq(row.purpose_id)));
        let purpose = purpose.await?;
        let asker = Asker { sender: Sender::of(tx).await?, locale: subject.locale.clone() };
        Ok(Some(Found { row, subject, purpose, asker }))
    })
    .await
}

/// None when it can be confirmed.
fn problem(found: &Found, now: DateTime<Utc>) -> Option<LinkProblem> {
    let (row, asker) = (&found.row, found.asker.clone());
    match row.state {
        _ if found.purpose.status == PurposeStatus::Retired => Some(LinkProblem::Closed { asker }),
        ConfirmationState::Open if row.expires_at > now => None,
        ConfirmationState::Open => Some(LinkProblem::Expired { asker, expires_at: row.expires_at }),
        ConfirmationState::Confirmed => {
            Some(LinkProblem::Used { asker, answered_at: row.closed_at.unwrap_or(row.requested_at) })
        }
        ConfirmationState::Cancelled => Some(LinkProblem::Closed { asker }),
    }
}

async fn give(tx: &TenantTx, found: &Found) -> Result<Audited<()>> {
    let subject = append::hold_subject(tx, found.subject.id).await?.id;
    let row = confirmation::locked(tx, found.row.id).await?;
    let newest = history::newest(tx, subject, row.purpose_id, None).await?;
    let waits = newest.as_ref().is_some_and(|newest| newest.state == ConsentState::PendingConfirmation);
    if row.state != ConfirmationState::Open || row.expires_at <= tx.now() || !waits {
        return Err(answered());
    }
    let asked = consent_events::Entity::find().filter(consent_events::Column::Id.eq(row.event_id));
    let asked = tx.get("consent event", asked).await?;
    let recorded_at = append::present(tx.now(), newest.as_ref());
    let valid_for = found.purpose.consent_valid_for;
    let decided = Decided {
        id: tx.new_id(),
        state: ConsentState::Given,
        purpose_version: asked.purpose_version,
        policy_version: asked.policy_version,
        method: ConsentMethod::DoubleOptIn,
        special_category_consent: asked.special_category_consent,
        expires_at: valid_for.and_then(|valid_for| period::end(valid_for, recorded_at)),
        notice_hash: asked.notice_hash,
        reason: None,
        recorded_at,
        repeats: false,
    };
    let (purpose, purpose_version) = (found.purpose.key.clone(), decided.purpose_version);
    let id = append::append(tx, subject, row.purpose_id, decided).await?.consent.id;
    confirmation::confirmed(tx, row.id).await?;
    Ok(Event::ConsentGiven { id, subject, purpose, purpose_version }.with(()))
}

async fn still_waits(tx: &TenantTx, row: &consent_confirmations::Model) -> Result<bool> {
    let newest = history::newest(tx, row.subject_id, row.purpose_id, None).await?;
    Ok(newest.is_some_and(|newest| newest.state == ConsentState::PendingConfirmation))
}

fn answered() -> Error {
    Error::conflict(ANSWERED, "this consent does not wait for a confirmation any more")
}
