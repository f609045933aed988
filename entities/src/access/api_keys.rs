//! A credential of the tenant's services. Only a hash of the secret is kept.

use sea_orm::entity::prelude::*;

use crate::{ApiKeyId, Role, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    pub name: String,
    pub prefix: String,
    pub secret_hash: Vec<u8>,
    pub role: Role,
    pub created_by: String,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Secret: SecretHash;
    Operational: Name | Prefix | Role | CreatedBy | CreatedAt | ExpiresAt | LastUsedAt | RevokedAt;
}
