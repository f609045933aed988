//! Withdrawing consent: as easy as giving it (Article 7(3)), and in force at commit.
//!
//! It asks for no more than giving does, works when the purpose is retired, and needs no key unless a reason is given
//! in words or the subject is named by something other than their id. What follows from it is in
//! [`consequences`].

use chrono::{DateTime, Utc};
use recital_entities::{
    ConsentEventId, ConsentMethod, ConsentState, Sealed, SubjectId,
    consent::{consent_events, consents},
    purposes::purposes,
};

use super::{
    append::{self, Decided},
    consequences, history,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes as register,
    vault::{SubjectKey, SubjectRef, find_subject},
    viewer::{Permission, Viewer},
};

/// Who withdraws what.
#[derive(Clone, Debug)]
pub struct WithdrawConsent {
    pub subject: SubjectRef,
    /// The purpose's key.
    pub purpose: String,
    pub method: ConsentMethod,
    /// In the person's words; nobody has to give one. Sealed under their key.
    pub reason: Option<String>,
}

const LONGEST_REASON: usize = 10_000;

/// Ends the consent and answers where it stands.
///
/// # Errors
/// `NOT_FOUND` for the subject or the purpose; CONFLICT with `ALREADY_WITHDRAWN`, `NO_CONSENT` or `SUBJECT_ERASED`.
pub async fn withdraw(app: &App, viewer: &Viewer, input: WithdrawConsent) -> Result<consents::Model> {
    app.write(viewer, Permission::ConsentWithdraw, async |tx| {
        let subject = match input.subject {
            SubjectRef::Id(id) => id,
            _ => find_subject(tx, &input.subject).await?.id,
        };
        let purpose = register::get(tx, &input.purpose).await.map_err(|error| error.within("purpose"))?;
        withdraw_within(tx, subject, &purpose, &input).await
    })
    .await
}

/// The same within another change.
pub(crate) async fn withdraw_within(
    tx: &TenantTx,
    subject: SubjectId,
    purpose: &purposes::Model,
    input: &WithdrawConsent,
) -> Result<Audited<consents::Model>> {
    append::hold_subject(tx, subject).await?;
    let newest = history::newest(tx, subject, purpose.id, None).await?;
    let newest = newest.ok_or_else(no_consent)?;
    check(newest.state)?;
    let recorded_at = append::present(tx.now(), Some(&newest));
    let id = tx.new_id();
    let reason = seal_reason(tx, subject, id, input.reason.as_deref()).await?;
    let decided = decided(id, newest, input.method, reason, recorded_at);
    let consent = append::append(tx, subject, purpose.id, decided).await?.consent;
    let due_for_erasure = consequences::follow(tx, subject, purpose).await?;
    let purpose = purpose.key.clone();
    Ok(Event::ConsentWithdrawn { id: consent.id, subject, purpose, due_for_erasure }.with(consent))
}

/// What is in force, or could come into force, can be withdrawn.
#[must_use]
pub fn can_be_withdrawn(state: ConsentState) -> bool {
    match state {
        ConsentState::Given | ConsentState::PendingConfirmation | ConsentState::Expired | ConsentState::Invalidated => {
            true
        }
        ConsentState::Requested | ConsentState::Refused | ConsentState::Withdrawn => false,
    }
}

fn check(state: ConsentState) -> Result<()> {
    if can_be_withdrawn(state) {
        Ok(())
    } else if state == ConsentState::Withdrawn {
        Err(Error::conflict("ALREADY_WITHDRAWN", "this consent was withdrawn before: nothing more is needed"))
    } else {
        Err(no_consent())
    }
}

fn no_consent() -> Error {
    Error::conflict("NO_CONSENT", "there is no consent to withdraw")
}

fn decided(
    id: ConsentEventId,
    newest: consent_events::Model,
    method: ConsentMethod,
    reason: Option<Sealed>,
    recorded_at: DateTime<Utc>,
) -> Decided {
    Decided {
        id,
        state: ConsentState::Withdrawn,
        purpose_version: newest.purpose_version,
        policy_version: newest.policy_version,
        method,
        special_category_consent: newest.special_category_consent,
        expires_at: None,
        notice_hash: None,
        reason,
        recorded_at,
        repeats: false,
    }
}

async fn seal_reason(
    tx: &TenantTx,
    subject: SubjectId,
    event: ConsentEventId,
    reason: Option<&str>,
) -> Result<Option<Sealed>> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else { return Ok(None) };
    if reason.len() > LONGEST_REASON {
        return Err(Error::invalid("reason", "TOO_LONG", format!("at most {LONGEST_REASON} bytes")));
    }
    let key = SubjectKey::of(tx, subject).await?;
    key.seal_json("consent_events", "reason", &event, &reason).map(Some)
}
