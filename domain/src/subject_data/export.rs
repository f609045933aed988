//! What each table shows of one subject, opened.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    FileId, LawfulBasis, PurposeId, Sealed, SubjectId, SubjectRequestId, SubjectStatus,
    accounts::{account_sessions, accounts},
    accuracy::reverifications,
    consent::{consent_events, consents, objections},
    evidence::audit_entries,
    purposes::purposes,
    requests::{request_events, subject_requests},
    retention::legal_holds,
    vault::{files, profile_versions, records, restrictions, subjects, tokens},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _, Select};
use serde_json::{Value, json};

use super::{
    Export, PARTS,
    path::path_of_file,
    slice::{Batch, Slice},
};
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

/// Somebody whose data is being opened, as of an instant.
pub struct Person<'a> {
    pub(super) tx: &'a TenantTx,
    pub(super) subject: subjects::Model,
    key: SubjectKey,
    purposes: HashMap<PurposeId, purposes::Model>,
    scope: Scope,
    /// What is stored later is left out where there may be any number of it, so that reading it in turns comes to an end.
    pub(super) until: DateTime<Utc>,
}

impl<'a> Person<'a> {
    /// # Errors
    /// CONFLICT with `SUBJECT_ERASED`.
    pub async fn of(tx: &'a TenantTx, subject: SubjectId, scope: Scope, until: DateTime<Utc>) -> Result<Self> {
        let key = SubjectKey::of(tx, subject).await?;
        let subject = tx.get("subject", subjects::Entity::find().filter(subjects::Column::Id.eq(subject))).await?;
        if subject.status == SubjectStatus::Erased {
            return Err(Error::conflict("SUBJECT_ERASED", "this subject was erased"));
        }
        let all = tx.all(purposes::Entity::find()).await?;
        let purposes = all.into_iter().map(|purpose| (purpose.id, purpose)).collect();
        Ok(Self { tx, subject, key, purposes, scope, until })
    }

    fn purpose(&self, id: PurposeId) -> Option<&str> {
        self.purposes.get(&id).map(|purpose| purpose.key.as_str())
    }

