//! Keeps a subject's data, a data type, or both from being deleted. The reasons are sealed under the tenant key.

use sea_orm::entity::prelude::*;

use crate::{LegalHoldId, Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_holds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LegalHoldId,
    pub subject_id: Option<SubjectId>,
    pub data_type: Option<String>,
    pub reason: Sealed,
    pub placed_by: String,
    pub placed_at: DateTimeUtc,
    pub released_at: Option<DateTimeUtc>,
    pub released_by: Option<String>,
    pub release_reason: Option<Sealed>,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId;
    Personal: Reason | ReleaseReason;
    Operational: DataType | PlacedBy | PlacedAt | ReleasedAt | ReleasedBy;
}
