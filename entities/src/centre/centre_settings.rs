//! What a tenant's privacy centre offers: published, like its name.

use sea_orm::entity::prelude::*;

use crate::{Strings, TenantId, Texts};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "centre_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub enabled: bool,
    /// Whether people may make an account.
    pub sign_up: bool,
    /// Keys of purposes without whose consent there is no account.
    pub required_consents: Strings,
    /// Keys of purposes that people are asked about.
    pub offered_purposes: Strings,
    /// The laws whose rights can be exercised there.
    pub regimes: Strings,
    /// What the tenant says on the first page, by language (BCP 47).
    pub messages: Texts,
    pub updated_at: DateTimeUtc,
}

crate::tenant_table! {
    Key: TenantId;
    Operational: Enabled | SignUp | RequiredConsents | OfferedPurposes | Regimes | Messages | UpdatedAt;
}
