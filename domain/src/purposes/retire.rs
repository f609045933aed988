//! Taking a purpose out of use.

use recital_entities::purposes::purposes;

use super::store;
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// From now on nothing may be processed for it. What was stored for it runs out its period: the law may ask that it be
/// kept, and a sweep takes it in time.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT for one that is retired.
pub async fn retire(app: &App, viewer: &Viewer, key: &str) -> Result<purposes::Model> {
    app.write(viewer, Permission::PurposeWrite, async |tx| {
        store::one_at_a_time(tx).await?;
        let purpose = store::retire(tx, store::get_active(tx, key).await?).await?;
        let event = Event::PurposeRetired { id: purpose.id, key: key.to_owned(), version: purpose.version };
        Ok(event.with(purpose))
    })
    .await
}
