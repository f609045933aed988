//! A word from the tenant to the person about their request.

use recital_entities::{SubjectRequestId, requests::subject_requests::Model};

use super::{
    case::{Case, Step, required_text},
    letters::Notice,
};
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
    work::Work,
};

/// Writes to the person. Sealed under their key and shown on their own page; the mail only says that there is one.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED`; `BAD_USER_INPUT` on `text`.
pub async fn message(app: &App, viewer: &Viewer, id: SubjectRequestId, text: &str) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let text = required_text("text", text)?;
        let request = Case::lock_open(tx, id).await?.note(Step::Messaged, Some(text)).await?;
        tx.enqueue(Work::RequestMail { request: id, notice: Notice::Message }).await?;
        Ok(Event::RequestMessageWritten { id }.with(request))
    })
    .await
}
