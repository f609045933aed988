//! The timeline of a request.

use sea_orm::entity::prelude::*;

use crate::{RequestEventId, Sealed, SubjectRequestId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "request_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestEventId,
    pub request_id: SubjectRequestId,
    pub at: DateTimeUtc,
    pub by: String,
    pub what: String,
    pub note: Option<Sealed>,
}

crate::tenant_table! {
    Key: TenantId | Id | RequestId;
    Personal: Note;
    Operational: At | By | What;
}
