//! The package an access or portability request produced. Its content stands in the file store, under its id.

use sea_orm::entity::prelude::*;

use crate::{ExportPackageId, Sealed, SubjectId, SubjectRequestId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "export_packages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExportPackageId,
    pub request_id: SubjectRequestId,
    pub subject_id: SubjectId,
    /// A media type.
    pub format: String,
    /// Of the content in clear.
    pub size_bytes: i64,
    /// Of the content in clear.
    pub sha256: Vec<u8>,
    /// The key that seals the content, under the subject's key; none once the package was let go of.
    pub content_key: Option<Sealed>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub link_hash: Vec<u8>,
    pub downloads: i32,
    /// When a download last counted.
    pub downloaded_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | RequestId | SubjectId;
    Secret: ContentKey | LinkHash;
    Operational: Format | SizeBytes | Sha256 | CreatedAt | ExpiresAt | Downloads | DownloadedAt;
}
