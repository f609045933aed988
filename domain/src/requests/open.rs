//! Opening a request.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    Regime, SubjectRequestId, SubjectRequestState, SubjectRequestType, SubjectStatus,
    purposes::purposes,
    requests::subject_requests::{ActiveModel, Column, Entity, Model},
    vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::{Map, Value};

use super::{
    case::{Case, Step, optional_text, record, zone},
    deadline,
    letters::tell,
    link,
    policy::policy,
    rights::{self, Right},
    verify_identity::next_step,
};
use crate::{
    app::App,
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes as register,
    vault::{self, SubjectKey, SubjectRef},
    viewer::{Permission, Viewer},
    work::Work,
};

/// A request as it comes in. No `Debug`: corrections and note are personal.
#[derive(Clone)]
pub struct OpenRequest {
    pub r#type: SubjectRequestType,
    pub subject: SubjectRef,
    pub regime: Regime,
    /// None: now. The deadline counts from here.
    pub received_at: Option<DateTime<Utc>>,
    /// For RECTIFICATION: what to set, as a merge patch; null removes. None where `note` tells it in words.
    pub corrections: Option<Value>,
    /// For OBJECTION: the key of the purpose objected to.
    pub purpose: Option<String>,
    pub note: Option<String>,
    /// The tenant vouches for who asks.
    pub identity_verified: bool,
}

/// Opens a request, or joins the one that is open already: the same person, the same right, the same purpose, the same
/// corrections. Joining keeps the first deadline; a verified identity carries over.
///
/// Without a verified identity it waits for one, and the person gets a link to prove theirs. With it, it is carried out
/// at once; an erasure waits for whom the policy names.
///
/// # Errors
/// `NOT_FOUND` for an unknown subject or purpose; CONFLICT with `SUBJECT_ERASED`; `BAD_USER_INPUT` naming the field:
/// `RECEIVED_IN_FUTURE`, `RIGHT_NOT_APPLICABLE` (with the provision), `REQUIRED`, `NOT_USED`, `NOT_AN_OBJECT`.
pub async fn open(app: &App, viewer: &Viewer, input: OpenRequest) -> Result<Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| open_within(tx, &input).await).await
}

/// The same within another change.
pub(super) async fn open_within(tx: &TenantTx, input: &OpenRequest) -> Result<Audited<Model>> {
    let right = check(tx, input)?;
    let corrections = corrections(input)?;
    let subject = lock_living(tx, &input.subject).await?;
    let corrections = match corrections {
        Some(fields) => Some(vault::check_changes(tx, subject.id, "corrections", fields).await?),
        None => None,
    };
    let purpose = objected_purpose(tx, input, right).await?;
    let asked = Asked { input, subject, purpose, corrections };
    match asked.find_open(tx).await? {
        Some(open) => join(tx, input, open).await,
        None => asked.open(tx).await,
    }
}

fn check(tx: &TenantTx, input: &OpenRequest) -> Result<&'static Right> {
    if input.received_at.is_some_and(|received_at| received_at > tx.now()) {
        return Err(Error::invalid("receivedAt", "RECEIVED_IN_FUTURE", "a request was received in the past or now"));
    }
    optional_text("note", input.note.as_deref())?;
    let unused = [
        ("corrections", input.corrections.is_some(), SubjectRequestType::Rectification),
        ("purpose", input.purpose.is_some(), SubjectRequestType::Objection),
    ];
    for (field, given, of) in unused {
        if given && input.r#type != of {
            return Err(Error::invalid(field, "NOT_USED", format!("`{field}` belongs to {of} alone")));
        }
    }
    rights::right(input.r#type, input.regime)
        .ok_or_else(|| Error::invalid("regime", "RIGHT_NOT_APPLICABLE", rights::unknown(input.r#type, input.regime)))
}

/// The corrections of a RECTIFICATION.
fn corrections(input: &OpenRequest) -> Result<Option<Map<String, Value>>> {
    if input.r#type != SubjectRequestType::Rectification {
        return Ok(None);
    }
    let corrections = input.corrections.clone().unwrap_or_default();
    let is_told = optional_text("note", input.note.as_deref())?.is_some();
    match corrections {
        // Told in words: a member corrects, and approves.
        Value::Null if is_told => Ok(None),
        Value::Object(fields) if !fields.is_empty() => Ok(Some(fields)),
        Value::Object(_) | Value::Null => {
            Err(Error::invalid("corrections", "REQUIRED", "say which fields shall be corrected, and to what"))
        }
        _ => Err(Error::invalid("corrections", "NOT_AN_OBJECT", "expected a JSON object")),
    }
}

async fn lock_living(tx: &TenantTx, reference: &SubjectRef) -> Result<subjects::Model> {
    let id = vault::find_subject(tx, reference).await?.id;
    let subject = tx.get("subject", subjects::Entity::find_by_id((tx.tenant(), id)).lock_exclusive()).await?;
    if subject.status == SubjectStatus::Erased {
        return Err(Error::conflict("SUBJECT_ERASED", "this subject was erased"));
    }
    Ok(subject)
}

/// The purpose of an OBJECTION, which must rest on something that can be objected to.
async fn objected_purpose(tx: &TenantTx, input: &OpenRequest, right: &Right) -> Result<Option<purposes::Model>> {
    if input.r#type != SubjectRequestType::Objection {
        return Ok(None);
    }
    let Some(key) = &input.purpose else {
        return Err(Error::invalid("purpose", "REQUIRED", "name the purpose that is objected to"));
    };
    let purpose = register::get(tx, key).await?;
    if right.reaches(purpose.lawful_basis) {
        return Ok(Some(purpose));
    }
    let message = format!("{} rests on {}. {}", purpose.key, purpose.lawful_basis, right.beyond);
    Err(Error::invalid("purpose", "RIGHT_NOT_APPLICABLE", message))
}

/// A request that has been checked.
struct Asked<'a> {
    input: &'a OpenRequest,
    subject: subjects::Model,
    purpose: Option<purposes::Model>,
    corrections: Option<Map<String, Value>>,
}

