//! Erasure (Article 17): rows, index entries and the key go; a tombstone without identifiers stays.
//!
//! What stays, and why:
//! - consents and their events: proof that processing was lawful (Articles 5(2), 7(1), 17(3)(e)), without a value that
//!   could be opened once the key is gone;
//! - records and files that a legal obligation or a public task keeps (Article 17(3)(b)) or a hold on their type (17(3)(e)), until their period
//!   ends; the key stays for them alone and goes with the last ([`destroy_idle_keys`]);
//! - everything, while a hold names the subject: then erasure is refused.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    FileId, PurposeId, ReverificationState, SubjectId, SubjectStatus,
    accounts::{account_links, account_sessions, accounts},
    accuracy::reverifications,
    consent::{consent_confirmations, preference_links},
    purposes::purposes,
    requests::export_packages,
    retention::legal_holds,
    vault::{files, profile_versions, profiles, records, subject_keys, subjects, tokens},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, DeleteMany, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query, SelectStatement},
};
use serde::Serialize;

use super::{discard_later, ledger, quota::give_place_back};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    requests::rights::ERASABLE,
    retention::{self, Perishable},
};

/// What an erasure did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Erased {
    /// Rows that went, by table.
    pub erased: BTreeMap<&'static str, u64>,
    pub retained: Vec<Retained>,
    /// Nothing sealed for this subject opens any more, in backups neither.
    pub key_destroyed: bool,
}

/// Records or files that may not go yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retained {
    pub table: &'static str,
    pub data_type: String,
    pub ground: Ground,
    pub count: u64,
}

/// What keeps a record or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ground {
    /// Article 17(3)(b): a legal obligation or a public task.
    LegalObligation,
    /// Article 17(3)(e).
    LegalHold,
}

/// Erases a subject.
///
/// # Errors
/// CONFLICT with `UNDER_LEGAL_HOLD` while a hold names the subject, or `SUBJECT_ERASED` the second time.
pub async fn erase_subject(tx: &TenantTx, subject: &subjects::Model) -> Result<Erased> {
    let subject = lock(tx, subject.id).await?;
    let id = subject.id;
    retention::serialise_with_holds(tx).await?;
    let grounds = Grounds::load(tx, id).await?;
    let mut erased = erase_rows(tx, id, &grounds).await?;
    let retained = retained(tx, id, &grounds).await?;
    let key_destroyed = retained.is_empty();
    if key_destroyed {
        erased.insert("subject_keys", destroy_key(tx, id).await?);
    }
    erased.insert("subjects", bury(tx, subject).await?);
    ledger::enter(tx, id).await?;
    Ok(Erased { erased, retained, key_destroyed })
}

/// Destroys the keys of erased subjects of whom nothing is left to keep: after a sweep. Answers how many.
pub async fn destroy_idle_keys(tx: &TenantTx) -> Result<u64> {
    let mut erased = Query::select();
    erased
        .column(subjects::Column::Id)
        .from(subjects::Entity)
        .and_where(subjects::Column::TenantId.eq(tx.tenant()))
        .and_where(subjects::Column::Status.eq(SubjectStatus::Erased));
    let idle = subject_keys::Entity::delete_many()
        .filter(subject_keys::Column::SubjectId.in_subquery(erased.clone()))
        .filter(subject_keys::Column::SubjectId.not_in_subquery(still_kept::<records::Entity>(tx, &erased)))
        .filter(subject_keys::Column::SubjectId.not_in_subquery(still_kept::<files::Entity>(tx, &erased)));
    tx.delete(idle).await
}

/// Those of the erased subjects of whom the table still holds anything.
fn still_kept<E: Perishable>(tx: &TenantTx, erased: &SelectStatement) -> SelectStatement {
    let mut kept = Query::select();
    kept.column(E::SUBJECT)
        .from(E::default())
        .and_where(E::TENANT.eq(tx.tenant()))
        .and_where(E::SUBJECT.in_subquery(erased.clone()));
    kept
}

