//! How often a subject's data is verified, and what an unanswered mail leads to.

use sea_orm::entity::prelude::*;

use crate::{Period, Strings, TenantId, UnansweredAction};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "accuracy_policies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub revalidate_after: Period,
    pub remind_after: Strings,
    pub link_valid_for: Period,
    pub when_unanswered: UnansweredAction,
    pub mails_per_hour: i32,
    pub updated_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId;
    Operational: RevalidateAfter | RemindAfter | LinkValidFor | WhenUnanswered | MailsPerHour | UpdatedAt;
}
