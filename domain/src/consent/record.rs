//! Recording that a person gave or refused consent (Articles 6(1)(a), 7(1), 9(2)(a)).

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use recital_entities::{
    ConsentEventId, ConsentId, ConsentMethod, ConsentState, LawfulBasis, PurposeStatus,
    consent::{consent_events, consents},
    purposes::purposes,
    vault::subjects,
};
use serde_json::{Value, json};

use super::{
    append::{self, Appended, Decided},
    confirmation, consequences, history, list, notice, version,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes as register,
    retention::period,
    vault::{SubjectRef, find_subject},
    viewer::{Permission, Viewer},
};

/// What the person was asked and answered.
#[derive(Clone, Debug)]
pub struct RecordConsent {
    pub subject: SubjectRef,
    /// The purpose's key.
    pub purpose: String,
    pub given: bool,
    /// Of the privacy policy that was in force.
    pub policy_version: String,
    pub method: ConsentMethod,
    pub special_category_consent: Option<bool>,
    /// The person must still confirm by a mailed link.
    pub double_opt_in: bool,
    /// What was shown.
    pub notice_text: Option<String>,
    /// When the person answered; None: now.
    pub recorded_at: Option<DateTime<Utc>>,
    pub idempotency_key: Option<String>,
}

/// Giving again renews a consent that ends only when its end moves by this much: a double click is no renewal.
const RENEWAL: TimeDelta = TimeDelta::minutes(1);
const LONGEST_POLICY_VERSION: usize = 200;
const LONGEST_NOTICE: usize = 100_000;

/// Keeps the answer as an event and answers where consent stands with it. The same answer again is kept as well, and
/// has no second effect.
///
/// # Errors
/// `NOT_FOUND` for the subject or the purpose; `BAD_USER_INPUT` with `NOT_CONSENT_BASED`,
/// `SPECIAL_CATEGORY_CONSENT_REQUIRED`, `GPC_IS_NO_CONSENT`, `NOTHING_TO_CONFIRM`, `REQUIRED`, `TOO_LONG`,
/// `IN_THE_FUTURE` or `OUT_OF_RANGE`; CONFLICT with `SUBJECT_ERASED`, `SUBJECT_RESTRICTED`, `NO_ADDRESS`,
/// `PURPOSE_RETIRED` or `IDEMPOTENCY_KEY_REUSED`; `RATE_LIMITED` with `CONFIRMATION_MAILS`.
pub async fn record(app: &App, viewer: &Viewer, input: RecordConsent) -> Result<consents::Model> {
    app.write(viewer, Permission::ConsentRecord, async |tx| {
        input.check(tx.now())?;
        let subject = find_subject(tx, &input.subject).await?;
        let key = input.idempotency_key.as_deref();
        let request = input.request(&subject);
        let done = tx.idempotent("consent.record", key, &request, async || keep(tx, &subject, &input).await).await?;
        let consent = list::get(tx, *done.value()).await?;
        Ok(done.map(|_| consent))
    })
    .await
}

impl RecordConsent {
    fn check(&self, now: DateTime<Utc>) -> Result<()> {
        check_policy_version("policyVersion", &self.policy_version)?;
        too_long("noticeText", self.notice_text.as_deref().unwrap_or_default(), LONGEST_NOTICE)?;
        if self.given && self.method == ConsentMethod::Gpc {
            let message = "Global Privacy Control is an opt-out: it gives no consent";
            return Err(Error::invalid("method", "GPC_IS_NO_CONSENT", message));
        }
        if self.double_opt_in && (!self.given || self.recorded_at.is_some()) {
            let message = "only a consent that is being given now is confirmed by mail";
            return Err(Error::invalid("doubleOptIn", "NOTHING_TO_CONFIRM", message));
        }
        self.recorded_at.map_or(Ok(()), |at| check_instant("recordedAt", at, now))
    }

    /// What makes a second call with the same idempotency key the same request.
    fn request(&self, subject: &subjects::Model) -> Value {
        json!({
            "subject": subject.id, "purpose": self.purpose, "given": self.given,
            "policyVersion": self.policy_version, "method": self.method,
            "specialCategoryConsent": self.special_category_consent, "doubleOptIn": self.double_opt_in,
            "noticeText": self.notice_text, "recordedAt": self.recorded_at,
        })
    }

    fn state(&self) -> ConsentState {
        match (self.given, self.double_opt_in) {
            (true, true) => ConsentState::PendingConfirmation,
            (true, false) => ConsentState::Given,
            (false, _) => ConsentState::Refused,
        }
    }

    fn decided(
        &self,
        id: ConsentEventId,
        purpose: &purposes::Model,
        purpose_version: i32,
        recorded_at: DateTime<Utc>,
    ) -> Decided {
        let state = self.state();
        let valid_for = purpose.consent_valid_for.filter(|_| state == ConsentState::Given);
        Decided {
            id,
            state,
            purpose_version,
            policy_version: self.policy_version.trim().to_owned(),
            method: self.method,
            special_category_consent: self.special_category_consent,
            expires_at: valid_for.and_then(|period| period::end(period, recorded_at)),
            notice_hash: self.notice_text.as_deref().map(notice::hash),
            reason: None,
            recorded_at,
            repeats: false,
        }
    }
}

