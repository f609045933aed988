//! The audit log, generated documents, incidents and attestations.

mod document;
mod entry;
mod incident;

pub use entry::{AuditEntry, entry};
pub use incident::{Incident, incident};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::evidence::{self as room, RecordAttestation};
use recital_entities::ProcessingRecordFormat;

use crate::{
    auth::{app, viewer},
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::local_id,
    scalars::Date,
};
use document::{ComplianceReport, GeneratedDocument};
use entry::{AuditCheckpoint, AuditConsistency, AuditFilter, AuditProof};
use incident::ReportIncidentInput;

#[derive(Default)]
pub struct EvidenceQuery;

#[Object]
impl EvidenceQuery {
    /// What was done, newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<AuditFilter>,
    ) -> ApiResult<Connection<AuditEntry>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let page = room::list(app(ctx), viewer(ctx)?, filter.unwrap_or_default().into(), page).await?;
        Ok(connect(page, |row| row.id.0, AuditEntry))
    }

    /// The newest; null before the log took the first entry in.
    async fn audit_checkpoint(&self, ctx: &Context<'_>) -> ApiResult<Option<AuditCheckpoint>> {
        Ok(room::checkpoint(app(ctx), viewer(ctx)?).await?.map(Into::into))
    }

    /// Null while the log has not taken the entry in.
    #[graphql(complexity = "100 + child_complexity")]
    async fn audit_proof(&self, ctx: &Context<'_>, entry: ID) -> ApiResult<Option<AuditProof>> {
        let entry = local_id(&entry, "AuditEntry")?;
        Ok(room::proof(app(ctx), viewer(ctx)?, entry).await?.map(Into::into))
    }

    /// Shows that the log of `from` entries is how the log of `to` entries begins: nothing was changed, removed or put in
    /// between. `to` is the newest checkpoint's size where it is not given.
    #[graphql(complexity = "100 + child_complexity")]
    async fn audit_consistency(&self, ctx: &Context<'_>, from: i32, to: Option<i32>) -> ApiResult<AuditConsistency> {
        Ok(room::consistency(app(ctx), viewer(ctx)?, from, to).await?.into())
    }

    /// The record of processing activities (Article 30).
    #[graphql(complexity = "100 + child_complexity")]
    async fn processing_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ProcessingRecordFormat::Json")] format: ProcessingRecordFormat,
    ) -> ApiResult<GeneratedDocument> {
        Ok(room::processing_record(app(ctx), viewer(ctx)?, format).await?.into())
    }

    /// How the tenant stands, measured at the time of asking.
    #[graphql(complexity = "500 + child_complexity")]
    async fn compliance_report(&self, ctx: &Context<'_>) -> ApiResult<ComplianceReport> {
        Ok(room::compliance_report(app(ctx), viewer(ctx)?).await?.into())
    }

    /// What people are told (Articles 12 to 14): en, de, fr, es or it; English for any other language.
    #[graphql(complexity = "100 + child_complexity")]
    async fn privacy_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = "en")] locale: String,
    ) -> ApiResult<GeneratedDocument> {
        Ok(room::privacy_policy(app(ctx), viewer(ctx)?, &locale).await?.into())
    }

    /// Personal data breaches, newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> ApiResult<Connection<Incident>> {
        let page = page_request(ctx, (first, after, last, before))?;
        Ok(connect(room::list_incidents(app(ctx), viewer(ctx)?, page).await?, |row| row.id.0, Incident))
    }
}

#[derive(SimpleObject)]
struct IncidentPayload {
    incident: Incident,
}

/// An organisational fact that no program can measure: DPIA, penetration test, training, DPO appointment, processor
/// agreement.
#[derive(InputObject)]
struct RecordAttestationInput {
    /// `dpia`, `penetration_test`, `training`, `dpo_appointment`, `processor_agreements`, or a word of one's own.
    key: String,
    statement: String,
    /// The last day it is good for; a year from now when it is not given.
    valid_until: Option<Date>,
    /// Where the evidence stands. It is kept in clear and names no person.
    reference: Option<String>,
}

#[derive(SimpleObject)]
struct AttestationPayload {
    key: String,
    recorded_at: DateTime<Utc>,
}

#[derive(Default)]
pub struct EvidenceMutation;

#[Object]
impl EvidenceMutation {
    /// Starts the 72-hour clock of Article 33.
    async fn report_incident(&self, ctx: &Context<'_>, input: ReportIncidentInput) -> ApiResult<IncidentPayload> {
        let incident = room::report_incident(app(ctx), viewer(ctx)?, input.into()).await?;
        Ok(IncidentPayload { incident: Incident(incident) })
    }

    /// States an organisational fact, which the compliance report shows until it runs out.
    async fn record_attestation(
        &self,
        ctx: &Context<'_>,
        input: RecordAttestationInput,
    ) -> ApiResult<AttestationPayload> {
        let RecordAttestationInput { key, statement, valid_until, reference } = input;
        let valid_until = valid_until.map(|date| date.0);
        let input = RecordAttestation { key, statement, valid_until, reference };
        let made = room::record_attestation(app(ctx), viewer(ctx)?, input).await?;
        Ok(AttestationPayload { key: made.key, recorded_at: made.recorded_at })
    }
}
