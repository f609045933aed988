//! Opening what is sealed, for many at once: in a constant number of statements, each opening audited.

use std::collections::HashMap;

use recital_entities::{
    RecordId, SubjectId, SubjectStatus,
    purposes::purposes,
    vault::{profiles, records, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value;

use super::{
    OpenProfile, SubjectKey,
    identifier::open_external_id_with,
    minimise::{Allowlist, minimise},
    profile::open_profile_with,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    purposes as register,
    viewer::{Permission, Viewer},
};

/// What opening a profile came to.
#[derive(Clone)]
pub enum Revealed {
    Shown(OpenProfile),
    /// Not readable for a purpose until the restriction is lifted (Article 18).
    Restricted,
    Erased,
}

impl Revealed {
    /// The profile; none for an erased subject.
    ///
    /// # Errors
    /// FORBIDDEN with `RESTRICTED`.
    pub fn shown(self) -> Result<Option<OpenProfile>> {
        match self {
            Self::Shown(profile) => Ok(Some(profile)),
            Self::Erased => Ok(None),
            Self::Restricted => {
                let message = "this subject's data is restricted: it is not read for a purpose until that is lifted";
                Err(Error::refused("RESTRICTED", message))
            }
        }
    }

    fn event(&self, id: SubjectId, purpose: Option<String>) -> Event {
        match self {
            Self::Shown(profile) => Event::ProfileRevealed { id, version: profile.version, purpose },
            Self::Restricted => Event::ProfileWithheld { id, status: SubjectStatus::Restricted, purpose },
            Self::Erased => Event::ProfileWithheld { id, status: SubjectStatus::Erased, purpose },
        }
    }
}

/// Opens profiles: whole, or only what `purpose` may collect. One audit entry for each subject.
///
/// # Errors
/// `NOT_FOUND` on `purpose` for an unknown one, and when there is none of these subjects.
pub async fn reveal_profiles(
    app: &App,
    viewer: &Viewer,
    ids: Vec<SubjectId>,
    purpose: Option<String>,
) -> Result<HashMap<SubjectId, Revealed>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let asked_for = match &purpose {
            Some(key) => Some(register::get(tx, key).await.map_err(|error| error.on_field("purpose"))?),
            None => None,
        };
        let opened = open_all(tx, ids, asked_for.as_ref()).await?;
        let mut events = opened.iter().map(|(id, revealed)| revealed.event(*id, purpose.clone()));
        let first = events.next().ok_or_else(|| Error::not_found("subject"))?;
        Ok(first.with(()).and_all(events).map(|()| opened.clone()))
    })
    .await
}

async fn open_all(
    tx: &TenantTx,
    ids: Vec<SubjectId>,
    purpose: Option<&purposes::Model>,
) -> Result<HashMap<SubjectId, Revealed>> {
    let subjects = tx.all(subjects::Entity::find().filter(subjects::Column::Id.is_in(ids.iter().copied()))).await?;
    let keys = SubjectKey::of_all(tx, ids.iter().copied()).await?;
    let rows = tx.all(profiles::Entity::find().filter(profiles::Column::SubjectId.is_in(ids))).await?;
    let rows: HashMap<SubjectId, profiles::Model> = rows.into_iter().map(|row| (row.subject_id, row)).collect();
    let open = |subject: subjects::Model| {
        let sealed = keys.get(&subject.id).zip(rows.get(&subject.id));
        Ok((subject.id, open_one(&subject, sealed, purpose)?))
    };
    subjects.into_iter().map(open).collect()
}

fn open_one(
    subject: &subjects::Model,
    sealed: Option<(&SubjectKey, &profiles::Model)>,
    purpose: Option<&purposes::Model>,
) -> Result<Revealed> {
    let Some((key, row)) = sealed else { return Ok(Revealed::Erased) };
    if purpose.is_some() && subject.status == SubjectStatus::Restricted {
        return Ok(Revealed::Restricted);
    }
    let mut profile = open_profile_with(key, subject, row)?;
    if let Some(purpose) = purpose {
        profile.attributes = minimise(profile.attributes, &Allowlist::of(purpose)).kept;
    }
    Ok(Revealed::Shown(profile))
}

/// Opens external ids; a subject without one is missing.
pub async fn reveal_external_ids(
    app: &App,
    viewer: &Viewer,
    ids: Vec<SubjectId>,
) -> Result<HashMap<SubjectId, String>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let keys = SubjectKey::of_all(tx, ids.iter().copied()).await?;
        let select = subjects::Entity::find().filter(subjects::Column::Id.is_in(ids));
        let mut opened = HashMap::new();
        for subject in tx.all(select.order_by_asc(subjects::Column::Id)).await? {
            let Some(key) = keys.get(&subject.id) else { continue };
            opened.extend(open_external_id_with(key, &subject)?.map(|external_id| (subject.id, external_id)));
        }
        let subjects = opened.keys().copied().collect();
        Ok(Event::ExternalIdsRevealed { id: tx.tenant(), subjects }.with(opened))
    })
    .await
}

/// Opens records' payloads.
pub async fn reveal_payloads(app: &App, viewer: &Viewer, ids: Vec<RecordId>) -> Result<HashMap<RecordId, Value>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let select = records::Entity::find().filter(records::Column::Id.is_in(ids)).order_by_asc(records::Column::Id);
        let rows = tx.all(select).await?;
        let opened = open_payloads(tx, &rows).await?;
        let records = rows.iter().map(|row| row.id).collect();
        Ok(Event::RecordsRevealed { id: tx.tenant(), records }.with(opened.into_iter().collect()))
    })
    .await
}

/// The payloads of records, in one statement more. The caller audits it.
pub async fn open_payloads(tx: &TenantTx, rows: &[records::Model]) -> Result<Vec<(RecordId, Value)>> {
    let keys = SubjectKey::of_all(tx, rows.iter().map(|row| row.subject_id)).await?;
    let open = |row: &records::Model| {
        let key = keys.get(&row.subject_id).ok_or_else(|| Error::internal("a record whose subject has no key"))?;
        Ok((row.id, key.open_json("records", "payload", &row.id, &row.payload)?))
    };
    rows.iter().map(open).collect()
}
