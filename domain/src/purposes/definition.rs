//! What a purpose says, and the rule it must meet wherever it comes from: a register file, or a call.

use recital_entities::{LawfulBasis, Period, purposes::purposes};

use super::{Fault, Part, fault::Faults};
use crate::{error::Result, retention};

/// A purpose as its controller states it. Versions keep it whole: a part that is added later needs a serde default.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    pub name: String,
    pub description: String,
    pub lawful_basis: LawfulBasis,
    /// The data types that may be stored or read for it.
    pub data_collected: Vec<String>,
    /// The only fields that may be collected or read for it, as dotted paths; None = not narrowed.
    pub fields: Option<Vec<String>>,
    pub retention: Period,
    pub storage_location: String,
    /// Where the assessment stands, for legitimate interests.
    pub legitimate_interest_assessment: Option<String>,
    pub special_category: bool,
    /// The condition of Article 9(2) other than explicit consent.
    pub special_category_condition: Option<String>,
    pub recipients: Vec<String>,
    pub transfers_outside_eu: bool,
    pub transfer_safeguards: Option<String>,
    /// None = until withdrawn.
    pub consent_valid_for: Option<Period>,
    /// How long before its end a consent's giver is told; None = 30 days. Never earlier than half its life.
    pub consent_expiry_notice: Option<Period>,
    /// What is disclosed for it is sold or shared (Cal. Civ. Code 1798.140(ad), (ah)): a browser's signal ends it.
    #[serde(default)]
    pub sale_or_sharing: bool,
}

const LONGEST_KEY: usize = 100;
const LONGEST_WORD: usize = 200;
const LONGEST_TEXT: usize = 4000;

impl Definition {
    /// Everything that is wrong with it, in the order of its parts.
    #[must_use]
    pub fn faults(&self, key: &str) -> Vec<Fault> {
        let mut faults = Faults::default();
        if !is_key(key) {
            let message =
                format!("must be 1 to {LONGEST_KEY} ASCII letters, digits, `_`, `-` or `.`, a letter or digit first");
            faults.add(Part::Key, "INVALID_KEY", message);
        }
        faults.text(Part::Name, &self.name, LONGEST_WORD);
        faults.text(Part::Description, &self.description, LONGEST_TEXT);
        self.check_lists(&mut faults);
        faults.text(Part::StorageLocation, &self.storage_location, LONGEST_WORD);
        for (part, text) in [
            (Part::LegitimateInterestAssessment, &self.legitimate_interest_assessment),
            (Part::SpecialCategoryCondition, &self.special_category_condition),
            (Part::TransferSafeguards, &self.transfer_safeguards),
        ] {
            if let Some(text) = text {
                faults.text(part, text, LONGEST_TEXT);
            }
        }
        if self.consent_expiry_notice.is_some_and(|notice| !matches!(notice, Period::Span { .. })) {
            faults.add(Part::ConsentExpiryNotice, "NOT_A_SPAN", "must be a span of time, such as 30 days");
        }
        self.check_law(&mut faults);
        faults.all()
    }

    /// # Errors
    /// `BAD_USER_INPUT` for the first fault.
    pub fn check(&self, key: &str) -> Result<()> {
        self.faults(key).into_iter().next().map_or(Ok(()), |fault| Err(fault.into()))
    }

    fn check_lists(&self, faults: &mut Faults) {
        if self.data_collected.is_empty() {
            faults.add(Part::DataCollected, "EMPTY", "must name at least one data type");
        }
        faults.list(Part::DataCollected, &self.data_collected, |word| {
            retention::check_data_type(word).err().map(|error| format!("has an entry that is none: {error}"))
        });
        faults.list(Part::Fields, self.fields.as_deref().unwrap_or_default(), |path| {
            let whole = path.split('.').all(|step| !step.trim().is_empty()) && is_short(path, LONGEST_WORD);
            (!whole).then(|| format!("has an entry that is no dotted path of up to {LONGEST_WORD} characters"))
        });
        faults.list(Part::Recipients, &self.recipients, |recipient| {
            let named = !recipient.trim().is_empty() && is_short(recipient, LONGEST_WORD);
            (!named).then(|| format!("has an entry that is not 1 to {LONGEST_WORD} characters on one line"))
        });
    }

