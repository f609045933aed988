//! Retention: policies, runs, holds.

mod hold;
mod run;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    retention::{self as room, Forecast, PlaceHold, SetPolicy},
};
use recital_entities::{
    DeletionMethod, RetentionPolicyId,
    retention::{retention_policies, retention_restamps},
};

use hold::KeptByHold;
pub use hold::{LegalHold, hold};
pub use run::{RetentionRun, run};

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::{global_id, local_id},
    scalars::Period,
    subject_ref::SubjectRef,
};

/// How long a data type is kept, and on which legal basis.
pub struct RetentionPolicy(retention_policies::Model);

#[Object]
impl RetentionPolicy {
    pub async fn id(&self) -> ID {
        global_id("RetentionPolicy", self.0.id.0)
    }

    async fn data_type(&self) -> &str {
        &self.0.data_type
    }

    async fn retention(&self) -> Period {
        Period(self.0.retention)
    }

    async fn deletion_method(&self) -> DeletionMethod {
        self.0.deletion_method
    }

    async fn legal_basis(&self) -> &str {
        &self.0.legal_basis
    }

    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// What followed from the last change of the period.
    async fn restamp(&self, ctx: &Context<'_>) -> ApiResult<Option<RetentionRestamp>> {
        Ok(load(ctx, RestampOf(self.0.data_type.clone())).await?.map(RetentionRestamp::from))
    }
}

/// What a run at `at` would do: the dry run.
#[derive(SimpleObject)]
pub struct RetentionForecast {
    data_type: String,
    at: DateTime<Utc>,
    /// Would be deleted.
    due: i32,
    /// Past their end, but kept by a legal hold or a restriction of processing.
    held: i32,
    /// What keeps those. What two holds keep counts under each.
    kept_by: Vec<KeptByHold>,
    /// Of those, how many a restriction of processing keeps.
    restricted: i32,
    /// Of those that would be deleted.
    oldest_created_at: Option<DateTime<Utc>>,
}

impl From<Forecast> for RetentionForecast {
    fn from(forecast: Forecast) -> Self {
        let kept_by = forecast.kept.by_hold.into_iter().map(|(hold, kept)| KeptByHold { hold, kept: number(kept) });
        Self {
            data_type: forecast.data_type,
            at: forecast.at,
            due: number(forecast.due),
            held: number(forecast.held),
            kept_by: kept_by.collect(),
            restricted: number(forecast.kept.restricted),
            oldest_created_at: forecast.oldest_created_at,
        }
    }
}

