//! The link once more, for whoever asks again.

use recital_entities::SubjectRequestId;

use super::{case::find, letters::Notice};
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
    work::Work,
};

/// Mails the link of an open request again, at most once an hour.
///
/// # Errors
/// `NOT_FOUND`.
pub(crate) async fn send_link_again(app: &App, viewer: &Viewer, id: SubjectRequestId) -> Result<()> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        tx.get("subject request", find(id)).await?;
        tx.enqueue(Work::RequestMail { request: id, notice: Notice::Again }).await?;
        Ok(Event::RequestLinkResent { id }.with(()))
    })
    .await
}
