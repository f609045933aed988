//! After a restored backup: whoever the erasure ledger knows and the database still has is erased again (Article 17).

use std::collections::HashSet;

use recital_entities::{
    SubjectId, SubjectRequestId, SubjectRequestState, SubjectRequestType, SubjectStatus, TenantId,
    requests::{erasure_ledger, subject_requests},
    vault::subjects,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::{
    case::{Step, record},
    erasure::{certify, close_others, erase_and_prove},
};
use crate::{
    app::App,
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    retention,
    subject_data::Found,
    vault::{self, Erased},
    viewer::{Actor, Permission, Viewer},
};

/// Subjects that are looked at in one transaction.
const BATCH: u64 = 5_000;

/// What holding the ledger against a tenant's subjects came to.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Entries that the ledger has.
    pub entries: usize,
    /// Of these, how many the database did not know of: above zero after a backup was restored.
    pub unknown: usize,
    /// Entries that the database knew of and the ledger did not: they are written anew.
    pub lost: usize,
    /// Who had come back.
    pub returned: Vec<SubjectId>,
    /// How many of them are gone again.
    pub erased: u64,
    /// Who could not be erased again, and why: `CODE/REASON`.
    pub kept: Vec<(SubjectId, String)>,
}

/// Looks who has come back, and changes nothing.
///
/// # Errors
/// UNAVAILABLE with `LEDGER_UNAVAILABLE`.
pub async fn look_for_returned(app: &App, tenant: TenantId, run: Uuid) -> Result<Replay> {
    let viewer = viewer(tenant, run);
    let (replay, unknown, _) = compare(app, &viewer).await?;
    Ok(Replay { returned: returned(app, &viewer, &unknown).await?, ..replay })
}

/// Erases again whoever has come back; a legal hold that came back with them is named and tried again another time.
/// Nobody is written to: they were told when they were erased.
///
/// # Errors
/// UNAVAILABLE with `LEDGER_UNAVAILABLE`.
pub async fn replay_erasures(app: &App, tenant: TenantId, run: Uuid) -> Result<Replay> {
    let viewer = viewer(tenant, run);
    let (mut replay, mut unknown, lost) = compare(app, &viewer).await?;
    if unknown.is_empty() && lost.is_empty() {
        return Ok(replay);
    }
    replay.returned = returned(app, &viewer, &unknown).await?;
    for subject in replay.returned.clone() {
        match app.write(&viewer, Permission::RequestHandle, async |tx| erase_again(tx, subject).await).await {
            Ok(()) => replay.erased += 1,
            Err(error) if error.reason() == "SUBJECT_ERASED" => {}
            Err(error) => {
                tracing::error!(%tenant, %subject, ?error, "somebody whom a backup brought back could not be erased again");
                unknown.remove(&entry(app, &viewer, subject).await?);
                let code: &str = error.code().into();
                replay.kept.push((subject, format!("{code}/{}", error.reason())));
            }
        }
    }
    app.write(&viewer, Permission::RequestHandle, async |tx| {
        vault::note_entries(tx, unknown).await?;
        vault::record_again(tx, lost).await?;
        let Replay { unknown, lost, erased, .. } = replay;
        Ok(Event::ErasuresReplayed { id: tenant, unknown, lost, erased }.with(()))
    })
    .await?;
    Ok(replay)
}

/// The same for the job, whose run fails for a tenant with somebody who could not be erased again.
pub async fn replay_tenant(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    let replay = replay_erasures(app, tenant, run).await?;
    if replay.kept.is_empty() {
        return Ok(replay.erased);
    }
    Err(Error::conflict("ERASED_SUBJECTS_REMAIN", "a restored backup brought people back who cannot be erased again"))
}

fn viewer(tenant: TenantId, run: Uuid) -> Viewer {
    Viewer::new(tenant, Actor::Job("erasures.replay"), run)
}

