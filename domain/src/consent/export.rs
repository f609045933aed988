//! Exporting every consent event, a page in one transaction. The person is named by id and by the tenant's own external
//! id, which is opened for it and audited.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    ConsentEventId, ConsentMethod, ConsentState, SubjectId, consent::consent_events, global_id, vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use serde::Serialize;

use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    purposes as register,
    vault::{SubjectKey, open_external_id_with},
    viewer::{Permission, Viewer},
};

/// One event, as a line of the export. No `Debug`: it names a person.
#[derive(Serialize)]
pub struct ExportRow {
    #[serde(skip)]
    pub id: ConsentEventId,
    pub subject_id: String,
    /// None where there is none, or none any more.
    pub external_id: Option<String>,
    pub purpose: String,
    pub purpose_version: i32,
    pub state: ConsentState,
    pub policy_version: String,
    pub method: ConsentMethod,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
    pub special_category_consent: Option<bool>,
    pub expires_at: Option<DateTime<Utc>>,
    pub notice_hash: Option<String>,
}

const PAGE: u64 = 1_000;

/// The next events in the order they were appended; none when all are told.
pub async fn export_page(app: &App, viewer: &Viewer, after: Option<ConsentEventId>) -> Result<Vec<ExportRow>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let page = consent_events::Entity::find()
            .apply_if(after, |select, after| select.filter(consent_events::Column::Id.gt(after)))
            .order_by_asc(consent_events::Column::Id)
            .limit(PAGE);
        let rows = rows(tx, tx.all(page).await?).await?;
        Ok(Event::ConsentsExported { id: tx.tenant(), count: rows.len() }.with(rows))
    })
    .await
}

async fn rows(tx: &TenantTx, events: Vec<consent_events::Model>) -> Result<Vec<ExportRow>> {
    let external_ids = external_ids(tx, events.iter().map(|event| event.subject_id)).await?;
    let purposes = register::by_ids(tx, events.iter().map(|event| event.purpose_id)).await?;
    let rows = events.into_iter().map(|event| ExportRow {
        id: event.id,
        subject_id: global_id("Subject", event.subject_id.0),
        external_id: external_ids.get(&event.subject_id).cloned(),
        purpose: purposes.get(&event.purpose_id).map(|purpose| purpose.key.clone()).unwrap_or_default(),
        purpose_version: event.purpose_version,
        state: event.state,
        policy_version: event.policy_version,
        method: event.method,
        recorded_at: event.recorded_at,
        recorded_by: event.recorded_by,
        special_category_consent: event.special_category_consent,
        expires_at: event.expires_at,
        notice_hash: event.notice_hash.map(hex::encode),
    });
    Ok(rows.collect())
}

async fn external_ids(tx: &TenantTx, of: impl IntoIterator<Item = SubjectId>) -> Result<HashMap<SubjectId, String>> {
    let named = subjects::Entity::find()
        .filter(subjects::Column::Id.is_in(of))
        .filter(subjects::Column::ExternalId.is_not_null());
    let named = tx.all(named).await?;
    let keys = SubjectKey::of_all(tx, named.iter().map(|subject| subject.id)).await?;
    let mut external_ids = HashMap::new();
    for subject in &named {
        let Some(key) = keys.get(&subject.id) else { continue };
        external_ids.extend(open_external_id_with(key, subject)?.map(|opened| (subject.id, opened)));
    }
    Ok(external_ids)
}
