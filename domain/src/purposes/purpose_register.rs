//! The register of purposes as a file: `processing_purposes`. Its format is described in `docs/registers.md`.

use std::collections::HashMap;

use recital_entities::LawfulBasis;
use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::{
    Definition, Fault, Part,
    register::{File, Misprint, one_of, text},
};

/// A purpose of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub key: String,
    pub definition: Definition,
    /// Where its id stands.
    pub at: Location,
    entry: Spanned<Entry>,
}

impl Listed {
    /// What is to be said of a part, where the part stands.
    pub fn misprint(&self, fault: &Fault) -> Misprint {
        self.entry.value.misprint(fault, self.entry.referenced)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    processing_purposes: Vec<Spanned<Entry>>,
}

/// An entry as it is written. Everything is optional here, so that all that is missing is found at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
    lawful_basis: Option<Spanned<String>>,
    data_collected: Option<Spanned<Vec<Spanned<String>>>>,
    fields: Option<Spanned<Vec<Spanned<String>>>>,
    retention_period: Option<Spanned<String>>,
    storage_location: Option<Spanned<String>>,
    legitimate_interest_assessment: Option<Spanned<String>>,
    special_category: Option<Spanned<bool>>,
    special_category_condition: Option<Spanned<String>>,
    recipients: Option<Spanned<Vec<Spanned<String>>>>,
    transfers_outside_eu: Option<Spanned<bool>>,
    transfer_safeguards: Option<Spanned<String>>,
    consent_valid_for: Option<Spanned<String>>,
    consent_expiry_notice: Option<Spanned<String>>,
    sale_or_sharing: Option<Spanned<bool>>,
}

/// A register holds no more purposes than these.
const MOST: usize = 1000;

/// Reads the register, or says everything that is wrong with it.
pub(super) fn read(yaml: &str) -> Result<Vec<Listed>, Vec<Misprint>> {
    let register: Register = File::Purposes.read(yaml)?;
    let mut misprints = Vec::new();
    let mut seen: HashMap<String, Location> = HashMap::new();
    if let Some(beyond) = register.processing_purposes.get(MOST) {
        let message = format!("a register holds no more than {MOST} purposes");
        return Err(vec![File::Purposes.misprint(beyond.referenced, "TOO_MANY", message)]);
    }
    let mut purposes = Vec::new();
    for entry in register.processing_purposes {
        let listed = Entry::listed(entry, &mut misprints);
        if let Some(first) = seen.get(&listed.key).filter(|_| !listed.key.is_empty()) {
            let message = format!("this id is taken by the purpose on line {}", first.line());
            misprints.push(File::Purposes.misprint(listed.at, "DUPLICATE_ID", message));
        }
        seen.entry(listed.key.clone()).or_insert(listed.at);
        purposes.push(listed);
    }
    if misprints.is_empty() { Ok(purposes) } else { Err(misprints) }
}

impl Entry {
    fn listed(entry: Spanned<Self>, misprints: &mut Vec<Misprint>) -> Listed {
        let (written, at) = (&entry.value, entry.referenced);
        let key = text(written.id.as_ref());
        let definition = written.definition(at, misprints);
        misprints.extend(definition.faults(&key).into_iter().map(|fault| written.misprint(&fault, at)));
        Listed { key, definition, at: spot(written.id.as_ref()).unwrap_or(at), entry }
    }

    fn definition(&self, at: Location, misprints: &mut Vec<Misprint>) -> Definition {
        Definition {
            name: text(self.name.as_ref()),
            description: text(self.description.as_ref()),
            lawful_basis: self.lawful_basis(at, misprints),
            data_collected: words(self.data_collected.as_ref()).unwrap_or_default(),
            fields: words(self.fields.as_ref()),
            retention: File::Purposes.period("retention_period", self.retention_period.as_ref(), at, misprints),
            storage_location: text(self.storage_location.as_ref()),
            legitimate_interest_assessment: self.legitimate_interest_assessment.as_ref().map(written),
            special_category: self.special_category.as_ref().is_some_and(|claim| claim.value),
            special_category_condition: self.special_category_condition.as_ref().map(written),
            recipients: words(self.recipients.as_ref()).unwrap_or_default(),
            transfers_outside_eu: self.transfers_outside_eu.as_ref().is_some_and(|claim| claim.value),
            transfer_safeguards: self.transfer_safeguards.as_ref().map(written),
            consent_valid_for: (self.consent_valid_for.as_ref())
                .map(|period| File::Purposes.period("consent_valid_for", Some(period), at, misprints)),
            consent_expiry_notice: (self.consent_expiry_notice.as_ref())
                .map(|period| File::Purposes.period("consent_expiry_notice", Some(period), at, misprints)),
            sale_or_sharing: self.sale_or_sharing.as_ref().is_some_and(|claim| claim.value),
        }
    }

    /// Where it cannot be read, the one basis that asks nothing more of the rest of the entry.
    fn lawful_basis(&self, at: Location, misprints: &mut Vec<Misprint>) -> LawfulBasis {
        let basis = self.lawful_basis.as_ref();
        basis.and_then(|basis| basis.value.parse().ok()).unwrap_or_else(|| {
            let expected = one_of::<LawfulBasis>();
            let misprint = File::Purposes.unread("lawful_basis", basis, at, ("UNKNOWN_LAWFUL_BASIS", &expected));
            misprints.push(misprint);
            LawfulBasis::Consent
        })
    }

