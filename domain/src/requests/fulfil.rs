//! Carrying a request out.

use recital_entities::{
    SubjectRequestId, SubjectRequestState, SubjectRequestType, requests::subject_requests::ActiveModel,
};
use sea_orm::ActiveValue::Set;
use serde_json::{Map, Value};

use super::{
    case::{Case, Step},
    erasure, export, get, opt_out,
};
use crate::{
    app::App,
    consent,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes, retention,
    vault::{self, SubjectKey},
    viewer::{Permission, Viewer},
};

/// What carrying out came to.
pub(super) struct Outcome {
    pub events: Vec<Event>,
    /// For the timeline.
    pub note: Option<String>,
    /// Something had to stay.
    pub partial: bool,
}

impl Outcome {
    pub fn whole(events: Vec<Event>) -> Self {
        Self { events, note: None, partial: false }
    }
}

const NOT_IN_PROGRESS: &str = "NOT_IN_PROGRESS";

pub(super) fn not_in_progress() -> Error {
    Error::conflict(NOT_IN_PROGRESS, "this request is not to be carried out")
}

/// Carries a request out, once: its effect, its new state and its audit entries are one transaction, and the state is
/// looked at under the request's lock. A package is built before, in turns, and becomes one with that transaction. A request that was cancelled or closed meanwhile is left alone. One that the
/// rules refuse (a legal hold, corrections that are not accepted) comes back for a decision, with the reason.
///
/// # Errors
/// `NOT_FOUND`; UNAVAILABLE and faults, upon which it can be tried again.
pub async fn fulfil(app: &App, viewer: &Viewer, id: SubjectRequestId) -> Result<()> {
    let request = get(app, viewer, id).await?;
    if request.state != SubjectRequestState::InProgress {
        return Ok(());
    }
    let carried_out = match request.r#type {
        SubjectRequestType::Access | SubjectRequestType::Portability => export::build(app, viewer, id).await,
        other => {
            let carry_out = async |tx: &TenantTx| carry_out(tx, id, other).await;
            app.write(viewer, Permission::RequestHandle, carry_out).await
        }
    };
    match carried_out {
        Err(error) if error.reason() == NOT_IN_PROGRESS => Ok(()),
        Err(error) if !error.is_fault() => send_back(app, viewer, id, &error).await,
        outcome => outcome,
    }
}

async fn carry_out(tx: &TenantTx, id: SubjectRequestId, request: SubjectRequestType) -> Result<Audited<()>> {
    if request == SubjectRequestType::Erasure {
        // Taken before the rows' locks, as everybody who deletes does: a legal hold is seen or waits.
        retention::serialise_with_holds(tx).await?;
    }
    let case = Case::lock(tx, id).await?;
    if case.request.state != SubjectRequestState::InProgress {
        return Err(not_in_progress());
    }
    let outcome = match request {
        SubjectRequestType::Access | SubjectRequestType::Portability => {
            return Err(Error::internal("a package is built in turns"));
        }
        SubjectRequestType::Rectification => rectify(&case).await?,
        SubjectRequestType::Erasure => erasure::erase(&case).await?,
        SubjectRequestType::Restriction => restrict(&case).await?,
        SubjectRequestType::Objection => object(&case).await?,
        SubjectRequestType::OptOutOfSale => opt_out::opt_out(&case).await?,
    };
    complete(case, outcome).await
}

pub(super) async fn complete(case: Case<'_>, outcome: Outcome) -> Result<Audited<()>> {
    let (state, step) = if outcome.partial {
        (SubjectRequestState::PartiallyCompleted, Step::PartiallyCompleted)
    } else {
        (SubjectRequestState::Completed, Step::Completed)
    };
    let now = case.tx.now();
    let change = |row: &mut ActiveModel| {
        row.state = Set(state);
        row.closed_at = Set(Some(now));
    };
    let request = case.save(change, step, outcome.note.as_deref()).await?;
    let completed = Event::RequestCompleted { id: request.id, r#type: request.r#type.to_string() };
    Ok(completed.with(()).and_all(outcome.events))
}

/// Article 16.
async fn rectify(case: &Case<'_>) -> Result<Outcome> {
    let Some(sealed) = case.request.corrections.as_ref() else { return told_in_words(case) };
    let key = SubjectKey::of(case.tx, case.subject.id).await?;
    let corrections: Map<String, Value> = key.open_json("subject_requests", "corrections", &case.request.id, sealed)?;
    let change = vault::change_profile(case.tx, &case.subject, corrections, None).await?;
    let id = case.subject.id;
    let updated = Event::ProfileUpdated { id, version: change.version, fields: change.changed_fields };
    Ok(Outcome::whole(vec![updated]))
}

/// What was told in words is for a member to correct; approving then says that it is done.
fn told_in_words(case: &Case<'_>) -> Result<Outcome> {
    if case.request.approved_by.is_some() {
        return Ok(Outcome::whole(Vec::new()));
    }
    let message = "what is wrong was told in words: correct the profile, then approve; or reject";
    Err(Error::conflict("TOLD_IN_WORDS", message))
}

/// Article 18.
async fn restrict(case: &Case<'_>) -> Result<Outcome> {
    let new = vault::restrict(case.tx, case.subject.id).await?;
    let restricted = Event::SubjectRestricted { id: case.subject.id, cause: "request".to_owned() };
    Ok(Outcome::whole(new.then_some(restricted).into_iter().collect()))
}

/// Article 21.
async fn object(case: &Case<'_>) -> Result<Outcome> {
    let id = case.request.purpose_id.ok_or_else(|| Error::internal("an objection to nothing"))?;
    let purpose = purposes::by_ids(case.tx, [id]).await?.remove(&id).ok_or_else(|| Error::not_found("purpose"))?;
    consent::object(case.tx, &case.subject, &purpose).await?;
    Ok(Outcome::whole(vec![Event::PurposeObjectedTo { id: case.subject.id, purpose: purpose.key }]))
}

/// Puts it before somebody who decides: approve to try again, or reject with an explanation.
async fn send_back(app: &App, viewer: &Viewer, id: SubjectRequestId, refusal: &Error) -> Result<()> {
    let sent_back = app.write(viewer, Permission::RequestHandle, async |tx| {
        let case = Case::lock(tx, id).await?;
        if case.request.state != SubjectRequestState::InProgress {
            return Err(not_in_progress());
        }
        let change = |row: &mut ActiveModel| row.state = Set(SubjectRequestState::AwaitingApproval);
        case.save(change, Step::SentBack, Some(refusal.message())).await?;
        Ok(Event::RequestSentBack { id, reason: refusal.reason() }.with(()))
    });
    match sent_back.await {
        Err(error) if error.reason() == NOT_IN_PROGRESS => Ok(()),
        outcome => outcome,
    }
}
