//! Consent and the processing decision.

mod decision;
mod notice;
mod preferences;

pub use decision::ConsentQuery;

use notice::Notice;
use preferences::{
    CreatePreferenceLinkInput, CreatePreferenceLinkPayload, RecordOptOutSignalInput, RecordOptOutSignalPayload,
};

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Json, Object, SimpleObject, Subscription, dataloader::Loader};
use chrono::{DateTime, Utc};
use futures::stream::{Stream, StreamExt as _};
use recital_domain::{
    consent::{self as room, RecordConsent, WithdrawConsent},
    error::Error,
};
use recital_entities::{
    ConsentEventId, ConsentId, ConsentMethod, ConsentState, LawfulBasis, SubjectId,
    consent::{consent_events, consents},
};
use serde_json::Value;

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, Paging, connect, page_request},
    errors::{ApiError, ApiResult},
    ids::global_id,
    purposes::{self, Purpose},
    subject_ref::SubjectRef,
};

/// Where a subject's consent for a purpose stands.
pub struct Consent(pub consents::Model);

#[Object]
impl Consent {
    pub async fn id(&self) -> ID {
        global_id("Consent", self.0.id.0)
    }

    async fn purpose(&self, ctx: &Context<'_>) -> ApiResult<Purpose> {
        purpose(ctx, self.0.purpose_id).await
    }

    /// The version that was agreed to.
    async fn purpose_version(&self) -> i32 {
        self.0.purpose_version
    }

    /// The basis that the purpose has now.
    async fn lawful_basis(&self, ctx: &Context<'_>) -> ApiResult<LawfulBasis> {
        Ok(purpose(ctx, self.0.purpose_id).await?.0.lawful_basis)
    }

    async fn state(&self) -> ConsentState {
        self.0.state
    }

    async fn given(&self) -> bool {
        self.0.state == ConsentState::Given
    }

    /// When it was last given.
    async fn given_at(&self) -> Option<DateTime<Utc>> {
        self.0.given_at
    }

    /// Null while it is not withdrawn.
    async fn withdrawn_at(&self) -> Option<DateTime<Utc>> {
        self.0.withdrawn_at
    }

    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// Of the privacy policy that was in force.
    async fn policy_version(&self) -> &str {
        &self.0.policy_version
    }

    async fn method(&self) -> ConsentMethod {
        self.0.method
    }

    /// Article 7(3): at any time, as easily as it was given.
    async fn can_withdraw(&self) -> bool {
        room::can_be_withdrawn(self.0.state)
    }

    /// How it can be withdrawn; null when there is nothing to withdraw.
    async fn withdrawal_method(&self) -> Option<&str> {
        room::can_be_withdrawn(self.0.state).then_some("withdrawConsent")
    }

    /// Article 9: whether the purpose uses a special category of data.
    async fn special_category_data(&self, ctx: &Context<'_>) -> ApiResult<bool> {
        Ok(purpose(ctx, self.0.purpose_id).await?.0.special_category)
    }

    async fn special_category_consent(&self) -> Option<bool> {
        self.0.special_category_consent
    }

    /// ISO/IEC TS 27560 receipt as JSON-LD (DPV profile), signed.
    #[graphql(complexity = "50")]
    async fn receipt(&self, ctx: &Context<'_>) -> ApiResult<Json<Value>> {
        Ok(Json(room::receipt(app(ctx), viewer(ctx)?, self.0.id).await?))
    }
}

/// What a subject decided once.
pub struct ConsentEvent(pub consent_events::Model);

#[Object]
impl ConsentEvent {
    pub async fn id(&self) -> ID {
        global_id("ConsentEvent", self.0.id.0)
    }

    async fn state(&self) -> ConsentState {
        self.0.state
    }

    async fn purpose(&self, ctx: &Context<'_>) -> ApiResult<Purpose> {
        purpose(ctx, self.0.purpose_id).await
    }

    async fn purpose_version(&self) -> i32 {
        self.0.purpose_version
    }

    async fn policy_version(&self) -> &str {
        &self.0.policy_version
    }

    async fn method(&self) -> ConsentMethod {
        self.0.method
    }

    /// When the person decided.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// `api_key:<id>`, `member:<id>`, `subject:<id>` or `job:<name>`.
    async fn recorded_by(&self) -> &str {
        &self.0.recorded_by
    }

    /// SHA-256, in hex, of the text that was shown.
    async fn notice_hash(&self) -> Option<String> {
        self.0.notice_hash.as_ref().map(hex::encode)
    }

    /// The text that was shown.
    async fn notice(&self, ctx: &Context<'_>) -> ApiResult<Option<Notice>> {
        match &self.0.notice_hash {
            Some(hash) => notice::find(ctx, hash.clone()).await,
            None => Ok(None),
        }
    }

    /// The subject who decided.
    async fn subject_id(&self) -> ID {
        global_id("Subject", self.0.subject_id.0)
    }
}

