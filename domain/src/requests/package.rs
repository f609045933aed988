//! The document that a person gets: all of Article 15(1)(a) to (h) and 15(2) for access; for portability what they
//! provided, in a structured and machine-readable form (Article 20(1)). Its schema is published as
//! `docs/schemas/access-package.schema.json`.

use std::collections::BTreeMap;

use recital_entities::{
    LawfulBasis, PurposeId, PurposeStatus, SubjectRequestType,
    access::controllers,
    purposes::purposes,
    requests::subject_requests,
    vault::{files, records},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Map, Value, json};

use super::{
    case::Case,
    rights::{self, Right},
};
use crate::{
    error::{Error, Result},
    retention::Perishable,
    subject_data::{self, Person, Scope},
};

/// Of the document's shape; counts up when something is removed or renamed.
pub const SCHEMA_VERSION: &str = "1";

/// The document for a request's subject.
///
/// # Errors
/// CONFLICT with `SUBJECT_ERASED`.
pub(super) async fn document(case: &Case<'_>) -> Result<Value> {
    let request = &case.request;
    let right = rights::right(request.r#type, request.regime).ok_or_else(|| Error::internal("no such right"))?;
    let scope = scope(request, right);
    let portable = matches!(scope, Scope::Provided(_));
    let person = Person::of(case.tx, &case.subject, scope).await?;
    let mut document = envelope(case, right).await?;
    if !portable {
        document.extend(information(case).await?);
    }
    document.insert("data".to_owned(), Value::Object(subject_data::sections(&person).await?));
    Ok(Value::Object(document))
}

/// How much of the person's data a request is about.
pub(super) fn scope(request: &subject_requests::Model, right: &Right) -> Scope {
    if request.r#type == SubjectRequestType::Portability { Scope::Provided(right.bases) } else { Scope::Everything }
}

async fn envelope(case: &Case<'_>, right: &Right) -> Result<Map<String, Value>> {
    let controller = case.tx.get("controller", controllers::Entity::find()).await?;
    let controller = json!({
        "name": controller.name,
        "contact": controller.contact,
        "contactEmail": controller.contact_email,
        "representative": controller.representative,
        "dataProtectionOfficer": controller.data_protection_officer,
    });
    Ok(Map::from_iter([
        ("schemaVersion".to_owned(), json!(SCHEMA_VERSION)),
        ("generatedAt".to_owned(), json!(case.tx.now())),
        ("request".to_owned(), request(&case.request, right)),
        ("controller".to_owned(), controller),
    ]))
}

fn request(request: &subject_requests::Model, right: &Right) -> Value {
    json!({
        "id": request.id,
        "type": request.r#type,
        "regime": request.regime,
        "legalReference": right.reference,
        "receivedAt": request.received_at,
    })
}

/// What a person is told besides the data itself.
async fn information(case: &Case<'_>) -> Result<Map<String, Value>> {
    let held = held_by_purpose::<records::Entity>(case).await?;
    let files = held_by_purpose::<files::Entity>(case).await?;
    let purposes = case.tx.all(purposes::Entity::find().order_by_asc(purposes::Column::Id)).await?;
    let concerned = purposes
        .iter()
        .filter(|row| row.status == PurposeStatus::Active || held.contains_key(&row.id) || files.contains_key(&row.id));
    let of = |held: &BTreeMap<_, _>, row: &purposes::Model| held.get(&row.id).copied().unwrap_or_default();
    let processing: Vec<Value> = concerned.map(|row| processing(row, of(&held, row), of(&files, row))).collect();
    let rights = rights::rights_under(case.request.regime)
        .map(|right| json!({ "right": right.request, "legalReference": right.reference }));
    Ok(Map::from_iter([
        ("processing".to_owned(), Value::Array(processing)),
        ("rights".to_owned(), rights.collect()),
        ("complaint".to_owned(), json!(COMPLAINT)),
        ("source".to_owned(), json!(SOURCE)),
        ("automatedDecisions".to_owned(), json!(AUTOMATED_DECISIONS)),
    ]))
}

const COMPLAINT: &str = "You may lodge a complaint with a supervisory authority, in particular where you live, where you work, \
     or where you think the law was broken (GDPR Articles 15(1)(f) and 77). In California: the California Privacy \
     Protection Agency.";
const SOURCE: &str = "The controller recorded this data while providing its services to you, or received it from you. The \
     purpose of each record tells what it was collected for (GDPR Article 15(1)(g)).";
const AUTOMATED_DECISIONS: &str = "The register of purposes from which this document is made names no automated decision with \
     legal or similarly significant effect (GDPR Articles 15(1)(h) and 22). The controller answers questions about it.";

async fn held_by_purpose<E: Perishable>(case: &Case<'_>) -> Result<BTreeMap<PurposeId, i64>> {
    let select = E::find()
        .select_only()
        .column(E::PURPOSE)
        .column_as(E::ID.count(), "held")
        .filter(E::SUBJECT.eq(case.subject.id))
        .group_by(E::PURPOSE);
    Ok(case.tx.tuples(select).await?.into_iter().collect())
}

/// Article 15(1)(a) to (d) and 15(2) for one purpose.
fn processing(purpose: &purposes::Model, records: i64, files: i64) -> Value {
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
        "recordsHeld": records,
        "filesHeld": files,
    })
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
