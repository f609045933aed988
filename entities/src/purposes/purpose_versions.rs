//! Every version a purpose has had, whole, with who made it.

use sea_orm::entity::prelude::*;

use crate::{LawfulBasis, Period, PurposeId, PurposeStatus, Strings, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "purpose_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose_id: PurposeId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub status: PurposeStatus,
    pub lawful_basis: LawfulBasis,
    pub data_collected: Strings,
    pub fields: Option<Strings>,
    pub retention: Period,
    pub special_category: bool,
    pub consent_since_version: i32,
    pub definition: Json,
    pub effective_from: DateTimeUtc,
    pub changed_by: String,
}

crate::tenant_table! {
    Key: TenantId | PurposeId | Version;
    Operational: Status | LawfulBasis | DataCollected | Fields | Retention | SpecialCategory | ConsentSinceVersion | Definition | EffectiveFrom | ChangedBy;
}
