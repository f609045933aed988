//! A subject's request to exercise a right (Articles 15 to 22; CCPA 1798.100 ff.).

use sea_orm::entity::prelude::*;

use crate::{
    MemberId, PurposeId, Regime, RejectionReason, Sealed, SubjectId, SubjectRequestId, SubjectRequestState,
    SubjectRequestType, TenantId,
};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subject_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubjectRequestId,
    #[sea_orm(column_name = "type")]
    pub r#type: SubjectRequestType,
    pub regime: Regime,
    pub state: SubjectRequestState,
    pub subject_id: Option<SubjectId>,
    pub purpose_id: Option<PurposeId>,
    pub received_at: DateTimeUtc,
    pub due_on: Date,
    pub extended_to: Option<Date>,
    pub extension_reason: Option<Sealed>,
    pub corrections: Option<Sealed>,
    pub note: Option<Sealed>,
    pub identity_verified_at: Option<DateTimeUtc>,
    pub identity_evidence: Option<Sealed>,
    pub assignee_id: Option<MemberId>,
    pub opened_by: String,
    pub approved_by: Option<String>,
    pub rejection_reason: Option<RejectionReason>,
    pub rejection_explanation: Option<Sealed>,
    pub closed_at: Option<DateTimeUtc>,
    pub link_hash: Option<Vec<u8>>,
    pub identity_until: Option<DateTimeUtc>,
    pub reminded: Option<i32>,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId | PurposeId | AssigneeId;
    Personal: ExtensionReason | Corrections | Note | IdentityEvidence | RejectionExplanation;
    Secret: LinkHash;
    Operational: Type | Regime | State | ReceivedAt | DueOn | ExtendedTo | IdentityVerifiedAt | OpenedBy | ApprovedBy | RejectionReason | ClosedAt | IdentityUntil | Reminded;
}
