//! Refusing a request, with the reasons that the person is owed (Article 12(4)).

use recital_entities::{
    RejectionReason, SubjectRequestId, SubjectRequestState,
    requests::subject_requests::{ActiveModel, Model},
};
use sea_orm::ActiveValue::Set;

use super::case::{Case, Step, required_text};
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Rejects a request that is not closed. The explanation is sealed under the subject's key.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED`; `BAD_USER_INPUT` on `explanation`.
pub async fn reject(
    app: &App,
    viewer: &Viewer,
    id: SubjectRequestId,
    reason: RejectionReason,
    explanation: &str,
) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let explanation = required_text("explanation", explanation)?;
        let case = Case::lock_open(tx, id).await?;
        let sealed = case.seal("rejection_explanation", explanation).await?;
        let change = |row: &mut ActiveModel| {
            row.state = Set(SubjectRequestState::Rejected);
            row.rejection_reason = Set(Some(reason));
            row.rejection_explanation = Set(Some(sealed));
            row.closed_at = Set(Some(tx.now()));
        };
        let request = case.save(change, Step::Rejected, None).await?;
        Ok(Event::RequestRejected { id, reason: reason.to_string() }.with(request))
    })
    .await
}
