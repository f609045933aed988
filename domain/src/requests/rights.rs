//! Which right reaches which data, and where the law says so. Data, not branches: one row per right and law.
//!
//! A right reaches data that is processed on one of its bases. What it does not reach is named with the provision
//! that says so, so that a refusal explains itself. CCPA knows no lawful bases; its rows name the bases of the purposes
//! that its rights concern here.

use recital_entities::{
    LawfulBasis::{self, Consent, Contract, LegalObligation, LegitimateInterests, PublicTask, VitalInterests},
    Regime, SubjectRequestType,
};
use sea_orm::Iterable as _;

/// A right under one law.
#[derive(Debug)]
pub struct Right {
    pub request: SubjectRequestType,
    pub regime: Regime,
    /// The provision that gives it.
    pub reference: &'static str,
    /// What it reaches.
    pub bases: &'static [LawfulBasis],
    /// Why it does not reach the rest, with the provision.
    pub beyond: &'static str,
}

const ALL: &[LawfulBasis] = &[Consent, Contract, LegalObligation, VitalInterests, PublicTask, LegitimateInterests];
const NOTHING_BEYOND: &str = "";

/// What an erasure reaches; the same under both laws, so that one person's data meets one fate.
pub const ERASABLE: &[LawfulBasis] = &[Consent, Contract, VitalInterests, LegitimateInterests];

const RIGHTS: &[Right] = &[
    Right {
        request: SubjectRequestType::Access,
        regime: Regime::Gdpr,
        reference: "GDPR Article 15",
        bases: ALL,
        beyond: NOTHING_BEYOND,
    },
    Right {
        request: SubjectRequestType::Rectification,
        regime: Regime::Gdpr,
        reference: "GDPR Article 16",
        bases: ALL,
        beyond: NOTHING_BEYOND,
    },
    Right {
        request: SubjectRequestType::Erasure,
        regime: Regime::Gdpr,
        reference: "GDPR Article 17(1)",
        bases: ERASABLE,
        beyond: "GDPR Article 17(3)(b): kept for a legal obligation or a task in the public interest",
    },
    Right {
        request: SubjectRequestType::Restriction,
        regime: Regime::Gdpr,
        reference: "GDPR Article 18",
        bases: ALL,
        beyond: NOTHING_BEYOND,
    },
    Right {
        request: SubjectRequestType::Portability,
        regime: Regime::Gdpr,
        reference: "GDPR Article 20",
        bases: &[Consent, Contract],
        beyond: "GDPR Article 20(1)(a): only what rests on consent or a contract is portable",
    },
    Right {
        request: SubjectRequestType::Objection,
        regime: Regime::Gdpr,
        reference: "GDPR Article 21",
        bases: &[PublicTask, LegitimateInterests],
        beyond: "GDPR Article 21(1): one can object to what rests on legitimate interests or a public task; a consent is \
                 withdrawn instead",
    },
    Right {
        request: SubjectRequestType::Access,
        regime: Regime::Ccpa,
        reference: "CCPA 1798.110",
        bases: ALL,
        beyond: NOTHING_BEYOND,
    },
    Right {
        request: SubjectRequestType::Rectification,
        regime: Regime::Ccpa,
        reference: "CCPA 1798.106",
        bases: ALL,
        beyond: NOTHING_BEYOND,
    },
    Right {
        request: SubjectRequestType::Erasure,
        regime: Regime::Ccpa,
        reference: "CCPA 1798.105",
        bases: ERASABLE,
        beyond: "CCPA 1798.105(d)(8), 1798.145(a): kept for a legal obligation or a public authority",
    },
    Right {
        request: SubjectRequestType::Portability,
        regime: Regime::Ccpa,
        reference: "CCPA 1798.130(a)(3)(B)(iii)",
        bases: ALL,
        beyond: NOTHING_BEYOND,
    },
    Right {
        request: SubjectRequestType::OptOutOfSale,
        regime: Regime::Ccpa,
        reference: "CCPA 1798.120",
        bases: &[Consent, LegitimateInterests],
        beyond: "CCPA 1798.140(ad)(2), 1798.145(a): what the consumer asks to be disclosed, or a law requires, is no sale",
    },
];

