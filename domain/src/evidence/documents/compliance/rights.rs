//! People's requests and the accuracy of their data.

use recital_entities::{ComplianceArea, SubjectStatus, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::{ComplianceCheck, worst};
use crate::{accuracy, db::TenantTx, error::Result, requests};

pub(super) async fn deadlines(tx: &TenantTx) -> Result<ComplianceCheck> {
    let standing = requests::standing(tx).await?;
    Ok(ComplianceCheck {
        key: "requests.deadlines".into(),
        area: ComplianceArea::SubjectRequests,
        status: worst(standing.overdue > 0, standing.due_soon > 0),
        title: "Every request is answered by its deadline".into(),
        measured: json!({ "open": standing.open, "overdue": standing.overdue, "dueWithin7Days": standing.due_soon }),
        legal_reference: "GDPR Article 12(3)",
    })
}

pub(super) async fn verification(tx: &TenantTx) -> Result<ComplianceCheck> {
    let active = subjects::Entity::find().filter(subjects::Column::Status.eq(SubjectStatus::Active));
    let overdue = active.clone().filter(subjects::Column::VerificationDueAt.lte(tx.now()));
    let stale = active.clone().filter(subjects::Column::Stale.eq(true));
    let (overdue, stale) = (tx.count(overdue).await?, tx.count(stale).await?);
    Ok(ComplianceCheck {
        key: "accuracy.verification".into(),
        area: ComplianceArea::Accuracy,
        status: worst(false, overdue + stale > 0),
        title: "Everybody was asked in time whether their data is still right".into(),
        measured: json!({
            "subjects": tx.count(active).await?,
            "verificationOverdue": overdue,
            "unanswered": stale,
            "revalidateAfter": accuracy::policy(tx).await?.revalidate_after,
        }),
        legal_reference: "GDPR Article 5(1)(d)",
    })
}
