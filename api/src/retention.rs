//! Retention: policies, runs, holds.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    retention::{self as room, Forecast, PlaceHold, SetPolicy},
};
use recital_entities::{
    DeletionMethod, LegalHoldId, RetentionPolicyId, RetentionRunId, RetentionRunState,
    retention::{legal_holds, retention_policies, retention_results, retention_runs},
};

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
    /// Of those that would be deleted.
    oldest_created_at: Option<DateTime<Utc>>,
}

impl From<Forecast> for RetentionForecast {
    fn from(forecast: Forecast) -> Self {
        Self {
            data_type: forecast.data_type,
            at: forecast.at,
            due: i32::try_from(forecast.due).unwrap_or(i32::MAX),
            held: i32::try_from(forecast.held).unwrap_or(i32::MAX),
            oldest_created_at: forecast.oldest_created_at,
        }
    }
}

/// One sweep.
pub struct RetentionRun(retention_runs::Model);

#[Object]
impl RetentionRun {
    pub async fn id(&self) -> ID {
        global_id("RetentionRun", self.0.id.0)
    }

    async fn state(&self) -> RetentionRunState {
        self.0.state
    }

    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// By data type; while the run goes on, what it has done so far.
    async fn results(&self, ctx: &Context<'_>) -> ApiResult<Vec<RetentionResult>> {
        let results = load(ctx, ResultsOf(self.0.id)).await?.unwrap_or_default();
        Ok(results.into_iter().map(RetentionResult::from).collect())
    }
}

/// What a run did to one data type.
#[derive(SimpleObject)]
pub struct RetentionResult {
    data_type: String,
    retention: Period,
    /// One period before the run; for a period without an end on the calendar, the run itself.
    cutoff: DateTime<Utc>,
    deleted: i32,
    /// Past their end, but kept by a legal hold or a restriction of processing.
    held: i32,
    legal_basis: String,
}

impl From<retention_results::Model> for RetentionResult {
    fn from(row: retention_results::Model) -> Self {
        Self {
            data_type: row.data_type,
            retention: Period(row.retention),
            cutoff: row.cutoff,
            deleted: row.deleted,
            held: row.held,
            legal_basis: row.legal_basis,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct ResultsOf(RetentionRunId);

impl Loader<ResultsOf> for Batch {
    type Value = Vec<retention_results::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ResultsOf]) -> Loaded<HashMap<ResultsOf, Self::Value>> {
        let results = room::results_of(&self.app, &self.viewer, keys.iter().map(|key| key.0).collect()).await?;
        Ok(results.into_iter().map(|(id, results)| (ResultsOf(id), results)).collect())
    }
}

/// Keeps data past its period while a ground such as a lawsuit lasts.
pub struct LegalHold(pub legal_holds::Model);

#[Object]
impl LegalHold {
    pub async fn id(&self) -> ID {
        global_id("LegalHold", self.0.id.0)
    }

    /// Decrypts, and is audited.
    async fn reason(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(load(ctx, ReasonOf(self.0.id)).await?.ok_or_else(|| Error::not_found("legal hold"))?)
    }

    /// Null for a hold on a data type, whoever the subject is.
    async fn data_type(&self) -> Option<&str> {
        self.0.data_type.as_deref()
    }

    async fn placed_by(&self) -> &str {
        &self.0.placed_by
    }

    async fn placed_at(&self) -> DateTime<Utc> {
        self.0.placed_at
    }

    async fn released_at(&self) -> Option<DateTime<Utc>> {
        self.0.released_at
    }
}

/// A hold's reason, opened once per request for all holds asked for.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ReasonOf(LegalHoldId);

impl Loader<ReasonOf> for Batch {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ReasonOf]) -> Loaded<HashMap<ReasonOf, String>> {
        let reasons = room::reveal_reasons(&self.app, &self.viewer, keys.iter().map(|key| key.0).collect()).await?;
        Ok(reasons.into_iter().map(|(id, reason)| (ReasonOf(id), reason)).collect())
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

impl Loader<RetentionRunId> for Batch {
    type Value = retention_runs::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[RetentionRunId]) -> Loaded<HashMap<RetentionRunId, Self::Value>> {
        Ok(room::runs_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

pub async fn run(ctx: &Context<'_>, id: RetentionRunId) -> ApiResult<Option<RetentionRun>> {
    Ok(load(ctx, id).await?.map(RetentionRun))
}

impl Loader<LegalHoldId> for Batch {
    type Value = legal_holds::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[LegalHoldId]) -> Loaded<HashMap<LegalHoldId, Self::Value>> {
        Ok(room::holds_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

pub async fn hold(ctx: &Context<'_>, id: LegalHoldId) -> ApiResult<Option<LegalHold>> {
    Ok(load(ctx, id).await?.map(LegalHold))
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
