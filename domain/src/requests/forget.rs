//! Letting go of packages that nobody can fetch any more (Article 5(1)(e)).

use chrono::TimeDelta;
use recital_entities::{
    FileId, Sealed, TenantId,
    requests::{export_packages, last_addresses},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, sea_query::Expr};
use uuid::Uuid;

use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    vault::discard_later,
    viewer::{Actor, Permission, Viewer},
};

use export_packages::{Column, Entity};

/// Lets go of packages whose link has expired: their keys in this transaction, their contents right after. The rows stay and
/// say that there was one. Answers how many.
pub async fn forget_packages(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("requests.forget"), run);
    app.maintain(&viewer, forget_addresses).await?;
    let due = app.look(&viewer, async |tx| tx.count(Entity::find().filter(expired(tx))).await).await?;
    if due == 0 {
        return Ok(0);
    }
    app.write(&viewer, Permission::RequestHandle, async |tx| {
        let forget =
            Entity::update_many().filter(expired(tx)).col_expr(Column::ContentKey, Expr::value(None::<Sealed>));
        let forgotten = tx.update_returning(forget).await?;
        discard_later(tx, forgotten.iter().map(|package| FileId(package.id.0)).collect()).await?;
        let count = forgotten.len() as u64;
        Ok(Event::ExportsForgotten { id: tenant, count }.with(count))
    })
    .await
}

/// A mail that could not be sent in all that time is not sent any more.
async fn forget_addresses(tx: &TenantTx) -> Result<()> {
    let old = last_addresses::Column::CreatedAt.lte(tx.now() - TimeDelta::days(30));
    tx.delete(last_addresses::Entity::delete_many().filter(old)).await?;
    Ok(())
}

/// Expired, and not let go of yet.
fn expired(tx: &TenantTx) -> sea_orm::sea_query::SimpleExpr {
    Column::ExpiresAt.lte(tx.now()).and(Column::ContentKey.is_not_null())
}