/// The entries that the ledger alone knows of, and those that the database alone does.
async fn compare(app: &App, viewer: &Viewer) -> Result<(Replay, HashSet<Vec<u8>>, Vec<Vec<u8>>)> {
    use erasure_ledger::{Column, Entity};
    let outside = app.core().ledger.entries(viewer.tenant()).await?;
    let recorded = Entity::find().select_only().column(Column::SubjectHash).column(Column::RecordedAt);
    let rows: Vec<(Vec<u8>, Option<chrono::DateTime<chrono::Utc>>)> =
        app.look(viewer, async |tx| tx.tuples(recorded).await).await?;
    let entries = outside.len();
    let lost = rows.iter().filter(|(entry, recorded)| recorded.is_some() && !outside.contains(entry));
    let lost: Vec<_> = lost.map(|(entry, _)| entry.clone()).collect();
    let inside: HashSet<_> = rows.into_iter().map(|(entry, _)| entry).collect();
    let unknown: HashSet<_> = outside.into_iter().filter(|entry| !inside.contains(entry)).collect();
    let replay = Replay { entries, unknown: unknown.len(), lost: lost.len(), ..Replay::default() };
    Ok((replay, unknown, lost))
}

/// The subjects that are there and ought not to be.
async fn returned(app: &App, viewer: &Viewer, erased: &HashSet<Vec<u8>>) -> Result<Vec<SubjectId>> {
    use subjects::Column;
    let (mut returned, mut after) = (Vec::new(), None);
    while !erased.is_empty() {
        let next = subjects::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Status.ne(SubjectStatus::Erased))
            .apply_if(after, |select, after: SubjectId| select.filter(Column::Id.gt(after)))
            .order_by_asc(Column::Id)
            .limit(BATCH);
        let look = async |tx: &TenantTx| Ok((tx.tuples::<_, SubjectId>(next).await?, tx.keys().await?));
        let (subjects, keys) = app.read(viewer, Permission::SubjectRead, look).await?;
        after = subjects.last().copied();
        if after.is_none() {
            break;
        }
        returned.extend(subjects.into_iter().filter(|id| erased.contains(&vault::ledger_entry(&keys, *id))));
    }
    Ok(returned)
}

async fn entry(app: &App, viewer: &Viewer, subject: SubjectId) -> Result<Vec<u8>> {
    let keys = app.read(viewer, Permission::SubjectRead, async |tx| tx.keys().await).await?;
    Ok(vault::ledger_entry(&keys, subject))
}

/// In one transaction, as the first time: what is left, and on which ground, is for today's rules to say.
async fn erase_again(tx: &TenantTx, id: SubjectId) -> Result<Audited<()>> {
    retention::serialise_with_holds(tx).await?;
    let find = subjects::Entity::find().filter(subjects::Column::Id.eq(id)).lock_exclusive();
    let subject = tx.get("subject", find).await?;
    let (erased, found) = erase_and_prove(tx, &subject).await?;
    let mut events = Vec::new();
    let request = open_erasure(tx, id).await?;
    if let Some(request) = &request {
        events.push(complete(tx, request, &erased, &found).await?);
    }
    let request: Option<SubjectRequestId> = request.map(|request| request.id);
    events.extend(close_others(tx, id, request).await?);
    Ok(Event::SubjectErasedAgain { id, key_destroyed: erased.key_destroyed }.with(()).and_all(events))
}

/// The request that had them erased, where the backup has it as open.
async fn open_erasure(tx: &TenantTx, subject: SubjectId) -> Result<Option<subject_requests::Model>> {
    use subject_requests::Column;
    let open = subject_requests::Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::Type.eq(SubjectRequestType::Erasure))
        .filter(Column::ClosedAt.is_null());
    tx.one(open.lock_exclusive()).await
}

async fn complete(tx: &TenantTx, request: &subject_requests::Model, erased: &Erased, found: &Found) -> Result<Event> {
    certify(tx, request, erased, found).await?;
    let (state, step) = if erased.retained.is_empty() {
        (SubjectRequestState::Completed, Step::Completed)
    } else {
        (SubjectRequestState::PartiallyCompleted, Step::PartiallyCompleted)
    };
    record(tx, request, step, None).await?;
    let mut row = request.clone().into_active_model();
    row.state = Set(state);
    row.closed_at = Set(Some(tx.now()));
    tx.update(row).await?;
    tx.announce(Change::SubjectRequest(request.id));
    Ok(Event::RequestCompleted { id: request.id, r#type: request.r#type.to_string() })
}
