//! Who the controller is (Article 30(1)(a)): published contact details.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "controllers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub name: String,
    pub contact: String,
    pub contact_email: String,
    pub representative: Option<String>,
    pub data_protection_officer: Option<String>,
}

crate::tenant_table! {
    Key: TenantId;
    Operational: Name | Contact | ContactEmail | Representative | DataProtectionOfficer;
}
