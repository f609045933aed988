//! Doubts about registers that are sound in form: what would be imported, and deserves a second look before it is.
//!
//! A fault ([`Definition::faults`]) blocks an import; a doubt is told with it. Each names the article it rests on. The
//! table of rules is in `docs/registers.md`.

use std::collections::{BTreeMap, BTreeSet};

use recital_entities::{DeletionMethod, LawfulBasis, Period};

use super::{Definition, Fault, Part, data_types::is_longer};
use crate::retention::SetPolicy;

/// A fault that does not block, and the article it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    pub fault: Fault,
    pub reference: &'static str,
}

/// What is known of the registers beside the entry in question. Of a register that is not known at all nothing is
/// missing.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub policies: BTreeMap<String, (Period, DeletionMethod)>,
    /// The data types that purposes in use collect.
    pub collected: BTreeSet<String>,
}

/// Words in the name of a data type that speak of Article 9(1).
const SPECIAL: &[&str] = &[
    "biometric",
    "biometrics",
    "diagnosis",
    "disability",
    "ethnic",
    "ethnicity",
    "faceprint",
    "fingerprint",
    "genetic",
    "health",
    "medical",
    "orientation",
    "political",
    "racial",
    "religion",
    "religious",
    "sexual",
    "union",
];

/// The European Economic Area, whose storage is no transfer (ISO 3166-1 alpha-2).
const EEA: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "EU", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
    "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// What is doubtful about a purpose.
pub(super) fn doubts(purpose: &Definition, known: &Known) -> Vec<Doubt> {
    let mut doubts = Doubts::default();
    doubts.about_data(purpose, known);
    doubts.about_storage(purpose);
    doubts.about_the_basis(purpose);
    doubts.about_transfers(purpose);
    doubts.0
}

/// What is doubtful about a data type's policy: rule, message, article.
pub(super) fn doubts_of_policy(policy: &SetPolicy, known: &Known) -> Vec<(&'static str, &'static str, &'static str)> {
    let personal = policy.deletion_method != DeletionMethod::NotApplicable;
    let mut doubts = Vec::new();
    if personal && !known.collected.is_empty() && !known.collected.contains(&policy.data_type) {
        doubts.push(("UNUSED_DATA_TYPE", "is collected for no purpose", "GDPR Article 5(1)(b)"));
    }
    if personal && policy.retention == Period::Indefinite {
        doubts.push(("NO_TIME_LIMIT", "is kept without end; give a period", "GDPR Article 5(1)(e)"));
    }
    doubts
}

#[derive(Default)]
struct Doubts(Vec<Doubt>);

impl Doubts {
    fn add(&mut self, part: Part, rule: &'static str, message: impl Into<String>, reference: &'static str) {
        self.at(part, None, rule, message, reference);
    }

    fn at(
        &mut self,
        part: Part,
        entry: Option<usize>,
        reason: &'static str,
        message: impl Into<String>,
        reference: &'static str,
    ) {
        self.0.push(Doubt { fault: Fault { part, entry, reason, message: message.into() }, reference });
    }

    fn about_data(&mut self, purpose: &Definition, known: &Known) {
        for (entry, data_type) in purpose.data_collected.iter().enumerate() {
            let policy = known.policies.get(data_type);
            if policy.is_none() && !known.policies.is_empty() {
                let message = format!("names `{data_type}`, which has no retention policy: the purpose's period holds");
                self.at(Part::DataCollected, Some(entry), "NO_RETENTION_POLICY", message, "GDPR Article 5(1)(e)");
            }
            if let Some((period, _)) = policy
                && is_longer(purpose.retention, *period)
            {
                let message = format!("is longer than the {period} that `{data_type}` is kept by its policy");
                self.add(Part::Retention, "LONGER_THAN_DATA_TYPE", message, "GDPR Article 5(1)(e)");
            }
            let special = data_type.split('_').any(|word| SPECIAL.contains(&word));
            if special && !purpose.special_category {
                let message =
                    format!("names `{data_type}`, which sounds like a special category: state `special_category`");
                self.at(Part::DataCollected, Some(entry), "SPECIAL_CATEGORY_LIKELY", message, "GDPR Article 9(1)");
            }
        }
        if purpose.fields.is_none() {
            let message = "is missing: without a list every field may be collected and read";
            self.add(Part::Fields, "NOT_NARROWED", message, "GDPR Article 5(1)(c)");
        }
    }

    fn about_storage(&mut self, purpose: &Definition) {
        if purpose.retention == Period::Indefinite {
            self.add(Part::Retention, "NO_TIME_LIMIT", "has no end; give a period", "GDPR Article 5(1)(e)");
        }
        let place = purpose.storage_location.trim();
        let is_country = place.len() == 2 && place.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_country && !EEA.contains(&place) && !purpose.transfers_outside_eu {
            let message = "is outside the European Economic Area: state `transfers_outside_eu` and its safeguards";
            self.add(Part::StorageLocation, "TRANSFER_NOT_STATED", message, "GDPR Article 44");
        }
    }

    fn about_the_basis(&mut self, purpose: &Definition) {
        let basis = purpose.lawful_basis;
        if purpose.legitimate_interest_assessment.is_some() && basis != LawfulBasis::LegitimateInterests {
            let message = "belongs to legitimate interests; this purpose has another basis";
            self.add(Part::LegitimateInterestAssessment, "ASSESSMENT_UNUSED", message, "GDPR Article 6(1)(f)");
        }
        if purpose.consent_valid_for.is_some() && basis != LawfulBasis::Consent {
            let message = "has no effect: this purpose does not rest on consent";
            self.add(Part::ConsentValidFor, "CONSENT_UNUSED", message, "GDPR Article 7");
        }
    }

