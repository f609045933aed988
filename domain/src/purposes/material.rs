//! Whether a change is one that earlier consents did not cover (Articles 4(11), 6(4) and 7).
//!
//! Consent is specific and informed: it covers what the person was told then. Another basis, more data, a special
//! category, a new transfer outside the EU or a sale goes beyond that; collecting less, keeping it differently or wording it
//! better does not. Whether new words describe a new purpose no rule can tell: `revisePurpose(requireReconsent:)` lets
//! a person say so.

use super::Definition;

/// Whether `after` goes beyond what was consented to under `before`.
#[must_use]
pub fn is_material(before: &Definition, after: &Definition) -> bool {
    before.lawful_basis != after.lawful_basis
        || after.data_collected.iter().any(|data_type| !before.data_collected.contains(data_type))
        || widens(before.fields.as_deref(), after.fields.as_deref())
        || (after.special_category && !before.special_category)
        || (after.transfers_outside_eu && !before.transfers_outside_eu)
        || (after.sale_or_sharing && !before.sale_or_sharing)
}

/// Whether the allowlist lets a field through that it did not. A path stands for all beneath it.
fn widens(before: Option<&[String]>, after: Option<&[String]>) -> bool {
    match (before, after) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(before), Some(after)) => !after.iter().all(|path| before.iter().any(|allowed| covers(allowed, path))),
    }
}

fn covers(allowed: &str, path: &str) -> bool {
    path.strip_prefix(allowed).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use recital_entities::{LawfulBasis, Period};

    use super::{super::definition::tests::sound, *};

    fn fields(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|&path| path.to_owned()).collect()
    }

    #[test]
    fn only_what_goes_beyond_the_earlier_consent_is_material() {
        let base = sound();
        let basis = Definition { lawful_basis: LawfulBasis::Contract, ..sound() };
        let more = Definition { data_collected: vec!["contact_details".into(), "orders".into()], ..sound() };
        let words = Definition { name: "News".into(), description: "What is new".into(), ..sound() };
        let elsewhere = Definition { storage_location: "DE".into(), recipients: vec![], ..sound() };
        let special = Definition { special_category: true, ..sound() };
        let abroad = Definition { transfers_outside_eu: true, transfer_safeguards: Some("SCC".into()), ..sound() };
        let sold = Definition { sale_or_sharing: true, ..sound() };
        for (before, after, material) in [
            (&base, &base, false),
            (&base, &basis, true),
            (&base, &more, true),
            (&more, &base, false),
            (&base, &words, false),
            (&base, &elsewhere, false),
            (&base, &Definition { retention: Period::years(3), ..sound() }, false),
            (&base, &special, true),
            (&special, &base, false),
            (&base, &abroad, true),
            (&abroad, &base, false),
            (&base, &sold, true),
            (&sold, &base, false),
        ] {
            assert_eq!(is_material(before, after), material, "{before:?} → {after:?}");
        }
    }

    #[test]
    fn an_allowlist_widens_where_a_new_field_gets_through() {
        for (before, after, widens) in [
            (None, None, false),
            (None, Some(fields(&["email"])), false),
            (Some(fields(&["email"])), None, true),
            (Some(fields(&["email"])), Some(fields(&["email"])), false),
            (Some(fields(&["email", "name"])), Some(fields(&["name"])), false),
            (Some(fields(&["email"])), Some(fields(&["email", "name"])), true),
            (Some(fields(&["address"])), Some(fields(&["address.city"])), false),
            (Some(fields(&["address.city"])), Some(fields(&["address"])), true),
            (Some(fields(&["address"])), Some(fields(&["addressee"])), true),
            (Some(fields(&["email"])), Some(fields(&[])), false),
        ] {
            let with = |fields| Definition { fields, ..sound() };
            assert_eq!(is_material(&with(before.clone()), &with(after.clone())), widens, "{before:?} → {after:?}");
        }
    }
}
