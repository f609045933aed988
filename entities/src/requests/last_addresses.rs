//! Where to write to a person once more about a request that erased them. Deleted with the mail.

use sea_orm::entity::prelude::*;

use crate::{Sealed, SubjectRequestId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "last_addresses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: SubjectRequestId,
    pub address: Sealed,
    pub created_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | RequestId;
    Personal: Address;
    Operational: CreatedAt;
}
