//! What people are told (Articles 12 to 14), in their language: generated from the register, so that it says what is
//! done.

use recital_entities::{LawfulBasis, purposes::purposes};

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
    let policy = Writer { words: Words::of(locale), facts: &facts, escape: markdown_text }.policy();
    Ok(GeneratedDocument::new("text/markdown; charset=utf-8", markdown(&policy), facts.at))
}

/// The same in its parts, for a page to show.
pub async fn policy_parts(app: &App, viewer: &Viewer, locale: &str) -> Result<Policy> {
    let facts = app.read(viewer, Permission::ReportRead, Facts::read).await?;
    Ok(Writer { words: Words::of(locale), facts: &facts, escape: str::to_owned }.policy())
}

/// A privacy policy in words.
#[derive(Clone, Debug)]
pub struct Policy {
    pub title: String,
    pub as_of: String,
    /// Who is responsible, and how to reach them.
    pub controller: Vec<String>,
    pub purposes_title: String,
    pub purposes: Vec<PolicyPurpose>,
    pub rights_title: String,
    pub rights: Vec<String>,
}

/// What the policy says about one purpose.
#[derive(Clone, Debug)]
pub struct PolicyPurpose {
    /// As the tenant wrote it, in its own language.
    pub name: String,
    /// As the tenant wrote it, in its own language.
    pub description: String,
    pub facts: Vec<String>,
}

fn markdown(policy: &Policy) -> String {
    let mut blocks = vec![
        format!("# {}", policy.title),
        policy.as_of.clone(),
        list(&policy.controller),
        format!("## {}", policy.purposes_title),
    ];
    let purpose = |purpose: &PolicyPurpose| {
        format!("### {}\n\n{}\n\n{}", purpose.name, purpose.description, list(&purpose.facts))
    };
    blocks.extend(policy.purposes.iter().map(purpose));
    blocks.push(format!("## {}", policy.rights_title));
    blocks.push(list(&policy.rights));
    blocks.join("\n\n") + "\n"
}

fn list(items: &[String]) -> String {
    items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}

struct Writer<'a> {
    words: Words,
    facts: &'a Facts,
    /// Keeps what the tenant wrote from being taken for markup.
    escape: fn(&str) -> String,
}

/// The rights of Articles 15 to 22, and the complaint of Article 77. Those that depend on the basis come separately.
const RIGHTS: &[&str] =
    &["policy-access", "policy-rectification", "policy-erasure", "policy-restriction", "policy-portability"];

impl Writer<'_> {
    fn policy(&self) -> Policy {
        let name = (self.escape)(&self.facts.tenant.name);
        let date = self.words.date(self.facts.at.date_naive());
        Policy {
            title: self.words.text_with("policy-title", &[("name", &name)]),
            as_of: self.words.text_with("policy-as-of", &[("date", &date)]),
            controller: self.controller(),
            purposes_title: self.words.text("policy-purposes"),
            purposes: self.facts.activities.iter().map(|Activity { purpose, .. }| self.purpose(purpose)).collect(),
            rights_title: self.words.text("policy-rights"),
            rights: self.rights(),
        }
    }

    fn controller(&self) -> Vec<String> {
        let controller = &self.facts.controller;
        let mut items = vec![
            self.words.text_with("policy-controller", &[("name", &(self.escape)(&controller.name))]),
            self.words.text_with("policy-contact", &[("contact", &(self.escape)(&controller.contact))]),
        ];
        let others = [
            ("policy-representative", &controller.representative),
            ("policy-officer", &controller.data_protection_officer),
        ];
        items.extend(
            others
                .into_iter()
                .filter_map(|(key, contact)| Some((key, contact.as_ref()?)))
                .map(|(key, contact)| self.words.text_with(key, &[("contact", &(self.escape)(contact))])),
        );
        items
    }

    fn purpose(&self, purpose: &purposes::Model) -> PolicyPurpose {
        let words = &self.words;
        let mut items = vec![
            words.text_with("policy-basis", &[("basis", &words.basis(purpose.lawful_basis))]),
            words.text_with("policy-data", &[("data", &self.data(purpose))]),
        ];
        if !purpose.recipients.0.is_empty() {
            let recipients = (self.escape)(&purpose.recipients.0.join(", "));
            items.push(words.text_with("policy-recipients", &[("recipients", &recipients)]));
        }
        items.push(words.text_with("policy-location", &[("location", &(self.escape)(&purpose.storage_location))]));
        if purpose.transfers_outside_eu {
            let safeguards = (self.escape)(purpose.transfer_safeguards.as_deref().unwrap_or("-"));
            items.push(words.text_with("policy-transfers", &[("safeguards", &safeguards)]));
        }
        let (name, description) = ((self.escape)(&purpose.name), (self.escape)(&purpose.description));
        PolicyPurpose { name, description, facts: items }
    }

    /// Each data type with how long it is kept.
    fn data(&self, purpose: &purposes::Model) -> String {
        let kept = |data_type: &String| {
            let policy = self.facts.policies.get(data_type);
            let period = self.words.period(policy.map_or(purpose.retention, |policy| policy.retention));
            format!("{} ({period})", (self.escape)(data_type))
        };
        purpose.data_collected.0.iter().map(kept).collect::<Vec<_>>().join(", ")
    }

    fn rights(&self) -> Vec<String> {
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
        rights.into_iter().map(|right| self.words.text(right)).collect()
    }
}
