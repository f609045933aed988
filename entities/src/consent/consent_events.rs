//! What was decided, append-only: the database refuses to change or remove a row.

use sea_orm::entity::prelude::*;

use crate::{ConsentEventId, ConsentId, ConsentMethod, ConsentState, PurposeId, Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentEventId,
    pub consent_id: ConsentId,
    pub subject_id: SubjectId,
    pub purpose_id: PurposeId,
    pub state: ConsentState,
    pub purpose_version: i32,
    pub policy_version: String,
    pub method: ConsentMethod,
    pub special_category_consent: Option<bool>,
    pub expires_at: Option<DateTimeUtc>,
    pub notice_hash: Option<Vec<u8>>,
    pub reason: Option<Sealed>,
    pub recorded_at: DateTimeUtc,
    pub recorded_by: String,
    pub appended_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id | ConsentId | SubjectId | PurposeId;
    Personal: Reason;
    Operational: State | PurposeVersion | PolicyVersion | Method | SpecialCategoryConsent | ExpiresAt | NoticeHash | RecordedAt | RecordedBy | AppendedAt;
}
