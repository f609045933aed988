//! Importing consents that were kept elsewhere, a batch in one transaction: all of a batch with how far the file is, or
//! nothing of it. What cannot be right is rejected line by line, and the rest goes on.
//!
//! An import tells the past: each line says when the person decided, and lands there. Subscribers and webhooks hear
//! nothing of it; a "no" that ends a consent has the consequences it always has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, SubsecRound as _, Utc};
use recital_entities::{
    ConsentMethod, ConsentState, PurposeId, SubjectId, SubjectStatus,
    consent::{consent_events, consent_imports, consents},
    purposes::{purpose_versions, purposes},
    vault::subjects,
};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::LockType,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    append::{self, Decided},
    consequences, fold, notice,
    record::{check_basis, check_instant, check_policy_version},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    purposes as register,
    retention::period,
    vault::{SubjectRef, find_subjects, normalise_email},
    viewer::{Permission, Viewer},
};

/// One line of a file. The person is named by one of the three.
#[derive(Clone, Default, Deserialize)]
pub struct ImportRow {
    pub subject_id: Option<String>,
    pub external_id: Option<String>,
    pub email: Option<String>,
    pub purpose: Option<String>,
    /// GIVEN, REFUSED or WITHDRAWN.
    pub state: Option<ConsentState>,
    /// In place of `state`: true is GIVEN, false is REFUSED.
    pub given: Option<bool>,
    pub policy_version: Option<String>,
    pub recorded_at: Option<DateTime<Utc>>,
    pub special_category_consent: Option<bool>,
    pub notice_text: Option<String>,
}

/// A line that was not imported, and why. It repeats no value of the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Counted from 1.
    pub line: u64,
    pub field: Option<String>,
    pub reason: String,
    pub message: String,
}

/// The next lines of a file.
pub struct ImportBatch {
    /// SHA-256 of the whole file: its import goes on where it stopped.
    pub file: Vec<u8>,
    /// The last line done before this batch.
    pub after: i64,
    /// The last line of this batch, and the bytes of the file up to its end.
    pub line: i64,
    pub bytes: i64,
    pub rows: Vec<(u64, ImportRow)>,
    /// Lines that could not be read.
    pub unread: Vec<Reject>,
    pub is_last: bool,
}

/// How far a file's import is; None when it was never begun.
pub async fn import_progress(app: &App, viewer: &Viewer, file: &[u8]) -> Result<Option<consent_imports::Model>> {
    let select = consent_imports::Entity::find().filter(consent_imports::Column::FileHash.eq(file));
    app.read(viewer, Permission::ConsentRead, async |tx| tx.one(select).await).await
}