    fn about_transfers(&mut self, purpose: &Definition) {
        if purpose.transfers_outside_eu && purpose.recipients.is_empty() {
            let message = "are for somebody: name who gets the data under `recipients`";
            self.add(Part::TransferSafeguards, "RECIPIENT_NOT_NAMED", message, "GDPR Article 30(1)(d)-(e)");
        }
        if purpose.transfer_safeguards.is_some() && !purpose.transfers_outside_eu {
            let message = "are given for no transfer: state `transfers_outside_eu`, or leave them out";
            self.add(Part::TransferSafeguards, "SAFEGUARDS_UNUSED", message, "GDPR Article 46");
        }
    }
}

/// The article that a fault of form rests on, where it rests on one.
pub(super) fn reference_of(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "ASSESSMENT_REQUIRED" => "GDPR Article 6(1)(f)",
        "CONDITION_REQUIRED" | "SPECIAL_CATEGORY_NOT_STATED" => "GDPR Article 9(2)",
        "SAFEGUARDS_REQUIRED" => "GDPR Article 46",
        "UNKNOWN_LAWFUL_BASIS" => "GDPR Article 6(1)",
        "PERIOD_WITHOUT_END" | "INVALID_PERIOD" => "GDPR Article 5(1)(e)",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::definition::tests::sound, *};

    fn known() -> Known {
        let policy = |period| (period, DeletionMethod::Automatic);
        Known {
            policies: BTreeMap::from([
                ("contact_details".to_owned(), policy(Period::months(12))),
                ("health_notes".to_owned(), policy(Period::years(10))),
            ]),
            collected: BTreeSet::from(["contact_details".to_owned()]),
        }
    }

    fn collecting(data_types: &[&str]) -> Definition {
        Definition { data_collected: data_types.iter().map(|&name| name.to_owned()).collect(), ..sound() }
    }

    #[test]
    fn a_sound_definition_raises_no_doubt() {
        assert_eq!(doubts(&sound(), &known()), []);
        assert_eq!(doubts(&collecting(&["anything"]), &Known::default()), [], "no register of retention is known");
    }

    #[test]
    fn each_doubt_has_its_rule_and_its_place() {
        use LawfulBasis::{Contract, LegitimateInterests};
        let text = || Some("stated".to_owned());
        let health = || collecting(&["contact_details", "health_notes"]);
        let abroad = || Definition { transfers_outside_eu: true, transfer_safeguards: text(), ..sound() };
        for (purpose, expected) in [
            (collecting(&["contact_details", "orders"]), Some(("NO_RETENTION_POLICY", Part::DataCollected, Some(1)))),
            (
                Definition { retention: Period::months(13), ..sound() },
                Some(("LONGER_THAN_DATA_TYPE", Part::Retention, None)),
            ),
            (Definition { retention: Period::months(6), ..sound() }, None),
            (health(), Some(("SPECIAL_CATEGORY_LIKELY", Part::DataCollected, Some(1)))),
            (Definition { special_category: true, ..health() }, None),
            (Definition { fields: None, ..sound() }, Some(("NOT_NARROWED", Part::Fields, None))),
            (
                Definition { storage_location: "US".into(), ..sound() },
                Some(("TRANSFER_NOT_STATED", Part::StorageLocation, None)),
            ),
            (Definition { storage_location: "DE".into(), ..sound() }, None),
            (Definition { storage_location: "US".into(), ..abroad() }, None),
            (
                Definition { recipients: vec![], ..abroad() },
                Some(("RECIPIENT_NOT_NAMED", Part::TransferSafeguards, None)),
            ),
            (
                Definition { transfer_safeguards: text(), ..sound() },
                Some(("SAFEGUARDS_UNUSED", Part::TransferSafeguards, None)),
            ),
            (
                Definition { legitimate_interest_assessment: text(), ..sound() },
                Some(("ASSESSMENT_UNUSED", Part::LegitimateInterestAssessment, None)),
            ),
            (Definition { legitimate_interest_assessment: text(), lawful_basis: LegitimateInterests, ..sound() }, None),
            (
                Definition { consent_valid_for: Some(Period::years(1)), lawful_basis: Contract, ..sound() },
                Some(("CONSENT_UNUSED", Part::ConsentValidFor, None)),
            ),
        ] {
            let found = doubts(&purpose, &known());
            let found: Vec<_> =
                found.iter().map(|doubt| (doubt.fault.reason, doubt.fault.part, doubt.fault.entry)).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{purpose:?}");
        }
        let endless = doubts(&Definition { retention: Period::Indefinite, ..sound() }, &known());
        let rules: Vec<_> = endless.iter().map(|doubt| doubt.fault.reason).collect();
        assert_eq!(rules, ["LONGER_THAN_DATA_TYPE", "NO_TIME_LIMIT"]);
    }

    #[test]
    fn a_policy_is_for_data_that_is_collected_and_has_an_end() {
        let policy = |data_type: &str, retention, deletion_method| SetPolicy {
            data_type: data_type.to_owned(),
            retention,
            deletion_method,
            legal_basis: "no_longer_necessary".to_owned(),
        };
        for (policy, expected) in [
            (policy("contact_details", Period::days(30), DeletionMethod::Automatic), vec![]),
            (policy("orders", Period::days(30), DeletionMethod::Automatic), vec!["UNUSED_DATA_TYPE"]),
            (policy("orders", Period::Indefinite, DeletionMethod::NotApplicable), vec![]),
            (policy("contact_details", Period::Indefinite, DeletionMethod::OnRequest), vec!["NO_TIME_LIMIT"]),
        ] {
            let found: Vec<_> = doubts_of_policy(&policy, &known()).into_iter().map(|(rule, ..)| rule).collect();
            assert_eq!(found, expected, "{policy:?}");
        }
    }
}
