//! The link that a person follows their request with. GET shows how it stands and changes nothing; with POST they prove
//! who they are, once, or take the request back. The link holds no secret of the person's: it says which right is
//! exercised and how far that is, and goes to their known address alone.

use std::collections::HashMap;

use chrono::TimeDelta;
use recital_entities::{
    SubjectRequestId, SubjectRequestState, TenantStatus,
    access::tenants,
    requests::subject_requests::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{
    case::{Case, Step},
    letters::subject_of,
    own,
    verify_identity::next_step,
};
use crate::{
    access::LinkToken,
    accuracy::{Asker, Visit},
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    mail::Sender,
    vault::SubjectKey,
    viewer::{Actor, Permission, Viewer},
};

/// How long a closed request can be looked at.
const SHOWN_FOR: TimeDelta = TimeDelta::days(30);

/// Follows from the request's id under the tenant's key, so that every mail carries the same; its hash alone is stored.
pub(super) async fn of(tx: &TenantTx, id: SubjectRequestId) -> Result<Link> {
    Ok(Link(LinkToken::new(tx.tenant(), tx.keys().await?.link_secret(&format!("request/{id}")))))
}

pub(super) struct Link(LinkToken);

impl Link {
    pub fn hash(&self) -> Vec<u8> {
        self.0.hash()
    }

    pub fn address(&self, app: &App) -> String {
        format!("{}/request/{}", app.core().settings.public_url, self.0.reveal())
    }
}

/// A request as its person sees it.
pub struct Followed {
    pub asker: Asker,
    pub request: Model,
}

impl Followed {
    /// Whether the person can still prove who they are.
    #[must_use]
    pub fn awaits_identity(&self) -> bool {
        self.request.state == SubjectRequestState::AwaitingIdentity
    }

    #[must_use]
    pub fn can_be_cancelled(&self) -> bool {
        self.request.closed_at.is_none()
    }
}

/// How the request stands.
///
/// # Errors
/// `NOT_FOUND` for a link that is none; CONFLICT with `LINK_EXPIRED` a while after the request was closed.
pub async fn follow(app: &App, token: &str, visit: &Visit) -> Result<Followed> {
    let token = LinkToken::parse(token).ok_or_else(unknown)?;
    let stranger = Viewer::new(token.tenant, Actor::Job("requests.link"), visit.correlation);
    let served = tenants::Entity::find_by_id(token.tenant).filter(tenants::Column::Status.eq(TenantStatus::Active));
    if app.platform().one(served).await?.is_none() {
        return Err(unknown());
    }
    app.look(&stranger, async |tx| {
        let request = tx.one(Entity::find().filter(Column::LinkHash.eq(token.hash()))).await?.ok_or_else(unknown)?;
        if request.closed_at.is_some_and(|closed_at| closed_at + SHOWN_FOR <= tx.now()) {
            return Err(expired());
        }
        let locale = subject_of(tx, &request).await?.locale;
        Ok(Followed { asker: Asker { sender: Sender::of(tx).await?, locale }, request })
    })
    .await
}

/// What the tenant wrote to the person about it, oldest first: for whoever has proven that the request is theirs.
///
/// # Errors
/// UNAVAILABLE without the tenant's keys.
pub async fn messages(app: &App, followed: &Followed, visit: &Visit) -> Result<Vec<String>> {
    let request = &followed.request;
    if request.identity_verified_at.is_none() {
        return Ok(Vec::new());
    }
    let person = person(request, visit)?;
    let steps = app.look(&person, async |tx| own::steps_of(tx, &[request.id]).await).await?;
    let steps = steps.into_values().flatten().filter(|step| step.what == <&str>::from(Step::Messaged));
    let steps: Vec<_> = steps.collect();
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    app.write(&person, Permission::RequestOwn, async |tx| {
        let id = person.subject()?;
        // An erased person's are gone.
        let opened = match SubjectKey::of_all(tx, [id]).await?.get(&id) {
            Some(key) => own::messages(key, &steps)?,
            None => HashMap::new(),
        };
        let written = steps.iter().filter_map(|step| opened.get(&step.id).cloned()).collect();
        Ok(Event::OwnRequestsShown { id }.with(written))
    })
    .await
}

fn unknown() -> Error {
    Error::not_found("link")
}

fn expired() -> Error {
    Error::conflict("LINK_EXPIRED", "this link has expired")
}

/// The person shows that they read the mail at the address that is known of them. It counts once.
///
/// # Errors
/// Those of [`follow`]; CONFLICT with `REQUEST_CLOSED`, `IDENTITY_ALREADY_VERIFIED` or `LINK_EXPIRED`.
pub async fn prove_identity(app: &App, token: &str, visit: &Visit) -> Result<Followed> {
    let Followed { asker, request } = follow(app, token, visit).await?;
    let id = request.id;
    let person = person(&request, visit)?;
    let request = app.write(&person, Permission::RequestOwn, async |tx| {
        let case = Case::lock_open(tx, id).await?;
        if case.request.state != SubjectRequestState::AwaitingIdentity {
            return Err(Error::conflict("IDENTITY_ALREADY_VERIFIED", "the identity is verified already"));
        }
        if case.request.identity_until.is_some_and(|until| until <= tx.now()) {
            return Err(expired());
        }
        let next = next_step(tx, case.request.r#type).await?;
        let request = case.save(|row| next.apply(tx, row), Step::IdentityVerified, None).await?;
        Ok(Event::RequestIdentityVerified { id }.with(request))
    });
    Ok(Followed { request: request.await?, asker })
}

/// The person takes their request back, until it has been carried out.
///
/// # Errors
/// Those of [`follow`]; CONFLICT with `REQUEST_CLOSED`.
pub async fn cancel_own(app: &App, token: &str, visit: &Visit) -> Result<Followed> {
    let Followed { asker, request } = follow(app, token, visit).await?;
    let id = request.id;
    let person = person(&request, visit)?;
    let request = app.write(&person, Permission::RequestOwn, async |tx| {
        let case = Case::lock_open(tx, id).await?;
        let change = |row: &mut ActiveModel| {
            row.state = Set(SubjectRequestState::Cancelled);
            row.closed_at = Set(Some(tx.now()));
        };
        let request = case.save(change, Step::Cancelled, None).await?;
        Ok(Event::RequestCancelled { id }.with(request))
    });
    Ok(Followed { request: request.await?, asker })
}

fn person(request: &Model, visit: &Visit) -> Result<Viewer> {
    let subject = request.subject_id.ok_or_else(|| Error::internal("a request without a subject"))?;
    Ok(Viewer::new(request.tenant_id, Actor::Subject(subject), visit.correlation).from_client(visit.client.clone()))
}
