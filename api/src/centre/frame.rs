//! What surrounds every page of a privacy centre: whose it is, in which language, and where its links lead.

use recital_domain::{accuracy::Asker, centre::Centre, words::Language};
use recital_entities::Regime;

use crate::pages::Say;

/// Goes into each page's template as `frame`.
#[derive(Clone)]
pub struct Frame {
    pub say: Say,
    /// `/privacy/acme`; None where there is no centre to lead to.
    base: Option<String>,
    /// The tenant's colour, without `#`.
    accent: String,
    /// The page's own path below `base`; None for a page outside of the centre.
    here: Option<String>,
    /// Chosen with a link.
    chosen: Option<Language>,
}

/// A link to this page in another language.
pub struct Translation {
    /// BCP 47.
    pub language: &'static str,
    /// The language's own name.
    pub name: String,
    pub path: String,
    pub is_current: bool,
}

impl Frame {
    /// `path` is the page's, with its base; `language` what was chosen with a link; `preferred` what the browser says.
    pub fn new(centre: &Centre, path: &str, language: Option<Language>, preferred: Language) -> Self {
        let base = format!("/privacy/{}", centre.slug);
        let here = path.strip_prefix(&base).map(str::to_owned);
        let locale = language.unwrap_or(preferred).tag().to_owned();
        let accent = centre.sender.accent.to_string();
        Self {
            say: Say::of(&Asker { sender: centre.sender.clone(), locale }),
            accent: accent.trim_start_matches('#').to_owned(),
            chosen: language,
            base: Some(base),
            here,
        }
    }

    /// For a page behind a mailed link, which leads to the centre where there is one.
    pub fn around(asker: &Asker, centre: Option<&Centre>) -> Self {
        Self {
            say: Say::of(asker),
            accent: asker.sender.accent.to_string().trim_start_matches('#').to_owned(),
            base: centre.map(|centre| format!("/privacy/{}", centre.slug)),
            here: None,
            chosen: None,
        }
    }

    /// Whether there is a centre to lead to.
    pub fn is_open(&self) -> bool {
        self.base.is_some()
    }

    /// The path of a page below the centre's own, such as `/policy`; the centre's own for nothing. Keeps the language
    /// that was chosen.
    pub fn path(&self, page: &str) -> String {
        self.path_with(page, &[])
    }

    /// The same with words for the page: `/consents`, `saved` and a key.
    pub fn path_with(&self, page: &str, words: &[(&str, &str)]) -> String {
        let language = self.chosen.map(|language| ("lang", language.tag()));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(language.iter().chain(words)).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{page}{mark}{query}", self.base.as_deref().unwrap_or_default())
    }

    /// Whether this is that page.
    pub fn is_at(&self, page: &str) -> bool {
        self.here.as_deref() == Some(page)
    }

    /// Whether this is that page or one below it.
    pub fn is_within(&self, page: &str) -> bool {
        self.here
            .as_deref()
            .and_then(|here| here.strip_prefix(page))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The path of a page that is named by a word: `/ask/` and `access`.
    pub fn below(&self, page: &str, word: &str) -> String {
        self.path(&format!("{page}{word}"))
    }

    /// A law, and whom it protects.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    pub fn law(&self, law: &Regime) -> String {
        self.say.text(&format!("centre-law-{law}"))
    }

    pub fn accent_sheet(&self) -> String {
        format!("/assets/accent/{}.css", self.accent)
    }

    /// This page in every language; none for a page that has only the reader's.
    pub fn translations(&self) -> Vec<Translation> {
        let (Some(base), Some(here)) = (&self.base, &self.here) else { return Vec::new() };
        let translation = |language: Language| Translation {
            language: language.tag(),
            name: self.say.text(&format!("language-{}", language.tag())),
            path: format!("{base}{here}?lang={}", language.tag()),
            is_current: self.say.language() == language.tag(),
        };
        Language::all().map(translation).collect()
    }
}
