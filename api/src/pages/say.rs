//! The words of a page, with what they speak of filled in.

use recital_domain::{
    accuracy::Asker,
    words::{Argument, Words},
};

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

    /// Where the law says it, as this language cites it.
    pub fn provision(&self, reference: &str) -> String {
        match reference.split_once(" Article ") {
            Some((_, article)) => self.words.text_with("law-article", &[("article", article)]),
            None => reference.to_owned(),
        }
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

    /// The name of an attribute, from the path that leads to it: a translation of its key, or the key made readable.
    pub fn label(&self, path: &str) -> String {
        path.split('/').map(|key| self.key(key)).collect::<Vec<_>>().join(" – ")
    }

    fn key(&self, key: &str) -> String {
        let parts = parts(key);
        self.words.find(&format!("field-{}", parts.join("-"))).unwrap_or_else(|| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_named_so_that_a_person_understands_it() {
        let german = Say::to_stranger("de");
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
}
