//! What people read, in their language: mails and pages. The texts are Fluent files under `domain/locales`.
//!
//! A locale falls back to its language and then to English: `de-AT` reads German, `pt` English.

use std::{borrow::Cow, collections::HashMap};

use chrono::{Datelike as _, NaiveDate};
use fluent_templates::{LanguageIdentifier, Loader as _, fluent_bundle::FluentValue, static_loader};
use recital_entities::{LawfulBasis, Period};
use strum::IntoEnumIterator as _;

static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "en",
        // Marks around inserted values would show as boxes in some mail programs.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language that there are texts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    En,
    De,
    Fr,
    Es,
    It,
}

impl Language {
    /// The language of a BCP 47 tag, when there are texts in it.
    #[must_use]
    pub fn of(locale: &str) -> Option<Self> {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        Self::iter().find(|known| known.tag().eq_ignore_ascii_case(language))
    }

    /// Every language that there are texts in.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// BCP 47, as the `lang` attribute has it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.into()
    }
}

/// The texts of one language.
#[derive(Clone, Debug)]
pub struct Words {
    language: Language,
    id: LanguageIdentifier,
}

/// What stands in for `{ $name }` in a text.
pub type Argument<'a> = (&'static str, &'a str);

impl Words {
    #[must_use]
    pub fn of(locale: &str) -> Self {
        Self::in_language(Language::of(locale).unwrap_or(Language::En))
    }

    #[must_use]
    pub fn in_language(language: Language) -> Self {
        Self { language, id: language.tag().parse().unwrap_or_default() }
    }

    /// For a browser that says what it prefers (`Accept-Language`, RFC 9110): the best there is, else English.
    #[must_use]
    pub fn preferred(accept_language: &str) -> Self {
        let mut best = (0, Language::En);
        for choice in accept_language.split(',') {
            let mut parts = choice.trim().split(';');
            let language = parts.next().and_then(Language::of);
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
            if let Some(language) = language.filter(|_| weight > best.0) {
                best = (weight, language);
            }
        }
        Self::in_language(best.1)
    }

    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    #[must_use]
    pub fn text(&self, key: &str) -> String {
        TEXTS.lookup(&self.id, key)
    }

    #[must_use]
    pub fn text_with(&self, key: &str, arguments: &[Argument<'_>]) -> String {
        let values = arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value)));
        TEXTS.lookup_with_args(&self.id, key, &values.collect())
    }

    /// None where there is no such text.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<String> {
        TEXTS.try_lookup(&self.id, key)
    }

    /// The same for a text that asks for arguments.
    #[must_use]
    pub fn find_with(&self, key: &str, arguments: &[Argument<'_>]) -> Option<String> {
        let values = arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value)));
        TEXTS.try_lookup_with_args(&self.id, key, &values.collect())
    }

    /// A date as people write it: 21 November 2026, 21. November 2026.
    #[must_use]
    pub fn date(&self, date: NaiveDate) -> String {
        let values = HashMap::from([
            (Cow::Borrowed("day"), FluentValue::from(date.day())),
            (Cow::Borrowed("month"), FluentValue::from(self.text(&format!("month-{}", date.month())))),
            (Cow::Borrowed("year"), FluentValue::from(date.year().to_string())),
        ]);
        TEXTS.lookup_with_args(&self.id, "date", &values)
    }

    /// How long something is kept: 2 years, 30 days.
    #[must_use]
    pub fn period(&self, period: Period) -> String {
        let Period::Span { years, months, days, hours } = period else {
            let key = if period == Period::Indefinite { "period-indefinite" } else { "period-until-account-deletion" };
            return self.text(key);
        };
        let parts = [("year", years), ("month", months), ("day", days), ("hour", hours)];
        let part = |(unit, number): (&str, u32)| {
            let form = if number == 1 { "one" } else { "many" };
            self.text_with(&format!("period-{unit}-{form}"), &[("number", &number.to_string())])
        };
        parts.into_iter().filter(|(_, number)| *number > 0).map(part).collect::<Vec<_>>().join(", ")
    }

    /// What processing rests on, with its article.
    #[must_use]
    pub fn basis(&self, basis: LawfulBasis) -> String {
        self.text(match basis {
            LawfulBasis::Consent => "basis-consent",
            LawfulBasis::Contract => "basis-contract",
            LawfulBasis::LegalObligation => "basis-legal-obligation",
            LawfulBasis::VitalInterests => "basis-vital-interests",
            LawfulBasis::PublicTask => "basis-public-task",
            LawfulBasis::LegitimateInterests => "basis-legitimate-interests",
        })
    }

    /// The name of an attribute, from the path that leads to it: a translation of its key, or the key made readable.
    #[must_use]
    pub fn label(&self, path: &str) -> String {
        path.split('/').map(|key| self.key(key)).collect::<Vec<_>>().join(" – ")
    }

    fn key(&self, key: &str) -> String {
        let parts = parts(key);
        self.find(&format!("field-{}", parts.join("-"))).unwrap_or_else(|| {
            let text = parts.join(" ");
            let mut letters = text.chars();
            letters.next().map_or(text.clone(), |first| first.to_uppercase().chain(letters).collect())
        })
    }
}