/// Imports one batch and answers how far the file is with it. `keep` is given the rejects before the commit: where it
/// fails, the batch is not imported.
///
/// # Errors
/// CONFLICT with `IMPORT_ELSEWHERE` when another process is importing the same file; whatever `keep` answers.
pub async fn import_batch(
    app: &App,
    viewer: &Viewer,
    batch: ImportBatch,
    keep: impl FnOnce(&[Reject]) -> Result<()>,
) -> Result<consent_imports::Model> {
    app.write(viewer, Permission::ConsentRecord, async |tx| {
        let progress = begun(tx, &batch).await?;
        let mut rejects = batch.unread;
        let accepted = import_rows(tx, batch.rows, &mut rejects).await?;
        rejects.sort_by_key(|reject| reject.line);
        let rejected = rejects.len();
        let done = consent_imports::Model {
            bytes: batch.bytes,
            line: batch.line,
            accepted: progress.accepted + count(accepted),
            rejected: progress.rejected + count(rejected),
            updated_at: tx.now(),
            finished_at: batch.is_last.then_some(tx.now()),
            ..progress
        };
        let done = tx.update(done.into_active_model().reset_all()).await?;
        keep(&rejects)?;
        let file = hex::encode(&done.file_hash);
        Ok(Event::ConsentsImported { id: tx.tenant(), file, line: done.line, accepted, rejected }.with(done))
    })
    .await
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The file's progress, held until the commit.
async fn begun(tx: &TenantTx, batch: &ImportBatch) -> Result<consent_imports::Model> {
    let first = consent_imports::Model {
        tenant_id: tx.tenant(),
        file_hash: batch.file.clone(),
        bytes: 0,
        line: 0,
        accepted: 0,
        rejected: 0,
        started_at: tx.now(),
        updated_at: tx.now(),
        finished_at: None,
    };
    tx.insert_new(first.into_active_model()).await?;
    let select = consent_imports::Entity::find()
        .filter(consent_imports::Column::FileHash.eq(batch.file.clone()))
        .lock_exclusive();
    let progress = tx.get("import", select).await?;
    if progress.line != batch.after || progress.finished_at.is_some() {
        return Err(Error::conflict("IMPORT_ELSEWHERE", "another process is importing this file"));
    }
    Ok(progress)
}

/// A line whose every part is sound by itself.
struct Sound {
    line: u64,
    subject: SubjectRef,
    purpose: String,
    state: ConsentState,
    policy_version: String,
    recorded_at: DateTime<Utc>,
    special_category_consent: Option<bool>,
    notice_text: Option<String>,
}

impl Sound {
    fn check(line: u64, row: ImportRow, now: DateTime<Utc>) -> Result<Self> {
        let required = |field: &'static str| move || Error::invalid(field, "REQUIRED", "is missing");
        let policy_version = row.policy_version.ok_or_else(required("policy_version"))?;
        check_policy_version("policy_version", &policy_version)?;
        let recorded_at = row.recorded_at.ok_or_else(required("recorded_at"))?.trunc_subsecs(6);
        check_instant("recorded_at", recorded_at, now)?;
        Ok(Self {
            line,
            subject: subject(row.subject_id, row.external_id, row.email)?,
            purpose: row.purpose.ok_or_else(required("purpose"))?,
            state: state(row.state, row.given)?,
            policy_version: policy_version.trim().to_owned(),
            recorded_at,
            special_category_consent: row.special_category_consent,
            notice_text: row.notice_text,
        })
    }
}

fn subject(id: Option<String>, external_id: Option<String>, email: Option<String>) -> Result<SubjectRef> {
    match (id, external_id, email) {
        (Some(id), _, _) => parse_id(&id).map(SubjectRef::Id).ok_or_else(|| Error::not_found("subject")),
        (None, Some(external_id), _) => Ok(SubjectRef::ExternalId(external_id)),
        (None, None, Some(email)) => normalise_email(&email).map(|_| SubjectRef::Email(email)),
        (None, None, None) => {
            Err(Error::invalid("subject_id", "REQUIRED", "name the person by subject_id, external_id or email"))
        }
    }
}

/// The id as the API and the export write it.
fn parse_id(id: &str) -> Option<SubjectId> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    text.strip_prefix("Subject:")?.parse::<Uuid>().ok().map(SubjectId)
}

fn state(state: Option<ConsentState>, given: Option<bool>) -> Result<ConsentState> {
    use ConsentState::{Given, Refused, Withdrawn};
    match (state, given) {
        (Some(state @ (Given | Refused | Withdrawn)), _) => Ok(state),
        (Some(_), _) => Err(Error::invalid(
            "state",
            "STATE_NOT_IMPORTED",
            "must be GIVEN, REFUSED or WITHDRAWN: no other is an act",
        )),
        (None, Some(given)) => Ok(if given { Given } else { Refused }),
        (None, None) => Err(Error::invalid("state", "REQUIRED", "say state or given")),
    }
}

/// Answers how many lines were accepted.
async fn import_rows(tx: &TenantTx, rows: Vec<(u64, ImportRow)>, rejects: &mut Vec<Reject>) -> Result<usize> {
    let mut sound = Vec::with_capacity(rows.len());
    for (line, row) in rows {
        match Sound::check(line, row, tx.now()) {
            Ok(row) => sound.push(row),
            Err(error) => rejects.push(reject(line, &error)),
        }
    }
    let mut known = Known::of(tx, &sound).await?;
    let mut added = Vec::with_capacity(sound.len());
    let mut notices = BTreeSet::new();
    let mut accepted = 0;
    for (index, row) in sound.iter().enumerate() {
        match known.take(tx, index, row) {
            Ok(event) => {
                accepted += 1;
                added.extend(event);
                notices.extend(row.notice_text.as_deref());
            }
            Err(error) => rejects.push(reject(row.line, &error)),
        }
    }
    for text in notices {
        notice::keep(tx, text).await?;
    }
    tx.insert_all(added.into_iter().map(consent_events::Model::into_active_model).collect()).await?;
    known.settle(tx).await?;
    Ok(accepted)
}