/// The right that a request of this type exercises under `regime`; none where that law does not know it.
#[must_use]
pub fn right(request: SubjectRequestType, regime: Regime) -> Option<&'static Right> {
    RIGHTS.iter().find(|right| right.request == request && right.regime == regime)
}

/// Every type of request, in the order of the articles.
pub fn types() -> impl Iterator<Item = SubjectRequestType> {
    SubjectRequestType::iter()
}

/// Why a law does not know a right, and what does.
#[must_use]
pub fn unknown(request: SubjectRequestType, regime: Regime) -> String {
    let elsewhere = RIGHTS.iter().find(|right| right.request == request);
    let elsewhere = elsewhere.map(|right| format!("; it is a right under {} ({})", right.regime, right.reference));
    format!("{regime} knows no right of {request}{}", elsewhere.unwrap_or_default())
}

/// Every right under `regime`.
pub fn rights_under(regime: Regime) -> impl Iterator<Item = &'static Right> {
    RIGHTS.iter().filter(move |right| right.regime == regime)
}

impl Right {
    #[must_use]
    pub fn reaches(&self, basis: LawfulBasis) -> bool {
        self.bases.contains(&basis)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// From the W3C Data Privacy Vocabulary; see `tests/fixtures/dpv/README.md`.
    const DPV: &str = include_str!("../../../tests/fixtures/dpv/legal_basis_rights.csv");

    fn article(request: SubjectRequestType) -> Option<&'static str> {
        match request {
            SubjectRequestType::Access => Some("A15"),
            SubjectRequestType::Rectification => Some("A16"),
            SubjectRequestType::Erasure => Some("A17"),
            SubjectRequestType::Restriction => Some("A18"),
            SubjectRequestType::Portability => Some("A20"),
            SubjectRequestType::Objection => Some("A21"),
            SubjectRequestType::OptOutOfSale => None,
        }
    }

    fn point(basis: LawfulBasis) -> &'static str {
        match basis {
            Consent => "A6-1-a",
            Contract => "A6-1-b",
            LegalObligation => "A6-1-c",
            VitalInterests => "A6-1-d",
            PublicTask => "A6-1-e",
            LegitimateInterests => "A6-1-f",
        }
    }

    #[test]
    fn rights_follow_from_bases_as_the_data_privacy_vocabulary_says() {
        let theirs: BTreeSet<(String, String)> = DPV
            .lines()
            .skip(1)
            .map(|line| {
                let mut terms =
                    line.split(',').map(|term| term.trim_matches('"').rsplit('#').next().unwrap().to_owned());
                (terms.next().unwrap(), terms.next().unwrap())
            })
            .collect();
        let mut ours = BTreeSet::new();
        for right in rights_under(Regime::Gdpr) {
            for basis in right.bases {
                ours.insert((point(*basis).to_owned(), article(right.request).unwrap().to_owned()));
            }
        }
        assert_eq!(ours, theirs);
    }

    #[test]
    fn each_type_is_a_right_under_some_law_and_opting_out_of_sale_under_ccpa_alone() {
        for request in SubjectRequestType::iter() {
            assert!(Regime::iter().any(|regime| right(request, regime).is_some()), "{request}");
        }
        assert!(right(SubjectRequestType::OptOutOfSale, Regime::Gdpr).is_none());
        assert!(right(SubjectRequestType::Objection, Regime::Ccpa).is_none());
        assert!(right(SubjectRequestType::Restriction, Regime::Ccpa).is_none());
    }

    #[test]
    fn what_a_right_does_not_reach_is_explained() {
        for right in RIGHTS {
            assert_eq!(right.bases.len() < ALL.len(), !right.beyond.is_empty(), "{} {}", right.request, right.regime);
        }
    }
}
