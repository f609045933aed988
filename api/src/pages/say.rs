//! The words of a page, with what they speak of filled in.

use recital_domain::{
    accuracy::Asker,
    words::{Argument, Words},
};
use recital_entities::LawfulBasis;

/// A page's language, and whom it speaks for.
#[derive(Clone)]
pub struct Say {
    words: Words,
    /// Name and contact.
    sender: Option<(String, Option<String>)>,
    arguments: Vec<(&'static str, String)>,
}

impl Say {
    /// In the browser's language: nothing is known of the reader.
    pub fn to_stranger(accept_language: &str) -> Self {
        Self { words: Words::preferred(accept_language), sender: None, arguments: Vec::new() }
    }

    /// In the reader's language, for the tenant that asks them.
    pub fn of(asker: &Asker) -> Self {
        let sender = (asker.sender.name.clone(), asker.sender.contact.clone());
        let arguments = vec![("tenant", sender.0.clone())];
        Self { words: Words::of(&asker.locale), sender: Some(sender), arguments }
    }

    /// With something that the texts name.
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.arguments.push((name, value));
        self
    }

    /// With a date that the texts name.
    pub fn with_date(mut self, name: &'static str, date: chrono::NaiveDate) -> Self {
        self.arguments.push((name, self.words.date(date)));
        self
    }

    /// With a word that the texts name.
    pub fn with_text(mut self, name: &'static str, text: String) -> Self {
        self.arguments.push((name, text));
        self
    }

    pub fn text(&self, key: &str) -> String {
        let arguments: Vec<Argument<'_>> = self.arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.words.text_with(key, &arguments)
    }

    /// The legal basis, as this language names it.
    pub fn basis(&self, basis: LawfulBasis) -> String {
        self.words.basis(basis)
    }

    /// Where the law says it, as this language cites it.
    pub fn provision(&self, reference: &str) -> String {
        match reference.split_once(" Article ") {
            Some((_, article)) => self.words.text_with("law-article", &[("article", article)]),
            None => reference.to_owned(),
        }
    }

    /// None where there is no such text.
    pub fn find(&self, key: &str) -> Option<String> {
        let arguments: Vec<Argument<'_>> = self.arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.words.find_with(key, &arguments)
    }

    /// What went wrong, in words: the problem's own, or the general ones.
    pub fn problem(&self, reason: &str) -> String {
        let known = self.words.find(&format!("verify-problem-{reason}"));
        known.unwrap_or_else(|| self.text("verify-problem-other"))
    }

    /// A date as people write it.
    pub fn date(&self, date: chrono::NaiveDate) -> String {
        self.words.date(date)
    }

    /// That a value changed on that date.
    pub fn changed_on(&self, date: chrono::NaiveDate) -> String {
        self.words.text_with("verify-changed", &[("date", &self.date(date))])
    }

    pub fn language(&self) -> &'static str {
        self.words.language().tag()
    }

    pub fn tenant(&self) -> Option<&str> {
        Some(&self.sender.as_ref()?.0)
    }

    /// Where questions go; nothing for a stranger.
    pub fn contact(&self) -> Option<String> {
        Some(match &self.sender.as_ref()?.1 {
            Some(contact) => self.words.text_with("verify-contact", &[("contact", contact)]),
            None => self.text("verify-contact-nobody"),
        })
    }

    /// The name of an attribute, from the path that leads to it.
    pub fn label(&self, path: &str) -> String {
        self.words.label(path)
    }
}
