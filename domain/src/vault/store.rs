//! Storing records: for a purpose that may have them, no more of them than it may, and no longer.
//!
//! All or nothing for one call, in as many statements for a thousand records as for one. A record whose period is over
//! already is accepted and due at once: old data that is brought in goes with the next sweep, which says so.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use recital_entities::{
    RecordId, SubjectId,
    purposes::purposes,
    vault::{records, subjects},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    SubjectKey, SubjectRef,
    allowed::require,
    attributes::{check_fields, check_size, object, size_of},
    find_subjects,
    minimise::{Allowlist, RemovedFields, minimise},
    normalise_email,
};
use crate::{
    app::App,
    consent,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes as register,
    retention::Expiries,
    viewer::{Permission, Viewer},
};

/// Records to store. No `Debug`: they hold personal values.
#[derive(Clone, Serialize)]
pub struct StoreRecords {
    pub records: Vec<NewRecord>,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Clone, Serialize)]
pub struct NewRecord {
    pub subject: SubjectRef,
    pub data_type: String,
    /// The purpose's key.
    pub purpose: String,
    /// A JSON object.
    pub payload: Value,
    /// When the data was collected, which its period counts from; now when it is not given.
    pub created_at: Option<DateTime<Utc>>,
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub id: RecordId,
    /// None for one that goes with the account, or never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Dotted paths of what the purpose may not collect.
    pub removed_fields: RemovedFields,
}

pub const MOST_RECORDS: usize = 1000;
pub const LARGEST_PAYLOAD: usize = 256 * 1024;
pub const LARGEST_CALL: usize = 4 * 1024 * 1024;

/// A client's clock may run ahead by this much; what it says is taken as now.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// 1900-01-01: whatever is older is a mistake.
const EARLIEST: DateTime<Utc> = match DateTime::from_timestamp_secs(-2_208_988_800) {
    Some(earliest) => earliest,
    None => DateTime::UNIX_EPOCH,
};

/// Stores records, minimised and sealed, each stamped with its end. Answers stand in the order of the input.
///
/// # Errors
/// Each names the record (`records.3.dataType`): `BAD_USER_INPUT` with `DATA_TYPE_NOT_COLLECTED` and for what breaks a
/// limit; `NOT_FOUND` for an unknown subject or purpose; FORBIDDEN with the decision's reason where processing is not
/// allowed. CONFLICT with `IDEMPOTENCY_KEY_REUSED`.
pub async fn store_records(app: &App, viewer: &Viewer, input: StoreRecords) -> Result<Vec<Stored>> {
    app.write(viewer, Permission::VaultStore, async |tx| {
        let key = input.idempotency_key.as_deref();
        tx.idempotent("storeRecords", key, &input, async || add_records(tx, &input.records).await).await
    })
    .await
}

async fn add_records(tx: &TenantTx, records: &[NewRecord]) -> Result<Audited<Vec<Stored>>> {
    let payloads = check(records, tx.now())?;
    let asked = Asked::load(tx, records).await?;
    asked.decide(tx).await?;
    let expiries = Expiries::load(tx).await?;
    let keys = SubjectKey::of_all(tx, asked.subjects.iter().map(|subject| subject.id)).await?;
    let (mut rows, mut stored, mut removed) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (index, (record, payload)) in records.iter().zip(payloads).enumerate() {
        let (subject, purpose) = (&asked.subjects[index], &asked.purposes[index]);
        let key = keys.get(&subject.id).ok_or_else(|| Error::internal("a subject without a key"))?;
        let minimised = minimise(payload, &Allowlist::of(purpose));
        let created_at = created_at(record, tx.now());
        let expires_at = expiries.at(&record.data_type, purpose.retention, created_at);
        let id: RecordId = tx.new_id();
        let row = records::Model {
            tenant_id: tx.tenant(),
            id,
            subject_id: subject.id,
            purpose_id: purpose.id,
            data_type: record.data_type.clone(),
            payload: key.seal_json("records", "payload", &id, &minimised.kept)?,
            created_at,
            expires_at,
        };
        rows.push(row.into_active_model());
        removed.extend(minimised.removed.iter().cloned());
        stored.push(Stored { id, expires_at, removed_fields: minimised.removed.into_iter().collect() });
    }
    tx.insert_all(rows).await?;
    Ok(summary(tx, records, removed.into_iter().collect()).with(stored))
}

fn summary(tx: &TenantTx, records: &[NewRecord], removed: RemovedFields) -> Event {
    let distinct = |words: BTreeSet<&String>| words.into_iter().cloned().collect();
    Event::RecordsStored {
        id: tx.tenant(),
        count: records.len(),
        data_types: distinct(records.iter().map(|record| &record.data_type).collect()),
        purposes: distinct(records.iter().map(|record| &record.purpose).collect()),
        removed_fields: removed.names,
        removed_field_count: removed.count,
    }
}

