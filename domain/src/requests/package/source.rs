//! Reading what a package is made of, in transactions as short as a batch.

use chrono::{DateTime, Utc};
use recital_entities::{
    ExportPackageId, FileId, SubjectId, SubjectRequestState, SubjectRequestType, requests::subject_requests,
};

use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    requests::{
        case::find,
        fulfil::not_in_progress,
        rights::{self, Right},
    },
    subject_data::{Person, Scope},
    viewer::Viewer,
    words::Words,
};

/// Whose data, which of it, and as of when.
pub(in crate::requests) struct Source<'a> {
    pub app: &'a App,
    pub viewer: &'a Viewer,
    pub request: subject_requests::Model,
    pub subject: SubjectId,
    pub package: ExportPackageId,
    pub right: &'static Right,
    /// In the person's language.
    pub words: Words,
    pub begun_at: DateTime<Utc>,
}

impl Source<'_> {
    /// Under which the file store has the package.
    pub fn object(&self) -> FileId {
        FileId(self.package.0)
    }

    /// How much of the person's data the request is about.
    pub fn scope(&self) -> Scope {
        if self.is_portable() { Scope::Provided(self.right.bases) } else { Scope::Everything }
    }

    pub fn is_portable(&self) -> bool {
        self.request.r#type == SubjectRequestType::Portability
    }

    /// Opens some of it. That it is opened stands in the audit log since the build began.
    ///
    /// # Errors
    /// CONFLICT with `NOT_IN_PROGRESS` or `SUBJECT_ERASED`.
    pub async fn open<T>(&self, open: impl AsyncFnOnce(&Person<'_>) -> Result<T>) -> Result<T> {
        self.look(async |tx| {
            let person = Person::of(tx, self.subject, self.scope(), self.begun_at).await?;
            open(&person).await
        })
        .await
    }

    pub async fn look<T>(&self, look: impl AsyncFnOnce(&TenantTx) -> Result<T>) -> Result<T> {
        self.app
            .look(self.viewer, async |tx| {
                let request = tx.get("subject request", find(self.request.id)).await?;
                if request.state != SubjectRequestState::InProgress {
                    return Err(not_in_progress());
                }
                look(tx).await
            })
            .await
    }
}

/// The right that a request exercises.
pub(in crate::requests) fn right_of(request: &subject_requests::Model) -> Result<&'static Right> {
    rights::right(request.r#type, request.regime).ok_or_else(|| Error::internal("no such right"))
}
