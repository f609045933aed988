//! What is over goes: sessions, links and counts.

use recital_entities::{
    TenantId,
    accounts::{account_counts, account_links, account_sessions},
};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::{attempts::REMEMBERED_FOR, session::IDLE};
use crate::{
    app::App,
    error::Result,
    viewer::{Actor, Viewer},
};

/// Job `accounts.prune`. Answers how many rows went.
pub async fn prune_tenant(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("accounts.prune"), run);
    let now = app.now();
    let over = Condition::any()
        .add(account_sessions::Column::ExpiresAt.lte(now))
        .add(account_sessions::Column::SeenAt.lte(now - IDLE));
    let sessions = account_sessions::Entity::delete_many().filter(over);
    let links = account_links::Entity::delete_many().filter(account_links::Column::ExpiresAt.lte(now));
    let counts = account_counts::Entity::delete_many().filter(account_counts::Column::Minute.lte(now - REMEMBERED_FOR));
    app.maintain(&viewer, async |tx| {
        Ok(tx.delete(sessions).await? + tx.delete(links).await? + tx.delete(counts).await?)
    })
    .await
}
