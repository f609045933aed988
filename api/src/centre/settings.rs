//! What the tenant decides about its privacy centre.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use recital_domain::centre::{self as room, CentreChanges, CentreSettings};
use recital_entities::Regime;

use crate::{
    auth::{app, viewer},
    errors::ApiResult,
};

/// The pages where people see what is held about them and exercise their rights.
pub struct PrivacyCentre(CentreSettings);

#[Object]
impl PrivacyCentre {
    /// Whether it can be opened. Off at first.
    async fn enabled(&self) -> bool {
        self.0.row.enabled
    }

    /// Where people find it.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// Whether people may make an account.
    async fn sign_up(&self) -> bool {
        self.0.row.sign_up
    }

    /// Keys of the purposes that somebody must consent to for an account.
    async fn required_consents(&self) -> &[String] {
        &self.0.row.required_consents.0
    }

    /// Keys of the purposes that people are asked about.
    async fn offered_purposes(&self) -> &[String] {
        &self.0.row.offered_purposes.0
    }

    /// The laws whose rights can be exercised there.
    async fn regimes(&self) -> Vec<Regime> {
        self.0.regimes()
    }

    /// What the first page says, besides how it works.
    async fn messages(&self) -> Vec<LocalisedText> {
        let messages = self.0.row.messages.0.iter();
        messages.map(|(locale, text)| LocalisedText { locale: locale.clone(), text: text.clone() }).collect()
    }
}

/// A text in a language.
#[derive(SimpleObject)]
struct LocalisedText {
    /// BCP 47.
    locale: String,
    text: String,
}

#[derive(InputObject)]
struct LocalisedTextInput {
    /// BCP 47: en, de, fr, es or it.
    locale: String,
    /// At most 2,000 characters. A blank line ends a paragraph.
    text: String,
}

/// What is given is set, the rest stays.
#[derive(InputObject)]
struct PrivacyCentreInput {
    enabled: Option<bool>,
    sign_up: Option<bool>,
    /// Keys of purposes, all of them offered.
    required_consents: Option<Vec<String>>,
    /// Keys of purposes that rest on consent and are not retired.
    offered_purposes: Option<Vec<String>>,
    /// At least one.
    regimes: Option<Vec<Regime>>,
    /// In place of all there were. Who reads another language sees the tenant's own.
    messages: Option<Vec<LocalisedTextInput>>,
}

impl From<PrivacyCentreInput> for CentreChanges {
    fn from(input: PrivacyCentreInput) -> Self {
        let pair = |message: LocalisedTextInput| (message.locale, message.text);
        Self {
            enabled: input.enabled,
            sign_up: input.sign_up,
            required_consents: input.required_consents,
            offered_purposes: input.offered_purposes,
            regimes: input.regimes,
            messages: input.messages.map(|messages| messages.into_iter().map(pair).collect()),
        }
    }
}

#[derive(SimpleObject)]
struct PrivacyCentrePayload {
    centre: PrivacyCentre,
}

#[derive(Default)]
pub struct CentreQuery;

#[Object]
impl CentreQuery {
    /// What was set, or the defaults.
    async fn privacy_centre(&self, ctx: &Context<'_>) -> ApiResult<PrivacyCentre> {
        Ok(PrivacyCentre(room::read_settings(app(ctx), viewer(ctx)?).await?))
    }
}

#[derive(Default)]
pub struct CentreMutation;

#[Object]
impl CentreMutation {
    /// Changes what people find in the privacy centre from now on.
    async fn set_privacy_centre(
        &self,
        ctx: &Context<'_>,
        input: PrivacyCentreInput,
    ) -> ApiResult<PrivacyCentrePayload> {
        let centre = room::set_settings(app(ctx), viewer(ctx)?, input.into()).await?;
        Ok(PrivacyCentrePayload { centre: PrivacyCentre(centre) })
    }
}