    /// What the law asks beyond a well-formed entry.
    fn check_law(&self, faults: &mut Faults) {
        if self.lawful_basis == LawfulBasis::LegitimateInterests && self.legitimate_interest_assessment.is_none() {
            let message = "is required for legitimate interests (Article 6(1)(f))";
            faults.add(Part::LegitimateInterestAssessment, "ASSESSMENT_REQUIRED", message);
        }
        // Under consent the condition is explicit consent, which every decision asks for (Article 9(2)(a)).
        if self.special_category
            && self.special_category_condition.is_none()
            && self.lawful_basis != LawfulBasis::Consent
        {
            let message = "is required for special categories on another basis than consent (Article 9(2))";
            faults.add(Part::SpecialCategoryCondition, "CONDITION_REQUIRED", message);
        }
        if self.special_category_condition.is_some() && !self.special_category {
            let message = "must be true where a condition of Article 9(2) is given";
            faults.add(Part::SpecialCategory, "SPECIAL_CATEGORY_NOT_STATED", message);
        }
        if self.transfers_outside_eu && self.transfer_safeguards.is_none() {
            let message = "is required for transfers outside the EU (Article 46)";
            faults.add(Part::TransferSafeguards, "SAFEGUARDS_REQUIRED", message);
        }
    }
}

impl From<&purposes::Model> for Definition {
    fn from(row: &purposes::Model) -> Self {
        Self {
            name: row.name.clone(),
            description: row.description.clone(),
            lawful_basis: row.lawful_basis,
            data_collected: row.data_collected.0.clone(),
            fields: row.fields.clone().map(|fields| fields.0),
            retention: row.retention,
            storage_location: row.storage_location.clone(),
            legitimate_interest_assessment: row.legitimate_interest_assessment.clone(),
            special_category: row.special_category,
            special_category_condition: row.special_category_condition.clone(),
            recipients: row.recipients.0.clone(),
            transfers_outside_eu: row.transfers_outside_eu,
            transfer_safeguards: row.transfer_safeguards.clone(),
            consent_valid_for: row.consent_valid_for,
            consent_expiry_notice: row.consent_expiry_notice,
            sale_or_sharing: row.sale_or_sharing,
        }
    }
}

fn is_key(key: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=LONGEST_KEY).contains(&key.len())
        && key.bytes().all(word)
        && key.starts_with(|first: char| first.is_ascii_alphanumeric())
}

