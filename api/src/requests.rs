//! Subject requests.

mod inputs;
mod parts;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, SimpleObject, Subscription, dataloader::Loader};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt as _};
use recital_domain::{
    error::Error,
    requests::{self as room, OpenRequest, RequestFilter, RequestTexts},
};
use recital_entities::{
    ErasureApproval, Regime, RejectionReason, SubjectId, SubjectRequestId, SubjectRequestState, SubjectRequestType,
    requests::{request_policies, subject_requests},
};

use self::{
    inputs::{
        ApproveSubjectRequestInput, AssignSubjectRequestInput, CancelSubjectRequestInput, ExtendSubjectRequestInput,
        LiftRestrictionInput, MessageSubjectRequestInput, NoteSubjectRequestInput, OpenSubjectRequestInput,
        RejectSubjectRequestInput, RequestPolicyInput, SubjectRequestFilter, VerifyIdentityInput,
        WithdrawObjectionInput,
    },
    parts::{CertificateOf, ErasureCertificate, ExportPackage, PackageOf, RequestEvent, TimelineOf},
};
use crate::{
    access::{self, Member},
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, Paging, connect, page_cost, page_request},
    errors::{ApiError, ApiResult},
    ids::{global_id, local_id},
    scalars::Date,
    vault::{self, Subject},
};

/// A person's request to exercise a right, from the asking to the answer.
pub struct SubjectRequest(subject_requests::Model);

impl SubjectRequest {
    /// Opened on demand, once per request for all subject requests asked for.
    async fn texts(&self, ctx: &Context<'_>) -> ApiResult<RequestTexts> {
        Ok(load(ctx, TextsOf(self.0.id)).await?.unwrap_or_default())
    }
}

#[Object]
impl SubjectRequest {
    pub async fn id(&self) -> ID {
        global_id("SubjectRequest", self.0.id.0)
    }

    async fn r#type(&self) -> SubjectRequestType {
        self.0.r#type
    }

    async fn regime(&self) -> Regime {
        self.0.regime
    }

    async fn state(&self) -> SubjectRequestState {
        self.0.state
    }

    async fn subject(&self, ctx: &Context<'_>) -> ApiResult<Option<Subject>> {
        match self.0.subject_id {
            Some(id) => vault::subject(ctx, id).await,
            None => Ok(None),
        }
    }

    async fn received_at(&self) -> DateTime<Utc> {
        self.0.received_at
    }

    /// The last day to answer on, in the tenant's time zone (Article 12(3); CCPA 1798.130(a)(2)).
    async fn due_on(&self) -> Date {
        Date(self.0.due_on)
    }

    async fn extended_to(&self) -> Option<Date> {
        self.0.extended_to.map(Date)
    }

    /// Decrypts, and is audited.
    async fn extension_reason(&self, ctx: &Context<'_>) -> ApiResult<Option<String>> {
        if self.0.extension_reason.is_none() {
            return Ok(None);
        }
        Ok(self.texts(ctx).await?.extension_reason)
    }

    /// Open after its last day.
    async fn overdue(&self, ctx: &Context<'_>) -> ApiResult<bool> {
        let today = load(ctx, Today).await?;
        Ok(today.is_some_and(|today| room::is_overdue(&self.0, today)))
    }

    /// Until when the person can prove who they are with the mailed link.
    async fn identity_until(&self) -> Option<DateTime<Utc>> {
        self.0.identity_until
    }

    async fn identity_verified_at(&self) -> Option<DateTime<Utc>> {
        self.0.identity_verified_at
    }

    async fn assignee(&self, ctx: &Context<'_>) -> ApiResult<Option<Member>> {
        match self.0.assignee_id {
            Some(id) => access::member(ctx, id).await,
            None => Ok(None),
        }
    }

    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.closed_at
    }

    async fn rejection_reason(&self) -> Option<RejectionReason> {
        self.0.rejection_reason
    }

    /// Decrypts, and is audited.
    async fn rejection_explanation(&self, ctx: &Context<'_>) -> ApiResult<Option<String>> {
        if self.0.rejection_explanation.is_none() {
            return Ok(None);
        }
        Ok(self.texts(ctx).await?.rejection_explanation)
    }

    /// Every step, oldest first.
    async fn timeline(&self, ctx: &Context<'_>) -> ApiResult<Vec<RequestEvent>> {
        let steps = load(ctx, TimelineOf(self.0.id)).await?.unwrap_or_default();
        Ok(steps.into_iter().map(RequestEvent).collect())
    }

    /// What an access or portability request produced.
    async fn export(&self, ctx: &Context<'_>) -> ApiResult<Option<ExportPackage>> {
        Ok(load(ctx, PackageOf(self.0.id)).await?.map(ExportPackage))
    }

    /// What an erasure left as proof.
    async fn erasure(&self, ctx: &Context<'_>) -> ApiResult<Option<ErasureCertificate>> {
        Ok(load(ctx, CertificateOf(self.0.id)).await?.map(ErasureCertificate::from))
    }
}

