//! How many mails a room sent in one minute.

use sea_orm::entity::prelude::*;

use crate::TenantId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_counts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub room: String,
    /// Its beginning.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: DateTimeUtc,
    pub sent: i32,
}

crate::tenant_table! {
    Key: TenantId | Room | Minute;
    Operational: Sent;
}
