//! One customer of the operator. Global: the credential names it before anything is scoped.

use sea_orm::entity::prelude::*;

use crate::{TenantId, TenantStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub locale: String,
    pub time_zone: String,
    pub status: TenantStatus,
    pub cleanup_schedule: String,
    pub cleanup_time: String,
    pub requests_per_minute: i32,
    pub max_subjects: i32,
    pub mails_per_hour: i32,
    /// The ARN of the KMS key the tenant brought; None: the service's own.
    pub kms_key: Option<String>,
    pub created_at: DateTimeUtc,
    /// When a closing tenant is destroyed.
    pub closes_at: Option<DateTimeUtc>,
}

crate::global_table! {
    Key: Id;
    Operational: Slug | Name | Locale | TimeZone | Status | CleanupSchedule | CleanupTime | RequestsPerMinute | MaxSubjects | MailsPerHour | KmsKey | CreatedAt | ClosesAt;
}
