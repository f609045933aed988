//! A request in the hands of one transaction.

use chrono::NaiveDate;
use chrono_tz::Tz;
use recital_entities::{
    Sealed, SubjectRequestId, SubjectRequestState,
    access::tenants,
    requests::{request_events, subject_requests},
    vault::subjects,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
    Select,
};

use super::{deadline, letters::tell};
use crate::{
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
    vault::SubjectKey,
    work::Work,
};

/// What happened to a request, as its timeline names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    Opened,
    /// Somebody asked for the same again.
    Joined,
    IdentityVerified,
    Assigned,
    Extended,
    Approved,
    Rejected,
    Cancelled,
    /// It could not be carried out, and waits for a decision.
    SentBack,
    Completed,
    PartiallyCompleted,
    /// The package was fetched.
    Downloaded,
    /// Nobody proved in time who asked.
    Expired,
    /// Somebody wrote something down.
    Noted,
    /// The tenant wrote to the person.
    Messaged,
}

/// A request and its subject, both rows locked. The subject's lock is taken first, everywhere: opening, handling and
/// carrying out never wait for one another in a circle.
pub(super) struct Case<'a> {
    pub tx: &'a TenantTx,
    pub subject: subjects::Model,
    pub request: subject_requests::Model,
}

const LONGEST_TEXT: usize = 10_000;

impl<'a> Case<'a> {
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn lock(tx: &'a TenantTx, id: SubjectRequestId) -> Result<Self> {
        let unlocked = tx.get("subject request", find(id)).await?;
        let subject = lock_subject(tx, &unlocked).await?;
        let request = tx.get("subject request", find(id).lock_exclusive()).await?;
        Ok(Self { tx, subject, request })
    }

    /// The same, for a request that is not closed yet.
    ///
    /// # Errors
    /// `NOT_FOUND`; CONFLICT with `REQUEST_CLOSED`.
    pub async fn lock_open(tx: &'a TenantTx, id: SubjectRequestId) -> Result<Self> {
        let case = Self::lock(tx, id).await?;
        if case.request.closed_at.is_some() {
            return Err(closed());
        }
        Ok(case)
    }

    /// Seals a text of the request under its subject's key.
    pub async fn seal(&self, column: &'static str, text: &str) -> Result<Sealed> {
        let key = SubjectKey::of(self.tx, self.subject.id).await?;
        key.seal("subject_requests", column, &self.request.id, text.as_bytes())
    }

    /// Adds a step to the timeline of a request that stays as it is.
    pub async fn note(self, step: Step, note: Option<&str>) -> Result<subject_requests::Model> {
        record(self.tx, &self.request, step, note).await?;
        self.tx.announce(Change::SubjectRequest(self.request.id));
        Ok(self.request)
    }

    /// Stores the changed request, adds the step to its timeline, tells the person and subscribers, and has it carried
    /// out when that is what comes next.
    pub async fn save(
        self,
        change: impl FnOnce(&mut subject_requests::ActiveModel),
        step: Step,
        note: Option<&str>,
    ) -> Result<subject_requests::Model> {
        record(self.tx, &self.request, step, note).await?;
        let before = self.request.state;
        let mut row = self.request.into_active_model();
        change(&mut row);
        let request = self.tx.update(row).await?;
        tell(self.tx, &request, step).await?;
        if request.state == SubjectRequestState::InProgress && request.state != before {
            self.tx.enqueue(Work::FulfilRequest { request: request.id }).await?;
        }
        self.tx.announce(Change::SubjectRequest(request.id));
        Ok(request)
    }
}

pub(super) fn find(id: SubjectRequestId) -> Select<subject_requests::Entity> {
    subject_requests::Entity::find().filter(subject_requests::Column::Id.eq(id))
}

/// The answer for a request that is over.
pub(super) fn closed() -> Error {
    Error::conflict("REQUEST_CLOSED", "this request is closed")
}

async fn lock_subject(tx: &TenantTx, request: &subject_requests::Model) -> Result<subjects::Model> {
    let subject = request.subject_id.ok_or_else(|| Error::internal("a request without a subject"))?;
    tx.get("subject", subjects::Entity::find_by_id((tx.tenant(), subject)).lock_exclusive()).await
}

/// Adds a step to the timeline. The note is sealed under the subject's key; where the key is gone it is dropped.
pub(super) async fn record(
    tx: &TenantTx,
    request: &subject_requests::Model,
    step: Step,
    note: Option<&str>,
) -> Result<()> {
    record_as(tx, request, step.into(), note).await
}

/// The same for what is no step of the request's own.
pub(super) async fn record_as(
    tx: &TenantTx,
    request: &subject_requests::Model,
    what: &str,
    note: Option<&str>,
) -> Result<()> {
    let id = tx.new_id();
    let note = match (note, request.subject_id) {
        (Some(note), Some(subject)) => {
            let keys = SubjectKey::of_all(tx, [subject]).await?;
            let seal = |key: &SubjectKey| key.seal("request_events", "note", &id, note.as_bytes());
            keys.get(&subject).map(seal).transpose()?
        }
        _ => None,
    };
    let row = request_events::ActiveModel {
        tenant_id: Set(tx.tenant()),
        id: Set(id),
        request_id: Set(request.id),
        at: Set(tx.now()),
        by: Set(tx.actor()),
        what: Set(what.to_owned()),
        note: Set(note),
    };
    tx.insert(row).await?;
    Ok(())
}

/// The tenant's time zone; UTC where its name is not known.
pub(super) async fn zone(tx: &TenantTx) -> Result<Tz> {
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    Ok(tenant.and_then(|tenant| tenant.time_zone.parse().ok()).unwrap_or(Tz::UTC))
}

/// The tenant's local date.
pub(super) async fn today(tx: &TenantTx) -> Result<NaiveDate> {
    Ok(deadline::received_on(tx.now(), zone(tx).await?))
}

/// A text that must say something.
///
/// # Errors
/// `BAD_USER_INPUT` on `field` when it is blank or longer than 10,000 characters.
pub(super) fn required_text<'a>(field: &'static str, text: &'a str) -> Result<&'a str> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid(field, "REQUIRED", format!("`{field}` must say something")));
    }
    if text.chars().count() > LONGEST_TEXT {
        let message = format!("`{field}` holds at most {LONGEST_TEXT} characters");
        return Err(Error::invalid(field, "TOO_LONG", message));
    }
    Ok(text)
}

/// A text that may be missing; a blank one is.
pub(super) fn optional_text<'a>(field: &'static str, text: Option<&'a str>) -> Result<Option<&'a str>> {
    text.filter(|text| !text.trim().is_empty()).map(|text| required_text(field, text)).transpose()
}
