//! The compliance report (Articles 5(2), 24): each check says what was measured at the moment of asking, and which law
//! asks for it. What no program can measure is an attestation with its date, and is never passed by default.

mod access;
mod consent;
mod encryption;
mod organisation;
mod register;
mod rights;
mod security;

use chrono::{DateTime, Utc};
use recital_entities::{CheckStatus, ComplianceArea};
use serde_json::Value;

use super::facts::Facts;
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    viewer::{Permission, Viewer},
};

/// How one thing stands.
#[derive(Clone, Debug)]
pub struct ComplianceCheck {
    /// `area.what`: stays the same from report to report.
    pub key: String,
    pub area: ComplianceArea,
    pub status: CheckStatus,
    pub title: String,
    pub measured: Value,
    pub legal_reference: &'static str,
}

#[derive(Clone, Debug)]
pub struct ComplianceReport {
    pub generated_at: DateTime<Utc>,
    pub checks: Vec<ComplianceCheck>,
}

impl ComplianceReport {
    /// Nothing fails, and nothing is unassessed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| matches!(check.status, CheckStatus::Pass | CheckStatus::Warn))
    }
}

/// Measures everything, in one transaction.
pub async fn compliance_report(app: &App, viewer: &Viewer) -> Result<ComplianceReport> {
    app.read(viewer, Permission::ReportRead, async |tx| {
        Ok(ComplianceReport { generated_at: tx.now(), checks: measure(tx).await? })
    })
    .await
}

async fn measure(tx: &TenantTx) -> Result<Vec<ComplianceCheck>> {
    let facts = Facts::read(tx).await?;
    let mut checks = vec![
        register::overdue(tx).await?,
        register::policies(&facts),
        register::allowlists(&facts),
        register::transfers(&facts),
        access::members(tx).await?,
        access::api_keys(tx).await?,
        encryption::tenant_key(tx).await?,
        encryption::subject_keys(tx).await?,
        security::log(tx).await?,
        security::incidents(tx).await?,
        rights::deadlines(tx).await?,
        rights::verification(tx).await?,
        consent::standing(tx, &facts).await?,
    ];
    checks.extend(organisation::attestations(tx).await?);
    Ok(checks)
}

/// FAIL before WARN before PASS.
fn worst(fails: bool, warns: bool) -> CheckStatus {
    match (fails, warns) {
        (true, _) => CheckStatus::Fail,
        (false, true) => CheckStatus::Warn,
        (false, false) => CheckStatus::Pass,
    }
}
