//! What was done, by whom, to what, with which outcome. Append-only; no personal data in clear.

use sea_orm::entity::prelude::*;

use crate::{AuditEntryId, AuditOutcome, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    pub at: DateTimeUtc,
    pub action: String,
    pub outcome: AuditOutcome,
    pub actor: String,
    pub resource_type: String,
    pub resource_id: Option<String>,
    pub correlation_id: Uuid,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub details: Json,
    pub leaf_hash: Vec<u8>,
}

crate::tenant_table! {
    Key: TenantId | Id | ResourceId;
    Operational: At | Action | Outcome | Actor | ResourceType | CorrelationId | IpAddress | UserAgent | Details | LeafHash;
}
