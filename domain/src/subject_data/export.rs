//! What each table shows of one subject, opened.

use std::collections::HashMap;

use recital_entities::{
    ConsentId, LawfulBasis, PurposeId, Sealed, SubjectRequestId,
    accuracy::reverifications,
    consent::{consent_events, consents, objections},
    evidence::audit_entries,
    purposes::purposes,
    requests::{request_events, subject_requests},
    retention::legal_holds,
    vault::{files, profile_versions, records, restrictions, subjects, tokens},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Map, Value, json};

use super::{Export, PARTS};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    keys::RowName,
    vault::{self, SubjectKey},
};

/// How much of a person's data is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it (Article 15).
    Everything,
    /// What the person provided, where it rests on one of these bases (Article 20).
    Provided(&'static [LawfulBasis]),
}

impl Scope {
    /// Whether it takes in what is kept for that purpose.
    #[must_use]
    pub fn covers(self, purpose: &purposes::Model) -> bool {
        match self {
            Self::Everything => true,
            Self::Provided(bases) => bases.contains(&purpose.lawful_basis),
        }
    }
}

/// Sections that hold what a person provided. The rest is about how it was handled.
const PROVIDED: &[&str] = &["subject", "profile", "records", "files"];

/// Somebody whose data is being opened.
pub struct Person<'a> {
    tx: &'a TenantTx,
    subject: &'a subjects::Model,
    key: SubjectKey,
    purposes: HashMap<PurposeId, purposes::Model>,
    scope: Scope,
}

impl<'a> Person<'a> {
    /// # Errors
    /// CONFLICT with `SUBJECT_ERASED`.
    pub async fn of(tx: &'a TenantTx, subject: &'a subjects::Model, scope: Scope) -> Result<Self> {
        let key = SubjectKey::of(tx, subject.id).await?;
        let all = tx.all(purposes::Entity::find().order_by_asc(purposes::Column::Id)).await?;
        let purposes = all.into_iter().map(|purpose| (purpose.id, purpose)).collect();
        Ok(Self { tx, subject, key, purposes, scope })
    }

    fn purpose(&self, id: PurposeId) -> Option<&str> {
        self.purposes.get(&id).map(|purpose| purpose.key.as_str())
    }

    fn wants(&self, purpose: PurposeId) -> bool {
        self.purposes.get(&purpose).is_some_and(|purpose| self.scope.covers(purpose))
    }

    fn text(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        sealed: Option<&Sealed>,
    ) -> Result<Option<String>> {
        let Some(sealed) = sealed else { return Ok(None) };
        let clear = self.key.open(table, column, row, sealed)?;
        let text = String::from_utf8(clear.to_vec());
        text.map(Some).map_err(|_| Error::internal("a sealed text is not UTF-8"))
    }
}

/// The person's data by section.
pub async fn sections(person: &Person<'_>) -> Result<Map<String, Value>> {
    let mut sections = Map::new();
    for part in PARTS {
        if let Export::As(name, open) = part.export
            && (person.scope == Scope::Everything || PROVIDED.contains(&name))
        {
            sections.insert(name.to_owned(), open(person).await?);
        }
    }
    Ok(sections)
}

pub(super) async fn subject(person: &Person<'_>) -> Result<Value> {
    let subject = person.subject;
    let external_id = person.text("subjects", "external_id", &subject.id, subject.external_id.as_ref())?;
    let email = person.text("subjects", "email", &subject.id, subject.email.as_ref())?;
    Ok(json!({
        "id": subject.id,
        "externalId": external_id,
        "email": email,
        "locale": subject.locale,
        "status": subject.status,
        "registeredAt": subject.created_at,
        "lastVerifiedAt": subject.last_verified_at,
    }))
}

