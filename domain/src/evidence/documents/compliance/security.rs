//! The audit log and breaches.

use recital_entities::{
    ComplianceArea,
    evidence::{audit_entries, audit_pending, incidents},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::{ComplianceCheck, worst};
use crate::{
    db::TenantTx,
    error::Result,
    evidence::verify::{LogFault, verify},
};

pub(super) async fn log(tx: &TenantTx) -> Result<ComplianceCheck> {
    let (leaves, fault) = match verify(tx).await {
        Ok(leaves) => (Some(leaves), None),
        Err(LogFault::Unreadable(error)) => return Err(error),
        Err(fault) => (None, Some(fault.to_string())),
    };
    let waiting = audit_pending::Entity::find().filter(audit_pending::Column::TenantId.eq(tx.tenant()));
    let waiting = tx.count_global(waiting).await?;
    Ok(ComplianceCheck {
        key: "audit.log_verifies".into(),
        area: ComplianceArea::AuditLog,
        status: worst(fault.is_some(), false),
        title: "Every audit entry is what was appended, and the log's signed root covers it".into(),
        measured: json!({
            "entries": tx.count(audit_entries::Entity::find()).await?,
            "leaves": leaves,
            "waiting": waiting,
            "fault": fault,
        }),
        legal_reference: "GDPR Articles 5(2), 24(1)",
    })
}

pub(super) async fn incidents(tx: &TenantTx) -> Result<ComplianceCheck> {
    let open = tx.all(incidents::Entity::find().filter(incidents::Column::ClosedAt.is_null())).await?;
    let untold = open.iter().filter(|incident| incident.authority_notified_at.is_none());
    let (late, in_time): (Vec<_>, Vec<_>) = untold.partition(|incident| incident.notify_authority_by < tx.now());
    let next = in_time.iter().map(|incident| incident.notify_authority_by).min();
    Ok(ComplianceCheck {
        key: "security.incidents".into(),
        area: ComplianceArea::Security,
        status: worst(false, !open.is_empty()),
        title: "No breach is open, and none is past its 72 hours without a note that the authority was told".into(),
        measured: json!({ "open": open.len(), "pastNotification": late.len(), "nextNotificationBy": next }),
        legal_reference: "GDPR Article 33(1)",
    })
}
