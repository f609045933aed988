//! The operator's door: no act without its entry in the operator's log.

use recital_entities::{
    AuditOutcome, OperatorEntryId, OperatorTokenId, TenantId,
    access::{operator_entries, tenants},
};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::App,
    error::{Code, Error, Result},
    viewer::{Actor, Viewer},
};

/// Who acts from a shell, in the operator's log.
pub(super) const COMMAND_LINE: &str = "command line";

/// One of the people who run the service, for one request.
#[derive(Clone, Debug)]
pub struct Operator {
    /// As the operator's log names them.
    actor: String,
    pub(super) correlation: Uuid,
}

impl Operator {
    pub(super) fn with_token(token: OperatorTokenId, correlation: Uuid) -> Self {
        Self { actor: format!("operator:{token}"), correlation }
    }

    /// Whoever can start the program with the service's settings.
    #[must_use]
    pub fn at_the_command_line(app: &App) -> Self {
        Self { actor: COMMAND_LINE.to_owned(), correlation: app.core().ids.next(app.now()) }
    }

    /// The same person in a tenant's own log.
    pub(super) fn viewer(&self, tenant: TenantId) -> Viewer {
        Viewer::new(tenant, Actor::Operator, self.correlation)
    }
}

/// What is done, to what, and what else its entry says.
pub(super) struct Act {
    pub action: &'static str,
    pub resource: String,
    pub details: Value,
}

/// Does it, and answers only once its entry is written, whatever came of it.
pub(super) async fn operate<T>(
    app: &App,
    operator: &Operator,
    act: Act,
    deed: impl AsyncFnOnce() -> Result<T>,
) -> Result<T> {
    let done = deed().await;
    let (outcome, details) = match &done {
        Ok(_) => (AuditOutcome::Success, act.details),
        Err(error) => (outcome_of(error), json!({ "reason": error.reason(), "field": error.field() })),
    };
    write_entry(app, operator.actor.clone(), operator.correlation, outcome, Act { details, ..act }).await?;
    done
}

pub(super) async fn write_entry(
    app: &App,
    actor: String,
    correlation: Uuid,
    outcome: AuditOutcome,
    act: Act,
) -> Result<()> {
    let entry = operator_entries::ActiveModel {
        id: Set(app.core().ids.next(app.now()).into()) as sea_orm::ActiveValue<OperatorEntryId>,
        at: Set(app.now()),
        action: Set(act.action.to_owned()),
        outcome: Set(outcome),
        actor: Set(actor),
        resource_id: Set(Some(act.resource)),
        correlation_id: Set(correlation),
        details: Set(act.details),
    };
    app.platform().insert_new(entry).await?;
    Ok(())
}

fn outcome_of(error: &Error) -> AuditOutcome {
    match error.code() {
        Code::Forbidden | Code::Unauthenticated => AuditOutcome::Denied,
        _ => AuditOutcome::Failed,
    }
}

/// # Errors
/// `NOT_FOUND`.
pub(super) async fn tenant_of(app: &App, slug: &str) -> Result<tenants::Model> {
    crate::access::find_tenant_by_slug(app, slug).await?.ok_or_else(|| Error::not_found("tenant"))
}