/// Checks what needs no database, and answers the payloads.
fn check(records: &[NewRecord], now: DateTime<Utc>) -> Result<Vec<Map<String, Value>>> {
    if records.is_empty() || records.len() > MOST_RECORDS {
        let message = format!("1 to {MOST_RECORDS} records a call, these are {}", records.len());
        return Err(Error::invalid("records", "RECORD_COUNT", message));
    }
    let payloads = each(records, |record| check_record(record, now))?;
    let sizes = payloads.iter().map(size_of).collect::<Result<Vec<_>>>()?;
    let size: usize = sizes.into_iter().sum();
    if size > LARGEST_CALL {
        let message = format!("at most {LARGEST_CALL} bytes of payload a call, these are {size}");
        return Err(Error::invalid("records", "TOO_LARGE", message));
    }
    Ok(payloads)
}

/// Does it for each, putting `records.<index>` before the field of a refusal.
fn each<'a, T>(records: &'a [NewRecord], f: impl Fn(&'a NewRecord) -> Result<T>) -> Result<Vec<T>> {
    let answer = |(index, record)| f(record).map_err(|error: Error| error.within(&format!("records.{index}")));
    records.iter().enumerate().map(answer).collect()
}

fn check_record(record: &NewRecord, now: DateTime<Utc>) -> Result<Map<String, Value>> {
    if let SubjectRef::Email(email) = &record.subject {
        normalise_email(email).map_err(|error| error.within("subject"))?;
    }
    check_created_at(record.created_at, now)?;
    let payload = object("payload", record.payload.clone())?;
    check_fields("payload", &payload)?;
    check_size("payload", &payload, LARGEST_PAYLOAD)?;
    Ok(payload)
}

fn check_created_at(created_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<()> {
    match created_at {
        Some(at) if at > now + CLOCK_SKEW => {
            Err(Error::invalid("createdAt", "IN_THE_FUTURE", "data cannot be stored before it is collected"))
        }
        Some(at) if at < EARLIEST => Err(Error::invalid("createdAt", "OUT_OF_RANGE", "not before 1900")),
        _ => Ok(()),
    }
}

fn created_at(record: &NewRecord, now: DateTime<Utc>) -> DateTime<Utc> {
    record.created_at.map_or(now, |at| at.min(now).trunc_subsecs(6))
}

/// The subject and the purpose of each record, in the order of the input.
struct Asked {
    subjects: Vec<subjects::Model>,
    purposes: Vec<purposes::Model>,
}

impl Asked {
    /// # Errors
    /// `NOT_FOUND`; `BAD_USER_INPUT` with `DATA_TYPE_NOT_COLLECTED`.
    async fn load(tx: &TenantTx, records: &[NewRecord]) -> Result<Self> {
        let by_key = register::by_keys(tx, records.iter().map(|record| record.purpose.as_str())).await?;
        let purposes = each(records, |record| {
            let purpose = by_key.get(&record.purpose).ok_or_else(|| Error::not_found("purpose").on_field("purpose"))?;
            check_data_type(purpose, &record.data_type)?;
            Ok(purpose.clone())
        })?;
        let references: Vec<SubjectRef> = records.iter().map(|record| record.subject.clone()).collect();
        let found = find_subjects(tx, &references).await?;
        let locked = lock(tx, found.iter().flatten().map(|subject| subject.id)).await?;
        let now = |found: Option<subjects::Model>| locked.get(&found?.id).cloned();
        let subjects = found.into_iter().enumerate().map(|(index, found)| {
            let missing = || Error::not_found("subject").on_field(format!("records.{index}.subject"));
            now(found).ok_or_else(missing)
        });
        Ok(Self { subjects: subjects.collect::<Result<_>>()?, purposes })
    }

    /// # Errors
    /// FORBIDDEN with the reason of the first decision that is a no.
    async fn decide(&self, tx: &TenantTx) -> Result<()> {
        let pairs: Vec<_> = self.subjects.iter().zip(&self.purposes).collect();
        for (index, decision) in consent::decide_all(tx, &pairs).await?.into_iter().enumerate() {
            require(&decision).map_err(|refusal| refusal.on_field(format!("records.{index}.purpose")))?;
        }
        Ok(())
    }
}

pub(super) fn check_data_type(purpose: &purposes::Model, data_type: &str) -> Result<()> {
    if purpose.data_collected.0.iter().any(|collected| collected == data_type) {
        return Ok(());
    }
    let message = format!(
        "the purpose {} does not collect this data type; it collects {}",
        purpose.key,
        purpose.data_collected.0.join(", ")
    );
    Err(Error::invalid("dataType", "DATA_TYPE_NOT_COLLECTED", message))
}

/// The subjects as they are now, held until the commit: nothing is stored for one who is being erased.
async fn lock(tx: &TenantTx, ids: impl IntoIterator<Item = SubjectId>) -> Result<HashMap<SubjectId, subjects::Model>> {
    let select = subjects::Entity::find().filter(subjects::Column::Id.is_in(ids));
    let select = select.order_by_asc(subjects::Column::Id).lock_shared();
    Ok(tx.all(select).await?.into_iter().map(|subject| (subject.id, subject)).collect())
}
