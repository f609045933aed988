//! Writing something down about a request.

use recital_entities::{SubjectRequestId, requests::subject_requests::Model};

use super::case::{Case, Step, required_text};
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Adds a note to the timeline, open or closed. Sealed under the subject's key, and exported with their data.
///
/// # Errors
/// `NOT_FOUND`; `BAD_USER_INPUT` on `note`.
pub async fn note(app: &App, viewer: &Viewer, id: SubjectRequestId, text: &str) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let text = required_text("note", text)?;
        let request = Case::lock(tx, id).await?.note(Step::Noted, Some(text)).await?;
        Ok(Event::RequestNoted { id }.with(request))
    })
    .await
}
