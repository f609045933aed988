//! What people are told (Articles 12 to 14), in their language: generated from the register, so that it says what is
//! done.

use recital_entities::{LawfulBasis, Period, purposes::purposes};

use super::{
    GeneratedDocument,
    facts::{Activity, Facts},
    record_formats::markdown_text,
};
use crate::{
    app::App,
    error::Result,
    viewer::{Permission, Viewer},
    words::Words,
};

/// Markdown in the language of `locale`, or in English where there are no texts in it.
pub async fn privacy_policy(app: &App, viewer: &Viewer, locale: &str) -> Result<GeneratedDocument> {
    let facts = app.read(viewer, Permission::ReportRead, Facts::read).await?;
    let body = Policy { words: Words::of(locale), facts: &facts }.text();
    Ok(GeneratedDocument::new("text/markdown; charset=utf-8", body, facts.at))
}

struct Policy<'a> {
    words: Words,
    facts: &'a Facts,
}

/// The rights of Articles 15 to 22, and the complaint of Article 77. Those that depend on the basis come separately.
const RIGHTS: &[&str] =
    &["policy-access", "policy-rectification", "policy-erasure", "policy-restriction", "policy-portability"];

impl Policy<'_> {
    fn text(&self) -> String {
        let name = markdown_text(&self.facts.tenant.name);
        let date = self.words.date(self.facts.at.date_naive());
        let mut lines = vec![
            format!("# {}", self.words.text_with("policy-title", &[("name", &name)])),
            self.words.text_with("policy-as-of", &[("date", &date)]),
            self.controller(),
            format!("## {}", self.words.text("policy-purposes")),
        ];
        lines.extend(self.facts.activities.iter().map(|Activity { purpose, .. }| self.purpose(purpose)));
        lines.push(format!("## {}", self.words.text("policy-rights")));
        lines.push(self.rights());
        lines.join("\n\n") + "\n"
    }

    fn controller(&self) -> String {
        let controller = &self.facts.controller;
        let mut items = vec![
            self.words.text_with("policy-controller", &[("name", &markdown_text(&controller.name))]),
            self.words.text_with("policy-contact", &[("contact", &markdown_text(&controller.contact))]),
        ];
        let others = [
            ("policy-representative", &controller.representative),
            ("policy-officer", &controller.data_protection_officer),
        ];
        items.extend(
            others
                .into_iter()
                .filter_map(|(key, contact)| Some((key, contact.as_ref()?)))
                .map(|(key, contact)| self.words.text_with(key, &[("contact", &markdown_text(contact))])),
        );
        list(items)
    }

    fn purpose(&self, purpose: &purposes::Model) -> String {
        let words = &self.words;
        let mut items = vec![
            words.text_with("policy-basis", &[("basis", &words.text(basis(purpose.lawful_basis)))]),
            words.text_with("policy-data", &[("data", &self.data(purpose))]),
        ];
        if !purpose.recipients.0.is_empty() {
            let recipients = markdown_text(&purpose.recipients.0.join(", "));
            items.push(words.text_with("policy-recipients", &[("recipients", &recipients)]));
        }
        items.push(words.text_with("policy-location", &[("location", &markdown_text(&purpose.storage_location))]));
        if purpose.transfers_outside_eu {
            let safeguards = markdown_text(purpose.transfer_safeguards.as_deref().unwrap_or("-"));
            items.push(words.text_with("policy-transfers", &[("safeguards", &safeguards)]));
        }
        let (name, description) = (markdown_text(&purpose.name), markdown_text(&purpose.description));
        format!("### {name}\n\n{description}\n\n{}", list(items))
    }

    /// Each data type with how long it is kept.
    fn data(&self, purpose: &purposes::Model) -> String {
        let kept = |data_type: &String| {
            let policy = self.facts.policies.get(data_type);
            let period = self.period(policy.map_or(purpose.retention, |policy| policy.retention));
            format!("{} ({period})", markdown_text(data_type))
        };
        purpose.data_collected.0.iter().map(kept).collect::<Vec<_>>().join(", ")
    }

    fn period(&self, period: Period) -> String {
        let Period::Span { years, months, days, hours } = period else {
            let key = if period == Period::Indefinite { "period-indefinite" } else { "period-until-account-deletion" };
            return self.words.text(key);
        };
        let parts = [("year", years), ("month", months), ("day", days), ("hour", hours)];
        let part = |(unit, number): (&str, u32)| {
            let form = if number == 1 { "one" } else { "many" };
            self.words.text_with(&format!("period-{unit}-{form}"), &[("number", &number.to_string())])
        };
        parts.into_iter().filter(|(_, number)| *number > 0).map(part).collect::<Vec<_>>().join(", ")
    }

    fn rights(&self) -> String {
        let rests_on = |basis: &[LawfulBasis]| {
            self.facts.activities.iter().any(|entry| basis.contains(&entry.purpose.lawful_basis))
        };
        let mut rights = RIGHTS.to_vec();
        if rests_on(&[LawfulBasis::LegitimateInterests, LawfulBasis::PublicTask]) {
            rights.push("policy-objection");
        }
        if rests_on(&[LawfulBasis::Consent]) {
            rights.push("policy-withdrawal");
        }
        rights.push("policy-complaint");
        list(rights.into_iter().map(|right| self.words.text(right)).collect())
    }
}

fn list(items: Vec<String>) -> String {
    items.into_iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}

fn basis(basis: LawfulBasis) -> &'static str {
    match basis {
        LawfulBasis::Consent => "basis-consent",
        LawfulBasis::Contract => "basis-contract",
        LawfulBasis::LegalObligation => "basis-legal-obligation",
        LawfulBasis::VitalInterests => "basis-vital-interests",
        LawfulBasis::PublicTask => "basis-public-task",
        LawfulBasis::LegitimateInterests => "basis-legitimate-interests",
    }
}
