//! Looking at subjects and their records, without opening anything.

use std::collections::HashMap;

use recital_entities::{
    PurposeId, RecordId, SubjectId, SubjectStatus,
    retention::legal_holds,
    vault::{profile_versions, records, subjects},
};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};

use super::{SubjectRef, allowed::require, find_subject, find_subject_if_any};
use crate::{
    app::App,
    consent,
    db::{Order, Page, PageRequest, TenantTx},
    error::Result,
    purposes as register, retention,
    viewer::{Permission, Viewer},
};

/// Every part given must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubjectFilter {
    pub status: Option<SubjectStatus>,
    /// True: verification is due; false: it is not.
    pub verification_overdue: Option<bool>,
}

/// The subject, erased or not; none where the tenant knows no such subject.
pub async fn find(app: &App, viewer: &Viewer, reference: &SubjectRef) -> Result<Option<subjects::Model>> {
    app.read(viewer, Permission::SubjectRead, async |tx| find_subject_if_any(tx, reference).await).await
}

/// Several subjects in one statement.
pub async fn subjects_by_ids(
    app: &App,
    viewer: &Viewer,
    ids: Vec<SubjectId>,
) -> Result<HashMap<SubjectId, subjects::Model>> {
    let select = subjects::Entity::find().filter(subjects::Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::SubjectRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Subjects, oldest first.
pub async fn list_subjects(
    app: &App,
    viewer: &Viewer,
    filter: SubjectFilter,
    page: PageRequest,
) -> Result<Page<subjects::Model>> {
    use subjects::Column;
    let now = app.now();
    let select = subjects::Entity::find()
        .apply_if(filter.status, |select, status| select.filter(Column::Status.eq(status)))
        .apply_if(filter.verification_overdue, |select, overdue| {
            let due = Condition::all().add(Column::VerificationDueAt.lte(now));
            let not_due =
                Condition::any().add(Column::VerificationDueAt.is_null()).add(Column::VerificationDueAt.gt(now));
            select.filter(if overdue { due } else { not_due })
        });
    app.read(viewer, Permission::SubjectRead, async |tx| tx.page(select, Column::Id, Order::OldestFirst, &page).await)
        .await
}

/// Which records. Every part given must hold.
#[derive(Clone, Debug, Default)]
pub struct RecordFilter {
    pub data_type: Option<String>,
    /// The key of the purpose they are read for: those that are kept for it.
    pub purpose: Option<String>,
}

/// One subject's records, oldest first.
///
/// # Errors
/// Read for a purpose: `NOT_FOUND` on `purpose`; FORBIDDEN with the decision's reason where it may not have them now.
pub async fn list_records(
    app: &App,
    viewer: &Viewer,
    subject: SubjectId,
    filter: RecordFilter,
    page: PageRequest,
) -> Result<Page<records::Model>> {
    use records::Column;
    app.read(viewer, Permission::SubjectRead, async |tx| {
        let purpose = match &filter.purpose {
            Some(key) => Some(readable_for(tx, subject, key).await.map_err(|error| error.on_field("purpose"))?),
            None => None,
        };
        let select = records::Entity::find()
            .filter(Column::SubjectId.eq(subject))
            .apply_if(filter.data_type, |select, data_type| select.filter(Column::DataType.eq(data_type)))
            .apply_if(purpose, |select, purpose| select.filter(Column::PurposeId.eq(purpose)));
        tx.page(select, Column::Id, Order::OldestFirst, &page).await
    })
    .await
}

/// The purpose, where the subject's data may be processed for it now.
async fn readable_for(tx: &TenantTx, subject: SubjectId, purpose: &str) -> Result<PurposeId> {
    let purpose = register::get(tx, purpose).await?;
    let subject = find_subject(tx, &SubjectRef::Id(subject)).await?;
    require(&consent::decide(tx, &subject, &purpose).await?)?;
    Ok(purpose.id)
}

/// Several records in one statement.
pub async fn records_by_ids(
    app: &App,
    viewer: &Viewer,
    ids: Vec<RecordId>,
) -> Result<HashMap<RecordId, records::Model>> {
    let select = records::Entity::find().filter(records::Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::SubjectRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What changed in several subjects' profiles, when and by whom, oldest first.
pub async fn profile_versions(
    app: &App,
    viewer: &Viewer,
    subjects: Vec<SubjectId>,
) -> Result<HashMap<SubjectId, Vec<profile_versions::Model>>> {
    use profile_versions::Column;
    let select =
        profile_versions::Entity::find().filter(Column::SubjectId.is_in(subjects)).order_by_asc(Column::Version);
    let rows = app.read(viewer, Permission::SubjectRead, async |tx| tx.all(select).await).await?;
    let mut versions: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        versions.entry(row.subject_id).or_default().push(row);
    }
    Ok(versions)
}

/// The holds in force that keep each of these records; a record that none keeps is missing.
pub async fn holds_of_records(
    app: &App,
    viewer: &Viewer,
    ids: Vec<RecordId>,
) -> Result<HashMap<RecordId, Vec<legal_holds::Model>>> {
    let select = records::Entity::find().filter(records::Column::Id.is_in(ids));
    app.read(viewer, Permission::RetentionRead, async |tx| {
        let records = tx.all(select).await?;
        retention::holds_for_records(tx, &records).await
    })
    .await
}
