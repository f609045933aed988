//! Which events endpoints are told of, and enqueueing the deliveries.

use recital_entities::{SubjectId, access::webhook_endpoints, global_id};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::WebhookDelivery;
use crate::{db::TenantTx, error::Result, evidence::Event, work::Work};

/// Every kind of event an endpoint can ask for.
pub const EVENTS: &[&str] = &[
    "consent.given",
    "consent.refused",
    "consent.awaits_confirmation",
    "consent.withdrawn",
    "accuracy.mail_bounced",
    "consent.expiring",
    "consent.expired",
    "profile.updated",
    "profile.corrected",
    "request.opened",
    "request.identity_verified",
    "request.extended",
    "request.approved",
    "request.rejected",
    "request.cancelled",
    "request.completed",
    "request.expired",
    "subject.restricted",
    "subject.restriction_lifted",
    "subject.erased",
];

/// Enqueues a delivery for every endpoint that asked for what happened.
pub async fn announce(tx: &TenantTx, events: &[Event]) -> Result<()> {
    let announced: Vec<_> = events.iter().filter_map(|event| Some((event, kind(event)?))).collect();
    if announced.is_empty() {
        return Ok(());
    }
    let listening = webhook_endpoints::Entity::find()
        .filter(webhook_endpoints::Column::DeletedAt.is_null())
        .filter(webhook_endpoints::Column::DisabledAt.is_null());
    let mut deliveries = Vec::new();
    for endpoint in tx.all(listening).await? {
        for (event, kind) in announced.iter().filter(|(_, kind)| endpoint.events.0.iter().any(|asked| asked == kind)) {
            let (event, data) = ((*kind).to_owned(), data(event));
            deliveries.push(WebhookDelivery { endpoint: endpoint.id, event, at: tx.now(), data });
        }
    }
    tx.enqueue_all(deliveries.into_iter().map(Work::WebhookDelivery)).await
}

/// None for what is nobody's business outside.
fn kind(event: &Event) -> Option<&'static str> {
    let action = match event {
        Event::DataCorrected { .. } => "profile.corrected",
        other => other.action(),
    };
    EVENTS.iter().find(|kind| **kind == action).copied()
}

/// What it happened to, as ids of the GraphQL API.
fn data(event: &Event) -> Value {
    let resource = event.resource_id().parse().map(|id| global_id(event.resource_type(), id)).unwrap_or_default();
    let mut data = json!({ "type": event.resource_type(), "id": resource });
    if let Some(subject) = subject(event) {
        data["subject"] = global_id("Subject", subject.0).into();
    }
    if let Event::ConsentGiven { purpose, .. }
    | Event::ConsentRefused { purpose, .. }
    | Event::ConsentAwaitsConfirmation { purpose, .. }
    | Event::ConsentWithdrawn { purpose, .. }
    | Event::ConsentExpiring { purpose, .. }
    | Event::ConsentExpired { purpose, .. } = event
    {
        data["purpose"] = purpose.as_str().into();
    }
    data
}

fn subject(event: &Event) -> Option<SubjectId> {
    match event {
        Event::ConsentGiven { subject, .. }
        | Event::ConsentRefused { subject, .. }
        | Event::ConsentAwaitsConfirmation { subject, .. }
        | Event::ConsentWithdrawn { subject, .. }
        | Event::ConsentExpiring { subject, .. }
        | Event::ConsentExpired { subject, .. }
        | Event::DataCorrected { subject, .. }
        | Event::ReverificationBounced { subject, .. }
        | Event::RequestOpened { subject, .. } => Some(*subject),
        Event::ProfileUpdated { id, .. }
        | Event::SubjectRestricted { id, .. }
        | Event::RestrictionLifted { id }
        | Event::SubjectErased { id, .. } => Some(*id),
        _ => None,
    }
}
