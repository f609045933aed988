//! Opening what is sealed, for many at once: in a constant number of statements, each opening audited.

use std::collections::HashMap;

use recital_entities::{
    DecisionReason, RecordId, SubjectId,
    purposes::purposes,
    vault::{profiles, records, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value;

use super::{
    OpenProfile, SubjectKey,
    allowed::{not_allowed, require},
    identifier::open_external_id_with,
    minimise::{Allowlist, minimise},
    profile::open_profile_with,
};
use crate::{
    app::App,
    consent,
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
    /// Its subject is erased, or the purpose may not have it now.
    Withheld(DecisionReason),
}

impl Revealed {
    /// The profile; none for an erased subject.
    ///
    /// # Errors
    /// FORBIDDEN with the decision's reason.
    pub fn shown(self) -> Result<Option<OpenProfile>> {
        match self {
            Self::Shown(profile) => Ok(Some(profile)),
            Self::Withheld(DecisionReason::SubjectErased) => Ok(None),
            Self::Withheld(reason) => Err(not_allowed(reason)),
        }
    }

    fn event(&self, id: SubjectId, purpose: Option<String>) -> Event {
        match self {
            Self::Shown(profile) => Event::ProfileRevealed { id, version: profile.version, purpose },
            Self::Withheld(reason) => Event::ProfileWithheld { id, reason: *reason, purpose },
        }
    }
}

/// Opens profiles: whole, or only what `purpose` may collect and only where it may be processed for it now. One audit
/// entry for each subject.
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
    let withheld = match purpose {
        Some(purpose) => withheld(tx, &subjects, purpose).await?,
        None => HashMap::new(),
    };
    let keys = SubjectKey::of_all(tx, ids.iter().copied()).await?;
    let rows = tx.all(profiles::Entity::find().filter(profiles::Column::SubjectId.is_in(ids))).await?;
    let rows: HashMap<SubjectId, profiles::Model> = rows.into_iter().map(|row| (row.subject_id, row)).collect();
    let open = |subject: subjects::Model| {
        let sealed = keys.get(&subject.id).zip(rows.get(&subject.id));
        Ok(match (withheld.get(&subject.id), sealed) {
            (Some(reason), _) => (subject.id, Revealed::Withheld(*reason)),
            (None, None) => (subject.id, Revealed::Withheld(DecisionReason::SubjectErased)),
            (None, Some((key, row))) => (subject.id, Revealed::Shown(open_one(&subject, key, row, purpose)?)),
        })
    };
    subjects.into_iter().map(open).collect()
}

/// Whose data the purpose may not have now, and why.
async fn withheld(
    tx: &TenantTx,
    subjects: &[subjects::Model],
    purpose: &purposes::Model,
) -> Result<HashMap<SubjectId, DecisionReason>> {
    let pairs: Vec<_> = subjects.iter().map(|subject| (subject, purpose)).collect();
    let decisions = consent::decide_all(tx, &pairs).await?;
    let refused = subjects.iter().zip(decisions).filter(|(_, decision)| !decision.allowed);
    Ok(refused.map(|(subject, decision)| (subject.id, decision.reason)).collect())
}

fn open_one(
    subject: &subjects::Model,
    key: &SubjectKey,
    row: &profiles::Model,
    purpose: Option<&purposes::Model>,
) -> Result<OpenProfile> {
    let mut profile = open_profile_with(key, subject, row)?;
    if let Some(purpose) = purpose {
        profile.attributes = minimise(profile.attributes, &Allowlist::of(purpose)).kept;
    }
    Ok(profile)
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

/// How records are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reveal {
    /// As they are stored.
    Whole,
    /// For the purpose they are kept for: where it may have them now, and no more than it may have now.
    ForTheirPurpose,
}

/// Opens records' payloads.
///
/// # Errors
/// Opened for their purpose: FORBIDDEN with the reason of the first decision that is a no.
pub async fn reveal_payloads(
    app: &App,
    viewer: &Viewer,
    ids: Vec<RecordId>,
    how: Reveal,
) -> Result<HashMap<RecordId, Value>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let select = records::Entity::find().filter(records::Column::Id.is_in(ids)).order_by_asc(records::Column::Id);
        let rows = tx.all(select).await?;
        let opened = match how {
            Reveal::Whole => open_payloads(tx, &rows).await?,
            Reveal::ForTheirPurpose => open_for_their_purpose(tx, &rows).await?,
        };
        let records = rows.iter().map(|row| row.id).collect();
        Ok(Event::RecordsRevealed { id: tx.tenant(), records }.with(opened.into_iter().collect()))
    })
    .await
}

async fn open_for_their_purpose(tx: &TenantTx, rows: &[records::Model]) -> Result<Vec<(RecordId, Value)>> {
    let subjects = subjects::Column::Id.is_in(rows.iter().map(|row| row.subject_id));
    let subjects = tx.all(subjects::Entity::find().filter(subjects)).await?;
    let subjects: HashMap<_, _> = subjects.iter().map(|subject| (subject.id, subject)).collect();
    let purposes = register::by_ids(tx, rows.iter().map(|row| row.purpose_id)).await?;
    let pairs: Vec<_> =
        rows.iter().filter_map(|row| Some((*subjects.get(&row.subject_id)?, purposes.get(&row.purpose_id)?))).collect();
    for decision in consent::decide_all(tx, &pairs).await? {
        require(&decision)?;
    }
    let opened = open_payloads(tx, rows).await?.into_iter().zip(rows);
    let narrow = |((id, payload), row): ((RecordId, Value), &records::Model)| {
        Some((id, narrowed(payload, purposes.get(&row.purpose_id)?)))
    };
    Ok(opened.filter_map(narrow).collect())
}

/// The purpose may have been narrowed since the record was stored.
fn narrowed(payload: Value, purpose: &purposes::Model) -> Value {
    match payload {
        Value::Object(map) => Value::Object(minimise(map, &Allowlist::of(purpose)).kept),
        other => other,
    }
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
