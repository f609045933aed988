//! A consent receipt as JSON-LD, after the DPV profile of ISO/IEC TS 27560:2023
//! (<https://w3id.org/dpv/guides/consent-27560>): metadata, processing, parties, events.
//!
//! It names the person by their id here and nothing else, so that it can be shown to anybody they show it to.

use chrono::{DateTime, SecondsFormat, Utc};
use recital_entities::{
    ConsentMethod, ConsentState,
    access::{controllers, tenants},
    consent::{consent_events, consents},
    purposes::purposes,
};
use serde_json::{Value, json};

/// All that a receipt tells.
pub(super) struct Receipt {
    pub tenant: tenants::Model,
    pub controller: controllers::Model,
    pub purpose: purposes::Model,
    pub consent: consents::Model,
    /// Oldest first, at least one.
    pub events: Vec<consent_events::Model>,
}

const PROFILE: &str = "https://w3id.org/dpv/schema/dpv-27560";

/// Rights of a person whose data is processed on consent.
const RIGHTS: [&str; 7] = ["A7-3", "A15", "A16", "A17", "A18", "A20", "A77"];

impl Receipt {
    /// The unsigned document: the same for the same events.
    pub fn document(&self) -> Value {
        let newest = self.events.last().map_or(self.consent.id.0, |event| event.id.0);
        json!({
            "@context": context(),
            "@id": urn(newest),
            "@type": "dpv:ConsentReceipt",
            "dct:identifier": newest,
            "dpv:hasIdentifier": newest,
            "dct:conformsTo": format!("{PROFILE}#receipt"),
            "dct:created": self.consent.updated_at,
            "dct:publisher": urn(self.tenant.id.0),
            "dpv:hasRecordOfActivity": self.record(),
        })
    }

    fn record(&self) -> Value {
        json!({
            "@id": urn(self.consent.id.0),
            "@type": "dpv:ConsentRecord",
            "dct:identifier": self.consent.id,
            "dpv:hasIdentifier": self.consent.id,
            "dct:conformsTo": format!("{PROFILE}#record"),
            "dct:modified": self.consent.updated_at,
            "dct:language": self.tenant.locale,
            "dpv:hasDataSubject": {
                "@id": urn(self.consent.subject_id.0),
                "@type": "dpv:DataSubject",
                "dct:identifier": self.consent.subject_id,
                "dpv:hasIdentifier": self.consent.subject_id,
            },
            "dpv:hasDataController": self.controller(),
            "dpv:hasJurisdiction": "loc:EU",
            "dpv:hasApplicableLaw": "legal-eu:law-GDPR",
            "dpv:hasNotice": self.notice(self.consent.notice_hash.as_deref()),
            "dpv:hasProcess": self.process(),
            "dpv:hasConsentStatus": self.events.iter().map(|event| self.event(event)).collect::<Vec<_>>(),
        })
    }

    fn controller(&self) -> Value {
        json!({
            "@id": urn(self.tenant.id.0),
            "@type": "dpv:DataController",
            "dct:identifier": self.tenant.id,
            "dpv:hasIdentifier": self.tenant.id,
            "dpv:hasName": self.controller.name,
            "dpv:hasAddress": self.controller.contact,
            "dpv:hasContact": self.controller.contact_email,
            "dpv:hasRepresentative": self.controller.representative,
            "dpv:hasDataProtectionOfficer": self.controller.data_protection_officer,
        })
    }

    /// What was shown: the policy's version, and the hash of the text where it was kept.
    fn notice(&self, hash: Option<&[u8]>) -> Value {
        json!({
            "@type": "dpv:ConsentNotice",
            "dct:language": self.tenant.locale,
            "dct:hasVersion": self.consent.policy_version,
            "dct:identifier": hash.map(|hash| format!("sha256:{}", hex::encode(hash))),
        })
    }

    fn process(&self) -> Value {
        let purpose = &self.purpose;
        json!({
            "@type": "dpv:Process",
            "dpv:hasPurpose": {
                "@type": "dpv:Purpose",
                "dct:identifier": purpose.key,
                "dct:title": purpose.name,
                "dct:description": purpose.description,
                "dct:hasVersion": self.consent.purpose_version,
            },
            "dpv:hasLegalBasis": legal_basis(self.consent.special_category_consent),
            "dpv:hasPersonalData": self.personal_data(),
            "dpv:hasDataSource": "dpv:DataSubject",
            "dpv:hasStorageCondition": [
                { "@type": "dpv:StorageLocation", "dpv:hasLocation": purpose.storage_location },
                { "@type": "dpv:StorageDuration", "dpv:hasDuration": purpose.retention },
            ],
            "dpv:hasRecipient": self.recipients(),
            "dpv:hasConsentControl": {
                "@type": "dpv:WithdrawConsent",
                "dpv:isExercisedAt": format!("mailto:{}", self.controller.contact_email),
            },
            "dpv:hasRight": RIGHTS.map(|right| format!("eu-gdpr:{right}")),
        })
    }

