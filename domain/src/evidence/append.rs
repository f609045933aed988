//! Appending to the audit log, in the transaction of the change.

use recital_entities::{AuditEntryId, AuditOutcome, evidence::audit_entries};
use sea_orm::IntoActiveModel;
use serde_json::{Value, json};

use super::{Event, tree::leaf_hash};
use crate::{
    db::TenantTx,
    error::{Code, Error, Result},
    viewer::Permission,
};

/// Appends what happened.
pub async fn append(tx: &TenantTx, events: &[Event]) -> Result<()> {
    append_as(tx, AuditOutcome::Success, events).await
}

/// Appends what was found to be wrong.
pub async fn append_failure(tx: &TenantTx, event: Event) -> Result<()> {
    append_as(tx, AuditOutcome::Failed, &[event]).await
}

async fn append_as(tx: &TenantTx, outcome: AuditOutcome, events: &[Event]) -> Result<()> {
    let entries = events.iter().map(|event| {
        let resource = (event.resource_type(), Some(event.resource_id()));
        entry(tx, event.action(), outcome, resource, event.details())
    });
    let entries = entries.collect::<Result<Vec<_>>>()?;
    tx.insert_all(entries.into_iter().map(IntoActiveModel::into_active_model).collect()).await
}

/// Appends what was tried and came to nothing.
pub async fn append_refusal(tx: &TenantTx, permission: Permission, refusal: &Error) -> Result<()> {
    let outcome = if matches!(refusal.code(), Code::Forbidden | Code::Unauthenticated) {
        AuditOutcome::Denied
    } else {
        AuditOutcome::Failed
    };
    let code: &str = refusal.code().into();
    let details = json!({ "code": code, "reason": refusal.reason(), "field": refusal.field() });
    let entry = entry(tx, permission.into(), outcome, ("Operation", None), details)?;
    tx.insert_all(vec![entry.into_active_model()]).await
}

fn entry(
    tx: &TenantTx,
    action: &str,
    outcome: AuditOutcome,
    (resource_type, resource_id): (&str, Option<String>),
    details: Value,
) -> Result<audit_entries::Model> {
    let viewer = tx.viewer();
    let mut entry = audit_entries::Model {
        tenant_id: tx.tenant(),
        id: tx.new_id::<AuditEntryId>(),
        at: tx.now(),
        action: action.to_owned(),
        outcome,
        actor: tx.actor(),
        resource_type: resource_type.to_owned(),
        resource_id,
        correlation_id: viewer.correlation(),
        ip_address: viewer.client().network.clone(),
        user_agent: viewer.client().agent.clone(),
        details,
        leaf_hash: Vec::new(),
    };
    entry.leaf_hash = leaf_hash(&leaf(&entry)?).to_vec();
    Ok(entry)
}

/// The bytes of the entry that the log commits to: canonical JSON (RFC 8785) of all of it but its place in the log.
pub fn leaf(entry: &audit_entries::Model) -> Result<Vec<u8>> {
    let leaf = json!({
        "id": entry.id,
        "tenant": entry.tenant_id,
        "at": entry.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "action": entry.action,
        "outcome": entry.outcome,
        "actor": entry.actor,
        "resourceType": entry.resource_type,
        "resourceId": entry.resource_id,
        "correlationId": entry.correlation_id,
        "ipAddress": entry.ip_address,
        "userAgent": entry.user_agent,
        "details": entry.details,
    });
    serde_json_canonicalizer::to_vec(&leaf).map_err(Error::internal)
}
