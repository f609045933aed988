//! A data subject. Identifiers are sealed; look-ups go by keyed hash.

use sea_orm::entity::prelude::*;

use crate::{Sealed, SubjectId, SubjectStatus, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subjects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubjectId,
    pub status: SubjectStatus,
    pub locale: String,
    pub external_id: Option<Sealed>,
    pub external_id_index: Option<Vec<u8>>,
    pub email: Option<Sealed>,
    pub email_index: Option<Vec<u8>>,
    pub index_version: i32,
    pub created_at: DateTimeUtc,
    pub last_verified_at: DateTimeUtc,
    pub verification_due_at: Option<DateTimeUtc>,
    pub stale: bool,
    /// A question whether the data is right is open.
    pub being_asked: bool,
    pub erased_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | ExternalIdIndex | EmailIndex;
    Personal: ExternalId | Email;
    Operational: Status | Locale | IndexVersion | CreatedAt | LastVerifiedAt | VerificationDueAt | Stale | BeingAsked | ErasedAt;
}
