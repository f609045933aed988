//! Watching a tenant's requests as they change, wherever they do.

use futures::stream::{Stream, StreamExt as _};
use recital_entities::requests::subject_requests;

use super::get::by_ids;
use crate::{
    app::App,
    bus::{self, Change},
    error::Result,
    viewer::{Permission, Viewer},
};

/// Each of the viewer's tenant's requests that changes from now on, as it then is. It ends with UNAVAILABLE and
/// `LAGGED` for who reads too slowly, and when changes could not be heard of for a while.
///
/// # Errors
/// FORBIDDEN; UNAVAILABLE when changes cannot be heard of.
pub async fn watch(app: &App, viewer: &Viewer) -> Result<impl Stream<Item = Result<subject_requests::Model>> + use<>> {
    app.read(viewer, Permission::RequestRead, async |_| Ok(())).await?;
    let changes = bus::watch(app, viewer.tenant()).await?;
    let (app, viewer) = (app.clone(), viewer.clone());
    Ok(changes.filter_map(move |change| {
        let (app, viewer) = (app.clone(), viewer.clone());
        async move {
            match change {
                Ok(Change::SubjectRequest(id)) => {
                    by_ids(&app, &viewer, [id]).await.map(|mut found| found.remove(&id)).transpose()
                }
                Ok(Change::Missed) => Some(Err(bus::lagged())),
                Ok(Change::Consent(_) | Change::AccessEnded) => None,
                Err(error) => Some(Err(error)),
            }
        }
    }))
}
