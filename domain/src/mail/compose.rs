//! Composing a mail: one letter, rendered once as text and once as HTML, in the reader's language.
//!
//! Every mail looks alike: greeting, paragraphs, at most one link, what else there is to know, and who wrote it. A [`Kind`] is a
//! prefix of texts in `domain/locales/*/mail.ftl`: `{kind}-subject`, `-preheader`, `-body`, `-action`, `-after`. A blank
//! line in a text ends a paragraph. Nothing is loaded from anywhere, and what a person or tenant wrote is escaped.

use askama::Template;
use recital_entities::{
    TenantId,
    access::{controllers, tenants},
};
use sea_orm::EntityTrait as _;

use super::{Colour, MailLook, OutgoingMail};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    words::{Argument, Words},
};

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    Reverification,
    ReverificationReminder,
    ConsentConfirmation,
    ConsentExpiry,
    AccountConfirmation,
    /// Somebody signed up with an address that has an account.
    AccountExists,
    AccountSignIn,
    AccountNewPassword,
    AccountPasswordChanged,
    RequestReceived,
    RequestIdentity,
    RequestExtended,
    RequestRejected,
    RequestCancelled,
    RequestExpired,
    RequestPackage,
    RequestErased,
    RequestCompleted,
    /// The tenant wrote to the person; what it wrote is not in the mail.
    RequestMessage,
    /// Nothing is held under the address that somebody named.
    NothingHeld,
    RestrictionLift,
    /// To a member of the tenant's.
    RequestReminder,
    /// To a member of the tenant's.
    RequestOverdue,
    /// To an owner of the tenant's: an endpoint is told no more.
    WebhookDisabled,
}

impl Kind {
    /// Whether it leads its reader anywhere.
    pub(super) fn has_link(self) -> bool {
        !matches!(
            self,
            Self::NothingHeld
                | Self::RestrictionLift
                | Self::RequestReminder
                | Self::RequestOverdue
                | Self::WebhookDisabled
        )
    }
}

/// The tenant that a mail is sent for.
#[derive(Clone, Debug)]
pub struct Sender {
    pub tenant: TenantId,
    pub name: String,
    /// Of the button.
    pub accent: Colour,
    /// Where answers go.
    pub contact: Option<String>,
    /// For readers who named no language.
    pub locale: String,
    /// The zone whose dates the mail states.
    pub time_zone: chrono_tz::Tz,
}

impl Sender {
    /// The transaction's tenant.
    pub async fn of(tx: &TenantTx) -> Result<Self> {
        let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
        let tenant = tenant.ok_or_else(|| Error::not_found("tenant"))?;
        let controller = tx.one(controllers::Entity::find()).await?;
        let look = MailLook::of(tx).await?;
        Ok(Self {
            tenant: tenant.id,
            name: tenant.name,
            accent: look.accent,
            contact: look.reply_to.or(controller.map(|controller| controller.contact_email)),
            locale: tenant.locale,
            time_zone: tenant.time_zone.parse().unwrap_or(chrono_tz::UTC),
        })
    }
}

/// One mail to one person. No `Debug`: it names them.
pub struct Letter<'a> {
    pub kind: Kind,
    /// Becomes the Message-ID, with the tenant's id: the same for every try at the same mail.
    pub id: String,
    pub to: String,
    /// How the reader is greeted, when it is known.
    pub name: Option<&'a str>,
    pub locale: &'a str,
    /// Where the mail leads, when it leads anywhere.
    pub link: Option<&'a str>,
    /// What the texts of this kind ask for; the tenant's name is always there as `tenant`.
    pub arguments: &'a [Argument<'a>],
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    language: &'a str,
    subject: &'a str,
    preheader: &'a str,
    sender: &'a str,
    accent: Colour,
    greeting: &'a str,
    body: &'a [String],
    action: &'a str,
    link: Option<&'a str>,
    link_hint: &'a str,
    after: &'a [String],
    contact: Option<&'a str>,
    footer: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    greeting: &'a str,
    body: &'a [String],
    action: &'a str,
    link: Option<&'a str>,
    after: &'a [String],
    contact: Option<&'a str>,
    footer: &'a str,
}