    fn misprint(&self, fault: &Fault, at: Location) -> Misprint {
        let (name, place) = self.find(fault);
        if place.is_none() && fault.reason == "EMPTY" {
            return File::Purposes.misprint(at, "MISSING_KEY", format!("the key `{name}` is missing"));
        }
        File::Purposes.misprint(place.unwrap_or(at), fault.reason, format!("`{name}` {}", fault.message))
    }

    /// What the register calls the part at fault, and where it stands; what is missing stands at what asks for it.
    fn find(&self, fault: &Fault) -> (&'static str, Option<Location>) {
        match fault.part {
            Part::Key => ("id", spot(self.id.as_ref())),
            Part::Name => ("name", spot(self.name.as_ref())),
            Part::Description => ("description", spot(self.description.as_ref())),
            Part::LawfulBasis => ("lawful_basis", spot(self.lawful_basis.as_ref())),
            Part::DataCollected => ("data_collected", spot_of_entry(self.data_collected.as_ref(), fault.entry)),
            Part::Fields => ("fields", spot_of_entry(self.fields.as_ref(), fault.entry)),
            Part::Retention => ("retention_period", spot(self.retention_period.as_ref())),
            Part::StorageLocation => ("storage_location", spot(self.storage_location.as_ref())),
            Part::LegitimateInterestAssessment => (
                "legitimate_interest_assessment",
                spot(self.legitimate_interest_assessment.as_ref()).or(spot(self.lawful_basis.as_ref())),
            ),
            Part::SpecialCategory => (
                "special_category",
                spot(self.special_category.as_ref()).or(spot(self.special_category_condition.as_ref())),
            ),
            Part::SpecialCategoryCondition => (
                "special_category_condition",
                spot(self.special_category_condition.as_ref()).or(spot(self.special_category.as_ref())),
            ),
            Part::Recipients => ("recipients", spot_of_entry(self.recipients.as_ref(), fault.entry)),
            Part::TransferSafeguards => (
                "transfer_safeguards",
                spot(self.transfer_safeguards.as_ref()).or(spot(self.transfers_outside_eu.as_ref())),
            ),
            Part::ConsentValidFor => ("consent_valid_for", spot(self.consent_valid_for.as_ref())),
            Part::ConsentExpiryNotice => ("consent_expiry_notice", spot(self.consent_expiry_notice.as_ref())),
        }
    }
}

type Texts = Spanned<Vec<Spanned<String>>>;

fn words(list: Option<&Texts>) -> Option<Vec<String>> {
    list.map(|list| list.value.iter().map(written).collect())
}

fn written(text: &Spanned<String>) -> String {
    text.value.clone()
}

fn spot<T>(value: Option<&Spanned<T>>) -> Option<Location> {
    value.map(|value| value.referenced)
}

fn spot_of_entry(list: Option<&Texts>, entry: Option<usize>) -> Option<Location> {
    let entry = list.zip(entry).and_then(|(list, entry)| list.value.get(entry));
    entry.map(|entry| entry.referenced).or(list.map(|list| list.referenced))
}

#[cfg(test)]
mod tests {
    use recital_entities::Period;

    use super::*;

    const EXAMPLE: &str = include_str!("../../../docs/examples/processing_purposes.yaml");

    /// Line, column and reason of all that is wrong.
    fn misprints(yaml: &str) -> Vec<(u64, u64, &'static str)> {
        let found = read(yaml).err().unwrap_or_default();
        found.into_iter().map(|misprint| (misprint.line, misprint.column, misprint.reason)).collect()
    }

    /// A register of one purpose, with the line `from` made `to`.
    fn with(from: &str, to: &str) -> String {
        let sound = "processing_purposes:\n  - id: news\n    name: News\n    description: Send news\n    \
                     lawful_basis: consent\n    data_collected: [email_address]\n    retention_period: 30_days\n    \
                     storage_location: EU\n";
        assert!(from.is_empty() || sound.contains(from), "{from}");
        sound.replace(from, to)
    }

    #[test]
    fn the_example_reads_as_it_says() {
        let purposes = read(EXAMPLE).unwrap();
        let keys: Vec<_> = purposes.iter().map(|listed| listed.key.as_str()).collect();
        assert_eq!(keys, ["agent_interaction", "service_improvement", "legal_compliance", "image_to_3d_conversion"]);
        let conversion = &purposes[3].definition;
        assert_eq!((conversion.lawful_basis, conversion.retention), (LawfulBasis::Contract, Period::hours(24)));
        assert_eq!((conversion.transfers_outside_eu, conversion.recipients.len()), (true, 2));
        assert_eq!((purposes[0].definition.fields.as_ref().map(Vec::len), &conversion.fields), (Some(3), &None));
    }

