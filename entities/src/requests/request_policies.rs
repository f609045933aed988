//! How a tenant handles subject requests.

use sea_orm::entity::prelude::*;

use crate::{ErasureApproval, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "request_policies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub erasure_approval: ErasureApproval,
    pub identity_within_days: i32,
    pub updated_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId;
    Operational: ErasureApproval | IdentityWithinDays | UpdatedAt;
}
