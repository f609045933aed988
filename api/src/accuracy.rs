//! Re-verification of accuracy.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    accuracy::{self as room, PolicyChanges},
    error::Error,
};
use recital_entities::{
    ReverificationId, ReverificationState, UnansweredAction,
    accuracy::{accuracy_policies, reverifications},
};

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::global_id,
    scalars::Period,
    subject_ref::SubjectRef,
    vault::{Subject, subject},
};

/// How often data is verified, and what an unanswered mail leads to.
pub struct AccuracyPolicy(accuracy_policies::Model);

#[Object]
impl AccuracyPolicy {
    /// From the last verification to the next.
    async fn revalidate_after(&self) -> Period {
        Period(self.0.revalidate_after)
    }

    /// From the first mail to each reminder.
    async fn remind_after(&self) -> Vec<Period> {
        self.0.remind_after.0.iter().filter_map(|period| period.parse().ok().map(Period)).collect()
    }

    /// From the queueing of the first mail; what is not answered by then is closed.
    async fn link_valid_for(&self) -> Period {
        Period(self.0.link_valid_for)
    }

    async fn when_unanswered(&self) -> UnansweredAction {
        self.0.when_unanswered
    }

    /// Reminders count too.
    async fn mails_per_hour(&self) -> i32 {
        self.0.mails_per_hour
    }
}

/// One question to one subject whether the data held is still right.
pub struct Reverification(reverifications::Model);

#[Object]
impl Reverification {
    pub async fn id(&self) -> ID {
        global_id("Reverification", self.0.id.0)
    }

    async fn subject(&self, ctx: &Context<'_>) -> ApiResult<Subject> {
        Ok(subject(ctx, self.0.subject_id).await?.ok_or_else(|| Error::not_found("subject"))?)
    }

    async fn state(&self) -> ReverificationState {
        self.0.state
    }

    async fn requested_at(&self) -> DateTime<Utc> {
        self.0.requested_at
    }

    /// When the first mail went.
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }

    async fn reminders_sent(&self) -> i32 {
        self.0.reminders_sent
    }

    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }

    /// Names of the attributes that the subject corrected.
    async fn corrected_fields(&self) -> &[String] {
        &self.0.corrected_fields.0
    }

    /// When its mail came back.
    async fn bounced_at(&self) -> Option<DateTime<Utc>> {
        self.0.bounced_at
    }

    /// What the mail system said, as numbers: `550`, `550 5.1.1`, `5.1.1`.
    async fn bounce_status(&self) -> Option<&str> {
        self.0.bounce_status.as_deref()
    }

    /// The link works until then.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
}

impl Loader<ReverificationId> for Batch {
    type Value = reverifications::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ReverificationId]) -> Loaded<HashMap<ReverificationId, Self::Value>> {
        Ok(room::by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

/// Null for another tenant's.
pub async fn reverification(ctx: &Context<'_>, id: ReverificationId) -> ApiResult<Option<Reverification>> {
    Ok(load(ctx, id).await?.map(Reverification))
}

#[derive(InputObject, Default)]
struct ReverificationFilter {
    state: Option<ReverificationState>,
}

#[derive(Default)]
pub struct AccuracyQuery;

#[Object]
impl AccuracyQuery {
    /// Newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn reverifications(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<ReverificationFilter>,
    ) -> ApiResult<Connection<Reverification>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let state = filter.unwrap_or_default().state;
        Ok(connect(room::list(app(ctx), viewer(ctx)?, state, page).await?, |row| row.id.0, Reverification))
    }

    /// What was set, or the defaults.
    async fn accuracy_policy(&self, ctx: &Context<'_>) -> ApiResult<AccuracyPolicy> {
        Ok(AccuracyPolicy(room::read_policy(app(ctx), viewer(ctx)?).await?))
    }
}

/// What is given is set, the rest stays.
#[derive(InputObject)]
struct AccuracyPolicyInput {
    revalidate_after: Option<Period>,
    remind_after: Option<Vec<Period>>,
    link_valid_for: Option<Period>,
    when_unanswered: Option<UnansweredAction>,
    mails_per_hour: Option<i32>,
}

impl From<AccuracyPolicyInput> for PolicyChanges {
    fn from(input: AccuracyPolicyInput) -> Self {
        Self {
            revalidate_after: input.revalidate_after.map(|period| period.0),
            remind_after: input.remind_after.map(|periods| periods.iter().map(|period| period.0).collect()),
            link_valid_for: input.link_valid_for.map(|period| period.0),
            when_unanswered: input.when_unanswered,
            mails_per_hour: input.mails_per_hour,
        }
    }
}

#[derive(SimpleObject)]
struct AccuracyPolicyPayload {
    policy: AccuracyPolicy,
}

#[derive(InputObject)]
struct RequestReverificationInput {
    subject: SubjectRef,
}

#[derive(SimpleObject)]
struct ReverificationPayload {
    reverification: Reverification,
}

#[derive(Default)]
pub struct AccuracyMutation;

#[Object]
impl AccuracyMutation {
    /// Changes the policy. A new verification period takes effect for every subject.
    async fn set_accuracy_policy(
        &self,
        ctx: &Context<'_>,
        input: AccuracyPolicyInput,
    ) -> ApiResult<AccuracyPolicyPayload> {
        let policy = room::set_policy(app(ctx), viewer(ctx)?, input.into()).await?;
        Ok(AccuracyPolicyPayload { policy: AccuracyPolicy(policy) })
    }

    /// Asks one subject now, due or not.
    async fn request_reverification(
        &self,
        ctx: &Context<'_>,
        input: RequestReverificationInput,
    ) -> ApiResult<ReverificationPayload> {
        let row = room::request(app(ctx), viewer(ctx)?, input.subject.parse()?).await?;
        Ok(ReverificationPayload { reverification: Reverification(row) })
    }
}
