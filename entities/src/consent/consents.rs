//! Where a subject's consent for a purpose stands: derived from its events in the same transaction.

use sea_orm::entity::prelude::*;

use crate::{ConsentId, ConsentMethod, ConsentState, PurposeId, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    pub subject_id: SubjectId,
    pub purpose_id: PurposeId,
    pub purpose_version: i32,
    pub state: ConsentState,
    pub policy_version: String,
    pub method: ConsentMethod,
    pub special_category_consent: Option<bool>,
    pub given_at: Option<DateTimeUtc>,
    pub withdrawn_at: Option<DateTimeUtc>,
    pub expires_at: Option<DateTimeUtc>,
    pub notice_hash: Option<Vec<u8>>,
    /// The end that its giver was told of.
    pub expiry_warned_for: Option<DateTimeUtc>,
    pub updated_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId | PurposeId;
    Operational: PurposeVersion | State | PolicyVersion | Method | SpecialCategoryConsent | GivenAt | WithdrawnAt | ExpiresAt | NoticeHash | ExpiryWarnedFor | UpdatedAt;
}
