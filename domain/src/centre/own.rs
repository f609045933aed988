//! What is held about a person, on their own page (Article 15(1)): everything by kind and purpose, on which ground, until
//! when, and who receives it.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    PurposeId, SubjectId, SubjectStatus,
    consent::objections,
    purposes::purposes,
    vault::{files, records, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde_json::{Map, Value};

use crate::{
    accuracy,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    purposes as register,
    retention::Perishable,
    vault::{self, SubjectRef},
    viewer::{Permission, Viewer},
};

/// All that is held, at a glance. No `Debug`: attributes are personal.
pub struct OwnData {
    pub subject: subjects::Model,
    /// Of the profile.
    pub version: i32,
    pub attributes: Map<String, Value>,
    /// By data type, then purpose.
    pub held: Vec<Held>,
    /// Purposes that the person has objected to.
    pub objected: HashSet<PurposeId>,
    /// The question whether the data is right waits for an answer.
    pub is_asked: bool,
}

/// Records and files of one data type, held for one purpose.
pub struct Held {
    pub data_type: String,
    pub purpose: purposes::Model,
    pub count: i64,
    /// When the last of them goes; None where no day is set.
    pub until: Option<DateTime<Utc>>,
}

/// Opens it for the person. Each look is on record, like every opening of personal data.
///
/// # Errors
/// CONFLICT with `SUBJECT_ERASED`.
pub async fn own_data(app: &App, viewer: &Viewer) -> Result<OwnData> {
    let id = viewer.subject()?;
    app.write(viewer, Permission::RequestOwn, async |tx| {
        let subject = living(tx, viewer).await?;
        let profile = vault::open_profile(tx, &subject).await?;
        let (version, attributes) = (profile.version, profile.attributes);
        let is_asked = accuracy::is_asked(tx, id).await?;
        let (held, objected) = (held(tx, &subject).await?, objected(tx, &subject).await?);
        Ok(Event::OwnDataShown { id }.with(OwnData { subject, version, attributes, held, objected, is_asked }))
    })
    .await
}

/// The person who is signed in.
///
/// # Errors
/// CONFLICT with `SUBJECT_ERASED`.
async fn living(tx: &TenantTx, viewer: &Viewer) -> Result<subjects::Model> {
    let subject = vault::find_subject(tx, &SubjectRef::Id(viewer.subject()?)).await?;
    if subject.status == SubjectStatus::Erased {
        return Err(Error::conflict("SUBJECT_ERASED", "this subject was erased"));
    }
    Ok(subject)
}

/// What a group of rows is counted as: how many, how many of them have an end, and the last of the ends.
type Counted = (String, PurposeId, i64, i64, Option<DateTime<Utc>>);

async fn held(tx: &TenantTx, subject: &subjects::Model) -> Result<Vec<Held>> {
    let mut counted = count::<records::Entity>(tx, subject.id).await?;
    counted.extend(count::<files::Entity>(tx, subject.id).await?);
    let purposes = register::by_ids(tx, counted.iter().map(|(_, purpose, ..)| *purpose)).await?;
    let mut held: BTreeMap<(String, PurposeId), Held> = BTreeMap::new();
    for (data_type, id, count, ending, last) in counted {
        let Some(purpose) = purposes.get(&id).cloned() else { continue };
        let until = last.filter(|_| ending == count);
        held.entry((data_type.clone(), id))
            .and_modify(|held| {
                held.count += count;
                held.until = held.until.zip(until).map(|(one, other)| one.max(other));
            })
            .or_insert(Held { data_type, purpose, count, until });
    }
    Ok(held.into_values().collect())
}

async fn count<E: Perishable>(tx: &TenantTx, subject: SubjectId) -> Result<Vec<Counted>> {
    let select = E::find()
        .select_only()
        .columns([E::DATA_TYPE, E::PURPOSE])
        .column_as(E::ID.count(), "count")
        .column_as(E::EXPIRES_AT.count(), "ending")
        .column_as(E::EXPIRES_AT.max(), "last")
        .filter(E::SUBJECT.eq(subject))
        .group_by(E::DATA_TYPE)
        .group_by(E::PURPOSE);
    tx.tuples(select).await
}

async fn objected(tx: &TenantTx, subject: &subjects::Model) -> Result<HashSet<PurposeId>> {
    let standing = objections::Entity::find()
        .filter(objections::Column::SubjectId.eq(subject.id))
        .filter(objections::Column::LiftedAt.is_null());
    Ok(tx.all(standing).await?.into_iter().map(|row| row.purpose_id).collect())
}