fn is_short(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.contains(char::is_control)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A definition without a fault.
    pub fn sound() -> Definition {
        Definition {
            name: "Newsletter".to_owned(),
            description: "Send what is new".to_owned(),
            lawful_basis: LawfulBasis::Consent,
            data_collected: vec!["contact_details".to_owned()],
            fields: Some(vec!["email".to_owned(), "address.city".to_owned()]),
            retention: Period::months(12),
            storage_location: "EU".to_owned(),
            legitimate_interest_assessment: None,
            special_category: false,
            special_category_condition: None,
            recipients: vec!["Mail provider (processor)".to_owned()],
            transfers_outside_eu: false,
            transfer_safeguards: None,
            consent_valid_for: None,
            consent_expiry_notice: None,
            sale_or_sharing: false,
        }
    }

    fn words(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("word_{number}")).collect()
    }

    #[test]
    fn a_version_that_was_kept_before_a_property_was_known_reads() {
        let mut kept = serde_json::to_value(sound()).unwrap();
        for newer in ["saleOrSharing", "consentExpiryNotice"] {
            kept.as_object_mut().unwrap().remove(newer).expect(newer);
        }
        assert_eq!(serde_json::from_value::<Definition>(kept).unwrap(), sound());
    }

    #[test]
    fn a_sound_definition_has_no_fault() {
        assert_eq!(sound().faults("newsletter"), []);
        assert_eq!(sound().faults("Image-to.3d_conversion"), []);
        assert_eq!(Definition { fields: Some(Vec::new()), ..sound() }.faults("a"), [], "no field at all is an answer");
    }

    #[test]
    fn a_key_is_one_plain_word() {
        for key in ["", " ", "two words", "_first", "a:b", "ключ", "a\nb", &"k".repeat(101)] {
            assert_eq!(sound().check(key).unwrap_err().field(), Some("key"), "{key:?}");
        }
    }

    #[test]
    fn every_part_is_held_to_its_bounds() {
        let long = "x".repeat(5000);
        for (definition, field, reason) in [
            (Definition { name: " ".into(), ..sound() }, "name", "EMPTY"),
            (Definition { name: long.clone(), ..sound() }, "name", "TOO_LONG"),
            (Definition { name: "bell\u{7}".into(), ..sound() }, "name", "CONTROL_CHARACTER"),
            (Definition { description: String::new(), ..sound() }, "description", "EMPTY"),
            (Definition { data_collected: vec![], ..sound() }, "dataCollected", "EMPTY"),
            (Definition { data_collected: words(201), ..sound() }, "dataCollected", "TOO_MANY"),
            (Definition { data_collected: vec!["Two Words".into()], ..sound() }, "dataCollected.0", "INVALID_ENTRY"),
            (
                Definition { data_collected: vec!["a".into(), "a".into()], ..sound() },
                "dataCollected.1",
                "DUPLICATE_ENTRY",
            ),
            (Definition { fields: Some(vec!["a..b".into()]), ..sound() }, "fields.0", "INVALID_ENTRY"),
            (Definition { recipients: vec![" ".into()], ..sound() }, "recipients.0", "INVALID_ENTRY"),
            (Definition { storage_location: String::new(), ..sound() }, "storageLocation", "EMPTY"),
            (Definition { transfer_safeguards: Some(" ".into()), ..sound() }, "transferSafeguards", "EMPTY"),
            (
                Definition { consent_expiry_notice: Some(Period::Indefinite), ..sound() },
                "consentExpiryNotice",
                "NOT_A_SPAN",
            ),
        ] {
            let refusal = definition.check("key").unwrap_err();
            assert_eq!((refusal.field(), refusal.reason()), (Some(field), reason), "{}", refusal.message());
        }
    }

    #[test]
    fn the_law_asks_for_more_than_form() {
        use LawfulBasis::{Consent, Contract, LegitimateInterests};
        let special = |lawful_basis| Definition { lawful_basis, special_category: true, ..sound() };
        for (definition, reason) in [
            (Definition { lawful_basis: LegitimateInterests, ..sound() }, Some("ASSESSMENT_REQUIRED")),
            (special(Contract), Some("CONDITION_REQUIRED")),
            (special(Consent), None),
            (Definition { special_category_condition: Some("Article 9(2)(h)".into()), ..special(Contract) }, None),
            (
                Definition { special_category_condition: Some("Article 9(2)(h)".into()), ..sound() },
                Some("SPECIAL_CATEGORY_NOT_STATED"),
            ),
            (Definition { transfers_outside_eu: true, ..sound() }, Some("SAFEGUARDS_REQUIRED")),
            (Definition { transfers_outside_eu: true, transfer_safeguards: Some("SCC".into()), ..sound() }, None),
        ] {
            assert_eq!(definition.check("key").err().map(|refusal| refusal.reason()), reason, "{definition:?}");
        }
    }

    #[test]
    fn all_faults_are_found_at_once() {
        let broken =
            Definition { name: String::new(), storage_location: String::new(), data_collected: vec![], ..sound() };
        let parts: Vec<Part> = broken.faults(" ").into_iter().map(|fault| fault.part).collect();
        assert_eq!(parts, [Part::Key, Part::Name, Part::DataCollected, Part::StorageLocation]);
    }
}
