//! How the tenant's mails look.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use recital_domain::mail::{self as room, MailLook, OutgoingMail};

use crate::{
    auth::{app, viewer},
    errors::ApiResult,
    scalars::EmailAddress,
};

/// How mails to people look, and where their answers go.
pub struct MailSettings(MailLook);

#[Object]
impl MailSettings {
    /// Of buttons and the bar at the top, as `#rrggbb`.
    async fn accent_colour(&self) -> String {
        self.0.accent.to_string()
    }

    /// Of text on the accent colour: white or black, with the contrast that WCAG 2.2 asks for (4.5).
    async fn text_colour(&self) -> String {
        self.0.accent.text().to_string()
    }

    /// Null: answers go to the controller's contact address.
    async fn reply_to(&self) -> Option<EmailAddress> {
        self.0.reply_to.clone().map(EmailAddress)
    }
}

/// A mail as its reader would get it, filled with examples.
#[derive(SimpleObject)]
struct MailPreview {
    /// BCP 47.
    locale: String,
    subject: String,
    html: String,
    text: String,
}

impl From<OutgoingMail> for MailPreview {
    fn from(mail: OutgoingMail) -> Self {
        Self { locale: mail.locale, subject: mail.subject, html: mail.html, text: mail.text }
    }
}

#[derive(Default)]
pub struct MailQuery;

#[Object]
impl MailQuery {
    /// What was set, or the defaults.
    async fn mail_settings(&self, ctx: &Context<'_>) -> ApiResult<MailSettings> {
        Ok(MailSettings(room::read_mail_settings(app(ctx), viewer(ctx)?).await?))
    }

    /// The names of the mails that `mailPreview` shows.
    async fn mail_templates(&self, ctx: &Context<'_>) -> ApiResult<Vec<&'static str>> {
        viewer(ctx)?;
        Ok(room::templates().collect())
    }

    /// A mail in a language (BCP 47); in the tenant's own when none is named.
    async fn mail_preview(
        &self,
        ctx: &Context<'_>,
        template: String,
        locale: Option<String>,
    ) -> ApiResult<MailPreview> {
        Ok(room::preview(app(ctx), viewer(ctx)?, &template, locale.as_deref()).await?.into())
    }
}

/// What is given is set, null goes back to the default, the rest stays.
#[derive(InputObject)]
struct MailSettingsInput {
    /// `#rrggbb`, with a contrast of 3 on white.
    accent_colour: MaybeUndefined<String>,
    reply_to: MaybeUndefined<EmailAddress>,
}

impl From<MailSettingsInput> for room::MailSettings {
    fn from(input: MailSettingsInput) -> Self {
        Self {
            accent_colour: input.accent_colour.into(),
            reply_to: input.reply_to.map_value(|address| address.0).into(),
        }
    }
}

#[derive(SimpleObject)]
struct MailSettingsPayload {
    settings: MailSettings,
}

#[derive(Default)]
pub struct MailMutation;

#[Object]
impl MailMutation {
    /// Changes how mails to people look from now on.
    async fn set_mail_settings(&self, ctx: &Context<'_>, input: MailSettingsInput) -> ApiResult<MailSettingsPayload> {
        let look = room::set_mail_settings(app(ctx), viewer(ctx)?, input.into()).await?;
        Ok(MailSettingsPayload { settings: MailSettings(look) })
    }
}