    /// The purposes that the person's data is wanted of.
    fn wanted(&self) -> impl Iterator<Item = PurposeId> {
        self.purposes.values().filter(|purpose| self.scope.covers(purpose)).map(|purpose| purpose.id)
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

/// The sections of a package, in its order.
pub fn sections(scope: Scope) -> impl Iterator<Item = (&'static str, &'static Export)> {
    let named = PARTS.iter().filter_map(|part| match &part.export {
        export @ (Export::Whole(name, _) | Export::Rows(name, _)) => Some((*name, export)),
        Export::Within(_) | Export::No(_) => None,
    });
    named.filter(move |(name, _)| scope == Scope::Everything || PROVIDED.contains(name))
}

pub(super) async fn subject(person: &Person<'_>) -> Result<Value> {
    let subject = &person.subject;
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
    let profile = vault::open_profile(person.tx, &person.subject).await?;
    Ok(json!({ "attributes": profile.attributes, "updatedAt": profile.updated_at }))
}

pub(super) async fn profile_history(person: &Person<'_>) -> Result<Value> {
    let select = profile_versions::Entity::find()
        .filter(profile_versions::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(profile_versions::Column::Version);
    let shown = person.tx.all(select).await?.into_iter().map(|row| {
        json!({ "version": row.version, "changedFields": row.changed_fields, "at": row.updated_at, "by": kind(&row.updated_by) })
    });
    Ok(shown.collect())
}

pub(super) async fn records(person: &Person<'_>, slice: Slice) -> Result<Batch> {
    use records::Column;
    let select = records::Entity::find()
        .filter(Column::SubjectId.eq(person.subject.id))
        .filter(Column::PurposeId.is_in(person.wanted()))
        .filter(Column::CreatedAt.lte(person.until))
        .apply_if(slice.data_type.as_ref(), |select, data_type| select.filter(Column::DataType.eq(data_type)));
    let (ids, last) = slice.within_bytes(person.tx, select, Column::Id, Column::Payload).await?;
    let rows = slice.sorted(records::Entity::find().filter(Column::Id.is_in(ids)), Column::Id);
    let opened = person.tx.all(rows).await?.into_iter().map(|row| {
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
    Ok(Batch { rows: opened.collect::<Result<_>>()?, last })
}

/// What they are, and where in the package each stands.
pub(super) async fn files(person: &Person<'_>, slice: Slice) -> Result<Batch> {
    use files::Column;
    let rows = slice.rows(person.tx, of_person(person), Column::Id).await?;
    slice.batch(
        &rows,
        |row| row.id.0,
        |row| {
            let described = vault::describe(&person.key, row)?;
            Ok(json!({
                "id": row.id,
                "name": described.name,
                "mediaType": described.media_type,
                "sizeBytes": row.size_bytes,
                "sha256": hex::encode(&described.sha256),
                "dataType": row.data_type,
                "purpose": person.purpose(row.purpose_id),
                "storedAt": row.created_at,
                "erasedAfter": row.expires_at,
                "path": path_of_file(row.id, described.name.as_deref()),
            }))
        },
    )
}

fn of_person(person: &Person<'_>) -> Select<files::Entity> {
    files::Entity::find()
        .filter(files::Column::SubjectId.eq(person.subject.id))
        .filter(files::Column::PurposeId.is_in(person.wanted()))
        .filter(files::Column::CreatedAt.lte(person.until))
}

/// A file with its content, which is read without a transaction. No `Debug`: it holds personal values.
pub struct OpenFile {
    pub id: FileId,
    /// Where it stands in a package.
    pub path: String,
    pub size_bytes: u64,
    pub stored_at: DateTime<Utc>,
    pub content: vault::ClearContent,
}

/// The person's file that was stored next after `after`.
pub async fn next_file(person: &Person<'_>, after: Option<FileId>) -> Result<Option<OpenFile>> {
    let slice = Slice { after: after.map(|id| id.0), limit: 1, ..Slice::default() };
    let Some(row) = slice.rows(person.tx, of_person(person), files::Column::Id).await?.pop() else { return Ok(None) };
    Ok(Some(OpenFile {
        id: row.id,
        path: path_of_file(row.id, vault::describe(&person.key, &row)?.name.as_deref()),
        size_bytes: u64::try_from(row.size_bytes).map_err(Error::internal)?,
        stored_at: row.created_at,
        content: vault::content_of_file(person.tx, &person.key, &row)?,
    }))
}

pub(super) async fn tokens(person: &Person<'_>, slice: Slice) -> Result<Batch> {
    use tokens::Column;
    let select = tokens::Entity::find()
        .filter(Column::SubjectId.eq(person.subject.id))
        .filter(Column::CreatedAt.lte(person.until));
    let rows = slice.rows(person.tx, select, Column::Id).await?;
    slice.batch(
        &rows,
        |row| row.id.0,
        |row| {
            let value = person.text("tokens", "value", &row.id, Some(&row.value))?;
            Ok(json!({ "purpose": person.purpose(row.purpose_id), "value": value, "storedAt": row.created_at }))
        },
    )
}

pub(super) async fn consents(person: &Person<'_>) -> Result<Value> {
    let of_subject = consents::Column::SubjectId.eq(person.subject.id);
    let rows = person.tx.all(consents::Entity::find().filter(of_subject).order_by_asc(consents::Column::Id)).await?;
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
        })
    });
    Ok(shown.collect())
}

pub(super) async fn consent_history(person: &Person<'_>, slice: Slice) -> Result<Batch> {
    use consent_events::Column;
    let select = consent_events::Entity::find()
        .filter(Column::SubjectId.eq(person.subject.id))
        .filter(Column::AppendedAt.lte(person.until));
    let rows = slice.rows(person.tx, select, Column::Id).await?;
    slice.batch(
        &rows,
        |row| row.id.0,
        |row| {
            let reason = row.reason.as_ref();
            let reason =
                reason.map(|sealed| person.key.open_json::<String>("consent_events", "reason", &row.id, sealed));
            Ok(json!({
                "purpose": person.purpose(row.purpose_id),
                "state": row.state,
                "at": row.recorded_at,
                "by": kind(&row.recorded_by),
                "policyVersion": row.policy_version,
                "method": row.method,
                "reason": reason.transpose()?,
            }))
        },
    )
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

pub(super) async fn account(person: &Person<'_>) -> Result<Value> {
    let account = accounts::Entity::find().filter(accounts::Column::SubjectId.eq(person.subject.id));
    let rows = person.tx.all(account).await?.into_iter();
    Ok(rows.map(|row| json!({ "createdAt": row.created_at, "passwordChangedAt": row.password_changed_at })).collect())
}

pub(super) async fn sign_ins(person: &Person<'_>) -> Result<Value> {
    let select = account_sessions::Entity::find()
        .filter(account_sessions::Column::SubjectId.eq(person.subject.id))
        .order_by_asc(account_sessions::Column::Id);
    let rows = person.tx.all(select).await?.into_iter();
    let shown = rows.map(|row| {
        json!({ "signedInAt": row.created_at, "method": row.method, "agent": row.agent, "lastSeenAt": row.seen_at })
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
pub(super) async fn audit_trail(person: &Person<'_>, slice: Slice) -> Result<Batch> {
    use audit_entries::Column;
    let select = audit_entries::Entity::find()
        .filter(Column::ResourceId.eq(person.subject.id.to_string()))
        .filter(Column::At.lte(person.until));
    let rows = slice.rows(person.tx, select, Column::Id).await?;
    slice.batch(
        &rows,
        |row| row.id.0,
        |row| Ok(json!({ "at": row.at, "action": row.action, "outcome": row.outcome, "by": kind(&row.actor) })),
    )
}

/// `member:…` is shown as `member`: a person's right ends where another's begins (Article 15(4)).
fn kind(actor: &str) -> &str {
    actor.split(':').next().unwrap_or_default()
}
