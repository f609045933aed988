//! Opening a mailed link: what is behind it, or why it does not work. Changes nothing, since mail scanners follow links.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use recital_entities::{
    ReverificationState, TenantStatus,
    access::tenants,
    accuracy::reverifications,
    vault::{profile_versions, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{fields::Field, link::Token, open::OPEN};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    mail::Sender,
    vault,
    viewer::{Actor, Client, Permission, Viewer},
};

/// Where a visit to a link comes from, and the id that ties its traces together.
#[derive(Clone, Debug)]
pub struct Visit {
    pub client: Client,
    pub correlation: Uuid,
}

/// Who asks, and in which language they do.
#[derive(Clone, Debug)]
pub struct Asker {
    pub sender: Sender,
    pub locale: String,
}

impl Asker {
    /// An instant's date where the asker is.
    #[must_use]
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.sender.time_zone).date_naive()
    }
}

/// The person's own data. No `Debug`: it holds personal values.
pub struct LinkView {
    pub asker: Asker,
    pub version: i32,
    /// All that is held, the address included (`email`).
    pub attributes: Map<String, Value>,
    pub expires_at: DateTime<Utc>,
    /// The attributes that changed since the person last looked at them, and when they did.
    changed: HashMap<String, DateTime<Utc>>,
}

impl LinkView {
    /// When a field changed that the person has not seen since.
    #[must_use]
    pub fn changed_at(&self, field: &Field) -> Option<DateTime<Utc>> {
        self.changed.get(field.path.split('/').next()?).copied()
    }
}

/// Why a link does not work.
#[derive(Clone, Debug)]
pub enum LinkProblem {
    /// Forged, mistyped, of an erased person, of a tenant that is not served: all look the same.
    Unknown,
    Used {
        asker: Asker,
        answered_at: DateTime<Utc>,
    },
    Expired {
        asker: Asker,
        expires_at: DateTime<Utc>,
    },
    /// The question was withdrawn.
    Closed {
        asker: Asker,
    },
}

/// A visit that came to nothing.
#[derive(Debug)]
pub enum LinkError {
    Problem(LinkProblem),
    Failed(Error),
}

impl From<Error> for LinkError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

pub type LinkResult<T> = std::result::Result<T, LinkError>;

/// Whether the link works, for whoever only asks that (HEAD): opens nothing.
pub async fn check_link(app: &App, token: &str, visit: &Visit) -> LinkResult<Asker> {
    Ok(find_open(app, token, visit).await?.asker)
}

/// Shows a person what is held about them. An audited reveal.
pub async fn open_link(app: &App, token: &str, visit: &Visit) -> LinkResult<LinkView> {
    let found = find_open(app, token, visit).await?;
    let (id, subject) = (found.row.id, found.subject.id);
    let viewer = found.viewer(visit);
    let opened = app.write(&viewer, Permission::AccuracyAnswer, async |tx| {
        let profile = vault::open_profile(tx, &found.subject).await?;
        let changed = changed_unseen(tx, &found.subject).await?;
        Ok(Event::ReverificationOpened { id, subject }.with((profile, changed)))
    });
    let (profile, changed) = opened.await?;
    let Found { asker, row, .. } = found;
    let (version, attributes) = (profile.version, profile.attributes);
    Ok(LinkView { asker, version, attributes, expires_at: row.expires_at, changed })
}

async fn changed_unseen(tx: &TenantTx, subject: &subjects::Model) -> Result<HashMap<String, DateTime<Utc>>> {
    let since = profile_versions::Entity::find()
        .filter(profile_versions::Column::SubjectId.eq(subject.id))
        .filter(profile_versions::Column::UpdatedAt.gt(subject.last_verified_at))
        .order_by_asc(profile_versions::Column::Version);
    let versions = tx.all(since).await?.into_iter();
    let changes =
        versions.flat_map(|version| version.changed_fields.0.into_iter().map(move |name| (name, version.updated_at)));
    Ok(changes.collect())
}

/// A question, found by its link.
pub(super) struct Found {
    pub(super) row: reverifications::Model,
    pub(super) subject: subjects::Model,
    pub(super) asker: Asker,
}

impl Found {
    /// The person who has the link.
    pub(super) fn viewer(&self, visit: &Visit) -> Viewer {
        let actor = Actor::Subject(self.subject.id);
        Viewer::new(self.row.tenant_id, actor, visit.correlation).from_client(visit.client.clone())
    }
}

/// The question of a link that works.
pub(super) async fn find_open(app: &App, token: &str, visit: &Visit) -> LinkResult<Found> {
    let found = find(app, token, visit).await?.ok_or(LinkError::Problem(LinkProblem::Unknown))?;
    match problem(&found, app.now()) {
        None => Ok(found),
        Some(problem) => Err(LinkError::Problem(problem)),
    }
}

/// The question of a link, whatever its state. Looks in the token's own tenant alone.
pub(super) async fn find(app: &App, token: &str, visit: &Visit) -> Result<Option<Found>> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    let served = tenants::Entity::find_by_id(token.tenant).filter(tenants::Column::Status.eq(TenantStatus::Active));
    if app.platform().one(served).await?.is_none() {
        return Ok(None);
    }
    let viewer = Viewer::new(token.tenant, Actor::Job("accuracy.link"), visit.correlation);
    app.read(&viewer, Permission::AccuracyRead, async |tx| {
        let of_link = reverifications::Entity::find().filter(reverifications::Column::LinkHash.eq(token.hash()));
        let Some(row) = tx.one(of_link).await? else { return Ok(None) };
        let subject = vault::find_subject(tx, &vault::SubjectRef::Id(row.subject_id)).await?;
        let asker = Asker { sender: Sender::of(tx).await?, locale: subject.locale.clone() };
        Ok(Some(Found { row, subject, asker }))
    })
    .await
}

/// None when the question can be answered.
fn problem(found: &Found, now: DateTime<Utc>) -> Option<LinkProblem> {
    use ReverificationState as State;
    let (row, asker) = (&found.row, found.asker.clone());
    match row.state {
        State::Queued | State::Sent if row.expires_at > now => None,
        State::Queued | State::Sent | State::Unanswered => {
            Some(LinkProblem::Expired { asker, expires_at: row.expires_at })
        }
        State::Confirmed | State::Corrected | State::Disputed => {
            Some(LinkProblem::Used { asker, answered_at: row.answered_at.unwrap_or(row.requested_at) })
        }
        State::Bounced | State::Cancelled => Some(LinkProblem::Closed { asker }),
    }
}

/// Whether an answer is still awaited.
pub(super) fn awaits_answer(row: &reverifications::Model, now: DateTime<Utc>) -> bool {
    OPEN.contains(&row.state) && row.expires_at > now
}
