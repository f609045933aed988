//! A purpose of processing and its lawful basis (Articles 5(1)(b) and 6).

use sea_orm::entity::prelude::*;

use crate::{LawfulBasis, Period, PurposeId, PurposeStatus, Strings, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "purposes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PurposeId,
    pub key: String,
    pub name: String,
    pub description: String,
    pub lawful_basis: LawfulBasis,
    pub version: i32,
    pub status: PurposeStatus,
    pub data_collected: Strings,
    pub fields: Option<Strings>,
    pub retention: Period,
    pub storage_location: String,
    pub legitimate_interest_assessment: Option<String>,
    pub special_category: bool,
    pub special_category_condition: Option<String>,
    pub recipients: Strings,
    pub transfers_outside_eu: bool,
    pub transfer_safeguards: Option<String>,
    pub consent_valid_for: Option<Period>,
    pub consent_expiry_notice: Option<Period>,
    pub sale_or_sharing: bool,
    pub consent_since_version: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Operational: Key | Name | Description | LawfulBasis | Version | Status | DataCollected | Fields | Retention | StorageLocation | LegitimateInterestAssessment | SpecialCategory | SpecialCategoryCondition | Recipients | TransfersOutsideEu | TransferSafeguards | ConsentValidFor | ConsentExpiryNotice | SaleOrSharing | ConsentSinceVersion | CreatedAt | UpdatedAt;
}