pub(super) async fn profile(person: &Person<'_>) -> Result<Value> {
    let profile = vault::open_profile(person.tx, person.subject).await?;
    let select = profile_versions::Entity::find()
        .filter(profile_versions::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(profile_versions::Column::Version);
    let versions = person.tx.all(select).await?;
    let history = versions.into_iter().map(|row| {
        json!({ "version": row.version, "changedFields": row.changed_fields, "at": row.updated_at, "by": kind(&row.updated_by) })
    });
    let history: Vec<Value> = history.collect();
    Ok(json!({ "attributes": profile.attributes, "updatedAt": profile.updated_at, "history": history }))
}

pub(super) async fn records(person: &Person<'_>) -> Result<Value> {
    let select = records::Entity::find()
        .filter(records::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(records::Column::Id);
    let rows = person.tx.all(select).await?;
    let opened = rows.iter().filter(|row| person.wants(row.purpose_id)).map(|row| {
        let payload: Value = person.key.open_json("records", "payload", &row.id, &row.payload)?;
        Ok(json!({
            "id": row.id,
            "dataType": row.data_type,
            "purpose": person.purpose(row.purpose_id),
            "storedAt": row.created_at,
            "erasedAfter": row.expires_at,
            "payload": payload,
        }))
    });
    opened.collect()
}

/// What they are; each is fetched by itself, at its address below the package's own.
pub(super) async fn files(person: &Person<'_>) -> Result<Value> {
    let select =
        files::Entity::find().filter(files::Column::SubjectId.eq(person.subject.id)).order_by_asc(files::Column::Id);
    let rows = person.tx.all(select).await?;
    let described = rows.iter().filter(|row| person.wants(row.purpose_id)).map(|row| {
        let described = vault::describe(&person.key, row)?;
        Ok(json!({
            "id": row.id,
            "name": described.name,
            "mediaType": described.media_type,
            "sizeBytes": row.size_bytes,
            "sha256": hex::encode(described.sha256),
            "dataType": row.data_type,
            "purpose": person.purpose(row.purpose_id),
            "storedAt": row.created_at,
            "erasedAfter": row.expires_at,
            "path": format!("files/{}", row.id),
        }))
    });
    described.collect()
}

pub(super) async fn tokens(person: &Person<'_>) -> Result<Value> {
    let select =
        tokens::Entity::find().filter(tokens::Column::SubjectId.eq(person.subject.id)).order_by_asc(tokens::Column::Id);
    let rows = person.tx.all(select).await?;
    let opened = rows.iter().map(|row| {
        let value = person.text("tokens", "value", &row.id, Some(&row.value))?;
        Ok(json!({ "purpose": person.purpose(row.purpose_id), "value": value, "storedAt": row.created_at }))
    });
    opened.collect()
}

pub(super) async fn consents(person: &Person<'_>) -> Result<Value> {
    let of_subject = consents::Column::SubjectId.eq(person.subject.id);
    let rows = person.tx.all(consents::Entity::find().filter(of_subject).order_by_asc(consents::Column::Id)).await?;
    let mut history = consent_history(person).await?;
    let shown = rows.into_iter().map(|row| {
        json!({
            "purpose": person.purpose(row.purpose_id),
            "purposeVersion": row.purpose_version,
            "state": row.state,
            "givenAt": row.given_at,
            "withdrawnAt": row.withdrawn_at,
            "expiresAt": row.expires_at,
            "policyVersion": row.policy_version,
            "method": row.method,
            "history": history.remove(&row.id).unwrap_or_default(),
        })
    });
    Ok(shown.collect())
}

async fn consent_history(person: &Person<'_>) -> Result<HashMap<ConsentId, Vec<Value>>> {
    let select = consent_events::Entity::find()
        .filter(consent_events::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(consent_events::Column::Id);
    let mut history: HashMap<ConsentId, Vec<Value>> = HashMap::new();
    for row in person.tx.all(select).await? {
        let reason = row.reason.as_ref();
        let reason = reason.map(|sealed| person.key.open_json::<String>("consent_events", "reason", &row.id, sealed));
        history.entry(row.consent_id).or_default().push(json!({
            "state": row.state,
            "at": row.recorded_at,
            "by": kind(&row.recorded_by),
            "policyVersion": row.policy_version,
            "method": row.method,
            "reason": reason.transpose()?,
        }));
    }
    Ok(history)
}

pub(super) async fn objections(person: &Person<'_>) -> Result<Value> {
    let select = objections::Entity::find()
        .filter(objections::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(objections::Column::ObjectedAt);
    let rows = person.tx.all(select).await?;
    let shown = rows.into_iter().map(|row| {
        json!({ "purpose": person.purpose(row.purpose_id), "objectedAt": row.objected_at, "liftedAt": row.lifted_at })
    });
    Ok(shown.collect())
}

pub(super) async fn restrictions(person: &Person<'_>) -> Result<Value> {
    let select = restrictions::Entity::find()
        .filter(restrictions::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(restrictions::Column::RestrictedAt);
    let rows = person.tx.all(select).await?;
    Ok(rows.into_iter().map(|row| json!({ "restrictedAt": row.restricted_at, "liftedAt": row.lifted_at })).collect())
}

pub(super) async fn reverifications(person: &Person<'_>) -> Result<Value> {
    let select = reverifications::Entity::find()
        .filter(reverifications::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(reverifications::Column::Id);
    let rows = person.tx.all(select).await?;
    let shown = rows.into_iter().map(|row| {
        json!({
            "state": row.state,
            "requestedAt": row.requested_at,
            "sentAt": row.sent_at,
            "answeredAt": row.answered_at,
            "correctedFields": row.corrected_fields,
        })
    });
    Ok(shown.collect())
}

pub(super) async fn requests(person: &Person<'_>) -> Result<Value> {
    let select = subject_requests::Entity::find()
        .filter(subject_requests::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(subject_requests::Column::Id);
    let rows = person.tx.all(select).await?;
    let mut timelines = timelines(person, &rows).await?;
    rows.iter().map(|row| request(person, row, timelines.remove(&row.id).unwrap_or_default())).collect()
}

fn request(person: &Person<'_>, row: &subject_requests::Model, timeline: Vec<Value>) -> Result<Value> {
    let text = |column, sealed: &Option<Sealed>| person.text("subject_requests", column, &row.id, sealed.as_ref());
    let corrections = row
        .corrections
        .as_ref()
        .map(|sealed| person.key.open_json::<Value>("subject_requests", "corrections", &row.id, sealed));
    Ok(json!({
        "id": row.id,
        "type": row.r#type,
        "regime": row.regime,
        "state": row.state,
        "receivedAt": row.received_at,
        "dueOn": row.due_on,
        "extendedTo": row.extended_to,
        "extensionReason": text("extension_reason", &row.extension_reason)?,
        "purpose": row.purpose_id.and_then(|id| person.purpose(id)),
        "corrections": corrections.transpose()?,
        "note": text("note", &row.note)?,
        "identityVerifiedAt": row.identity_verified_at,
        "identityEvidence": text("identity_evidence", &row.identity_evidence)?,
        "rejectionReason": row.rejection_reason,
        "rejectionExplanation": text("rejection_explanation", &row.rejection_explanation)?,
        "closedAt": row.closed_at,
        "timeline": timeline,
    }))
}

async fn timelines(
    person: &Person<'_>,
    requests: &[subject_requests::Model],
) -> Result<HashMap<SubjectRequestId, Vec<Value>>> {
    let select = request_events::Entity::find()
        .filter(request_events::Column::RequestId.is_in(requests.iter().map(|request| request.id)))
        .order_by_asc(request_events::Column::Id);
    let mut timelines: HashMap<SubjectRequestId, Vec<Value>> = HashMap::new();
    for row in person.tx.all(select).await? {
        let note = person.text("request_events", "note", &row.id, row.note.as_ref())?;
        let step = json!({ "at": row.at, "by": kind(&row.by), "what": row.what, "note": note });
        timelines.entry(row.request_id).or_default().push(step);
    }
    Ok(timelines)
}

/// That something is held, and since when; not why: the reason is the tenant's, and often about others (Article 15(4)).
pub(super) async fn legal_holds(person: &Person<'_>) -> Result<Value> {
    let select = legal_holds::Entity::find()
        .filter(legal_holds::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(legal_holds::Column::Id);
    let rows = person.tx.all(select).await?;
    let shown = rows
        .into_iter()
        .map(|row| json!({ "dataType": row.data_type, "placedAt": row.placed_at, "releasedAt": row.released_at }));
    Ok(shown.collect())
}

/// When their data was looked at or changed, and what for; not which member of the staff did it.
pub(super) async fn audit_trail(person: &Person<'_>) -> Result<Value> {
    let select = audit_entries::Entity::find()
        .filter(audit_entries::Column::ResourceId.eq(person.subject.id.to_string()))
        .order_by_asc(audit_entries::Column::Id);
    let rows = person.tx.all(select).await?;
    let shown = rows
        .into_iter()
        .map(|row| json!({ "at": row.at, "action": row.action, "outcome": row.outcome, "by": kind(&row.actor) }));
    Ok(shown.collect())
}

/// `member:…` is shown as `member`: a person's right ends where another's begins (Article 15(4)).
fn kind(actor: &str) -> &str {
    actor.split(':').next().unwrap_or_default()
}