impl Asked<'_> {
    /// The open request that asks for the same, if there is one. The subject's row is locked: nobody opens another
    /// meanwhile.
    async fn find_open(&self, tx: &TenantTx) -> Result<Option<Model>> {
        let select = Entity::find()
            .filter(Column::SubjectId.eq(self.subject.id))
            .filter(Column::Type.eq(self.input.r#type))
            .filter(Column::Regime.eq(self.input.regime))
            .filter(Column::ClosedAt.is_null())
            .order_by_asc(Column::Id);
        for row in tx.all(select).await? {
            if row.purpose_id == self.purpose.as_ref().map(|purpose| purpose.id)
                && self.corrects_the_same(tx, &row).await?
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    async fn corrects_the_same(&self, tx: &TenantTx, row: &Model) -> Result<bool> {
        let (Some(ours), Some(theirs)) = (&self.corrections, &row.corrections) else {
            return Ok(self.corrections.is_none() && row.corrections.is_none());
        };
        let key = SubjectKey::of(tx, self.subject.id).await?;
        Ok(key.open_json::<Map<String, Value>>("subject_requests", "corrections", &row.id, theirs)? == *ours)
    }

    async fn open(&self, tx: &TenantTx) -> Result<Audited<Model>> {
        let request = tx.insert(self.row(tx).await?).await?;
        record(tx, &request, Step::Opened, None).await?;
        tell(tx, &request, Step::Opened).await?;
        if request.state == SubjectRequestState::InProgress {
            tx.enqueue(Work::FulfilRequest { request: request.id }).await?;
        }
        tx.announce(Change::SubjectRequest(request.id));
        let event = Event::RequestOpened {
            id: request.id,
            r#type: request.r#type.to_string(),
            regime: request.regime.to_string(),
            subject: self.subject.id,
            due_on: request.due_on.to_string(),
        };
        Ok(event.with(request))
    }

    async fn row(&self, tx: &TenantTx) -> Result<ActiveModel> {
        let id: SubjectRequestId = tx.new_id();
        let key = SubjectKey::of(tx, self.subject.id).await?;
        let received_at = self.input.received_at.unwrap_or_else(|| tx.now());
        let received_on = deadline::received_on(received_at, zone(tx).await?);
        let note = optional_text("note", self.input.note.as_deref())?;
        let note = note.map(|note| key.seal("subject_requests", "note", &id, note.as_bytes())).transpose()?;
        let corrections = self.corrections.as_ref();
        let corrections =
            corrections.map(|fields| key.seal_json("subject_requests", "corrections", &id, fields)).transpose()?;
        let within = policy(tx).await?.identity_within_days;
        let mut row = Model {
            tenant_id: tx.tenant(),
            id,
            r#type: self.input.r#type,
            regime: self.input.regime,
            state: SubjectRequestState::AwaitingIdentity,
            subject_id: Some(self.subject.id),
            purpose_id: self.purpose.as_ref().map(|purpose| purpose.id),
            received_at,
            due_on: deadline::due_on(self.input.regime, received_on),
            extended_to: None,
            extension_reason: None,
            corrections,
            note,
            identity_verified_at: None,
            identity_evidence: None,
            assignee_id: None,
            opened_by: tx.actor(),
            approved_by: None,
            rejection_reason: None,
            rejection_explanation: None,
            closed_at: None,
            link_hash: Some(link::of(tx, id).await?.hash()),
            identity_until: Some(tx.now() + TimeDelta::days(within.into())),
            reminded: None,
        }
        .into_active_model();
        if self.input.identity_verified {
            next_step(tx, self.input.r#type).await?.apply(tx, &mut row);
        }
        Ok(row)
    }
}

/// Notes that the same was asked for again. An identity that is known now moves the open request on.
async fn join(tx: &TenantTx, input: &OpenRequest, open: Model) -> Result<Audited<Model>> {
    let id = open.id;
    let note = optional_text("note", input.note.as_deref())?;
    let case = Case::lock_open(tx, id).await?;
    let joined = Event::RequestJoined { id };
    if !input.identity_verified || case.request.state != SubjectRequestState::AwaitingIdentity {
        return Ok(joined.with(case.note(Step::Joined, note).await?));
    }
    let next = next_step(tx, case.request.r#type).await?;
    record(tx, &case.request, Step::Joined, note).await?;
    let request = case.save(|row| next.apply(tx, row), Step::IdentityVerified, None).await?;
    Ok(joined.with(request).and(Event::RequestIdentityVerified { id }))
}
