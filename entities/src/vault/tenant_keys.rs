//! A version of the tenant's data key, wrapped by the KMS. The clear key is never stored; of a retired version not even
//! the wrapped one. Why it was made is sealed under the newest version.

use sea_orm::entity::prelude::*;

use crate::{Sealed, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub provider: String,
    pub kms_key: String,
    pub wrapped: Vec<u8>,
    pub reason: Option<Sealed>,
    pub created_at: DateTimeUtc,
    pub retired_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Version;
    Personal: Reason;
    Secret: Wrapped;
    Operational: Provider | KmsKey | CreatedAt | RetiredAt;
}
