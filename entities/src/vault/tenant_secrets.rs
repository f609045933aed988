//! Keys that live under the tenant key: blind indexes, links, signatures.

use sea_orm::entity::prelude::*;

use crate::{Sealed, SecretKind, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_secrets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: SecretKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub secret: Sealed,
    pub created_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Kind | Version;
    Secret: Secret;
    Operational: CreatedAt;
}
