//! A mailed link that makes an account, signs in, or sets a new password: once, and then its row is gone.

use sea_orm::entity::prelude::*;

use crate::{AccountLinkId, AccountLinkKind, Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountLinkId,
    pub kind: AccountLinkKind,
    /// Whom it lets in. Known once the address was looked up.
    pub subject_id: Option<SubjectId>,
    /// Who asked for it, and what they signed up with: under the tenant's key, as long as there is no subject to seal it
    /// for.
    pub asked: Option<Sealed>,
    pub link_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId;
    Personal: Asked;
    Secret: LinkHash;
    Operational: Kind | CreatedAt | ExpiresAt;
}
