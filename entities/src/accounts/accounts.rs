//! A subject's account at the privacy centre.

use sea_orm::entity::prelude::*;

use crate::{Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: SubjectId,
    /// A PHC string of Argon2id, under the subject's key.
    pub password_hash: Sealed,
    pub created_at: DateTimeUtc,
    pub password_changed_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | SubjectId;
    Secret: PasswordHash;
    Operational: CreatedAt | PasswordChangedAt;
}
