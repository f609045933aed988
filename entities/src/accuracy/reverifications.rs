//! One question to one subject whether the data held is still right.

use sea_orm::entity::prelude::*;

use crate::{ReverificationId, ReverificationState, Strings, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reverifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReverificationId,
    pub subject_id: SubjectId,
    pub state: ReverificationState,
    pub requested_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
    pub reminders_sent: i32,
    pub next_reminder_at: Option<DateTimeUtc>,
    pub answered_at: Option<DateTimeUtc>,
    pub corrected_fields: Strings,
    pub expires_at: DateTimeUtc,
    pub last_mailed_at: Option<DateTimeUtc>,
    pub link_hash: Option<Vec<u8>>,
    pub bounced_at: Option<DateTimeUtc>,
    /// `550`, or with an enhanced status `550 5.1.1`.
    pub bounce_status: Option<String>,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId;
    Secret: LinkHash;
    Operational: State | RequestedAt | SentAt | RemindersSent | NextReminderAt | AnsweredAt | CorrectedFields | ExpiresAt | LastMailedAt | BouncedAt | BounceStatus;
}
