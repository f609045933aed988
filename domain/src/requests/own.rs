//! A person's own requests, on a page that knows them: opening, following, taking back. The session proves who asks.

use std::collections::HashMap;

use recital_entities::{
    ErasureApproval, Regime, RequestEventId, SubjectRequestId, SubjectRequestState, SubjectRequestType,
    requests::{
        request_events,
        subject_requests::{ActiveModel, Column, Entity, Model},
    },
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{
    case::{Case, Step},
    export,
    get::{PackageFacts, packages_of},
    open::{OpenRequest, open_within},
    policy::policy,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    vault::{SubjectKey, SubjectRef},
    viewer::{Permission, Viewer},
};

/// A request with what its person may know of it. No `Debug`: messages are personal.
pub struct OwnRequest {
    pub request: Model,
    /// Oldest first.
    pub steps: Vec<request_events::Model>,
    /// What the tenant wrote, by the step that says so.
    pub messages: HashMap<RequestEventId, String>,
    /// Why it was refused, or takes longer.
    pub explanation: Option<String>,
    /// With its address, while it can be fetched.
    pub package: Option<(PackageFacts, String)>,
}

/// Requests that one page shows.
const MOST: u64 = 50;

/// Opens a request, or joins the one that is open.
///
/// # Errors
/// Those of [`open`](super::open()).
pub async fn open_own(
    app: &App,
    viewer: &Viewer,
    request: SubjectRequestType,
    regime: Regime,
    purpose: Option<String>,
) -> Result<Model> {
    let input = OpenRequest {
        r#type: request,
        subject: SubjectRef::Id(viewer.subject()?),
        regime,
        received_at: None,
        corrections: None,
        purpose,
        note: None,
        identity_verified: true,
    };
    app.write(viewer, Permission::RequestOwn, async |tx| open_within(tx, &input).await).await
}

/// The person's requests, newest first.
///
/// # Errors
/// UNAVAILABLE without the tenant's keys.
pub async fn own_requests(app: &App, viewer: &Viewer) -> Result<Vec<OwnRequest>> {
    let subject = viewer.subject()?;
    app.write(viewer, Permission::RequestOwn, async |tx| {
        let mine = Entity::find().filter(Column::SubjectId.eq(subject)).order_by_desc(Column::Id).limit(MOST);
        let mine = tx.all(mine).await?;
        let ids: Vec<SubjectRequestId> = mine.iter().map(|request| request.id).collect();
        let mut steps = steps_of(tx, &ids).await?;
        let mut packages = packages_of(tx, ids).await?;
        let key = SubjectKey::of(tx, subject).await?;
        let mut requests = Vec::new();
        for request in mine {
            let steps = steps.remove(&request.id).unwrap_or_default();
            let package = packages.remove(&request.id).filter(|package| package.expires_at > tx.now());
            let package = match package {
                Some(package) => {
                    let address = export::address(app, tx, package.id).await?;
                    Some((package, address))
                }
                None => None,
            };
            let messages = messages(&key, &steps)?;
            requests.push(OwnRequest { explanation: explanation(&key, &request)?, messages, steps, package, request });
        }
        Ok(Event::OwnRequestsShown { id: subject }.with(requests))
    })
    .await
}

pub(super) async fn steps_of(
    tx: &TenantTx,
    ids: &[SubjectRequestId],
) -> Result<HashMap<SubjectRequestId, Vec<request_events::Model>>> {
    let select = request_events::Entity::find()
        .filter(request_events::Column::RequestId.is_in(ids.iter().copied()))
        .order_by_asc(request_events::Column::Id);
    let mut steps: HashMap<_, Vec<_>> = HashMap::new();
    for row in tx.all(select).await? {
        steps.entry(row.request_id).or_default().push(row);
    }
    Ok(steps)
}

/// What the tenant wrote to the person: no other note is theirs to read here.
pub(super) fn messages(key: &SubjectKey, steps: &[request_events::Model]) -> Result<HashMap<RequestEventId, String>> {
    let messages = steps.iter().filter(|step| step.what == <&str>::from(Step::Messaged));
    let opened = messages.filter_map(|step| Some((step.id, step.note.as_ref()?)));
    opened.map(|(id, note)| Ok((id, text(&key.open("request_events", "note", &id, note)?)?))).collect()
}

fn explanation(key: &SubjectKey, request: &Model) -> Result<Option<String>> {
    let (column, sealed) = match &request.rejection_explanation {
        Some(sealed) => ("rejection_explanation", Some(sealed)),
        None => ("extension_reason", request.extension_reason.as_ref()),
    };
    sealed.map(|sealed| text(&key.open("subject_requests", column, &request.id, sealed)?)).transpose()
}

fn text(clear: &[u8]) -> Result<String> {
    String::from_utf8(clear.to_vec()).map_err(|_| Error::internal("a sealed text is not UTF-8"))
}

/// Takes one back, until it has been carried out.
///
/// # Errors
/// `NOT_FOUND` for what is not the person's own; CONFLICT with `REQUEST_CLOSED`.
pub async fn take_back(app: &App, viewer: &Viewer, id: SubjectRequestId) -> Result<Model> {
    let subject = viewer.subject()?;
    app.write(viewer, Permission::RequestOwn, async |tx| {
        let mine = Entity::find().filter(Column::Id.eq(id)).filter(Column::SubjectId.eq(subject));
        tx.get("subject request", mine).await?;
        let case = Case::lock_open(tx, id).await?;
        let change = |row: &mut ActiveModel| {
            row.state = Set(SubjectRequestState::Cancelled);
            row.closed_at = Set(Some(tx.now()));
        };
        let request = case.save(change, Step::Cancelled, None).await?;
        Ok(Event::RequestCancelled { id }.with(request))
    })
    .await
}

/// Whether somebody looks at an erasure before it begins.
///
/// # Errors
/// UNAVAILABLE without a database.
pub async fn erasure_is_examined(app: &App, viewer: &Viewer) -> Result<bool> {
    app.look(viewer, async |tx| Ok(policy(tx).await?.erasure_approval != ErasureApproval::None)).await
}
