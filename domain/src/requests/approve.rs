//! Letting an erasure go ahead.

use recital_entities::{
    SubjectRequestId, SubjectRequestState,
    requests::subject_requests::{ActiveModel, Model},
};
use sea_orm::ActiveValue::Set;

use super::{
    case::{Case, Step, optional_text},
    kept::refuse_held,
};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Approves a request that waits for it; it is carried out at once. Whoever opened it does not approve it, unless it
/// had been approved before and only a legal hold sent it back.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED`, `NOT_AWAITING_APPROVAL` or `LEGAL_HOLD`; FORBIDDEN with
/// `OPENER_CANNOT_APPROVE`.
pub async fn approve(app: &App, viewer: &Viewer, id: SubjectRequestId, note: Option<&str>) -> Result<Model> {
    app.write(viewer, Permission::RequestApprove, async |tx| {
        let note = optional_text("note", note)?;
        let case = Case::lock_open(tx, id).await?;
        if case.request.state != SubjectRequestState::AwaitingApproval {
            return Err(Error::conflict("NOT_AWAITING_APPROVAL", "this request does not wait for approval"));
        }
        if case.request.approved_by.is_none() && case.request.opened_by == tx.actor() {
            return Err(Error::refused("OPENER_CANNOT_APPROVE", "whoever opened a request does not approve it"));
        }
        refuse_held(tx, &case.subject).await?;
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
