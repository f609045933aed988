//! A personal data breach and its 72-hour clock (Article 33). What happened is sealed under the tenant key.

use sea_orm::entity::prelude::*;

use crate::{IncidentId, IncidentSeverity, Sealed, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "incidents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentId,
    pub title: Sealed,
    pub description: Sealed,
    pub severity: IncidentSeverity,
    pub detected_at: DateTimeUtc,
    pub notify_authority_by: DateTimeUtc,
    pub authority_notified_at: Option<DateTimeUtc>,
    pub subjects_affected: Option<i32>,
    pub reported_by: String,
    pub closed_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Personal: Title | Description;
    Operational: Severity | DetectedAt | NotifyAuthorityBy | AuthorityNotifiedAt | SubjectsAffected | ReportedBy | ClosedAt;
}
