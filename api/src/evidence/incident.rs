//! Incidents.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    evidence::{self as room, IncidentText, ReportIncident},
};
use recital_entities::{IncidentId, IncidentSeverity, evidence::incidents};

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    errors::ApiResult,
    ids::global_id,
};

/// A personal data breach and its 72-hour clock (Article 33).
pub struct Incident(pub incidents::Model);

impl Incident {
    async fn text(&self, ctx: &Context<'_>) -> ApiResult<IncidentText> {
        Ok(load(ctx, TextOf(self.0.id)).await?.ok_or_else(|| Error::not_found("Incident"))?)
    }
}

#[Object]
impl Incident {
    pub async fn id(&self) -> ID {
        global_id("Incident", self.0.id.0)
    }

    /// Decrypts, and is audited.
    async fn title(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(self.text(ctx).await?.title)
    }

    /// Decrypts, and is audited.
    async fn description(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(self.text(ctx).await?.description)
    }

    async fn severity(&self) -> IncidentSeverity {
        self.0.severity
    }

    async fn detected_at(&self) -> DateTime<Utc> {
        self.0.detected_at
    }

    /// 72 hours after the detection.
    async fn notify_authority_by(&self) -> DateTime<Utc> {
        self.0.notify_authority_by
    }

    async fn authority_notified_at(&self) -> Option<DateTime<Utc>> {
        self.0.authority_notified_at
    }

    async fn subjects_affected(&self) -> Option<i32> {
        self.0.subjects_affected
    }

    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.closed_at
    }
}

/// An incident's words, opened once per request for all incidents asked for.
#[derive(Clone, PartialEq, Eq, Hash)]
struct TextOf(IncidentId);

impl Loader<TextOf> for Batch {
    type Value = IncidentText;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TextOf]) -> Loaded<HashMap<TextOf, IncidentText>> {
        let texts = room::reveal_incidents(&self.app, &self.viewer, keys.iter().map(|key| key.0).collect()).await?;
        Ok(texts.into_iter().map(|(id, text)| (TextOf(id), text)).collect())
    }
}

pub async fn incident(ctx: &Context<'_>, id: IncidentId) -> ApiResult<Option<Incident>> {
    Ok(room::incidents_by_ids(app(ctx), viewer(ctx)?, vec![id]).await?.pop().map(Incident))
}

#[derive(InputObject)]
pub struct ReportIncidentInput {
    title: String,
    severity: IncidentSeverity,
    /// When the controller became aware of it: the clock starts here.
    detected_at: DateTime<Utc>,
    description: String,
    subjects_affected: Option<i32>,
}

impl From<ReportIncidentInput> for ReportIncident {
    fn from(input: ReportIncidentInput) -> Self {
        Self {
            title: input.title,
            severity: input.severity,
            detected_at: input.detected_at,
            description: input.description,
            subjects_affected: input.subjects_affected,
        }
    }
}
