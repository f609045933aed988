//! The record of processing activities for machines of the field (JSON-LD, in the words of W3C DPV 2), for spreadsheets
//! (CSV) and for people (Markdown).

use recital_entities::{LawfulBasis, purposes::purposes};
use serde_json::{Value, json};

use super::{
    facts::{Activity, Facts},
    processing_record::{SECURITY_MEASURES, article},
};

pub(super) fn json_ld(facts: &Facts) -> Value {
    json!({
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
        },
        "@id": format!("urn:uuid:{}", facts.tenant.id),
        "@type": "dpv:RegisterOfProcessingActivities",
        "dct:title": "Record of processing activities",
        "dct:created": facts.at,
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": facts.controller.name,
            "dpv:hasContact": facts.controller.contact,
            "dpv:hasRepresentative": facts.controller.representative,
            "dpv:hasDataProtectionOfficer": facts.controller.data_protection_officer,
        },
        "dpv:hasProcess": facts.activities.iter().map(|activity| process(&activity.purpose)).collect::<Vec<_>>(),
        "dpv:hasTechnicalOrganisationalMeasure": SECURITY_MEASURES,
    })
}

fn process(purpose: &purposes::Model) -> Value {
    json!({
        "@id": format!("urn:uuid:{}", purpose.id),
        "@type": "dpv:Process",
        "dct:identifier": purpose.key,
        "dct:hasVersion": purpose.version,
        "dpv:hasPurpose": { "@type": "dpv:Purpose", "dct:title": purpose.name, "dct:description": purpose.description },
        "dpv:hasLegalBasis": basis(purpose.lawful_basis),
        "dpv:hasPersonalData": purpose.data_collected,
        "dpv:hasRecipient": purpose.recipients,
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageCondition",
            "dpv:hasDuration": purpose.retention,
            "dpv:hasLocation": purpose.storage_location,
        },
    })
}

fn basis(basis: LawfulBasis) -> &'static str {
    match basis {
        LawfulBasis::Consent => "eu-gdpr:A6-1-a",
        LawfulBasis::Contract => "eu-gdpr:A6-1-b",
        LawfulBasis::LegalObligation => "eu-gdpr:A6-1-c",
        LawfulBasis::VitalInterests => "eu-gdpr:A6-1-d",
        LawfulBasis::PublicTask => "eu-gdpr:A6-1-e",
        LawfulBasis::LegitimateInterests => "eu-gdpr:A6-1-f",
    }
}

const COLUMNS: [&str; 14] = [
    "key",
    "version",
    "purpose",
    "description",
    "lawful basis",
    "data categories",
    "special category",
    "recipients",
    "transfers outside the EU",
    "transfer safeguards",
    "retention",
    "storage location",
    "data subjects",
    "records",
];

/// RFC 4180, with a heading.
pub(super) fn csv(facts: &Facts) -> String {
    let heading = COLUMNS.iter().map(|column| (*column).to_owned()).collect();
    let rows = std::iter::once(heading).chain(facts.activities.iter().map(|activity| row(activity).to_vec()));
    rows.map(|cells: Vec<String>| cells.iter().map(|cell| csv_cell(cell)).collect::<Vec<_>>().join(",") + "\r\n")
        .collect()
}

fn row(Activity { purpose, held }: &Activity) -> [String; 14] {
    [
        purpose.key.clone(),
        purpose.version.to_string(),
        purpose.name.clone(),
        purpose.description.clone(),
        article(purpose.lawful_basis).to_owned(),
        purpose.data_collected.0.join("; "),
        yes_or_no(purpose.special_category),
        purpose.recipients.0.join("; "),
        yes_or_no(purpose.transfers_outside_eu),
        purpose.transfer_safeguards.clone().unwrap_or_default(),
        purpose.retention.to_string(),
        purpose.storage_location.clone(),
        held.subjects.to_string(),
        held.records.to_string(),
    ]
}

fn yes_or_no(holds: bool) -> String {
    if holds { "yes" } else { "no" }.to_owned()
}

/// Quoted where it must be. What a spreadsheet would take for a formula is made text.
fn csv_cell(cell: &str) -> String {
    let cell = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

pub(super) fn markdown(facts: &Facts) -> String {
    let controller = &facts.controller;
    let mut text = format!(
        "# Record of processing activities\n\nGDPR Article 30(1). Generated {}.\n\n## Controller\n\n",
        facts.at.format("%Y-%m-%d %H:%M UTC")
    );
    let officer = controller.data_protection_officer.as_deref().unwrap_or("none appointed");
    for (label, value) in [
        ("Name", controller.name.as_str()),
        ("Contact", &controller.contact),
        ("Representative", controller.representative.as_deref().unwrap_or("none")),
        ("Data protection officer", officer),
    ] {
        text += &format!("- {label}: {}\n", markdown_text(value));
    }
    text += &format!("\nPeople whose data is held: {}\n", facts.subjects);
    for activity in &facts.activities {
        text += &format!("\n## {}\n\n", markdown_text(&activity.purpose.name));
        for (column, cell) in COLUMNS.iter().zip(row(activity)).filter(|(_, cell)| !cell.is_empty()) {
            text += &format!("- {column}: {}\n", markdown_text(&cell));
        }
    }
    text += "\n## Security measures\n\n";
    SECURITY_MEASURES.iter().for_each(|measure| text += &format!("- {measure}\n"));
    text
}

/// One line, with nothing that Markdown or HTML would take for markup.
pub(super) fn markdown_text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().fold(String::new(), |mut safe, character| {
        if "\\`*[]<>#|!&".contains(character) {
            safe.push('\\');
        }
        safe.push(character);
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_one_cell_and_is_never_a_formula() {
        for (cell, written) in [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("say \"yes\"", "\"say \"\"yes\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("@sum(a,b)", "\"'@sum(a,b)\""),
        ] {
            assert_eq!(csv_cell(cell), written);
        }
    }

    #[test]
    fn text_of_the_register_is_no_markup() {
        assert_eq!(markdown_text("a <b>\n# c | d"), "a \\<b\\> \\# c \\| d");
    }
}
