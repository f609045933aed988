//! An organisational fact that no program can measure, with who stated it and when.

use sea_orm::entity::prelude::*;

use crate::{AttestationId, Sealed, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attestations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttestationId,
    pub key: String,
    pub statement: Sealed,
    pub valid_until: Option<Date>,
    pub reference: Option<String>,
    pub recorded_by: String,
    pub recorded_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Personal: Statement;
    Operational: Key | ValidUntil | Reference | RecordedBy | RecordedAt;
}
