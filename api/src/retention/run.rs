//! Runs of the sweep.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{error::Error, retention as room};
use recital_entities::{RetentionFailure, RetentionRunId, RetentionRunState, retention::retention_runs};

use super::hold::KeptByHold;
use crate::{
    batch::{Batch, Loaded, load},
    errors::ApiResult,
    ids::global_id,
    scalars::Period,
};

/// One sweep.
pub struct RetentionRun(pub retention_runs::Model);

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

    /// The one data type that it was asked for; null for all.
    async fn data_type(&self) -> Option<&str> {
        self.0.data_type.as_deref()
    }

    /// What is past its end at this instant goes.
    async fn cutoff_at(&self) -> DateTime<Utc> {
        self.0.cutoff_at
    }

    async fn started_by(&self) -> &str {
        &self.0.started_by
    }

    /// Why a FAILED run stopped. The next sweep goes on with it; `resumeRetention` does so at once.
    async fn failure(&self) -> Option<RetentionFailure> {
        self.0.failure
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
    /// What keeps those, once the data type is done. What two holds keep counts under each.
    kept_by: Vec<KeptByHold>,
    /// Of those, how many a restriction of processing keeps.
    restricted: i32,
    legal_basis: String,
    /// Null while there is more of the data type to go.
    finished_at: Option<DateTime<Utc>>,
}

impl From<room::RunResult> for RetentionResult {
    fn from(room::RunResult { row, kept_by }: room::RunResult) -> Self {
        Self {
            data_type: row.data_type,
            retention: Period(row.retention),
            cutoff: row.cutoff,
            deleted: row.deleted,
            held: row.held,
            kept_by: kept_by.into_iter().map(|(hold, kept)| KeptByHold { hold, kept }).collect(),
            restricted: row.restricted,
            legal_basis: row.legal_basis,
            finished_at: row.finished_at,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct ResultsOf(RetentionRunId);

impl Loader<ResultsOf> for Batch {
    type Value = Vec<room::RunResult>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ResultsOf]) -> Loaded<HashMap<ResultsOf, Self::Value>> {
        let results = room::results_of(&self.app, &self.viewer, keys.iter().map(|key| key.0).collect()).await?;
        Ok(results.into_iter().map(|(id, results)| (ResultsOf(id), results)).collect())
    }
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