/// Nothing is stored, changed or held for this subject until the commit.
async fn lock(tx: &TenantTx, id: SubjectId) -> Result<subjects::Model> {
    let select = subjects::Entity::find().filter(subjects::Column::Id.eq(id)).lock_exclusive();
    let subject = tx.get("subject", select).await?;
    if subject.status == SubjectStatus::Erased {
        return Err(Error::conflict("SUBJECT_ERASED", "this subject was erased"));
    }
    Ok(subject)
}

/// What keeps records and files from going.
struct Grounds {
    /// Data types under a hold that is not about one subject.
    held_types: HashSet<String>,
    obliging_purposes: Vec<PurposeId>,
}

impl Grounds {
    /// # Errors
    /// CONFLICT with `UNDER_LEGAL_HOLD` while a hold names the subject.
    async fn load(tx: &TenantTx, subject: SubjectId) -> Result<Self> {
        use legal_holds::Column;
        let scope = Condition::any().add(Column::SubjectId.eq(subject)).add(Column::SubjectId.is_null());
        let select = legal_holds::Entity::find().filter(Column::ReleasedAt.is_null()).filter(scope);
        let holds = tx.all(select).await?;
        if holds.iter().any(|hold| hold.subject_id.is_some()) {
            let message = "a legal hold keeps this subject's data: release it first";
            return Err(Error::conflict("UNDER_LEGAL_HOLD", message));
        }
        let obliging = purposes::Entity::find()
            .select_only()
            .column(purposes::Column::Id)
            .filter(purposes::Column::LawfulBasis.is_not_in(ERASABLE.iter().copied()));
        let held_types = holds.into_iter().filter_map(|hold| hold.data_type).collect();
        Ok(Self { held_types, obliging_purposes: tx.tuples(obliging).await? })
    }

    /// An obligation keeps a row until its period is over; a hold keeps it until it is released.
    fn keep<E: Perishable>(&self, now: DateTime<Utc>) -> Condition {
        let within_period = Condition::any().add(E::EXPIRES_AT.is_null()).add(E::EXPIRES_AT.gt(now));
        let obliged = E::PURPOSE.is_in(self.obliging_purposes.iter().copied());
        Condition::any().add(E::DATA_TYPE.is_in(&self.held_types)).add(Condition::all().add(obliged).add(within_period))
    }

    fn of(&self, data_type: &str) -> Ground {
        if self.held_types.contains(data_type) { Ground::LegalHold } else { Ground::LegalObligation }
    }
}

/// Deletes what is the subject's, table by table, and answers how many rows of each.
async fn erase_rows(tx: &TenantTx, id: SubjectId, grounds: &Grounds) -> Result<BTreeMap<&'static str, u64>> {
    let records = erasable::<records::Entity>(tx, id, grounds);
    let files = tx.delete_returning(erasable::<files::Entity>(tx, id, grounds)).await?;
    let files: Vec<_> = files.iter().map(|file| file.id).collect();
    let profiles = profiles::Entity::delete_many().filter(profiles::Column::SubjectId.eq(id));
    let versions = profile_versions::Entity::delete_many().filter(profile_versions::Column::SubjectId.eq(id));
    let tokens = tokens::Entity::delete_many().filter(tokens::Column::SubjectId.eq(id));
    let packages = export_packages::Entity::delete_many().filter(export_packages::Column::SubjectId.eq(id));
    let packages = tx.delete_returning(packages).await?;
    let confirmations =
        consent_confirmations::Entity::delete_many().filter(consent_confirmations::Column::SubjectId.eq(id));
    let preferences = preference_links::Entity::delete_many().filter(preference_links::Column::SubjectId.eq(id));
    let links = account_links::Entity::delete_many().filter(account_links::Column::SubjectId.eq(id));
    let sessions = account_sessions::Entity::delete_many().filter(account_sessions::Column::SubjectId.eq(id));
    let account = accounts::Entity::delete_many().filter(accounts::Column::SubjectId.eq(id));
    let erased = BTreeMap::from([
        ("records", tx.delete(records).await?),
        ("files", files.len() as u64),
        ("profiles", tx.delete(profiles).await?),
        ("profile_versions", tx.delete(versions).await?),
        ("tokens", tx.delete(tokens).await?),
        ("export_packages", packages.len() as u64),
        ("consent_confirmations", tx.delete(confirmations).await?),
        ("preference_links", tx.delete(preferences).await?),
        ("account_links", tx.delete(links).await?),
        ("account_sessions", tx.delete(sessions).await?),
        ("accounts", tx.delete(account).await?),
        ("reverifications", close_reverifications(tx, id).await?),
    ]);
    let contents = files.into_iter().chain(packages.iter().map(|package| FileId(package.id.0)));
    discard_later(tx, contents.collect()).await?;
    Ok(erased)
}

