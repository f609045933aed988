//! A mailed link that turns a consent given into one in force (double opt-in). It works once.

use sea_orm::entity::prelude::*;

use crate::{ConfirmationState, ConsentConfirmationId, ConsentEventId, PurposeId, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_confirmations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentConfirmationId,
    pub subject_id: SubjectId,
    pub purpose_id: PurposeId,
    /// What is confirmed.
    pub event_id: ConsentEventId,
    pub link_hash: Vec<u8>,
    pub state: ConfirmationState,
    pub requested_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// Queued so far.
    pub mails: i32,
    pub last_mail_at: DateTimeUtc,
    pub closed_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId | PurposeId | EventId;
    Secret: LinkHash;
    Operational: State | RequestedAt | ExpiresAt | Mails | LastMailAt | ClosedAt;
}
