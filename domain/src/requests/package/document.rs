//! What a person is told besides the data itself (Article 15(1)(a) to (h) and 15(2)).

use std::collections::BTreeMap;

use chrono_tz::Tz;
use recital_entities::{
    LawfulBasis, PurposeId, PurposeStatus,
    access::controllers,
    purposes::purposes,
    vault::{files, records},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Value, json};

use super::Source;
use crate::{db::TenantTx, error::Result, mail::Sender, requests::rights, retention::Perishable};

/// Of the document's shape; counts up when something is removed or renamed.
pub(super) const SCHEMA_VERSION: &str = "2";

pub(super) struct Information {
    /// Who answers the request.
    pub sender: Sender,
    pub controller: controllers::Model,
    /// Every purpose in use, and those that something is still held for.
    pub processing: Vec<Processing>,
}

pub(super) struct Processing {
    pub purpose: purposes::Model,
    pub records: i64,
    pub files: i64,
}

/// What a record can come to in a table, in bytes: a payload has at most 256 KiB, and each quote in it is doubled.
const MOST_OF_A_RECORD: i64 = 1 << 20;

impl Information {
    pub async fn of(source: &Source<'_>) -> Result<Self> {
        source
            .look(async |tx| {
                Ok(Self {
                    sender: Sender::of(tx).await?,
                    controller: tx.get("controller", controllers::Entity::find()).await?,
                    processing: processing(tx, source).await?,
                })
            })
            .await
    }

    /// Whether a text of the package may come to 4 GiB.
    pub fn is_large(&self) -> bool {
        let records: i64 = self.processing.iter().map(|row| row.records).sum();
        records >= i64::from(u32::MAX) / MOST_OF_A_RECORD
    }

    pub fn zone(&self) -> Tz {
        self.sender.time_zone
    }

    /// The members of `data.json` before the data.
    pub fn document(&self, source: &Source<'_>) -> Vec<(&'static str, Value)> {
        let mut members = vec![
            ("schemaVersion", json!(SCHEMA_VERSION)),
            ("generatedAt", json!(source.begun_at)),
            ("language", json!(source.words.language().tag())),
            ("request", request(source)),
            ("controller", self.controller()),
        ];
        if !source.is_portable() {
            let text = |key: &str| json!(source.words.text(key));
            members.extend([
                ("processing", self.processing.iter().map(Processing::document).collect()),
                ("rights", rights_of(source)),
                ("complaint", text("package-complaint")),
                ("source", text("package-source")),
                ("automatedDecisions", text("package-automated")),
            ]);
        }
        members
    }

    fn controller(&self) -> Value {
        json!({
            "name": self.controller.name,
            "contact": self.controller.contact,
            "contactEmail": self.controller.contact_email,
            "representative": self.controller.representative,
            "dataProtectionOfficer": self.controller.data_protection_officer,
        })
    }
}

fn request(source: &Source<'_>) -> Value {
    json!({
        "id": source.request.id,
        "type": source.request.r#type,
        "regime": source.request.regime,
        "legalReference": source.right.reference,
        "receivedAt": source.request.received_at,
    })
}

fn rights_of(source: &Source<'_>) -> Value {
    rights::rights_under(source.request.regime)
        .map(|right| json!({ "right": right.request, "legalReference": right.reference }))
        .collect()
}

async fn processing(tx: &TenantTx, source: &Source<'_>) -> Result<Vec<Processing>> {
    let mut records = held_by_purpose::<records::Entity>(tx, source).await?;
    let mut files = held_by_purpose::<files::Entity>(tx, source).await?;
    let purposes = tx.all(purposes::Entity::find().order_by_asc(purposes::Column::Id)).await?;
    let held = purposes.into_iter().map(|purpose| {
        let (records, files) = (records.remove(&purpose.id), files.remove(&purpose.id));
        Processing { purpose, records: records.unwrap_or_default(), files: files.unwrap_or_default() }
    });
    let is_concerned = |row: &Processing| row.purpose.status == PurposeStatus::Active || row.records + row.files > 0;
    Ok(held.filter(is_concerned).collect())
}

async fn held_by_purpose<E: Perishable>(tx: &TenantTx, source: &Source<'_>) -> Result<BTreeMap<PurposeId, i64>> {
    let select = E::find()
        .select_only()
        .column(E::PURPOSE)
        .column_as(E::ID.count(), "held")
        .filter(E::SUBJECT.eq(source.subject))
        .group_by(E::PURPOSE);
    Ok(tx.tuples(select).await?.into_iter().collect())
}

impl Processing {
    /// Article 15(1)(a) to (d) and 15(2) for one purpose.
    fn document(&self) -> Value {
        let purpose = &self.purpose;
        json!({
            "purpose": purpose.key,
            "name": purpose.name,
            "description": purpose.description,
            "lawfulBasis": purpose.lawful_basis,
            "legalReference": article_6(purpose.lawful_basis),
            "categories": purpose.data_collected,
            "recipients": purpose.recipients,
            "transfersOutsideEu": purpose.transfers_outside_eu,
            "transferSafeguards": purpose.transfer_safeguards,
            "retention": purpose.retention,
            "storageLocation": purpose.storage_location,
            "recordsHeld": self.records,
            "filesHeld": self.files,
        })
    }
}

fn article_6(basis: LawfulBasis) -> &'static str {
    match basis {
        LawfulBasis::Consent => "GDPR Article 6(1)(a)",
        LawfulBasis::Contract => "GDPR Article 6(1)(b)",
        LawfulBasis::LegalObligation => "GDPR Article 6(1)(c)",
        LawfulBasis::VitalInterests => "GDPR Article 6(1)(d)",
        LawfulBasis::PublicTask => "GDPR Article 6(1)(e)",
        LawfulBasis::LegitimateInterests => "GDPR Article 6(1)(f)",
    }
}
