//! A mail as its reader would get it, filled with examples.

use chrono::TimeDelta;
use strum::IntoEnumIterator as _;

use super::{Kind, Letter, OutgoingMail, Sender, compose};
use crate::{
    app::App,
    error::{Error, Result},
    viewer::{Permission, Viewer},
    words::{Argument, Words},
};

/// The names of all templates.
pub fn templates() -> impl Iterator<Item = &'static str> {
    Kind::iter().map(Into::into)
}

/// The template in that language (BCP 47), with the tenant's name, colour and addresses.
///
/// # Errors
/// `BAD_USER_INPUT` with `UNKNOWN_TEMPLATE`.
pub async fn preview(app: &App, viewer: &Viewer, template: &str, locale: Option<&str>) -> Result<OutgoingMail> {
    let kind = Kind::iter().find(|kind| <&str>::from(kind) == template).ok_or_else(|| {
        let known = templates().collect::<Vec<_>>().join(", ");
        Error::invalid("template", "UNKNOWN_TEMPLATE", format!("expected one of: {known}"))
    })?;
    let sender = app.read(viewer, Permission::TenantRead, Sender::of).await?;
    let locale = locale.unwrap_or(&sender.locale).to_owned();
    let in_a_month = Words::of(&locale).date((app.now() + TimeDelta::days(30)).date_naive());
    let link = format!("{}/example", app.core().settings.public_url);
    let letter = Letter {
        kind,
        id: "preview".to_owned(),
        to: String::new(),
        name: None,
        locale: &locale,
        link: kind.has_link().then_some(&*link),
        arguments: &examples(&in_a_month),
    };
    compose(&sender, letter)
}

/// Every argument that a template asks for.
pub(super) fn examples(date: &str) -> [Argument<'_>; 11] {
    [
        ("until", date),
        ("unanswered", "MARK_STALE"),
        ("type", "ACCESS"),
        ("right", "GDPR Article 15"),
        ("partial", "no"),
        ("text", "…"),
        ("days", "7"),
        ("request", "…"),
        ("purpose", "…"),
        ("since", date),
        ("host", "hooks.example.org"),
    ]
}
