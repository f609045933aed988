//! The processing decision.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use recital_domain::consent::{self as room, Decision, DecisionCheck, Standing};
use recital_entities::{DecisionReason, LawfulBasis};

use super::{
    Consent,
    notice::{self, Notice},
};
use crate::{
    auth::{app, viewer},
    errors::ApiResult,
    subject_ref::SubjectRef,
};

/// May this subject's data be used for this purpose?
pub struct ProcessingDecision(Decision);

#[Object]
impl ProcessingDecision {
    async fn allowed(&self) -> bool {
        self.0.allowed
    }

    /// The purpose's key.
    async fn purpose(&self) -> &str {
        &self.0.purpose
    }

    /// 0 where there is no such purpose.
    async fn purpose_version(&self) -> i32 {
        self.0.purpose_version
    }

    /// Null where there is no such purpose.
    async fn lawful_basis(&self) -> Option<LawfulBasis> {
        self.0.lawful_basis
    }

    async fn reason(&self) -> DecisionReason {
        self.0.reason
    }

    /// The instant it holds for.
    async fn decided_at(&self) -> DateTime<Utc> {
        self.0.decided_at
    }

    /// Where consent stands, or stood then, for a purpose that rests on it.
    async fn consent(&self, ctx: &Context<'_>) -> ApiResult<Option<Consent>> {
        match &self.0.consent {
            Some(Standing::Now(id)) => super::consent(ctx, *id).await,
            Some(Standing::Then(consent)) => Ok(Some(Consent((**consent).clone()))),
            None => Ok(None),
        }
    }

    /// What may be collected or read for it; null = not narrowed.
    async fn allowed_fields(&self) -> Option<&Vec<String>> {
        self.0.allowed_fields.as_ref()
    }
}

#[derive(InputObject)]
struct ProcessingCheck {
    subject: SubjectRef,
    purpose: String,
}

impl ProcessingCheck {
    fn parse(self) -> DecisionCheck {
        DecisionCheck { subject: self.subject.parse_or_nobody(), purpose: self.purpose }
    }
}

#[derive(Default)]
pub struct ConsentQuery;

#[Object]
impl ConsentQuery {
    /// May this subject's data be processed for this purpose, now (or at a past instant)? The hot path.
    async fn processing_decision(
        &self,
        ctx: &Context<'_>,
        subject: SubjectRef,
        purpose: String,
        at: Option<DateTime<Utc>>,
    ) -> ApiResult<ProcessingDecision> {
        let check = ProcessingCheck { subject, purpose }.parse();
        Ok(ProcessingDecision(room::decision(app(ctx), viewer(ctx)?, check, at).await?))
    }

    /// Up to 1,000 decisions at once, in the order asked, now or at a past instant. What is unknown is an answer in its
    /// place: `UNKNOWN_SUBJECT`, `UNKNOWN_PURPOSE`.
    #[graphql(complexity = "checks.len() * child_complexity")]
    async fn processing_decisions(
        &self,
        ctx: &Context<'_>,
        checks: Vec<ProcessingCheck>,
        at: Option<DateTime<Utc>>,
    ) -> ApiResult<Vec<ProcessingDecision>> {
        let checks = checks.into_iter().map(ProcessingCheck::parse).collect();
        let decisions = room::decisions(app(ctx), viewer(ctx)?, checks, at).await?;
        Ok(decisions.into_iter().map(ProcessingDecision).collect())
    }

    /// The text that people were shown, by its SHA-256 in hex; null where no such text was.
    async fn notice(&self, ctx: &Context<'_>, hash: String) -> ApiResult<Option<Notice>> {
        match hex::decode(hash) {
            Ok(hash) => notice::find(ctx, hash).await,
            Err(_) => Ok(None),
        }
    }
}
