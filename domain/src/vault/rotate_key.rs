//! Rotating the tenant's key (Article 32(1)(a)): what is new is sealed under the new version at once; the job
//! `keys.rewrap` brings over the rest.

use recital_entities::vault::tenant_keys;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    keys::Place,
    viewer::{Permission, Viewer},
    work::Work,
};

const LONGEST_REASON: usize = 2_000;

/// Makes a new version of the tenant's key. The reason is kept sealed. Answers the version.
///
/// # Errors
/// `BAD_USER_INPUT` without a reason; UNAVAILABLE when the key service does not answer.
pub async fn rotate_key(app: &App, viewer: &Viewer, reason: &str) -> Result<i32> {
    let rotated = app
        .write(viewer, Permission::VaultRotateKey, async |tx| {
            check(reason)?;
            let key = tx.core().keys.rotate(tx).await?;
            let version = key.version();
            let place =
                Place { tenant: tx.tenant(), subject: None, table: "tenant_keys", column: "reason", row: &version };
            let keep = tenant_keys::Entity::update_many()
                .filter(tenant_keys::Column::Version.eq(version))
                .col_expr(tenant_keys::Column::Reason, Expr::value(key.seal(place, reason.as_bytes())?));
            tx.update_all(keep).await?;
            tx.enqueue(Work::RewrapKeys).await?;
            Ok(Event::TenantKeyRotated { id: tx.tenant(), version }.with(version))
        })
        .await;
    app.core().keys.forget(viewer.tenant()).await;
    rotated
}

fn check(reason: &str) -> Result<()> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        let message = format!("give a reason of 1 to {LONGEST_REASON} characters");
        return Err(Error::invalid("reason", "INVALID_REASON", message));
    }
    Ok(())
}