impl Loader<SubjectRequestId> for Batch {
    type Value = subject_requests::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[SubjectRequestId]) -> Loaded<HashMap<SubjectRequestId, Self::Value>> {
        Ok(room::by_ids(&self.app, &self.viewer, ids.iter().copied()).await?)
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct TextsOf(SubjectRequestId);

impl Loader<TextsOf> for Batch {
    type Value = RequestTexts;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TextsOf]) -> Loaded<HashMap<TextsOf, RequestTexts>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let texts = room::reveal_texts(&self.app, &self.viewer, ids).await?;
        Ok(texts.into_iter().map(|(id, texts)| (TextsOf(id), texts)).collect())
    }
}

/// The tenant's local date.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Today;

impl Loader<Today> for Batch {
    type Value = chrono::NaiveDate;
    type Error = Arc<Error>;

    async fn load(&self, _: &[Today]) -> Loaded<HashMap<Today, Self::Value>> {
        Ok(HashMap::from([(Today, room::local_date(&self.app, &self.viewer).await?)]))
    }
}

pub async fn request(ctx: &Context<'_>, id: SubjectRequestId) -> ApiResult<Option<SubjectRequest>> {
    Ok(load(ctx, id).await?.map(SubjectRequest))
}

/// One subject's requests, newest first.
pub async fn requests_of(
    ctx: &Context<'_>,
    subject: SubjectId,
    paging: Paging,
) -> ApiResult<Connection<SubjectRequest>> {
    let page = page_request(ctx, paging)?;
    let page = room::list_of(app(ctx), viewer(ctx)?, subject, page).await?;
    Ok(connect(page, |row| row.id.0, SubjectRequest))
}

#[derive(Default)]
pub struct RequestsQuery;

#[Object]
impl RequestsQuery {
    /// Newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn subject_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<SubjectRequestFilter>,
    ) -> ApiResult<Connection<SubjectRequest>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let filter = filter.map_or_else(RequestFilter::default, RequestFilter::from);
        let page = room::list(app(ctx), viewer(ctx)?, filter, page).await?;
        Ok(connect(page, |row| row.id.0, SubjectRequest))
    }

    /// How requests are handled.
    async fn request_policy(&self, ctx: &Context<'_>) -> ApiResult<RequestPolicy> {
        Ok(room::read_policy(app(ctx), viewer(ctx)?).await?.into())
    }

    async fn subject_request(&self, ctx: &Context<'_>, id: ID) -> ApiResult<Option<SubjectRequest>> {
        viewer(ctx)?;
        let Ok(id) = local_id(&id, "SubjectRequest") else { return Ok(None) };
        request(ctx, id).await
    }
}

/// How a tenant handles subject requests.
#[derive(SimpleObject)]
struct RequestPolicy {
    erasure_approval: ErasureApproval,
    /// How long a person has to prove who they are; then the request is EXPIRED.
    identity_within_days: i32,
}

impl From<request_policies::Model> for RequestPolicy {
    fn from(policy: request_policies::Model) -> Self {
        Self { erasure_approval: policy.erasure_approval, identity_within_days: policy.identity_within_days }
    }
}

#[derive(SimpleObject)]
struct RequestPolicyPayload {
    policy: RequestPolicy,
}

#[derive(SimpleObject)]
struct RestrictionPayload {
    subject: Subject,
}

#[derive(SimpleObject)]
struct ObjectionPayload {
    subject: Subject,
}

#[derive(SimpleObject)]
struct SubjectRequestPayload {
    request: SubjectRequest,
}

impl From<subject_requests::Model> for SubjectRequestPayload {
    fn from(request: subject_requests::Model) -> Self {
        Self { request: SubjectRequest(request) }
    }
}

#[derive(Default)]
pub struct RequestsMutation;

#[Object]
impl RequestsMutation {
    /// Opens a request, or joins the same one that is open already.
    async fn open_subject_request(
        &self,
        ctx: &Context<'_>,
        input: OpenSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let input = OpenRequest::try_from(input)?;
        Ok(room::open(app(ctx), viewer(ctx)?, input).await?.into())
    }

