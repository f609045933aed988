//! Taking a request back, until it has been carried out.

use recital_entities::{
    SubjectRequestId, SubjectRequestState,
    requests::subject_requests::{ActiveModel, Model},
};
use sea_orm::ActiveValue::Set;

use super::case::{Case, Step, optional_text};
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Cancels a request that is not closed. Carrying out looks at the state under the same lock, so that a cancelled
/// request never runs, whatever the timing.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED`; `BAD_USER_INPUT` on `note`.
pub async fn cancel(app: &App, viewer: &Viewer, id: SubjectRequestId, note: Option<&str>) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let note = optional_text("note", note)?;
        let case = Case::lock_open(tx, id).await?;
        let change = |row: &mut ActiveModel| {
            row.state = Set(SubjectRequestState::Cancelled);
            row.closed_at = Set(Some(tx.now()));
        };
        let request = case.save(change, Step::Cancelled, note).await?;
        Ok(Event::RequestCancelled { id }.with(request))
    })
    .await
}
