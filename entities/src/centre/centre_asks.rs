//! What somebody without an account asked for by naming an address. It waits to be looked up sealed under the tenant
//! key, since nobody knows yet whose it is; then address and note go, and a keyed hash stays for a day, so that nobody is
//! written to again and again.

use sea_orm::entity::prelude::*;

use crate::{CentreAskId, Regime, Sealed, SubjectRequestType, TenantId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "centre_asks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CentreAskId,
    /// Of the normalised address.
    pub address_hash: Vec<u8>,
    pub address: Option<Sealed>,
    pub note: Option<Sealed>,
    pub r#type: SubjectRequestType,
    pub regime: Regime,
    /// The key of the purpose that is objected to.
    pub purpose: Option<String>,
    /// BCP 47.
    pub locale: String,
    pub asked_at: DateTimeUtc,
    /// Whether the address is told that nothing is held under it.
    pub nothing_held: bool,
    pub answered_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | AddressHash;
    Personal: Address | Note;
    Operational: Type | Regime | Purpose | Locale | AskedAt | NothingHeld | AnsweredAt;
}
