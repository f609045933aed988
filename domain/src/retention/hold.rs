//! Legal holds: a subject's data, a data type, or both are kept past their period while a ground such as a lawsuit lasts
//! (Article 17(3)(e)).

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use recital_entities::{
    LegalHoldId, RecordId, SubjectId,
    retention::legal_holds,
    vault::{files, records, subjects},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::{Perishable, policy::check_data_type, types};
use crate::{
    app::App,
    db::{Order, Page, PageRequest, TenantTx},
    error::{Error, Result},
    evidence::Event,
    vault::{self, SubjectRef},
    viewer::{Permission, Viewer},
};

use legal_holds::{Column, Entity, Model};

/// What shall be held: a subject's data, a data type, or a subject's data of one type.
#[derive(Clone, Debug)]
pub struct PlaceHold {
    pub reason: String,
    pub subject: Option<SubjectRef>,
    pub data_type: Option<String>,
}

const TABLE: &str = "legal_holds";
const LONGEST_REASON: usize = 2_000;

/// From the commit on, nothing the hold covers is swept.
///
/// # Errors
/// `BAD_USER_INPUT` without a scope, without a reason or for an unknown data type; `NOT_FOUND` for an unknown subject.
pub async fn place_hold(app: &App, viewer: &Viewer, hold: PlaceHold) -> Result<Model> {
    app.write(viewer, Permission::RetentionHold, async |tx| {
        check_reason(&hold.reason)?;
        let (subject, data_type) = scope(tx, &hold).await?;
        serialise_with_holds(tx).await?;
        let id: LegalHoldId = tx.new_id();
        let row = Model {
            tenant_id: tx.tenant(),
            id,
            subject_id: subject,
            data_type: data_type.clone(),
            reason: tx.keys().await?.seal_text(TABLE, "reason", &id, &hold.reason)?,
            placed_by: tx.actor(),
            placed_at: tx.now(),
            released_at: None,
            released_by: None,
            release_reason: None,
        };
        let row = tx.insert(row.into_active_model()).await?;
        Ok(Event::LegalHoldPlaced { id, subject, data_type }.with(row))
    })
    .await
}

/// Lets go: what is past its period goes with the next sweep.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `ALREADY_RELEASED`; `BAD_USER_INPUT` without a reason.
pub async fn release_hold(app: &App, viewer: &Viewer, id: LegalHoldId, reason: &str) -> Result<Model> {
    app.write(viewer, Permission::RetentionHold, async |tx| {
        check_reason(reason)?;
        let hold = tx.get("legal hold", Entity::find().filter(Column::Id.eq(id)).lock_exclusive()).await?;
        if hold.released_at.is_some() {
            return Err(Error::conflict("ALREADY_RELEASED", "this hold was released before"));
        }
        let mut row = hold.into_active_model();
        row.released_at = Set(Some(tx.now()));
        row.released_by = Set(Some(tx.actor()));
        row.release_reason = Set(Some(tx.keys().await?.seal_text(TABLE, "release_reason", &id, reason)?));
        Ok(Event::LegalHoldReleased { id }.with(tx.update(row).await?))
    })
    .await
}

/// Holds, newest first: all, those in force, or those released.
pub async fn list_holds(app: &App, viewer: &Viewer, active: Option<bool>, page: PageRequest) -> Result<Page<Model>> {
    let select = Entity::find().apply_if(active, |select, active| {
        select.filter(if active { Column::ReleasedAt.is_null() } else { Column::ReleasedAt.is_not_null() })
    });
    app.read(viewer, Permission::RetentionRead, async |tx| tx.page(select, Column::Id, Order::NewestFirst, &page).await)
        .await
}

/// Several holds in one statement.
pub async fn holds_by_ids(app: &App, viewer: &Viewer, ids: Vec<LegalHoldId>) -> Result<HashMap<LegalHoldId, Model>> {
    let select = Entity::find().filter(Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::RetentionRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Opens the reasons of several holds; one audit entry for all of them.
pub async fn reveal_reasons(app: &App, viewer: &Viewer, ids: Vec<LegalHoldId>) -> Result<HashMap<LegalHoldId, String>> {
    app.write(viewer, Permission::RetentionRead, async |tx| {
        let holds = tx.all(Entity::find().filter(Column::Id.is_in(ids)).order_by_asc(Column::Id)).await?;
        let keys = tx.keys_for(holds.iter().map(|hold| &hold.reason)).await?;
        let open = |hold: &Model| Ok((hold.id, keys.open_text(TABLE, "reason", &hold.id, &hold.reason)?));
        let reasons = holds.iter().map(open).collect::<Result<HashMap<_, _>>>()?;
        let rows = holds.iter().map(|hold| hold.id.to_string()).collect();
        Ok(Event::NotesRevealed { id: tx.tenant(), table: TABLE.to_owned(), rows }.with(reasons))
    })
    .await
}

/// The holds in force that keep anything of this subject: those on the subject, and those on a data type of which the
/// subject has a record or a file.
pub async fn holds_on(tx: &TenantTx, subject: SubjectId) -> Result<Vec<Model>> {
    let mut types = types_of::<records::Entity>(tx, subject).await?;
    types.extend(types_of::<files::Entity>(tx, subject).await?);
    in_force(tx, [subject].into(), types).await
}

async fn types_of<E: Perishable>(tx: &TenantTx, subject: SubjectId) -> Result<HashSet<String>> {
    let select = E::find().select_only().column(E::DATA_TYPE).distinct().filter(E::SUBJECT.eq(subject));
    Ok(tx.tuples::<_, (String,)>(select).await?.into_iter().map(|(data_type,)| data_type).collect())
}

/// The holds in force that keep each of these records; a record that none keeps is missing.
pub async fn holds_for_records(tx: &TenantTx, records: &[records::Model]) -> Result<HashMap<RecordId, Vec<Model>>> {
    let of = |record: &records::Model| (record.id, record.subject_id, record.data_type.clone());
    holds_for(tx, records.iter().map(of).collect()).await
}

/// The holds in force that keep each of these, named by id, subject and data type; what none keeps is missing.
pub async fn holds_for<Id: Eq + Hash>(
    tx: &TenantTx,
    things: Vec<(Id, SubjectId, String)>,
) -> Result<HashMap<Id, Vec<Model>>> {
    let subjects = things.iter().map(|(_, subject, _)| *subject).collect();
    let types = things.iter().map(|(_, _, data_type)| data_type.clone()).collect();
    let holds = in_force(tx, subjects, types).await?;
    let held = things.into_iter().filter_map(|(id, subject, data_type)| {
        let covering = holds.iter().filter(|hold| covers(hold, subject, &data_type));
        let covering: Vec<Model> = covering.cloned().collect();
        (!covering.is_empty()).then_some((id, covering))
    });
    Ok(held.collect())
}

/// Called before records are deleted: placing a hold waits for the deletion under way, and the next one sees the hold.
pub async fn serialise_with_holds(tx: &TenantTx) -> Result<()> {
    tx.serialise("retention/sweep").await
}

fn covers(hold: &Model, subject: SubjectId, data_type: &str) -> bool {
    hold.subject_id.is_none_or(|held| held == subject) && hold.data_type.as_deref().is_none_or(|held| held == data_type)
}

async fn in_force(tx: &TenantTx, subjects: HashSet<SubjectId>, types: HashSet<String>) -> Result<Vec<Model>> {
    let on_type = Column::SubjectId.is_null().and(Column::DataType.is_in(types));
    let scope = Condition::any().add(Column::SubjectId.is_in(subjects)).add(on_type);
    tx.all(Entity::find().filter(Column::ReleasedAt.is_null()).filter(scope).order_by_asc(Column::Id)).await
}

async fn scope(tx: &TenantTx, hold: &PlaceHold) -> Result<(Option<SubjectId>, Option<String>)> {
    if hold.subject.is_none() && hold.data_type.is_none() {
        return Err(Error::invalid("subject", "HOLD_WITHOUT_SCOPE", "hold a subject, a data type, or both"));
    }
    if let Some(data_type) = &hold.data_type {
        check_data_type(data_type)?;
        types::require_known(tx, data_type).await?;
    }
    let subject = match &hold.subject {
        Some(reference) => Some(lock(tx, vault::find_subject(tx, reference).await?.id).await?),
        None => None,
    };
    Ok((subject, hold.data_type.clone()))
}

/// An erasure under way is waited for: it ends before the hold, or finds it.
async fn lock(tx: &TenantTx, id: SubjectId) -> Result<SubjectId> {
    let select = subjects::Entity::find().filter(subjects::Column::Id.eq(id)).lock_exclusive();
    Ok(tx.get("subject", select).await?.id)
}

fn check_reason(reason: &str) -> Result<()> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        let message = format!("give a reason of 1 to {LONGEST_REASON} characters");
        return Err(Error::invalid("reason", "INVALID_REASON", message));
    }
    Ok(())
}