/// Whether this purpose takes such a consent.
pub(super) fn check_basis(
    purpose: &purposes::Model,
    given: bool,
    special_category_consent: Option<bool>,
) -> Result<()> {
    if purpose.status == PurposeStatus::Retired {
        return Err(Error::conflict("PURPOSE_RETIRED", "this purpose is retired: nothing can be agreed to"));
    }
    if purpose.lawful_basis != LawfulBasis::Consent {
        let message = format!("this purpose rests on {}: consent is neither needed nor kept", purpose.lawful_basis);
        return Err(Error::invalid("purpose", "NOT_CONSENT_BASED", message));
    }
    if given && purpose.special_category && special_category_consent != Some(true) {
        let message = "this purpose uses a special category of data (Article 9): explicit consent to that is needed";
        return Err(Error::invalid("specialCategoryConsent", "SPECIAL_CATEGORY_CONSENT_REQUIRED", message));
    }
    Ok(())
}

pub(super) fn check_policy_version(field: &str, policy_version: &str) -> Result<()> {
    if policy_version.trim().is_empty() {
        return Err(Error::invalid(field, "REQUIRED", "say which privacy policy was in force"));
    }
    too_long(field, policy_version, LONGEST_POLICY_VERSION)
}

/// When somebody decided: not before computers' time began, and not in the future.
pub(super) fn check_instant(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if at > now {
        Err(Error::invalid(field, "IN_THE_FUTURE", "consent cannot be recorded before it is given"))
    } else if at < DateTime::UNIX_EPOCH {
        Err(Error::invalid(field, "OUT_OF_RANGE", "not before 1970"))
    } else {
        Ok(())
    }
}

fn too_long(field: &str, text: &str, longest: usize) -> Result<()> {
    if text.len() > longest {
        return Err(Error::invalid(field, "TOO_LONG", format!("at most {longest} bytes")));
    }
    Ok(())
}

/// The same within another change.
pub async fn keep(tx: &TenantTx, subject: &subjects::Model, input: &RecordConsent) -> Result<Audited<ConsentId>> {
    let subject = append::hold_subject(tx, subject.id).await?;
    let purpose = register::get(tx, &input.purpose).await.map_err(|error| error.within("purpose"))?;
    check_basis(&purpose, input.given, input.special_category_consent)?;
    let late = input.recorded_at.map(|at| at.trunc_subsecs(6));
    let before = history::newest(tx, subject.id, purpose.id, late).await?;
    let recorded_at = late.unwrap_or_else(|| append::present(tx.now(), before.as_ref()));
    let purpose_version = match late {
        Some(at) => version::accepted_at(tx, &purpose, at).await?,
        None => purpose.version,
    };
    let mut decided = input.decided(tx.new_id(), &purpose, purpose_version, recorded_at);
    if let Some(before) = before {
        decided.repeats = is_same(&before, &decided);
        if adds_nothing(&before, &decided, &purpose) {
            let id = before.consent_id;
            return Ok(Event::ConsentUnchanged { id, subject: subject.id, purpose: purpose.key }.with(id));
        }
    }
    if let Some(text) = &input.notice_text {
        notice::keep(tx, text).await?;
    }
    settle(tx, &subject, purpose, decided).await
}

/// The same act told twice; or a consent in force that is given again on a form that asks for confirmation: whoever
/// fills it in with another's address must not end that person's consent.
fn adds_nothing(before: &consent_events::Model, decided: &Decided, purpose: &purposes::Model) -> bool {
    let told_twice = decided.repeats && before.recorded_at == decided.recorded_at;
    let in_force = before.state == ConsentState::Given
        && before.purpose_version >= purpose.consent_since_version
        && before.expires_at.is_none_or(|end| end > decided.recorded_at);
    told_twice || (decided.state == ConsentState::PendingConfirmation && in_force)
}

/// Keeps the event, and does what follows from it.
async fn settle(
    tx: &TenantTx,
    subject: &subjects::Model,
    purpose: purposes::Model,
    decided: Decided,
) -> Result<Audited<ConsentId>> {
    let (event, state, repeats) = (decided.id, decided.state, decided.repeats);
    let Appended { consent, counts } = append::append(tx, subject.id, purpose.id, decided).await?;
    let (id, subject_id, purpose_version) = (consent.id, subject.id, purpose.version);
    let mut due_for_erasure = 0;
    match state {
        _ if !counts => {}
        ConsentState::PendingConfirmation => confirmation::ask(tx, subject, &purpose, event).await?,
        ConsentState::Given => consequences::close_confirmations(tx, subject_id, purpose.id).await?,
        _ => due_for_erasure = consequences::follow(tx, subject_id, &purpose).await?,
    }
    let (subject, purpose) = (subject_id, purpose.key);
    let happened = match state {
        _ if !counts => Event::ConsentFiledLate { id, subject, purpose, state: state.to_string() },
        _ if repeats => Event::ConsentUnchanged { id, subject, purpose },
        ConsentState::Given => Event::ConsentGiven { id, subject, purpose, purpose_version },
        ConsentState::PendingConfirmation => Event::ConsentAwaitsConfirmation { id, subject, purpose },
        _ => Event::ConsentRefused { id, subject, purpose, purpose_version, due_for_erasure },
    };
    Ok(happened.with(id))
}

/// Whether the person had already said just this, and it still held.
fn is_same(before: &consent_events::Model, decided: &Decided) -> bool {
    let holds_on = match (before.expires_at, decided.expires_at) {
        (Some(before), Some(end)) => before > decided.recorded_at && end < before + RENEWAL,
        (before, end) => before == end,
    };
    holds_on
        && before.state == decided.state
        && before.purpose_version == decided.purpose_version
        && before.policy_version == decided.policy_version
        && before.special_category_consent == decided.special_category_consent
}
