//! The rule of the processing decision, on plain values.
//!
//! Its order: purpose or subject unknown → subject erased → restricted → purpose retired → objected → lawful basis. What
//! stops all processing comes before what concerns one purpose, and a person's "no" before the grounds for a "yes".

use chrono::{DateTime, Utc};
use recital_entities::{ConsentState, DecisionReason, LawfulBasis, PurposeStatus, SubjectStatus};

/// All that a decision depends on, as it stood at one instant.
#[derive(Clone, Debug)]
pub struct Facts {
    /// None: the tenant knows no such person.
    pub subject: Option<SubjectStatus>,
    /// None: the tenant has no such purpose.
    pub purpose: Option<PurposeFacts>,
    pub objected: bool,
    pub consent: Option<ConsentFacts>,
}

#[derive(Clone, Copy, Debug)]
pub struct PurposeFacts {
    pub status: PurposeStatus,
    pub lawful_basis: LawfulBasis,
    pub special_category: bool,
    /// Consents for versions before this one no longer count.
    pub consent_since_version: i32,
}

#[derive(Clone, Copy, Debug)]
pub struct ConsentFacts {
    pub state: ConsentState,
    pub purpose_version: i32,
    pub expires_at: Option<DateTime<Utc>>,
    pub special_category_consent: Option<bool>,
}

/// Why processing is or is not allowed at `now`.
#[must_use]
pub fn reason(facts: &Facts, now: DateTime<Utc>) -> DecisionReason {
    let Some(purpose) = facts.purpose else { return DecisionReason::UnknownPurpose };
    match facts.subject {
        None => return DecisionReason::UnknownSubject,
        Some(SubjectStatus::Erased) => return DecisionReason::SubjectErased,
        Some(SubjectStatus::Restricted) => return DecisionReason::Restricted,
        Some(SubjectStatus::Active) => {}
    }
    if purpose.status == PurposeStatus::Retired {
        return DecisionReason::PurposeRetired;
    }
    if facts.objected && can_be_objected_to(purpose.lawful_basis) {
        return DecisionReason::Objected;
    }
    match (purpose.lawful_basis, &facts.consent) {
        (LawfulBasis::Consent, Some(consent)) => by_consent(purpose, consent, now),
        (LawfulBasis::Consent, None) => DecisionReason::NoConsent,
        _ => DecisionReason::OtherLawfulBasis,
    }
}

/// Article 21(1): what rests on legitimate interests or a public task.
#[must_use]
pub fn can_be_objected_to(basis: LawfulBasis) -> bool {
    matches!(basis, LawfulBasis::LegitimateInterests | LawfulBasis::PublicTask)
}

/// Whether this reason is a yes.
#[must_use]
pub fn is_allowed(reason: DecisionReason) -> bool {
    matches!(reason, DecisionReason::ConsentGiven | DecisionReason::OtherLawfulBasis)
}

fn by_consent(purpose: PurposeFacts, consent: &ConsentFacts, now: DateTime<Utc>) -> DecisionReason {
    match consent.state {
        ConsentState::Requested | ConsentState::Refused => DecisionReason::NoConsent,
        ConsentState::PendingConfirmation => DecisionReason::ConsentPending,
        ConsentState::Withdrawn => DecisionReason::ConsentWithdrawn,
        ConsentState::Expired => DecisionReason::ConsentExpired,
        ConsentState::Invalidated => DecisionReason::ReconsentNeeded,
        ConsentState::Given => by_given_consent(purpose, consent, now),
    }
}

