//! A restriction of processing (Article 18), kept with its end so that a past decision can be told.

use sea_orm::entity::prelude::*;

use crate::{SubjectId, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "restrictions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: SubjectId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub restricted_at: DateTimeUtc,
    pub lifted_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | SubjectId;
    Operational: RestrictedAt | LiftedAt;
}
