//! Recording that a person gave or refused consent (Articles 6(1)(a), 7(1), 9(2)(a)).

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use recital_entities::{
    ConsentEventId, ConsentId, ConsentMethod, ConsentState, LawfulBasis, PurposeStatus,
    consent::{consent_events, consents, notices},
    purposes::purposes,
    vault::subjects,
};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    append::{self, Decided},
    history, list, version,
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

/// Keeps the answer as an event and answers where consent stands with it. The same answer again changes nothing.
///
/// # Errors
/// `NOT_FOUND` for the subject or the purpose; `BAD_USER_INPUT` with `NOT_CONSENT_BASED`,
/// `SPECIAL_CATEGORY_CONSENT_REQUIRED`, `REQUIRED`, `TOO_LONG`, `IN_THE_FUTURE`, `OUT_OF_RANGE` or
/// `DOUBLE_OPT_IN_UNAVAILABLE`; CONFLICT with `SUBJECT_ERASED`, `PURPOSE_RETIRED` or `IDEMPOTENCY_KEY_REUSED`.
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
        let policy_version = self.policy_version.trim();
        if policy_version.is_empty() {
            return Err(Error::invalid("policyVersion", "REQUIRED", "say which privacy policy was in force"));
        }
        too_long("policyVersion", policy_version, LONGEST_POLICY_VERSION)?;
        too_long("noticeText", self.notice_text.as_deref().unwrap_or_default(), LONGEST_NOTICE)?;
        if self.double_opt_in {
            let message = "this service mails no confirmation links yet: confirm with the person, then record";
            return Err(Error::invalid("doubleOptIn", "DOUBLE_OPT_IN_UNAVAILABLE", message));
        }
        match self.recorded_at {
            Some(at) if at > now => {
                Err(Error::invalid("recordedAt", "IN_THE_FUTURE", "consent cannot be recorded before it is given"))
            }
            Some(at) if at < DateTime::UNIX_EPOCH => {
                Err(Error::invalid("recordedAt", "OUT_OF_RANGE", "not before 1970"))
            }
            _ => Ok(()),
        }
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

    fn notice_hash(&self) -> Option<Vec<u8>> {
        self.notice_text.as_ref().map(|text| Sha256::digest(text).to_vec())
    }

    fn decided(
        &self,
        id: ConsentEventId,
        purpose: &purposes::Model,
        purpose_version: i32,
        recorded_at: DateTime<Utc>,
    ) -> Decided {
        let valid_for = purpose.consent_valid_for.filter(|_| self.given);
        Decided {
            id,
            state: if self.given { ConsentState::Given } else { ConsentState::Refused },
            purpose_version,
            policy_version: self.policy_version.trim().to_owned(),
            method: self.method,
            special_category_consent: self.special_category_consent,
            expires_at: valid_for.and_then(|period| period::end(period, recorded_at)),
            notice_hash: self.notice_hash(),
            reason: None,
            recorded_at,
        }
    }

    fn check_against(&self, purpose: &purposes::Model) -> Result<()> {
        if purpose.status == PurposeStatus::Retired {
            return Err(Error::conflict("PURPOSE_RETIRED", "this purpose is retired: nothing can be agreed to"));
        }
        if purpose.lawful_basis != LawfulBasis::Consent {
            let message = format!("this purpose rests on {}: consent is neither needed nor kept", purpose.lawful_basis);
            return Err(Error::invalid("purpose", "NOT_CONSENT_BASED", message));
        }
        if self.given && purpose.special_category && self.special_category_consent != Some(true) {
            let message =
                "this purpose uses a special category of data (Article 9): explicit consent to that is needed";
            return Err(Error::invalid("specialCategoryConsent", "SPECIAL_CATEGORY_CONSENT_REQUIRED", message));
        }
        Ok(())
    }
}

fn too_long(field: &str, text: &str, longest: usize) -> Result<()> {
    if text.len() > longest {
        return Err(Error::invalid(field, "TOO_LONG", format!("at most {longest} bytes")));
    }
    Ok(())
}

async fn keep(tx: &TenantTx, subject: &subjects::Model, input: &RecordConsent) -> Result<Audited<ConsentId>> {
    let subject = append::hold_subject(tx, subject.id).await?;
    let purpose = register::get(tx, &input.purpose).await.map_err(|error| error.within("purpose"))?;
    input.check_against(&purpose)?;
    let late = input.recorded_at.map(|at| at.trunc_subsecs(6));
    let before = history::newest(tx, subject.id, purpose.id, late).await?;
    let recorded_at = late.unwrap_or_else(|| append::present(tx.now(), before.as_ref()));
    let purpose_version = match late {
        Some(at) => version::accepted_at(tx, &purpose, at).await?,
        None => purpose.version,
    };
    let decided = input.decided(tx.new_id(), &purpose, purpose_version, recorded_at);
    if let Some(before) = before.filter(|before| is_same(before, &decided)) {
        let unchanged = Event::ConsentUnchanged { id: before.consent_id, subject: subject.id, purpose: purpose.key };
        return Ok(unchanged.with(before.consent_id));
    }
    keep_notice(tx, input).await?;
    let consent = append::append(tx, subject.id, &purpose, decided).await?;
    let due_for_erasure = match consent.state {
        ConsentState::Refused => append::release_records(tx, subject.id, purpose.id).await?,
        _ => 0,
    };
    Ok(event(input.given, purpose, &consent, due_for_erasure).with(consent.id))
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

async fn keep_notice(tx: &TenantTx, input: &RecordConsent) -> Result<()> {
    let Some((text, hash)) = input.notice_text.clone().zip(input.notice_hash()) else { return Ok(()) };
    let notice = notices::ActiveModel {
        tenant_id: Set(tx.tenant()),
        hash: Set(hash),
        text: Set(text),
        first_shown_at: Set(tx.now()),
    };
    tx.insert_new(notice).await?;
    Ok(())
}

fn event(given: bool, purpose: purposes::Model, consent: &consents::Model, due_for_erasure: u64) -> Event {
    let (id, subject, purpose_version) = (consent.id, consent.subject_id, purpose.version);
    if given {
        Event::ConsentGiven { id, subject, purpose: purpose.key, purpose_version }
    } else {
        Event::ConsentRefused { id, subject, purpose: purpose.key, purpose_version, due_for_erasure }
    }
}
