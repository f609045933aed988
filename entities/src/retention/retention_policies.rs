//! How long a data type is kept, and on which legal basis.

use sea_orm::entity::prelude::*;

use crate::{DeletionMethod, Period, RetentionPolicyId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_policies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RetentionPolicyId,
    pub data_type: String,
    pub retention: Period,
    pub deletion_method: DeletionMethod,
    pub legal_basis: String,
    pub updated_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Operational: DataType | Retention | DeletionMethod | LegalBasis | UpdatedAt;
}