fn erasable<E: Perishable>(tx: &TenantTx, id: SubjectId, grounds: &Grounds) -> DeleteMany<E> {
    E::delete_many().filter(E::SUBJECT.eq(id)).filter(grounds.keep::<E>(tx.now()).not())
}

/// Ends what was still open and makes every mailed link useless. The rows stay: they say when accuracy was verified,
/// and hold names of fields alone. A mail that is still queued finds its question closed and is not sent.
async fn close_reverifications(tx: &TenantTx, id: SubjectId) -> Result<u64> {
    use reverifications::Column;
    let mine = || reverifications::Entity::update_many().filter(Column::SubjectId.eq(id));
    let strip = mine().filter(Column::LinkHash.is_not_null()).col_expr(Column::LinkHash, Expr::value(None::<Vec<u8>>));
    tx.update_all(strip).await?;
    let cancel = mine()
        .filter(Column::State.is_in([ReverificationState::Queued, ReverificationState::Sent]))
        .col_expr(Column::State, Expr::value(ReverificationState::Cancelled))
        .col_expr(Column::NextReminderAt, Expr::value(None::<DateTime<Utc>>));
    tx.update_all(cancel).await
}

async fn retained(tx: &TenantTx, id: SubjectId, grounds: &Grounds) -> Result<Vec<Retained>> {
    let mut retained = retained_in::<records::Entity>(tx, id, grounds).await?;
    retained.extend(retained_in::<files::Entity>(tx, id, grounds).await?);
    Ok(retained)
}

async fn retained_in<E: Perishable>(tx: &TenantTx, id: SubjectId, grounds: &Grounds) -> Result<Vec<Retained>> {
    let left = E::find()
        .select_only()
        .column(E::DATA_TYPE)
        .column_as(E::ID.count(), "count")
        .filter(E::SUBJECT.eq(id))
        .group_by(E::DATA_TYPE)
        .order_by_asc(E::DATA_TYPE);
    let left: Vec<(String, i64)> = tx.tuples(left).await?;
    let left = left.into_iter().map(|(data_type, count)| Retained {
        table: E::TABLE,
        ground: grounds.of(&data_type),
        data_type,
        count: count.unsigned_abs(),
    });
    Ok(left.collect())
}

async fn destroy_key(tx: &TenantTx, id: SubjectId) -> Result<u64> {
    tx.delete(subject_keys::Entity::delete_many().filter(subject_keys::Column::SubjectId.eq(id))).await
}

/// Leaves a tombstone that nobody is found by.
async fn bury(tx: &TenantTx, subject: subjects::Model) -> Result<u64> {
    give_place_back(tx, subject.id).await?;
    let mut row = subjects::ActiveModel::from(subject);
    row.status = Set(SubjectStatus::Erased);
    row.external_id = Set(None);
    row.external_id_index = Set(None);
    row.email = Set(None);
    row.email_index = Set(None);
    row.verification_due_at = Set(None);
    row.erased_at = Set(Some(tx.now()));
    tx.update(row).await?;
    Ok(1)
}
