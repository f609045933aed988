//! What the values of a profile's attribute look like, as the tenant declared it.

use sea_orm::entity::prelude::*;

use crate::{AttributeFormatType, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attribute_formats")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Dotted, as in a purpose's fields.
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    pub format: AttributeFormatType,
    pub min_length: Option<i32>,
    pub max_length: Option<i32>,
    /// Where a phone number without a country code is at home.
    pub region: Option<String>,
    pub json_schema: Option<Json>,
    pub updated_at: DateTimeUtc,
    pub updated_by: String,
}

crate::tenant_table! {
    Key: TenantId | Path;
    Operational: Format | MinLength | MaxLength | Region | JsonSchema | UpdatedAt | UpdatedBy;
}
