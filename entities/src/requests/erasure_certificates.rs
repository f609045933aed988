//! The signed statement of what was erased, kept and why.

use sea_orm::entity::prelude::*;

use crate::{SubjectRequestId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure_certificates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: SubjectRequestId,
    pub erased_at: DateTimeUtc,
    pub erased: Json,
    pub retained: Json,
    pub key_destroyed: bool,
    pub verified_absent_at: Option<DateTimeUtc>,
    pub jws: String,
}

crate::tenant_table! {
    Key: TenantId | RequestId;
    Operational: ErasedAt | Erased | Retained | KeyDestroyed | VerifiedAbsentAt | Jws;
}