/// `favouriteColour`, `favourite_colour` and `favourite-colour` are favourite, colour.
fn parts(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for letter in key.chars() {
        let is_gap = matches!(letter, '_' | '-' | '.');
        if is_gap || (was_lower && letter.is_uppercase()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| !is_gap) {
            part.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// A weight of RFC 9110 such as 0.8; what is none counts nothing.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{whole}{fraction:0<3}");
    digits.get(..whole.len() + 3).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_locale_falls_back_to_its_language_and_then_to_english() {
        for (locale, language) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("FR_ca", "fr"),
            ("it-CH", "it"),
            ("es-419", "es"),
            ("pt", "en"),
            ("", "en"),
        ] {
            assert_eq!(Words::of(locale).language().tag(), language, "{locale}");
        }
    }

    #[test]
    fn a_browser_gets_the_language_it_prefers() {
        for (header, language) in [
            ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
            ("pt-BR,pt;q=0.9,es;q=0.8,en;q=0.7", "es"),
            ("en;q=0.5, de;q=0.55", "de"),
            ("it;q=0, *", "en"),
            ("nonsense;q=x", "en"),
            ("", "en"),
        ] {
            assert_eq!(Words::preferred(header).language().tag(), language, "{header}");
        }
    }

    #[test]
    fn dates_read_as_people_write_them() {
        let first = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
        for (locale, date) in [
            ("en", "1 December 2026"),
            ("de", "1. Dezember 2026"),
            ("fr", "1er décembre 2026"),
            ("es", "1 de diciembre de 2026"),
            ("it", "1º dicembre 2026"),
        ] {
            assert_eq!(Words::of(locale).date(first), date);
        }
    }

    #[test]
    fn an_attribute_is_named_so_that_a_person_understands_it() {
        let german = Words::of("de");
        for (path, label) in [
            ("email", "E-Mail-Adresse"),
            ("dateOfBirth", "Geburtsdatum"),
            ("date_of_birth", "Geburtsdatum"),
            ("address/postal_code", "Anschrift – Postleitzahl"),
            ("favouriteColour", "Favourite colour"),
            ("shoe-size", "Shoe size"),
            ("URL", "Url"),
            ("_", ""),
        ] {
            assert_eq!(german.label(path), label, "{path}");
        }
    }

    #[test]
    fn every_language_has_the_same_texts_with_the_same_arguments() {
        let english = messages("en");
        assert!(english.len() > 50, "the files were found");
        for language in Language::iter() {
            assert_eq!(messages(language.tag()), english, "{language:?}");
        }
    }

    /// `key` and `key/argument` of every text in a language's files.
    fn messages(language: &str) -> BTreeSet<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
        let mut found = BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let mut key = String::new();
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                if let Some((name, _)) = line.split_once(" =").filter(|_| line.starts_with(char::is_alphabetic)) {
                    key = name.to_owned();
                    found.insert(key.clone());
                }
                for argument in line.split("{ $").skip(1) {
                    let end = argument.find(|c: char| !c.is_alphanumeric()).unwrap_or(argument.len());
                    found.insert(format!("{key}/{}", &argument[..end]));
                }
            }
        }
        found
    }
}
