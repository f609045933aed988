//! A file about a person: what is known of it, and the key of its content, which stands in the file store.

use sea_orm::entity::prelude::*;

use crate::{FileId, PurposeId, Sealed, SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "files")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    pub subject_id: SubjectId,
    pub purpose_id: PurposeId,
    pub data_type: String,
    /// The key that seals the content, under the subject's key.
    pub content_key: Sealed,
    pub name: Option<Sealed>,
    pub media_type: Sealed,
    /// Of the content in clear.
    pub sha256: Sealed,
    /// Of the content in clear.
    pub size_bytes: i64,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | SubjectId | PurposeId;
    Secret: ContentKey;
    Personal: Name | MediaType | Sha256;
    Operational: DataType | SizeBytes | CreatedAt | ExpiresAt;
}
