//! What a sweep did to one data type.

use sea_orm::entity::prelude::*;

use crate::{Period, RetentionRunId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_results")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: RetentionRunId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_type: String,
    pub retention: Period,
    pub cutoff: DateTimeUtc,
    pub deleted: i32,
    pub held: i32,
    pub legal_basis: String,
    pub finished_at: Option<DateTimeUtc>,
    pub restricted: i32,
    pub records_swept_to: Option<DateTimeUtc>,
    pub files_swept_to: Option<DateTimeUtc>,
    pub records_swept_id: Option<Uuid>,
    pub files_swept_id: Option<Uuid>,
}

crate::tenant_table! {
    Key: TenantId | RunId | DataType | RecordsSweptId | FilesSweptId;
    Operational: Retention | Cutoff | Deleted | Held | LegalBasis | FinishedAt | Restricted | RecordsSweptTo
        | FilesSweptTo;
}
