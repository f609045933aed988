//! Letting a request go ahead: an erasure, or what came back because it could not be carried out.

use recital_entities::{
    ErasureApproval, SubjectRequestId, SubjectRequestState, SubjectRequestType,
    requests::subject_requests::{ActiveModel, Model},
};
use sea_orm::ActiveValue::Set;

use super::{
    case::{Case, Step, optional_text},
    policy::policy,
};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    retention,
    viewer::{Permission, Viewer},
};

/// Approves a request that waits for it; it is carried out at once. Whoever opened an erasure does not approve it,
/// unless it had been approved before and came back.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED`, `NOT_AWAITING_APPROVAL` or `UNDER_LEGAL_HOLD`; FORBIDDEN with
/// `OPENER_CANNOT_APPROVE`.
pub async fn approve(app: &App, viewer: &Viewer, id: SubjectRequestId, note: Option<&str>) -> Result<Model> {
    app.write(viewer, Permission::RequestApprove, async |tx| {
        let note = optional_text("note", note)?;
        let case = Case::lock_open(tx, id).await?;
        if case.request.state != SubjectRequestState::AwaitingApproval {
            return Err(Error::conflict("NOT_AWAITING_APPROVAL", "this request does not wait for approval"));
        }
        if case.request.r#type == SubjectRequestType::Erasure {
            check_erasure(&case).await?;
        }
        let approver = tx.actor();
        let change = |row: &mut ActiveModel| {
            row.state = Set(SubjectRequestState::InProgress);
            row.approved_by = Set(Some(approver));
        };
        let request = case.save(change, Step::Approved, note).await?;
        Ok(Event::RequestApproved { id }.with(request))
    })
    .await
}

async fn check_erasure(case: &Case<'_>) -> Result<()> {
    let first = case.request.approved_by.is_none() && policy(case.tx).await?.erasure_approval != ErasureApproval::None;
    if first && case.request.opened_by == case.tx.actor() {
        return Err(Error::refused("OPENER_CANNOT_APPROVE", "whoever opened an erasure does not approve it"));
    }
    let holds = retention::holds_on(case.tx, case.subject.id).await?;
    if holds.iter().all(|hold| hold.subject_id.is_none()) {
        return Ok(());
    }
    let message = "a legal hold keeps this subject's data: release it, or reject the request with LEGAL_OBLIGATION";
    Err(Error::conflict("UNDER_LEGAL_HOLD", message))
}
