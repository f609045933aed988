//! The record of processing activities (Article 30(1)(a)-(g)).

use recital_entities::{LawfulBasis, ProcessingRecordFormat};
use serde_json::{Value, json};

use super::{
    GeneratedDocument,
    facts::{Activity, Facts},
    record_formats::{csv, json_ld, markdown},
};
use crate::{
    app::App,
    error::{Error, Result},
    viewer::{Permission, Viewer},
};

/// Article 30(1)(g): what this service itself does. Each is enforced, none is a promise.
pub(super) const SECURITY_MEASURES: &[&str] = &[
    "every value is encrypted with AES-256-GCM under a key of the person it is about, wrapped by a key of the controller",
    "identifiers are looked up by keyed hashes and never stored in clear",
    "fields outside a purpose's allowlist are dropped before they are stored",
    "access is by role and per tenant, and every change and disclosure is recorded",
    "the record of changes is a Merkle log with signed checkpoints",
    "data past its retention period is deleted automatically, under legal holds alone it stays",
];

/// The record in the format asked for.
pub async fn processing_record(
    app: &App,
    viewer: &Viewer,
    format: ProcessingRecordFormat,
) -> Result<GeneratedDocument> {
    let facts = app.read(viewer, Permission::ReportRead, Facts::read).await?;
    let pretty = |value: &Value| serde_json::to_string_pretty(value).map_err(Error::internal);
    let (media_type, body) = match format {
        ProcessingRecordFormat::Json => ("application/json", pretty(&document(&facts))?),
        ProcessingRecordFormat::JsonLd => ("application/ld+json", pretty(&json_ld(&facts))?),
        ProcessingRecordFormat::Csv => ("text/csv; charset=utf-8", csv(&facts)),
        ProcessingRecordFormat::Markdown => ("text/markdown; charset=utf-8", markdown(&facts)),
    };
    Ok(GeneratedDocument::new(media_type, body, facts.at))
}

fn document(facts: &Facts) -> Value {
    let controller = &facts.controller;
    json!({
        "title": "Record of processing activities",
        "legalReference": "GDPR Article 30(1)",
        "generatedAt": facts.at,
        "controller": {
            "name": controller.name,
            "contact": controller.contact,
            "email": controller.contact_email,
            "representative": controller.representative,
            "dataProtectionOfficer": controller.data_protection_officer,
        },
        "dataSubjects": facts.subjects,
        "activities": facts.activities.iter().map(|activity| entry(facts, activity)).collect::<Vec<_>>(),
        "securityMeasures": SECURITY_MEASURES,
    })
}

fn entry(facts: &Facts, Activity { purpose, held }: &Activity) -> Value {
    let categories = purpose.data_collected.0.iter().map(|data_type| {
        let policy = facts.policies.get(data_type);
        json!({
            "dataType": data_type,
            "retention": policy.map_or(purpose.retention, |policy| policy.retention),
            "deletionMethod": policy.map(|policy| policy.deletion_method),
            "legalBasis": policy.map(|policy| &policy.legal_basis),
        })
    });
    json!({
        "key": purpose.key,
        "version": purpose.version,
        "purpose": purpose.name,
        "description": purpose.description,
        "lawfulBasis": purpose.lawful_basis,
        "legalReference": article(purpose.lawful_basis),
        "legitimateInterestAssessment": purpose.legitimate_interest_assessment,
        "specialCategory": purpose.special_category,
        "specialCategoryCondition": purpose.special_category_condition,
        "dataCategories": categories.collect::<Vec<_>>(),
        "fields": purpose.fields,
        "recipients": purpose.recipients,
        "transfersOutsideEu": purpose.transfers_outside_eu,
        "transferSafeguards": purpose.transfer_safeguards,
        "retention": purpose.retention,
        "storageLocation": purpose.storage_location,
        "dataSubjects": held.subjects,
        "records": held.records,
    })
}

/// Where the law has the basis.
pub(super) fn article(basis: LawfulBasis) -> &'static str {
    match basis {
        LawfulBasis::Consent => "GDPR Article 6(1)(a)",
        LawfulBasis::Contract => "GDPR Article 6(1)(b)",
        LawfulBasis::LegalObligation => "GDPR Article 6(1)(c)",
        LawfulBasis::VitalInterests => "GDPR Article 6(1)(d)",
        LawfulBasis::PublicTask => "GDPR Article 6(1)(e)",
        LawfulBasis::LegitimateInterests => "GDPR Article 6(1)(f)",
    }
}
