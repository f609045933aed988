//! The package an access or portability request produced, sealed under the subject's key.

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
    pub format: String,
    pub size_bytes: i32,
    pub sha256: Vec<u8>,
    pub content: Sealed,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub link_hash: Vec<u8>,
    pub downloads: i32,
}

crate::tenant_table! {
    Key: TenantId | Id | RequestId | SubjectId;
    Personal: Content;
    Secret: LinkHash;
    Operational: Format | SizeBytes | Sha256 | CreatedAt | ExpiresAt | Downloads;
}
