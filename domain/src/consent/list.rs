//! Reading consents and their history.

use std::collections::HashMap;

use recital_entities::{
    ConsentEventId, ConsentId, PurposeId, SubjectId,
    consent::{consent_events, consents},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};

use crate::{
    app::App,
    db::{Order, Page, PageRequest, TenantTx},
    error::Result,
    purposes as register,
    viewer::{Permission, Viewer},
};

/// # Errors
/// `NOT_FOUND`.
pub(super) async fn get(tx: &TenantTx, id: ConsentId) -> Result<consents::Model> {
    tx.get("consent", consents::Entity::find().filter(consents::Column::Id.eq(id))).await
}

/// Consents by their ids, in one statement.
pub async fn by_ids(app: &App, viewer: &Viewer, ids: Vec<ConsentId>) -> Result<HashMap<ConsentId, consents::Model>> {
    let select = consents::Entity::find().filter(consents::Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::ConsentRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The consents of several subjects, each in the order they were first given, in one statement.
pub async fn of_subjects(
    app: &App,
    viewer: &Viewer,
    subjects: Vec<SubjectId>,
) -> Result<HashMap<SubjectId, Vec<consents::Model>>> {
    let select =
        consents::Entity::find().filter(consents::Column::SubjectId.is_in(subjects)).order_by_asc(consents::Column::Id);
    let rows = app.read(viewer, Permission::ConsentRead, async |tx| tx.all(select).await).await?;
    let mut consents: HashMap<SubjectId, Vec<consents::Model>> = HashMap::new();
    for row in rows {
        consents.entry(row.subject_id).or_default().push(row);
    }
    Ok(consents)
}

/// Where one subject's consents for these purposes stand, in the order they were first given.
pub(super) async fn standing(
    tx: &TenantTx,
    subject: SubjectId,
    purposes: impl IntoIterator<Item = PurposeId>,
) -> Result<Vec<consents::Model>> {
    let select = consents::Entity::find()
        .filter(consents::Column::SubjectId.eq(subject))
        .filter(consents::Column::PurposeId.is_in(purposes))
        .order_by_asc(consents::Column::Id);
    tx.all(select).await
}

/// Events by their ids, in one statement.
pub async fn events_by_ids(
    app: &App,
    viewer: &Viewer,
    ids: Vec<ConsentEventId>,
) -> Result<HashMap<ConsentEventId, consent_events::Model>> {
    let select = consent_events::Entity::find().filter(consent_events::Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::ConsentRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What a subject decided, newest first by when it was appended, for all purposes or one.
///
/// # Errors
/// `NOT_FOUND` on `purpose`.
pub async fn events_of(
    app: &App,
    viewer: &Viewer,
    subject: SubjectId,
    purpose: Option<String>,
    page: PageRequest,
) -> Result<Page<consent_events::Model>> {
    app.read(viewer, Permission::ConsentRead, async |tx| {
        let purpose = match purpose {
            Some(key) => Some(register::get(tx, &key).await.map_err(|error| error.within("purpose"))?),
            None => None,
        };
        let select = consent_events::Entity::find()
            .filter(consent_events::Column::SubjectId.eq(subject))
            .apply_if(purpose, |select, purpose| select.filter(consent_events::Column::PurposeId.eq(purpose.id)));
        tx.page(select, consent_events::Column::Id, Order::NewestFirst, &page).await
    })
    .await
}
