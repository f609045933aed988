//! A link with which a person sees and changes what they agreed to, until it expires.

use sea_orm::entity::prelude::*;

use crate::{PreferenceLinkId, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "preference_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PreferenceLinkId,
    pub subject_id: SubjectId,
    pub link_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub created_by: String,
    pub expires_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId;
    Secret: LinkHash;
    Operational: CreatedAt | CreatedBy | ExpiresAt;
}
