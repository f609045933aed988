//! The operator's own log: what the people who run the service did.

use sea_orm::entity::prelude::*;

use crate::{AuditOutcome, OperatorEntryId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OperatorEntryId,
    pub at: DateTimeUtc,
    pub action: String,
    pub outcome: AuditOutcome,
    pub actor: String,
    pub resource_id: Option<String>,
    pub correlation_id: Uuid,
    pub details: Json,
}

crate::global_table! {
    Key: Id;
    Operational: At | Action | Outcome | Actor | ResourceId | CorrelationId | Details;
}
