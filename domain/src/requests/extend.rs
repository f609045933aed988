//! Taking the longer time that the law allows, once (Article 12(3); CCPA 1798.130(a)(2)(A)).

use recital_entities::{SubjectRequestId, requests::subject_requests::Model};
use sea_orm::ActiveValue::Set;

use super::{
    case::{Case, Step, required_text, today, zone},
    deadline,
};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Extends the deadline with a reason that the person is owed. The reason is sealed under the subject's key.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED`, `ALREADY_EXTENDED` or `DEADLINE_PASSED`; `BAD_USER_INPUT` on `reason`.
pub async fn extend(app: &App, viewer: &Viewer, id: SubjectRequestId, reason: &str) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let reason = required_text("reason", reason)?;
        let case = Case::lock_open(tx, id).await?;
        if case.request.extended_to.is_some() {
            return Err(Error::conflict("ALREADY_EXTENDED", "a deadline is extended once"));
        }
        if today(tx).await? > case.request.due_on {
            return Err(Error::conflict("DEADLINE_PASSED", "a deadline that has passed is not extended any more"));
        }
        let received_on = deadline::received_on(case.request.received_at, zone(tx).await?);
        let extended_to = deadline::extended_to(case.request.regime, received_on);
        let sealed = case.seal("extension_reason", reason).await?;
        let change = |row: &mut recital_entities::requests::subject_requests::ActiveModel| {
            row.extended_to = Set(Some(extended_to));
            row.extension_reason = Set(Some(sealed));
            row.reminded = Set(None);
        };
        let request = case.save(change, Step::Extended, None).await?;
        Ok(Event::RequestExtended { id, extended_to: extended_to.to_string() }.with(request))
    })
    .await
}
