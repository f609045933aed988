//! Looking requests up.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use recital_entities::{
    ExportPackageId, SubjectId, SubjectRequestId, SubjectRequestState, SubjectRequestType,
    requests::{erasure_certificates, export_packages, request_events, subject_requests},
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use super::{case::today, deadline};
use crate::{
    app::App,
    db::{Order, Page, PageRequest, TenantTx},
    error::Result,
    viewer::{Permission, Viewer},
};

use subject_requests::{Column, Entity, Model};

/// Every part given must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestFilter {
    pub r#type: Option<SubjectRequestType>,
    pub state: Option<SubjectRequestState>,
    pub overdue: Option<bool>,
    /// Not closed yet.
    pub open: Option<bool>,
}

/// # Errors
/// `NOT_FOUND`.
pub async fn get(app: &App, viewer: &Viewer, id: SubjectRequestId) -> Result<Model> {
    app.read(viewer, Permission::RequestRead, async |tx| {
        tx.get("subject request", Entity::find().filter(Column::Id.eq(id))).await
    })
    .await
}

/// Several requests in one statement.
pub async fn by_ids(
    app: &App,
    viewer: &Viewer,
    ids: impl IntoIterator<Item = SubjectRequestId>,
) -> Result<HashMap<SubjectRequestId, Model>> {
    let select = Entity::find().filter(Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::RequestRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Requests, newest first.
pub async fn list(app: &App, viewer: &Viewer, filter: RequestFilter, page: PageRequest) -> Result<Page<Model>> {
    app.read(viewer, Permission::RequestRead, async |tx| {
        let select = Entity::find()
            .apply_if(filter.r#type, |select, of| select.filter(Column::Type.eq(of)))
            .apply_if(filter.state, |select, state| select.filter(Column::State.eq(state)))
            .apply_if(filter.open, |select, open| select.filter(is_open(open)));
        let select = match filter.overdue {
            Some(overdue) => select.filter(late(tx, overdue).await?),
            None => select,
        };
        tx.page(select, Column::Id, Order::NewestFirst, &page).await
    })
    .await
}

/// One subject's requests, newest first.
pub async fn list_of(app: &App, viewer: &Viewer, subject: SubjectId, page: PageRequest) -> Result<Page<Model>> {
    let select = Entity::find().filter(Column::SubjectId.eq(subject));
    app.read(viewer, Permission::RequestRead, async |tx| tx.page(select, Column::Id, Order::NewestFirst, &page).await)
        .await
}

/// The tenant's local date, by which requests are late.
pub async fn local_date(app: &App, viewer: &Viewer) -> Result<NaiveDate> {
    app.read(viewer, Permission::RequestRead, today).await
}

/// Whether a request is still open after its deadline.
#[must_use]
pub fn is_overdue(request: &Model, today: NaiveDate) -> bool {
    request.closed_at.is_none() && deadline::is_overdue(request.due_on, request.extended_to, today)
}

fn is_open(open: bool) -> sea_orm::sea_query::SimpleExpr {
    if open { Column::ClosedAt.is_null() } else { Column::ClosedAt.is_not_null() }
}

async fn late(tx: &TenantTx, overdue: bool) -> Result<Condition> {
    let today = today(tx).await?;
    let late = Column::ExtendedTo.is_not_null().and(Column::ExtendedTo.lt(today));
    let late = late.or(Column::ExtendedTo.is_null().and(Column::DueOn.lt(today)));
    let late = Condition::all().add(Column::ClosedAt.is_null()).add(late);
    Ok(if overdue { late } else { late.not() })
}

/// How many requests are past their deadline, by type.
pub(crate) async fn overdue(app: &App, viewer: &Viewer) -> Result<Vec<(SubjectRequestType, u64)>> {
    let counted = app.look(viewer, async |tx| {
        let select = Entity::find()
            .select_only()
            .column(Column::Type)
            .column_as(Column::Id.count(), "overdue")
            .filter(late(tx, true).await?)
            .group_by(Column::Type);
        tx.tuples::<_, (SubjectRequestType, i64)>(select).await
    });
    Ok(counted.await?.into_iter().map(|(r#type, count)| (r#type, count.unsigned_abs())).collect())
}

/// The timelines of several requests in one statement, oldest step first.
pub async fn timelines(
    app: &App,
    viewer: &Viewer,
    ids: impl IntoIterator<Item = SubjectRequestId>,
) -> Result<HashMap<SubjectRequestId, Vec<request_events::Model>>> {
    let select = request_events::Entity::find()
        .filter(request_events::Column::RequestId.is_in(ids))
        .order_by_asc(request_events::Column::Id);
    let rows = app.read(viewer, Permission::RequestRead, async |tx| tx.all(select).await).await?;
    let mut timelines: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        timelines.entry(row.request_id).or_default().push(row);
    }
    Ok(timelines)
}

/// The certificates of several requests in one statement.
pub async fn certificates(
    app: &App,
    viewer: &Viewer,
    ids: impl IntoIterator<Item = SubjectRequestId>,
) -> Result<HashMap<SubjectRequestId, erasure_certificates::Model>> {
    let select = erasure_certificates::Entity::find().filter(erasure_certificates::Column::RequestId.is_in(ids));
    let rows = app.read(viewer, Permission::RequestRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.request_id, row)).collect())
}

/// A package without its content.
#[derive(Clone, Debug, sea_orm::FromQueryResult)]
pub struct PackageFacts {
    pub id: ExportPackageId,
    pub request_id: SubjectRequestId,
    pub format: String,
    pub size_bytes: i64,
    pub sha256: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub downloads: i32,
}

/// The packages of several requests in one statement.
pub async fn packages(
    app: &App,
    viewer: &Viewer,
    ids: impl IntoIterator<Item = SubjectRequestId>,
) -> Result<HashMap<SubjectRequestId, PackageFacts>> {
    app.read(viewer, Permission::RequestRead, async |tx| packages_of(tx, ids).await).await
}

/// The same within another look.
pub(super) async fn packages_of(
    tx: &TenantTx,
    ids: impl IntoIterator<Item = SubjectRequestId>,
) -> Result<HashMap<SubjectRequestId, PackageFacts>> {
    use export_packages::Column as Package;
    let select = export_packages::Entity::find()
        .select_only()
        .columns([Package::Id, Package::RequestId, Package::Format, Package::SizeBytes])
        .columns([Package::Sha256, Package::CreatedAt, Package::ExpiresAt, Package::Downloads])
        .filter(Package::RequestId.is_in(ids));
    let rows: Vec<PackageFacts> = tx.rows(select).await?;
    Ok(rows.into_iter().map(|row| (row.request_id, row)).collect())
}
