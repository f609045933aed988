//! How a tenant's mails look, and where answers to them go.

use recital_entities::access::mail_settings;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};

use super::Colour;
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    vault::normalise_email,
    viewer::{Permission, Viewer},
};

/// What is to change: None leaves it, `Some(None)` takes the tenant's own away.
#[derive(Clone, Debug, Default)]
pub struct MailSettings {
    /// `#rrggbb`.
    pub accent_colour: Option<Option<String>>,
    pub reply_to: Option<Option<String>>,
}

/// How mails look with what was set, or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLook {
    pub accent: Colour,
    /// None: answers go to the controller's contact address.
    pub reply_to: Option<String>,
}

impl MailLook {
    pub(super) async fn of(tx: &TenantTx) -> Result<Self> {
        let set = tx.one(mail_settings::Entity::find()).await?;
        let accent = set.as_ref().and_then(|set| set.accent_colour.as_ref()?.parse().ok());
        Ok(Self { accent: accent.unwrap_or(Colour::DEFAULT), reply_to: set.and_then(|set| set.reply_to) })
    }
}

pub async fn read_mail_settings(app: &App, viewer: &Viewer) -> Result<MailLook> {
    app.read(viewer, Permission::TenantRead, MailLook::of).await
}

/// Sets what is given.
///
/// # Errors
/// `BAD_USER_INPUT` with `INVALID_COLOUR` for what is no `#rrggbb`, with `LOW_CONTRAST` for a colour that a button
/// cannot be told by on white (WCAG 1.4.11), or with `INVALID_EMAIL`.
pub async fn set_mail_settings(app: &App, viewer: &Viewer, changes: MailSettings) -> Result<MailLook> {
    let accent = changes.accent_colour.map(|text| text.map(|text| accent(&text)).transpose()).transpose()?;
    let reply_to = changes.reply_to.map(|text| text.map(|text| address(&text)).transpose()).transpose()?;
    app.write(viewer, Permission::MailConfigure, async |tx| {
        tx.serialise("mail.settings").await?;
        let before = tx.one(mail_settings::Entity::find()).await?;
        let (accent_before, reply_to_before) =
            before.map(|before| (before.accent_colour, before.reply_to)).unwrap_or_default();
        let settings = mail_settings::Model {
            tenant_id: tx.tenant(),
            accent_colour: accent.map_or(accent_before, |accent| accent.map(|colour| colour.to_string())),
            reply_to: reply_to.unwrap_or(reply_to_before),
            updated_at: tx.now(),
        };
        let event = Event::MailSettingsSet { id: tx.tenant(), accent_colour: settings.accent_colour.clone() };
        tx.put(settings.into_active_model()).await?;
        Ok(event.with(MailLook::of(tx).await?))
    })
    .await
}

/// What the parts of a page need to be told apart by (success criterion 1.4.11).
const LEAST_CONTRAST: f64 = 3.0;

fn accent(text: &str) -> Result<Colour> {
    let field = "accentColour";
    let colour: Colour = text
        .parse()
        .map_err(|_| Error::invalid(field, "INVALID_COLOUR", "expected six hexadecimal digits, such as #1f4fd1"))?;
    let contrast = colour.contrast(Colour::WHITE);
    if contrast < LEAST_CONTRAST {
        let message = format!("a button needs a contrast of {LEAST_CONTRAST} on white, this has {contrast:.1}");
        return Err(Error::invalid(field, "LOW_CONTRAST", message));
    }
    Ok(colour)
}

fn address(text: &str) -> Result<String> {
    normalise_email(text).map_err(|_| Error::invalid("replyTo", "INVALID_EMAIL", "not an e-mail address"))?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_that_cannot_be_told_from_white_is_refused() {
        for (text, reason) in [("#ffcc00", "LOW_CONTRAST"), ("#ffffff", "LOW_CONTRAST"), ("blue", "INVALID_COLOUR")] {
            assert_eq!(accent(text).unwrap_err().reason(), reason, "{text}");
        }
        assert!(accent("#0b6e4f").is_ok());
    }
}