    #[test]
    fn every_fault_has_its_place() {
        for (from, to, line, column, reason) in [
            ("lawful_basis: consent", "lawful_basis: because", 5, 19, "UNKNOWN_LAWFUL_BASIS"),
            ("lawful_basis: consent", "lawful_basis:", 2, 5, "MISSING_KEY"),
            ("lawful_basis: consent", "lawful_basis: legitimate_interests", 5, 19, "ASSESSMENT_REQUIRED"),
            ("retention_period: 30_days", "retention_period: a while", 7, 23, "INVALID_PERIOD"),
            ("retention_period: 30_days", "retention_period: 0_days", 7, 23, "INVALID_PERIOD"),
            ("name: News", "colour: red", 3, 5, "UNKNOWN_KEY"),
            ("name: News", "id: again", 3, 5, "DUPLICATE_KEY"),
            ("name: News", "name: \"\"", 3, 11, "EMPTY"),
            ("    name: News\n", "", 2, 5, "MISSING_KEY"),
            ("id: news", "id: two words", 2, 9, "INVALID_KEY"),
            ("[email_address]", "[]", 6, 21, "EMPTY"),
            ("[email_address]", "[email_address, \"E Mail\"]", 6, 37, "INVALID_ENTRY"),
            ("[email_address]", "[a, b, a]", 6, 28, "DUPLICATE_ENTRY"),
            ("[email_address]", "email_address", 6, 21, "WRONG_TYPE"),
            ("storage_location: EU", "storage_location: EU\n    fields: [a..b]", 9, 14, "INVALID_ENTRY"),
            (
                "storage_location: EU",
                "storage_location: EU\n    transfers_outside_eu: true",
                9,
                27,
                "SAFEGUARDS_REQUIRED",
            ),
            ("storage_location: EU", "storage_location: EU\n    transfers_outside_eu: perhaps", 9, 27, "WRONG_TYPE"),
            ("storage_location: EU", "storage_location: EU\n    consent_valid_for: soon", 9, 24, "INVALID_PERIOD"),
            (
                "storage_location: EU",
                "storage_location: EU\n    consent_expiry_notice: indefinite",
                9,
                28,
                "NOT_A_SPAN",
            ),
            ("name: News", "name: [News", 3, 11, "WRONG_TYPE"),
            ("name: News", "name: \"News", 4, 5, "MALFORMED_YAML"),
            ("name: News", "name: *nobody", 3, 11, "MALFORMED_YAML"),
            ("processing_purposes:", "purposes:", 1, 1, "UNKNOWN_KEY"),
            ("storage_location: EU", "storage_location: EU\n---\na: b", 10, 1, "MALFORMED_YAML"),
        ] {
            assert_eq!(misprints(&with(from, to)), [(line, column, reason)], "{from} → {to}");
        }
        let special = "lawful_basis: contract\n    special_category: true";
        assert_eq!(misprints(&with("lawful_basis: consent", special)), [(6, 23, "CONDITION_REQUIRED")]);
    }

    #[test]
    fn an_id_that_stands_twice_is_refused_where_it_stands_again() {
        let once = with("", "");
        let twice = format!("{once}{}", once.trim_start_matches("processing_purposes:\n"));
        assert_eq!(misprints(&twice), [(9, 9, "DUPLICATE_ID")]);
    }

    #[test]
    fn a_file_of_the_right_shape_tells_all_its_faults() {
        let broken = with("lawful_basis: consent", "lawful_basis: because").replace("30_days", "long");
        let broken = broken.replace("    name: News\n", "");
        let reasons: Vec<_> = misprints(&broken).into_iter().map(|(_, _, reason)| reason).collect();
        assert_eq!(reasons, ["UNKNOWN_LAWFUL_BASIS", "INVALID_PERIOD", "MISSING_KEY"]);
    }

    #[test]
    fn a_refusal_never_repeats_a_value() {
        for (from, to) in [
            ("lawful_basis: consent", "lawful_basis: s3cret"),
            ("retention_period: 30_days", "retention_period: s3cret"),
            ("[email_address]", "s3cret"),
            ("storage_location: EU", "storage_location: EU\n    special_category: s3cret"),
        ] {
            let found = read(&with(from, to)).unwrap_err();
            assert!(found.iter().all(|misprint| !misprint.message.contains("s3cret")), "{found:?}");
        }
    }

    #[test]
    fn what_would_wear_the_reader_out_is_refused() {
        let deep = with("[email_address]", &format!("{}{}", "[".repeat(500), "]".repeat(500)));
        let large = format!("# {}\n{}", "x".repeat(1024 * 1024), with("", ""));
        let entries = |count| format!("processing_purposes:\n{}", "  - {id: a}\n".repeat(count));
        assert_eq!(misprints(&large), [(1, 1, "TOO_LARGE")]);
        assert_eq!(misprints(&entries(1001)), [(1002, 5, "TOO_MANY")]);
        assert!(!misprints(&deep).is_empty());
        let aliases = vec!["*name"; 1500].join(", ");
        let many = with("name: News", &format!("name: &name News\n    recipients: [{aliases}]"));
        assert_eq!(misprints(&many).first().map(|(_, _, reason)| *reason), Some("TOO_COMPLEX"));
    }
}
