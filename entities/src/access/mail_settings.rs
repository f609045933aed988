//! How a tenant's mails look, and where answers to them go: published, like its name.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// `#rrggbb`.
    pub accent_colour: Option<String>,
    pub reply_to: Option<String>,
    pub updated_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId;
    Operational: AccentColour | ReplyTo | UpdatedAt;
}