fn reject(line: u64, error: &Error) -> Reject {
    Reject {
        line,
        field: error.field().map(str::to_owned),
        reason: error.reason().to_owned(),
        message: error.message().to_owned(),
    }
}

/// One person's consent for one purpose.
#[derive(Default)]
struct Course {
    before: Option<consents::Model>,
    /// Newest first.
    events: Vec<consent_events::Model>,
    moved: bool,
}

/// What the batch is about, as it stands: read in as many statements however long the batch is.
struct Known {
    /// In the order of the lines.
    subjects: Vec<Option<subjects::Model>>,
    purposes: HashMap<String, purposes::Model>,
    /// Oldest first.
    versions: HashMap<PurposeId, Vec<purpose_versions::Model>>,
    courses: BTreeMap<(SubjectId, PurposeId), Course>,
}

impl Known {
    async fn of(tx: &TenantTx, rows: &[Sound]) -> Result<Self> {
        let references: Vec<_> = rows.iter().map(|row| row.subject.clone()).collect();
        let subjects = find_subjects(tx, &references).await?;
        let ids: BTreeSet<SubjectId> = subjects.iter().flatten().map(|subject| subject.id).collect();
        hold(tx, &ids).await?;
        let keys: BTreeSet<&str> = rows.iter().map(|row| row.purpose.as_str()).collect();
        let purposes = register::by_keys(tx, keys).await?;
        let of_purposes = || purposes.values().map(|purpose| purpose.id);
        let versions = purpose_versions::Entity::find()
            .filter(purpose_versions::Column::PurposeId.is_in(of_purposes()))
            .order_by_asc(purpose_versions::Column::Version);
        let mut courses = BTreeMap::<_, Course>::new();
        let events = consent_events::Entity::find()
            .filter(consent_events::Column::SubjectId.is_in(ids.iter().copied()))
            .filter(consent_events::Column::PurposeId.is_in(of_purposes()))
            .order_by_desc(consent_events::Column::RecordedAt)
            .order_by_desc(consent_events::Column::Id);
        for event in tx.all(events).await? {
            courses.entry((event.subject_id, event.purpose_id)).or_default().events.push(event);
        }
        let consents = consents::Entity::find()
            .filter(consents::Column::SubjectId.is_in(ids.iter().copied()))
            .filter(consents::Column::PurposeId.is_in(of_purposes()));
        for consent in tx.all(consents).await? {
            let key = (consent.subject_id, consent.purpose_id);
            courses.entry(key).or_default().before = Some(consent);
        }
        let mut by_purpose = HashMap::<_, Vec<_>>::new();
        for version in tx.all(versions).await? {
            by_purpose.entry(version.purpose_id).or_default().push(version);
        }
        Ok(Self { subjects, purposes, versions: by_purpose, courses })
    }

    /// Puts a line in its place. None when it is there already: the same file, or another copy of it, came before.
    fn take(&mut self, tx: &TenantTx, index: usize, row: &Sound) -> Result<Option<consent_events::Model>> {
        let subject = self.subjects.get(index).and_then(Option::as_ref).ok_or_else(|| Error::not_found("subject"))?;
        if subject.status == SubjectStatus::Erased {
            return Err(Error::conflict("SUBJECT_ERASED", "this subject was erased"));
        }
        let purpose = self.purposes.get(&row.purpose);
        let purpose = purpose.ok_or_else(|| Error::not_found("purpose").within("purpose"))?;
        let given = row.state == ConsentState::Given;
        check_basis(purpose, given, row.special_category_consent)?;
        let course = self.courses.entry((subject.id, purpose.id)).or_default();
        let is_there = |event: &consent_events::Model| {
            (event.recorded_at, event.state, &event.policy_version) == (row.recorded_at, row.state, &row.policy_version)
        };
        if course.events.iter().any(is_there) {
            return Ok(None);
        }
        let consent = course.events.first().map_or_else(|| tx.new_id(), |event| event.consent_id);
        let decided = row.decided(tx, purpose, self.versions.get(&purpose.id));
        let event = append::row(tx, consent, subject.id, purpose.id, decided);
        let key = |event: &consent_events::Model| (event.recorded_at, event.id);
        let place = course.events.partition_point(|newer| key(newer) > key(&event));
        course.events.insert(place, event.clone());
        course.moved = true;
        Ok(Some(event))
    }