    /// The tenant vouches for who asks, and says by what.
    async fn verify_identity(&self, ctx: &Context<'_>, input: VerifyIdentityInput) -> ApiResult<SubjectRequestPayload> {
        let id = local_id(&input.id, "SubjectRequest")?;
        Ok(room::verify_identity(app(ctx), viewer(ctx)?, id, &input.evidence).await?.into())
    }

    /// Gives the request to a member.
    async fn assign_subject_request(
        &self,
        ctx: &Context<'_>,
        input: AssignSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let (id, member) = (local_id(&input.id, "SubjectRequest")?, local_id(&input.member, "Member")?);
        Ok(room::assign(app(ctx), viewer(ctx)?, id, member).await?.into())
    }

    /// Once, in time, and with a reason (Article 12(3)).
    async fn extend_subject_request(
        &self,
        ctx: &Context<'_>,
        input: ExtendSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let id = local_id(&input.id, "SubjectRequest")?;
        Ok(room::extend(app(ctx), viewer(ctx)?, id, &input.reason).await?.into())
    }

    /// Lets a request that waits for approval be carried out; an erasure not by the one who opened it.
    async fn approve_subject_request(
        &self,
        ctx: &Context<'_>,
        input: ApproveSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let id = local_id(&input.id, "SubjectRequest")?;
        Ok(room::approve(app(ctx), viewer(ctx)?, id, input.note.as_deref()).await?.into())
    }

    /// Refuses it, with the reason and an explanation for the person (Article 12(4)).
    async fn reject_subject_request(
        &self,
        ctx: &Context<'_>,
        input: RejectSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let id = local_id(&input.id, "SubjectRequest")?;
        Ok(room::reject(app(ctx), viewer(ctx)?, id, input.reason, &input.explanation).await?.into())
    }

    /// Until it has been carried out; a cancelled request never is.
    async fn cancel_subject_request(
        &self,
        ctx: &Context<'_>,
        input: CancelSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let id = local_id(&input.id, "SubjectRequest")?;
        Ok(room::cancel(app(ctx), viewer(ctx)?, id, input.note.as_deref()).await?.into())
    }

    /// Writes something down in the timeline, sealed under the person's key.
    async fn note_subject_request(
        &self,
        ctx: &Context<'_>,
        input: NoteSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let id = local_id(&input.id, "SubjectRequest")?;
        Ok(room::note(app(ctx), viewer(ctx)?, id, &input.note).await?.into())
    }

    /// Writes to the person about their open request. Sealed under their key; a mail says that there is a message.
    async fn message_subject_request(
        &self,
        ctx: &Context<'_>,
        input: MessageSubjectRequestInput,
    ) -> ApiResult<SubjectRequestPayload> {
        let id = local_id(&input.id, "SubjectRequest")?;
        Ok(room::message(app(ctx), viewer(ctx)?, id, &input.text).await?.into())
    }

    /// Sets what is given and leaves the rest.
    async fn set_request_policy(
        &self,
        ctx: &Context<'_>,
        input: RequestPolicyInput,
    ) -> ApiResult<RequestPolicyPayload> {
        let policy = room::set_policy(app(ctx), viewer(ctx)?, input.into()).await?;
        Ok(RequestPolicyPayload { policy: policy.into() })
    }

    /// The person is told by mail, and then their data may be used again (Article 18(3)).
    async fn lift_restriction(&self, ctx: &Context<'_>, input: LiftRestrictionInput) -> ApiResult<RestrictionPayload> {
        let subject = input.subject.parse()?;
        let subject = room::lift_restriction(app(ctx), viewer(ctx)?, &subject, input.already_told).await?;
        Ok(RestrictionPayload { subject: Subject(subject) })
    }

    /// Ends a person's objection to a purpose: they took it back, or compelling grounds were shown (Article 21(1)).
    async fn withdraw_objection(
        &self,
        ctx: &Context<'_>,
        input: WithdrawObjectionInput,
    ) -> ApiResult<ObjectionPayload> {
        let subject = input.subject.parse()?;
        let subject = room::withdraw_objection(app(ctx), viewer(ctx)?, &subject, &input.purpose).await?;
        Ok(ObjectionPayload { subject: Subject(subject) })
    }
}

#[derive(Default)]
pub struct RequestsSubscription;

#[Subscription]
impl RequestsSubscription {
    /// Fires after commit, on every replica, for the viewer's tenant alone.
    async fn subject_request_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = ApiResult<SubjectRequest>> + use<>, ApiError> {
        let requests = room::watch(app(ctx), viewer(ctx)?).await?;
        Ok(requests.map(|request| Ok(SubjectRequest(request?))))
    }
}
