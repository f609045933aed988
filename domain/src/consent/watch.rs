//! Watching a tenant's consent events as they are committed, wherever they are.

use futures::stream::{Stream, StreamExt as _};
use recital_entities::{ConsentEventId, PurposeId, consent::consent_events};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use crate::{
    app::App,
    bus::{self, Change},
    error::Result,
    purposes as register,
    viewer::{Permission, Viewer},
};

/// The viewer's tenant's events from now on, of all purposes or one. It ends with UNAVAILABLE and `LAGGED` for who
/// reads too slowly: the history has what was missed.
///
/// # Errors
/// FORBIDDEN; `NOT_FOUND` on `purpose`; UNAVAILABLE when changes cannot be heard of.
pub async fn watch(
    app: &App,
    viewer: &Viewer,
    purpose: Option<String>,
) -> Result<impl Stream<Item = Result<consent_events::Model>> + use<>> {
    let purpose = app
        .read(viewer, Permission::ConsentRead, async |tx| match purpose {
            Some(key) => Ok(Some(register::get(tx, &key).await.map_err(|error| error.within("purpose"))?.id)),
            None => Ok(None),
        })
        .await?;
    let changes = bus::watch(app, viewer.tenant()).await?;
    let (app, viewer) = (app.clone(), viewer.clone());
    Ok(changes.filter_map(move |change| {
        let (app, viewer) = (app.clone(), viewer.clone());
        async move {
            match change {
                Ok(Change::Consent(id)) => find(&app, &viewer, id, purpose).await.transpose(),
                Ok(Change::SubjectRequest(_) | Change::AccessEnded) => None,
                Err(error) => Some(Err(error)),
            }
        }
    }))
}

async fn find(
    app: &App,
    viewer: &Viewer,
    id: ConsentEventId,
    purpose: Option<PurposeId>,
) -> Result<Option<consent_events::Model>> {
    let select = consent_events::Entity::find()
        .filter(consent_events::Column::Id.eq(id))
        .apply_if(purpose, |select, purpose| select.filter(consent_events::Column::PurposeId.eq(purpose)));
    app.read(viewer, Permission::ConsentRead, async |tx| tx.one(select).await).await
}
