//! Storage limitation and minimisation, as the registers say and the tables hold.

use chrono::TimeDelta;
use recital_entities::ComplianceArea;
use serde_json::json;

use super::{ComplianceCheck, worst};
use crate::{
    db::TenantTx,
    error::Result,
    evidence::documents::facts::{Activity, Facts},
    retention,
};

/// The sweep runs at least monthly at the tenant's own time; a daily one is never later than this.
const SWEPT_WITHIN: TimeDelta = TimeDelta::hours(26);

pub(super) async fn overdue(tx: &TenantTx) -> Result<ComplianceCheck> {
    let overdue = retention::overdue(tx).await?;
    let late = overdue.since.is_some_and(|since| since + SWEPT_WITHIN < tx.now());
    Ok(ComplianceCheck {
        key: "retention.overdue".into(),
        area: ComplianceArea::Retention,
        status: worst(late, overdue.records > 0),
        title: "No record is kept past its period unless a hold or a restriction keeps it".into(),
        measured: json!({
            "recordsPastPeriod": overdue.records, "oldestSince": overdue.since, "recordsHeld": overdue.held,
        }),
        legal_reference: "GDPR Article 5(1)(e)",
    })
}

pub(super) fn policies(facts: &Facts) -> ComplianceCheck {
    let types = facts.activities.iter().flat_map(|activity| &activity.purpose.data_collected.0);
    let types: std::collections::BTreeSet<&String> = types.collect();
    let without: Vec<_> = types.iter().filter(|data_type| !facts.policies.contains_key(**data_type)).collect();
    ComplianceCheck {
        key: "retention.policies".into(),
        area: ComplianceArea::Retention,
        status: worst(false, !without.is_empty()),
        title: "Every data type that is collected has a retention policy of its own".into(),
        measured: json!({ "dataTypes": types.len(), "withoutPolicy": without }),
        legal_reference: "GDPR Articles 5(1)(e), 30(1)(f)",
    }
}

pub(super) fn allowlists(facts: &Facts) -> ComplianceCheck {
    let open: Vec<&str> = keys(facts, |activity| activity.purpose.fields.is_none());
    ComplianceCheck {
        key: "minimisation.allowlists".into(),
        area: ComplianceArea::Security,
        status: worst(false, !open.is_empty()),
        title: "Every purpose says which fields may be collected for it".into(),
        measured: json!({ "purposes": facts.activities.len(), "withoutAllowlist": open }),
        legal_reference: "GDPR Articles 5(1)(c), 25(2)",
    }
}

pub(super) fn transfers(facts: &Facts) -> ComplianceCheck {
    let abroad = keys(facts, |activity| activity.purpose.transfers_outside_eu);
    let bare = keys(facts, |Activity { purpose, .. }| {
        let safeguards = purpose.transfer_safeguards.as_deref().unwrap_or_default();
        purpose.transfers_outside_eu && safeguards.trim().is_empty()
    });
    ComplianceCheck {
        key: "transfers.safeguards".into(),
        area: ComplianceArea::Organisation,
        status: worst(!bare.is_empty(), false),
        title: "Every transfer outside the European Union has its safeguards on record".into(),
        measured: json!({ "purposesWithTransfers": abroad, "withoutSafeguards": bare }),
        legal_reference: "GDPR Articles 44 to 49",
    }
}

fn keys(facts: &Facts, which: impl Fn(&Activity) -> bool) -> Vec<&str> {
    facts.activities.iter().filter(|activity| which(activity)).map(|activity| activity.purpose.key.as_str()).collect()
}
