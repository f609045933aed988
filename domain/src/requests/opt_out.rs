//! Opting out of sale and sharing (CCPA 1798.120).
//!
//! The register does not say which disclosure is a sale. It names recipients, and where somebody opts out, every
//! purpose that has recipients and rests on consent or on legitimate interests stops for them: the consent is withdrawn,
//! the objection recorded. That stops more than the law asks (a service provider is no third party), and never less.
//! What is disclosed to perform a contract or because a law requires it goes on.

use recital_entities::{ConsentMethod, LawfulBasis, PurposeStatus, purposes::purposes};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{case::Case, fulfil::Outcome, rights};
use crate::{
    consent::{self, WithdrawConsent},
    error::Result,
    evidence::Event,
    vault::SubjectRef,
};

/// Stops what may be a sale.
pub(super) async fn opt_out(case: &Case<'_>) -> Result<Outcome> {
    let mut events = Vec::new();
    let mut stopped = Vec::new();
    for purpose in disclosing(case).await? {
        let stop = if purpose.lawful_basis == LawfulBasis::Consent {
            withdraw(case, &purpose).await?
        } else {
            object(case, &purpose).await?
        };
        if !stop.is_empty() {
            stopped.push(purpose.key);
            events.extend(stop);
        }
    }
    let note = if stopped.is_empty() {
        "no purpose discloses this person's data to others on consent or legitimate interests".to_owned()
    } else {
        format!("stopped: {}", stopped.join(", "))
    };
    Ok(Outcome { events, note: Some(note), partial: false })
}

/// The purposes in use that name recipients and that opting out reaches.
async fn disclosing(case: &Case<'_>) -> Result<Vec<purposes::Model>> {
    let Some(right) = rights::right(case.request.r#type, case.request.regime) else { return Ok(Vec::new()) };
    let select = purposes::Entity::find()
        .filter(purposes::Column::Status.eq(PurposeStatus::Active))
        .filter(purposes::Column::LawfulBasis.is_in(right.bases.iter().copied()))
        .order_by_asc(purposes::Column::Id);
    let purposes = case.tx.all(select).await?;
    Ok(purposes.into_iter().filter(|purpose| !purpose.recipients.0.is_empty()).collect())
}

/// Without a consent to withdraw there is nothing to stop.
async fn withdraw(case: &Case<'_>, purpose: &purposes::Model) -> Result<Vec<Event>> {
    let input = WithdrawConsent {
        subject: SubjectRef::Id(case.subject.id),
        purpose: purpose.key.clone(),
        method: ConsentMethod::Api,
        reason: None,
    };
    match consent::withdraw_within(case.tx, case.subject.id, purpose, &input).await {
        Ok(withdrawn) => Ok(withdrawn.into_parts().0),
        Err(error) if matches!(error.reason(), "NO_CONSENT" | "ALREADY_WITHDRAWN") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn object(case: &Case<'_>, purpose: &purposes::Model) -> Result<Vec<Event>> {
    consent::object(case.tx, &case.subject, purpose).await?;
    Ok(vec![Event::PurposeObjectedTo { id: case.subject.id, purpose: purpose.key.clone() }])
}