async fn purpose(ctx: &Context<'_>, id: recital_entities::PurposeId) -> ApiResult<Purpose> {
    Ok(purposes::purpose(ctx, id).await?.ok_or_else(|| Error::not_found("purpose"))?)
}

impl Loader<ConsentId> for Batch {
    type Value = consents::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ConsentId]) -> Loaded<HashMap<ConsentId, consents::Model>> {
        Ok(room::by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

impl Loader<ConsentEventId> for Batch {
    type Value = consent_events::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ConsentEventId]) -> Loaded<HashMap<ConsentEventId, consent_events::Model>> {
        Ok(room::events_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

/// All consents of one subject.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ConsentsOf(SubjectId);

impl Loader<ConsentsOf> for Batch {
    type Value = Vec<consents::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ConsentsOf]) -> Loaded<HashMap<ConsentsOf, Vec<consents::Model>>> {
        let subjects = keys.iter().map(|key| key.0).collect();
        let consents = room::of_subjects(&self.app, &self.viewer, subjects).await?;
        Ok(consents.into_iter().map(|(subject, consents)| (ConsentsOf(subject), consents)).collect())
    }
}

pub async fn consent(ctx: &Context<'_>, id: ConsentId) -> ApiResult<Option<Consent>> {
    Ok(load(ctx, id).await?.map(Consent))
}

pub async fn consent_event(ctx: &Context<'_>, id: ConsentEventId) -> ApiResult<Option<ConsentEvent>> {
    Ok(load(ctx, id).await?.map(ConsentEvent))
}

/// For `Subject.consents`.
pub async fn consents_of(ctx: &Context<'_>, subject: SubjectId) -> ApiResult<Vec<Consent>> {
    Ok(load(ctx, ConsentsOf(subject)).await?.unwrap_or_default().into_iter().map(Consent).collect())
}

/// For `Subject.consentHistory`: newest first.
pub async fn history_of(
    ctx: &Context<'_>,
    subject: SubjectId,
    purpose: Option<String>,
    paging: Paging,
) -> ApiResult<Connection<ConsentEvent>> {
    let page = page_request(ctx, paging)?;
    let page = room::events_of(app(ctx), viewer(ctx)?, subject, purpose, page).await?;
    Ok(connect(page, |row| row.id.0, ConsentEvent))
}

#[derive(InputObject)]
struct RecordConsentInput {
    subject: SubjectRef,
    purpose: String,
    given: bool,
    policy_version: String,
    method: ConsentMethod,
    special_category_consent: Option<bool>,
    #[graphql(default)]
    double_opt_in: bool,
    notice_text: Option<String>,
    recorded_at: Option<DateTime<Utc>>,
    idempotency_key: Option<String>,
}

#[derive(InputObject)]
struct WithdrawConsentInput {
    subject: SubjectRef,
    purpose: String,
    #[graphql(default_with = "ConsentMethod::Api")]
    method: ConsentMethod,
    reason: Option<String>,
}

#[derive(SimpleObject)]
struct ConsentPayload {
    consent: Consent,
}

#[derive(Default)]
pub struct ConsentMutation;

#[Object]
impl ConsentMutation {
    /// Keeps what the person answered. The same answer again is kept as evidence, and has no second effect.
    async fn record_consent(&self, ctx: &Context<'_>, input: RecordConsentInput) -> ApiResult<ConsentPayload> {
        let input = RecordConsent {
            subject: input.subject.parse()?,
            purpose: input.purpose,
            given: input.given,
            policy_version: input.policy_version,
            method: input.method,
            special_category_consent: input.special_category_consent,
            double_opt_in: input.double_opt_in,
            notice_text: input.notice_text,
            recorded_at: input.recorded_at,
            idempotency_key: input.idempotency_key,
        };
        Ok(ConsentPayload { consent: Consent(room::record(app(ctx), viewer(ctx)?, input).await?) })
    }

    /// In force at once: decisions answer no, and what was kept on this consent alone is due for erasure.
    async fn withdraw_consent(&self, ctx: &Context<'_>, input: WithdrawConsentInput) -> ApiResult<ConsentPayload> {
        let input = WithdrawConsent {
            subject: input.subject.parse()?,
            purpose: input.purpose,
            method: input.method,
            reason: input.reason,
        };
        Ok(ConsentPayload { consent: Consent(room::withdraw(app(ctx), viewer(ctx)?, input).await?) })
    }

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

#[derive(Default)]
pub struct ConsentSubscription;

#[Subscription]
impl ConsentSubscription {
    /// Fires after commit, on every replica, for the viewer's tenant alone.
    async fn consent_changed(
        &self,
        ctx: &Context<'_>,
        purpose: Option<String>,
    ) -> Result<impl Stream<Item = ApiResult<ConsentEvent>> + use<>, ApiError> {
        let events = room::watch(app(ctx), viewer(ctx)?, purpose).await?;
        Ok(events.map(|event| Ok(ConsentEvent(event?))))
    }
}
