//! A credential of the people who run the service.

use sea_orm::entity::prelude::*;

use crate::OperatorTokenId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OperatorTokenId,
    pub name: String,
    pub secret_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

crate::global_table! {
    Key: Id;
    Secret: SecretHash;
    Operational: Name | CreatedAt | ExpiresAt | LastUsedAt | RevokedAt;
}
