//! Which hold kept how much of a data type from a sweep.

use sea_orm::entity::prelude::*;

use crate::{LegalHoldId, RetentionRunId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_result_holds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: RetentionRunId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_type: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hold_id: LegalHoldId,
    pub kept: i32,
}

crate::tenant_table! {
    Key: TenantId | RunId | DataType | HoldId;
    Operational: Kept;
}
