//! Links for the people consents are about: `<tenant>.<secret>`. The secret follows from the tenant's link key and the
//! row's id, so that a mail that is composed again carries the same link; only its hash is stored.

use std::fmt::Display;

use recital_entities::{ConsentConfirmationId, PreferenceLinkId, TenantStatus, access::tenants};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::{
    access::LinkToken,
    accuracy::Visit,
    app::App,
    db::TenantTx,
    error::Result,
    viewer::{Actor, Permission, Viewer},
};

pub(super) async fn to_confirm(tx: &TenantTx, id: ConsentConfirmationId) -> Result<LinkToken> {
    token(tx, "consent-confirmation", id).await
}

pub(super) async fn to_preferences(tx: &TenantTx, id: PreferenceLinkId) -> Result<LinkToken> {
    token(tx, "preferences", id).await
}

async fn token(tx: &TenantTx, kind: &str, id: impl Display) -> Result<LinkToken> {
    Ok(LinkToken::new(tx.tenant(), tx.keys().await?.link_secret(&format!("{kind}/{id}"))))
}

/// Where the link to a page of ours leads.
pub(super) fn address(app: &App, page: &str, token: &LinkToken) -> String {
    format!("{}/{page}/{}", app.core().settings.public_url, token.reveal())
}

/// Looks in the token's own tenant for what has the token's hash. None for what is no token, or of a tenant that is
/// not served.
pub(super) async fn follow<T>(
    app: &App,
    token: &str,
    visit: &Visit,
    find: impl AsyncFnOnce(&TenantTx, Vec<u8>) -> Result<Option<T>>,
) -> Result<Option<T>> {
    let Some(token) = LinkToken::parse(token) else { return Ok(None) };
    let stranger = Viewer::new(token.tenant, Actor::Job("consent.link"), visit.correlation);
    app.read(&stranger, Permission::ConsentRead, async |tx| {
        let served = tenants::Entity::find_by_id(tx.tenant()).filter(tenants::Column::Status.eq(TenantStatus::Active));
        if tx.one_global(served).await?.is_none() {
            return Ok(None);
        }
        find(tx, token.hash()).await
    })
    .await
}
