//! One piece of personal data, sealed, with the purpose it is kept for and the time it goes.

use sea_orm::entity::prelude::*;

use crate::{PurposeId, RecordId, Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "records")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecordId,
    pub subject_id: SubjectId,
    pub purpose_id: PurposeId,
    pub data_type: String,
    pub payload: Sealed,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId | PurposeId;
    Personal: Payload;
    Operational: DataType | CreatedAt | ExpiresAt;
}
