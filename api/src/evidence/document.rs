//! Generated documents and the compliance report.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use recital_domain::evidence as room;
use recital_entities::{CheckStatus, ComplianceArea};

/// A document, generated from what is enforced at the time of asking.
#[derive(SimpleObject)]
pub struct GeneratedDocument {
    media_type: String,
    body: String,
    generated_at: DateTime<Utc>,
    /// Of the body, in hex.
    sha256: String,
}

impl From<room::GeneratedDocument> for GeneratedDocument {
    fn from(document: room::GeneratedDocument) -> Self {
        Self {
            media_type: document.media_type.to_owned(),
            body: document.body,
            generated_at: document.generated_at,
            sha256: document.sha256,
        }
    }
}

/// How the tenant stands, measured at the time of asking.
#[derive(SimpleObject)]
pub struct ComplianceReport {
    generated_at: DateTime<Utc>,
    checks: Vec<ComplianceCheck>,
    /// Nothing fails, and nothing is unassessed.
    passed: bool,
}

impl From<room::ComplianceReport> for ComplianceReport {
    fn from(report: room::ComplianceReport) -> Self {
        Self {
            generated_at: report.generated_at,
            passed: report.passed(),
            checks: report.checks.into_iter().map(Into::into).collect(),
        }
    }
}

/// Each figure is measured at the time of asking; an organisational item (training, penetration test, DPIA) is an
/// attestation with its date.
#[derive(SimpleObject)]
struct ComplianceCheck {
    /// The same from report to report.
    key: String,
    area: ComplianceArea,
    status: CheckStatus,
    title: String,
    measured: serde_json::Value,
    legal_reference: String,
}

impl From<room::ComplianceCheck> for ComplianceCheck {
    fn from(check: room::ComplianceCheck) -> Self {
        Self {
            key: check.key,
            area: check.area,
            status: check.status,
            title: check.title,
            measured: check.measured,
            legal_reference: check.legal_reference.to_owned(),
        }
    }
}
