//! A random stand-in for a sealed value such as a card number.

use sea_orm::entity::prelude::*;

use crate::{PurposeId, Sealed, SubjectId, TenantId, TokenId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    pub token: String,
    pub subject_id: SubjectId,
    pub purpose_id: PurposeId,
    pub value: Sealed,
    /// Of a stable token alone: what finds it again for the same value.
    pub value_index: Option<Vec<u8>>,
    pub created_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id | Token | SubjectId | PurposeId | ValueIndex;
    Personal: Value;
    Operational: CreatedAt;
}
