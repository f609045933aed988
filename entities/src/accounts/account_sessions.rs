//! A browser that is signed in at the privacy centre.

use sea_orm::entity::prelude::*;

use crate::{AccountSessionId, SignInMethod, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountSessionId,
    pub subject_id: SubjectId,
    pub token_hash: Vec<u8>,
    pub method: SignInMethod,
    /// Browser and operating system, no versions.
    pub agent: Option<String>,
    pub created_at: DateTimeUtc,
    /// Give or take a minute.
    pub seen_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId;
    Secret: TokenHash;
    Operational: Method | Agent | CreatedAt | SeenAt | ExpiresAt;
}