    fn personal_data(&self) -> Vec<Value> {
        let kind = if self.purpose.special_category { "dpv:SpecialCategoryPersonalData" } else { "dpv:PersonalData" };
        let data = self.purpose.data_collected.0.iter();
        data.map(|data| json!({ "@type": kind, "dct:identifier": data })).collect()
    }

    /// Where nobody else receives it, the controller does.
    fn recipients(&self) -> Vec<Value> {
        let recipient = |name: &String| json!({ "@type": "dpv:Recipient", "dpv:hasName": name });
        match self.purpose.recipients.0.as_slice() {
            [] => vec![json!({ "@id": urn(self.tenant.id.0) })],
            recipients => recipients.iter().map(recipient).collect(),
        }
    }

    fn event(&self, event: &consent_events::Model) -> Value {
        json!({
            "@id": urn(event.id.0),
            "@type": status(event.state),
            "dct:date": event.recorded_at,
            "dct:valid": validity(event),
            "dpv:hasLegalBasis": kind_of_consent(self.consent.special_category_consent),
            "dpv:isIndicatedBy": urn(event.subject_id.0),
            "dpv:isImplementedByEntity": urn(self.tenant.id.0),
            "dpv:hasIndicationMethod": indication(event.method),
            "dpv:hasNotice": self.notice(event.notice_hash.as_deref()),
        })
    }
}

/// The prefixes, and which terms hold an IRI.
fn context() -> Value {
    let iri = json!({ "@type": "@id" });
    let instant = json!({ "@type": "xsd:dateTime" });
    json!({
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "legal-eu": "https://w3id.org/dpv/legal/eu#",
        "loc": "https://w3id.org/dpv/loc#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dct:conformsTo": iri,
        "dct:publisher": iri,
        "dct:created": instant,
        "dct:modified": instant,
        "dct:date": instant,
        "dpv:hasApplicableLaw": iri,
        "dpv:hasDataSource": iri,
        "dpv:hasJurisdiction": iri,
        "dpv:hasLegalBasis": iri,
        "dpv:hasRight": iri,
        "dpv:isExercisedAt": iri,
        "dpv:isImplementedByEntity": iri,
        "dpv:isIndicatedBy": iri,
    })
}

fn urn(id: uuid::Uuid) -> String {
    format!("urn:uuid:{id}")
}

fn legal_basis(special_category_consent: Option<bool>) -> &'static str {
    if special_category_consent == Some(true) { "eu-gdpr:A6-1-a-explicit-consent" } else { "eu-gdpr:A6-1-a" }
}

/// From when until when, as an interval of ISO 8601-2; without an end where only a withdrawal ends it.
fn validity(event: &consent_events::Model) -> String {
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    format!("{}/{}", instant(event.recorded_at), event.expires_at.map_or_else(|| "..".to_owned(), instant))
}

fn kind_of_consent(special_category_consent: Option<bool>) -> &'static str {
    if special_category_consent == Some(true) { "dpv:ExplicitlyExpressedConsent" } else { "dpv:ExpressedConsent" }
}

/// The state's name in the Data Privacy Vocabulary.
fn status(state: ConsentState) -> &'static str {
    match state {
        ConsentState::Requested | ConsentState::PendingConfirmation => "dpv:ConsentRequested",
        ConsentState::Given => "dpv:ConsentGiven",
        ConsentState::Refused => "dpv:ConsentRefused",
        ConsentState::Withdrawn => "dpv:ConsentWithdrawn",
        ConsentState::Expired => "dpv:ConsentExpired",
        ConsentState::Invalidated => "dpv:ConsentInvalidated",
    }
}

fn indication(method: ConsentMethod) -> &'static str {
    match method {
        ConsentMethod::WebForm => "web form",
        ConsentMethod::Api => "through a service of the controller",
        ConsentMethod::ExplicitOptIn => "explicit opt-in",
        ConsentMethod::DoubleOptIn => "double opt-in by mailed link",
        ConsentMethod::Paper => "on paper",
        ConsentMethod::PrivacyCentre => "privacy centre",
        ConsentMethod::Gpc => "Global Privacy Control signal",
        ConsentMethod::Import => "imported from an earlier record",
    }
}