    /// Derives where each consent stands now, and does what follows from it.
    async fn settle(self, tx: &TenantTx) -> Result<()> {
        let purposes: HashMap<_, _> = self.purposes.into_values().map(|purpose| (purpose.id, purpose)).collect();
        let mut rows = Vec::new();
        for ((subject, purpose), course) in self.courses.into_iter().filter(|(_, course)| course.moved) {
            let Some(mut consent) = fold::fold(&course.events) else { continue };
            let was = course.before.as_ref().map(|before| before.state);
            consent.expiry_warned_for = course.before.and_then(|before| before.expiry_warned_for);
            let ends = was != Some(consent.state) && consent.state != ConsentState::Given;
            if let Some(purpose) = purposes.get(&purpose).filter(|_| ends && was.is_some()) {
                consequences::follow(tx, subject, purpose).await?;
            }
            rows.push(consents::ActiveModel::from(consent));
        }
        tx.put_all(rows).await
    }
}

impl Sound {
    fn decided(
        &self,
        tx: &TenantTx,
        purpose: &purposes::Model,
        versions: Option<&Vec<purpose_versions::Model>>,
    ) -> Decided {
        let valid_for = purpose.consent_valid_for.filter(|_| self.state == ConsentState::Given);
        // Who agreed before the purpose was written down here agreed to its first version.
        let version = versions.into_iter().flatten().rfind(|version| version.effective_from <= self.recorded_at);
        Decided {
            id: tx.new_id(),
            state: self.state,
            purpose_version: version.map_or(1, |version| version.version),
            policy_version: self.policy_version.clone(),
            method: ConsentMethod::Import,
            special_category_consent: self.special_category_consent,
            expires_at: valid_for.and_then(|valid_for| period::end(valid_for, self.recorded_at)),
            notice_hash: self.notice_text.as_deref().map(notice::hash),
            reason: None,
            recorded_at: self.recorded_at,
            repeats: false,
        }
    }
}

/// Their consents change one at a time, in one order everywhere.
async fn hold(tx: &TenantTx, subjects: &BTreeSet<SubjectId>) -> Result<()> {
    let hold = subjects::Entity::find()
        .select_only()
        .column(subjects::Column::Id)
        .filter(subjects::Column::Id.is_in(subjects.iter().copied()))
        .order_by_asc(subjects::Column::Id)
        .lock(LockType::NoKeyUpdate);
    tx.tuples::<_, SubjectId>(hold).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> ImportRow {
        ImportRow {
            external_id: Some("17".to_owned()),
            purpose: Some("news".to_owned()),
            given: Some(true),
            policy_version: Some("1".to_owned()),
            recorded_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            ..ImportRow::default()
        }
    }

    #[test]
    fn a_line_that_cannot_be_right_says_where() {
        let now: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
        for (row, field, reason) in [
            (ImportRow { external_id: None, ..sound() }, Some("subject_id"), "REQUIRED"),
            (ImportRow { subject_id: Some("7".into()), ..sound() }, None, "NOT_FOUND"),
            (ImportRow { external_id: None, email: Some("ada".into()), ..sound() }, Some("email"), "INVALID_EMAIL"),
            (ImportRow { purpose: None, ..sound() }, Some("purpose"), "REQUIRED"),
            (ImportRow { given: None, ..sound() }, Some("state"), "REQUIRED"),
            (ImportRow { state: Some(ConsentState::Expired), ..sound() }, Some("state"), "STATE_NOT_IMPORTED"),
            (ImportRow { policy_version: Some(" ".into()), ..sound() }, Some("policy_version"), "REQUIRED"),
            (ImportRow { recorded_at: None, ..sound() }, Some("recorded_at"), "REQUIRED"),
            (
                ImportRow { recorded_at: Some("2026-03-02T00:00:00Z".parse().unwrap()), ..sound() },
                Some("recorded_at"),
                "IN_THE_FUTURE",
            ),
        ] {
            let refusal = Sound::check(1, row, now).err().unwrap();
            assert_eq!((refusal.field(), refusal.reason()), (field, reason));
        }
        assert!(Sound::check(1, sound(), now).is_ok_and(|row| row.state == ConsentState::Given));
        let withdrawn = ImportRow { state: Some(ConsentState::Withdrawn), ..sound() };
        assert!(Sound::check(1, withdrawn, now).is_ok_and(|row| row.state == ConsentState::Withdrawn));
    }
}
