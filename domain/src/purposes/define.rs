//! Defining a purpose.

use recital_entities::purposes::purposes;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{Definition, store};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// # Errors
/// `BAD_USER_INPUT` for a definition that does not hold; CONFLICT for a key that is taken, by a retired purpose too.
pub async fn define(app: &App, viewer: &Viewer, key: &str, definition: Definition) -> Result<purposes::Model> {
    app.write(viewer, Permission::PurposeWrite, async |tx| {
        definition.check(key)?;
        store::one_at_a_time(tx).await?;
        if tx.exists(purposes::Entity::find().filter(purposes::Column::Key.eq(key))).await? {
            return Err(Error::conflict("KEY_TAKEN", "a purpose with this key exists, in use or retired"));
        }
        let purpose = store::create(tx, [(key, &definition)]).await?.remove(0);
        let event = Event::PurposeDefined { id: purpose.id, key: key.to_owned(), version: purpose.version };
        Ok(event.with(purpose))
    })
    .await
}