/// The mail as it goes out: both parts say the same.
pub fn compose(sender: &Sender, letter: Letter<'_>) -> Result<OutgoingMail> {
    let words = Words::of(letter.locale);
    let arguments: Vec<_> = [("tenant", &*sender.name)].into_iter().chain(letter.arguments.iter().copied()).collect();
    let kind: &str = letter.kind.into();
    let part = |part: &str| words.text_with(&format!("{kind}-{part}"), &arguments);
    let greeting = match letter.name {
        Some(name) => words.text_with("mail-greeting-name", &[("name", name)]),
        None => words.text("mail-greeting"),
    };
    let contact = sender.contact.as_deref().map(|contact| words.text_with("mail-contact", &[("contact", contact)]));
    let (subject, body, after) = (part("subject"), paragraphs(&part("body")), paragraphs(&part("after")));
    let action = letter.link.map(|_| part("action")).unwrap_or_default();
    let footer = words.text_with("mail-footer", &arguments);
    let html = Html {
        language: words.language().tag(),
        subject: &subject,
        preheader: &part("preheader"),
        sender: &sender.name,
        accent: sender.accent,
        greeting: &greeting,
        body: &body,
        action: &action,
        link: letter.link,
        link_hint: &words.text("mail-link-hint"),
        after: &after,
        contact: contact.as_deref(),
        footer: &footer,
    };
    let text = Text {
        greeting: &greeting,
        body: &body,
        action: &action,
        link: letter.link,
        after: &after,
        contact: contact.as_deref(),
        footer: &footer,
    };
    let (html, text) = (html.render().map_err(Error::internal)?, text.render().map_err(Error::internal)?);
    Ok(OutgoingMail {
        id: format!("{}.{}", letter.id, bs58::encode(sender.tenant.0).into_string()),
        to: letter.to,
        from_name: sender.name.clone(),
        reply_to: sender.contact.clone(),
        locale: words.language().tag().to_owned(),
        subject: one_line(&subject),
        text,
        html,
    })
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(|paragraph| paragraph.trim().to_owned()).filter(|paragraph| !paragraph.is_empty()).collect()
}

/// A header has one line, whatever a tenant is called.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::{mail::preview::examples, words::Language};

    fn composed(kind: Kind, locale: &str, tenant: &str, name: Option<&str>) -> OutgoingMail {
        let sender = Sender {
            tenant: TenantId(uuid::Uuid::from_u128(7)),
            accent: Colour::DEFAULT,
            name: tenant.to_owned(),
            contact: Some("privacy@acme.example".to_owned()),
            locale: "en".to_owned(),
            time_zone: chrono_tz::UTC,
        };
        let letter = Letter {
            kind,
            id: "mail-1".to_owned(),
            to: "ada@example.com".to_owned(),
            name,
            locale,
            link: kind.has_link().then_some(LINK),
            arguments: &examples("21 December 2026"),
        };
        compose(&sender, letter).unwrap()
    }

    const LINK: &str = "https://recital.example/verify/abc.def";

    /// What must be done, or can be done, until a day that the mail names.
    const DATED: &[Kind] = &[
        Kind::Reverification,
        Kind::ReverificationReminder,
        Kind::RequestReceived,
        Kind::RequestIdentity,
        Kind::RequestExtended,
        Kind::RequestPackage,
        Kind::RequestReminder,
        Kind::RequestOverdue,
    ];

    #[test]
    fn every_mail_is_whole_in_every_language() {
        for (kind, language) in Kind::iter().flat_map(|kind| Language::iter().map(move |language| (kind, language))) {
            let mail = composed(kind, language.tag(), "Acme", None);
            assert_eq!(mail.locale, language.tag());
            assert!(mail.html.contains(&format!("<html lang=\"{}\"", language.tag())));
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert!(part.contains("Acme"), "{kind:?} {language:?}: {part}");
                assert!(!part.contains("{ $") && !part.contains("Unknown") && !part.contains("{$"), "{part}");
            }
            for part in [&mail.text, &mail.html] {
                assert_eq!(part.contains(LINK), kind.has_link());
                assert!(part.contains("privacy@acme.example"));
                assert!(part.contains("21 December 2026") || !DATED.contains(&kind), "{part}");
            }
        }
    }

    #[test]
    fn text_and_html_say_the_same() {
        for kind in Kind::iter() {
            let mail = composed(kind, "fr", "Acme", Some("Ada"));
            let html = mail.html.replace("&#39;", "'");
            for line in mail.text.lines().filter(|line| !line.is_empty() && *line != "-- ") {
                assert!(html.contains(line.trim_end_matches(':')), "{line}");
            }
        }
    }

    #[test]
    fn what_people_are_called_is_never_markup() {
        let mail = composed(
            Kind::Reverification,
            "en",
            "Acme <b>& Sons\r\nBcc: x@example.com",
            Some("<script>alert(1)</script>"),
        );
        assert!(!mail.html.contains("<script>") && !mail.html.contains("<b>"));
        assert!(mail.html.contains("&#60;script&#62;"));
        assert_eq!(mail.subject.lines().count(), 1);
    }

    #[test]
    fn nothing_is_loaded_from_anywhere() {
        let mail = composed(Kind::Reverification, "en", "Acme", None);
        for loaded in ["<img", "<script", "<link", "src=", "url(", "@import"] {
            assert!(!mail.html.contains(loaded), "{loaded}");
        }
    }
}
