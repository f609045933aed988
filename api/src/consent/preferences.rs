//! Links to people's own pages, and the signal their browsers send.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::consent as room;

use super::Consent;
use crate::{
    auth::{app, viewer},
    errors::ApiResult,
    subject_ref::SubjectRef,
};

#[derive(InputObject)]
struct CreatePreferenceLinkInput {
    subject: SubjectRef,
    /// 1 to 365.
    #[graphql(default = 30)]
    valid_for_days: u32,
}

/// `url` is shown once.
#[derive(SimpleObject)]
struct CreatePreferenceLinkPayload {
    /// Whoever has it is the person: hand it to nobody else.
    url: String,
    expires_at: DateTime<Utc>,
}

#[derive(InputObject)]
struct RecordOptOutSignalInput {
    subject: SubjectRef,
}

/// What the signal reached.
#[derive(SimpleObject)]
struct RecordOptOutSignalPayload {
    /// Where the consents stand that it is about.
    consents: Vec<Consent>,
    /// The keys of all purposes that sell or share and that it reaches, those that were objected to among them.
    purposes: Vec<String>,
}

#[derive(Default)]
pub struct PreferencesMutation;

#[Object]
impl PreferencesMutation {
    /// A link to the page on which a person sees what they agreed to, and changes it.
    async fn create_preference_link(
        &self,
        ctx: &Context<'_>,
        input: CreatePreferenceLinkInput,
    ) -> ApiResult<CreatePreferenceLinkPayload> {
        let (subject, days) = (input.subject.parse()?, Some(input.valid_for_days));
        let link = room::create_preference_link(app(ctx), viewer(ctx)?, subject, days).await?;
        Ok(CreatePreferenceLinkPayload { url: link.url, expires_at: link.expires_at })
    }

    /// A person's browser sent `Sec-GPC: 1` (Global Privacy Control): sale and sharing end for them.
    async fn record_opt_out_signal(
        &self,
        ctx: &Context<'_>,
        input: RecordOptOutSignalInput,
    ) -> ApiResult<RecordOptOutSignalPayload> {
        let done = room::opt_out(app(ctx), viewer(ctx)?, input.subject.parse()?).await?;
        let consents = done.consents.into_iter().map(Consent).collect();
        Ok(RecordOptOutSignalPayload { consents, purposes: done.purposes })
    }
}
