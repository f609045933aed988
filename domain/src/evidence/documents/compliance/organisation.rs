//! What somebody must state, since no program can measure it.

use recital_entities::{CheckStatus, ComplianceArea, evidence::attestations::Model};
use serde_json::json;

use super::ComplianceCheck;
use crate::{
    db::TenantTx,
    error::Result,
    evidence::attestations::{good_until, newest},
};

/// The statements that every controller owes.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("dpia", "A data protection impact assessment was made", "GDPR Article 35"),
    ("penetration_test", "The security of processing was tested", "GDPR Article 32(1)(d)"),
    ("training", "Staff were trained in data protection", "GDPR Articles 29, 39(1)(b)"),
    ("dpo_appointment", "A data protection officer is appointed, or need not be", "GDPR Article 37"),
    ("processor_agreements", "There is an agreement with every processor", "GDPR Article 28(3)"),
];

/// One check for each statement that is owed, and one for each other that was made.
pub(super) async fn attestations(tx: &TenantTx) -> Result<Vec<ComplianceCheck>> {
    let mut stated = newest(tx).await?;
    let mut checks: Vec<_> = EXPECTED
        .iter()
        .map(|(key, title, law)| check(tx, key, (*title).to_owned(), law, stated.remove(*key).as_ref()))
        .collect();
    let others =
        stated.iter().map(|(key, made)| check(tx, key, format!("Stated: {key}"), "GDPR Article 24", Some(made)));
    checks.extend(others);
    Ok(checks)
}

fn check(
    tx: &TenantTx,
    key: &str,
    title: String,
    legal_reference: &'static str,
    stated: Option<&Model>,
) -> ComplianceCheck {
    let until = stated.map(good_until);
    let status = match until {
        None => CheckStatus::NotAssessed,
        Some(until) if until < tx.now().date_naive() => CheckStatus::Warn,
        Some(_) => CheckStatus::Pass,
    };
    let measured = json!({
        "recordedAt": stated.map(|made| made.recorded_at),
        "validUntil": until,
        "reference": stated.and_then(|made| made.reference.as_deref()),
    });
    ComplianceCheck {
        key: format!("attestation.{key}"),
        area: ComplianceArea::Organisation,
        status,
        title,
        measured,
        legal_reference,
    }
}