fn number(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What is kept past its period now, though nothing keeps it. A sweep a day leaves up to a day's worth.
#[derive(SimpleObject)]
pub struct RetentionStanding {
    at: DateTime<Utc>,
    /// Records and files.
    overdue: i32,
    /// When the first of them should have gone.
    overdue_since: Option<DateTime<Utc>>,
    /// Past their end, but kept by a legal hold or a restriction of processing.
    held: i32,
}

/// How far records and files have been stamped anew since their data type's period last changed.
#[derive(SimpleObject)]
pub struct RetentionRestamp {
    /// Ends that changed.
    stamped: i32,
    started_at: DateTime<Utc>,
    /// Null while there is more to do.
    finished_at: Option<DateTime<Utc>>,
}

impl From<retention_restamps::Model> for RetentionRestamp {
    fn from(row: retention_restamps::Model) -> Self {
        Self { stamped: row.stamped, started_at: row.started_at, finished_at: row.finished_at }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct RestampOf(String);

impl Loader<RestampOf> for Batch {
    type Value = retention_restamps::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RestampOf]) -> Loaded<HashMap<RestampOf, Self::Value>> {
        let types = keys.iter().map(|key| key.0.clone()).collect();
        let restamps = room::restamps(&self.app, &self.viewer, types).await?;
        Ok(restamps.into_iter().map(|(data_type, restamp)| (RestampOf(data_type), restamp)).collect())
    }
}

impl Loader<RetentionPolicyId> for Batch {
    type Value = retention_policies::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[RetentionPolicyId]) -> Loaded<HashMap<RetentionPolicyId, Self::Value>> {
        Ok(room::policies_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

pub async fn policy(ctx: &Context<'_>, id: RetentionPolicyId) -> ApiResult<Option<RetentionPolicy>> {
    Ok(load(ctx, id).await?.map(RetentionPolicy))
}

#[derive(Default)]
pub struct RetentionQuery;

#[Object]
impl RetentionQuery {
    /// By data type.
    async fn retention_policies(&self, ctx: &Context<'_>) -> ApiResult<Vec<RetentionPolicy>> {
        let policies = room::list(app(ctx), viewer(ctx)?).await?;
        Ok(policies.into_iter().map(RetentionPolicy).collect())
    }

    /// What a run now would do.
    async fn retention_preview(
        &self,
        ctx: &Context<'_>,
        data_type: Option<String>,
    ) -> ApiResult<Vec<RetentionForecast>> {
        let forecasts = room::forecast(app(ctx), viewer(ctx)?, data_type).await?;
        Ok(forecasts.into_iter().map(RetentionForecast::from).collect())
    }

    async fn retention_standing(&self, ctx: &Context<'_>) -> ApiResult<RetentionStanding> {
        let app = app(ctx);
        let overdue = room::read_overdue(app, viewer(ctx)?).await?;
        Ok(RetentionStanding {
            at: app.now(),
            overdue: number(overdue.records),
            overdue_since: overdue.since,
            held: number(overdue.held),
        })
    }

    /// Newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn retention_runs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> ApiResult<Connection<RetentionRun>> {
        let page = page_request(ctx, (first, after, last, before))?;
        Ok(connect(room::list_runs(app(ctx), viewer(ctx)?, page).await?, |row| row.id.0, RetentionRun))
    }

    /// Newest first: all, those in force, or those released.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn legal_holds(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        active: Option<bool>,
    ) -> ApiResult<Connection<LegalHold>> {
        let page = page_request(ctx, (first, after, last, before))?;
        Ok(connect(room::list_holds(app(ctx), viewer(ctx)?, active, page).await?, |row| row.id.0, LegalHold))
    }
}

#[derive(InputObject)]
struct RetentionPolicyInput {
    data_type: String,
    retention: Period,
    deletion_method: DeletionMethod,
    legal_basis: String,
}

#[derive(SimpleObject)]
struct RetentionPolicyPayload {
    policy: RetentionPolicy,
}

#[derive(InputObject)]
struct RunRetentionInput {
    data_type: Option<String>,
}

#[derive(InputObject)]
struct ResumeRetentionInput {
    id: ID,
}

#[derive(SimpleObject)]
struct RetentionRunPayload {
    run: RetentionRun,
}

/// A hold on a subject, a data type, or both.
#[derive(InputObject)]
struct PlaceLegalHoldInput {
    reason: String,
    subject: Option<SubjectRef>,
    data_type: Option<String>,
}

#[derive(InputObject)]
struct ReleaseLegalHoldInput {
    id: ID,
    reason: String,
}

#[derive(SimpleObject)]
struct LegalHoldPayload {
    hold: LegalHold,
}

#[derive(Default)]
pub struct RetentionMutation;

#[Object]
impl RetentionMutation {
    /// Sets how long a data type is kept. Records stored before are stamped anew.
    async fn set_retention_policy(
        &self,
        ctx: &Context<'_>,
        input: RetentionPolicyInput,
    ) -> ApiResult<RetentionPolicyPayload> {
        let RetentionPolicyInput { data_type, retention, deletion_method, legal_basis } = input;
        let policy = SetPolicy { data_type, retention: retention.0, deletion_method, legal_basis };
        Ok(RetentionPolicyPayload { policy: RetentionPolicy(room::set(app(ctx), viewer(ctx)?, policy).await?) })
    }

    /// Sweeps now: every data type, or one. A long run goes on in the background.
    async fn run_retention(&self, ctx: &Context<'_>, input: RunRetentionInput) -> ApiResult<RetentionRunPayload> {
        Ok(RetentionRunPayload { run: RetentionRun(room::run(app(ctx), viewer(ctx)?, input.data_type).await?) })
    }

    /// Goes on with a run that failed or was interrupted, without waiting for the next sweep.
    async fn resume_retention(&self, ctx: &Context<'_>, input: ResumeRetentionInput) -> ApiResult<RetentionRunPayload> {
        let id = local_id(&input.id, "RetentionRun")?;
        Ok(RetentionRunPayload { run: RetentionRun(room::resume(app(ctx), viewer(ctx)?, id).await?) })
    }

    /// Nothing the hold covers is swept until it is released.
    async fn place_legal_hold(&self, ctx: &Context<'_>, input: PlaceLegalHoldInput) -> ApiResult<LegalHoldPayload> {
        let subject = input.subject.map(SubjectRef::parse).transpose()?;
        let hold = PlaceHold { reason: input.reason, subject, data_type: input.data_type };
        Ok(LegalHoldPayload { hold: LegalHold(room::place_hold(app(ctx), viewer(ctx)?, hold).await?) })
    }

    /// What is past its period goes with the next sweep.
    async fn release_legal_hold(&self, ctx: &Context<'_>, input: ReleaseLegalHoldInput) -> ApiResult<LegalHoldPayload> {
        let id = local_id(&input.id, "LegalHold")?;
        let hold = room::release_hold(app(ctx), viewer(ctx)?, id, &input.reason).await?;
        Ok(LegalHoldPayload { hold: LegalHold(hold) })
    }
}