fn by_given_consent(purpose: PurposeFacts, consent: &ConsentFacts, now: DateTime<Utc>) -> DecisionReason {
    if consent.expires_at.is_some_and(|end| end <= now) {
        DecisionReason::ConsentExpired
    } else if consent.purpose_version < purpose.consent_since_version {
        DecisionReason::ReconsentNeeded
    } else if purpose.special_category && consent.special_category_consent != Some(true) {
        // Article 9(2)(a): explicit consent, given for that very category.
        DecisionReason::SpecialCategoryNotConsented
    } else {
        DecisionReason::ConsentGiven
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use sea_orm::Iterable;

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn given() -> ConsentFacts {
        ConsentFacts {
            state: ConsentState::Given,
            purpose_version: 3,
            expires_at: None,
            special_category_consent: None,
        }
    }

    fn facts(basis: LawfulBasis, consent: Option<ConsentFacts>) -> Facts {
        let purpose = PurposeFacts {
            status: PurposeStatus::Active,
            lawful_basis: basis,
            special_category: false,
            consent_since_version: 3,
        };
        Facts { subject: Some(SubjectStatus::Active), purpose: Some(purpose), objected: false, consent }
    }

    fn by(consent: ConsentFacts) -> Facts {
        facts(LawfulBasis::Consent, Some(consent))
    }

    fn special(consent: Option<bool>) -> Facts {
        let mut facts = by(ConsentFacts { special_category_consent: consent, ..given() });
        facts.purpose = facts.purpose.map(|purpose| PurposeFacts { special_category: true, ..purpose });
        facts
    }

    #[test]
    fn each_state_of_consent_has_its_answer() {
        use ConsentState as S;
        use DecisionReason as R;
        for (state, expected) in [
            (S::Given, R::ConsentGiven),
            (S::Requested, R::NoConsent),
            (S::Refused, R::NoConsent),
            (S::PendingConfirmation, R::ConsentPending),
            (S::Withdrawn, R::ConsentWithdrawn),
            (S::Expired, R::ConsentExpired),
            (S::Invalidated, R::ReconsentNeeded),
        ] {
            assert_eq!(reason(&by(ConsentFacts { state, ..given() }), NOW), expected, "{state}");
        }
        assert_eq!(reason(&facts(LawfulBasis::Consent, None), NOW), R::NoConsent);
    }

    #[test]
    fn consent_ends_at_the_instant_it_expires() {
        for (seconds, expected) in [
            (-1, DecisionReason::ConsentExpired),
            (0, DecisionReason::ConsentExpired),
            (1, DecisionReason::ConsentGiven),
        ] {
            let expires_at = Some(NOW + TimeDelta::seconds(seconds));
            assert_eq!(reason(&by(ConsentFacts { expires_at, ..given() }), NOW), expected, "{seconds} s");
        }
    }

    #[test]
    fn consent_counts_from_the_version_that_is_still_accepted() {
        for (purpose_version, expected) in
            [(2, DecisionReason::ReconsentNeeded), (3, DecisionReason::ConsentGiven), (4, DecisionReason::ConsentGiven)]
        {
            let consent = ConsentFacts { purpose_version, ..given() };
            assert_eq!(reason(&by(consent), NOW), expected, "version {purpose_version}");
        }
    }

    #[test]
    fn special_categories_need_explicit_consent() {
        assert_eq!(reason(&special(None), NOW), DecisionReason::SpecialCategoryNotConsented);
        assert_eq!(reason(&special(Some(false)), NOW), DecisionReason::SpecialCategoryNotConsented);
        assert_eq!(reason(&special(Some(true)), NOW), DecisionReason::ConsentGiven);
    }

    #[test]
    fn other_bases_need_no_consent_and_some_can_be_objected_to() {
        for basis in LawfulBasis::iter().filter(|basis| *basis != LawfulBasis::Consent) {
            let mut facts = facts(basis, None);
            assert_eq!(reason(&facts, NOW), DecisionReason::OtherLawfulBasis, "{basis}");
            facts.objected = true;
            let expected = match basis {
                LawfulBasis::LegitimateInterests | LawfulBasis::PublicTask => DecisionReason::Objected,
                _ => DecisionReason::OtherLawfulBasis,
            };
            assert_eq!(reason(&facts, NOW), expected, "{basis}");
        }
    }

    #[test]
    fn what_stops_all_processing_comes_first() {
        let mut facts = facts(LawfulBasis::LegitimateInterests, None);
        facts.objected = true;
        facts.purpose = facts.purpose.map(|purpose| PurposeFacts { status: PurposeStatus::Retired, ..purpose });
        assert_eq!(reason(&facts, NOW), DecisionReason::PurposeRetired);
        for (subject, expected) in [
            (Some(SubjectStatus::Restricted), DecisionReason::Restricted),
            (Some(SubjectStatus::Erased), DecisionReason::SubjectErased),
            (None, DecisionReason::UnknownSubject),
        ] {
            facts.subject = subject;
            assert_eq!(reason(&facts, NOW), expected);
        }
        facts.purpose = None;
        assert_eq!(reason(&facts, NOW), DecisionReason::UnknownPurpose);
    }

    fn any_of<T: Clone + std::fmt::Debug + Iterable + 'static>() -> impl Strategy<Value = T> {
        prop::sample::select(T::iter().collect::<Vec<_>>())
    }

    prop_compose! {
        fn any_consent()(state in any_of(), purpose_version in 1..5, ends in prop::option::of(-2_i64..3),
            special_category_consent in prop::option::of(any::<bool>())) -> ConsentFacts {
            let expires_at = ends.map(|ends| NOW + TimeDelta::seconds(ends));
            ConsentFacts { state, purpose_version, expires_at, special_category_consent }
        }
    }

    prop_compose! {
        fn any_facts()(subject in prop::option::of(any_of()), known: bool, status in any_of(), lawful_basis in any_of(), special_category: bool,
            consent_since_version in 1..5, objected: bool, consent in prop::option::of(any_consent())) -> Facts {
            let purpose = PurposeFacts { status, lawful_basis, special_category, consent_since_version };
            Facts { subject, purpose: known.then_some(purpose), objected, consent }
        }
    }

    proptest! {
        /// Whatever the rest says, these never lead to a yes.
        #[test]
        fn nothing_is_allowed_against_the_person(facts in any_facts()) {
            let allowed = is_allowed(reason(&facts, NOW));
            let Some(purpose) = facts.purpose else {
                prop_assert!(!allowed);
                return Ok(());
            };
            let by_consent = purpose.lawful_basis == LawfulBasis::Consent;
            let given = facts.consent.is_some_and(|consent| consent.state == ConsentState::Given);
            prop_assert!(!(allowed && facts.subject != Some(SubjectStatus::Active)));
            prop_assert!(!(allowed && purpose.status == PurposeStatus::Retired));
            prop_assert!(!(allowed && by_consent && !given));
            prop_assert!(!(allowed && facts.objected && can_be_objected_to(purpose.lawful_basis)));
        }

        /// A yes to a consent that ends is a no from its end on.
        #[test]
        fn time_alone_never_turns_a_no_into_a_yes(facts in any_facts(), seconds in 0_i64..5) {
            let later = NOW + TimeDelta::seconds(seconds);
            prop_assert!(is_allowed(reason(&facts, NOW)) || !is_allowed(reason(&facts, later)));
        }
    }
}
