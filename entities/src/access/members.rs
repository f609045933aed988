//! A person who works for the tenant. Name and address are sealed under the tenant key.

use sea_orm::entity::prelude::*;

use crate::{MemberId, Role, Sealed, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    pub contact: Sealed,
    pub email_index: Vec<u8>,
    pub role: Role,
    pub created_at: DateTimeUtc,
    pub last_seen_at: Option<DateTimeUtc>,
    pub removed_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | EmailIndex;
    Personal: Contact;
    Operational: Role | CreatedAt | LastSeenAt | RemovedAt;
}
