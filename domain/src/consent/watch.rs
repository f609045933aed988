//! Watching a tenant's consent events as they are committed, wherever they are.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::{self, Stream, StreamExt as _};
use recital_entities::{ConsentEventId, PurposeId, consent::consent_events};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::SimpleExpr,
};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{
    app::App,
    bus::{self, Change},
    error::{Code, Result},
    purposes as register,
    viewer::{Permission, Viewer},
};

use consent_events::{Column, Entity, Model};

/// Ids sort by when their transaction began; it commits within this time.
const LONGEST_TRANSACTION: TimeDelta = TimeDelta::seconds(30);

/// How often a read is tried while the database does not answer, and the pause in between.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// Who missed more than this reads the history.
const MOST_CAUGHT_UP: u64 = 1_000;

/// The viewer's tenant's events from now on, of all purposes or one, each once. What was committed while the database's
/// notices could not be heard is caught up from the table. It ends with UNAVAILABLE and `LAGGED` for who reads too
/// slowly or missed too much: the history has what was missed.
///
/// # Errors
/// FORBIDDEN; `NOT_FOUND` on `purpose`; UNAVAILABLE when changes cannot be heard of.
pub async fn watch(
    app: &App,
    viewer: &Viewer,
    purpose: Option<String>,
) -> Result<impl Stream<Item = Result<Model>> + use<>> {
    let purpose = app
        .read(viewer, Permission::ConsentRead, async |tx| match purpose {
            Some(key) => Ok(Some(register::get(tx, &key).await.map_err(|error| error.within("purpose"))?.id)),
            None => Ok(None),
        })
        .await?;
    let changes = bus::watch(app, viewer.tenant()).await?;
    let watcher =
        Watcher { app: app.clone(), viewer: viewer.clone(), purpose, heard_at: app.now(), heard: BTreeSet::new() };
    let changes = Box::pin(changes);
    Ok(stream::unfold((changes, watcher), |(mut changes, mut watcher)| async move {
        let news = match changes.next().await? {
            Ok(Change::Consent(id)) => watcher.hear(id).await,
            Ok(Change::Missed) => watcher.catch_up().await,
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        let news = news.map_or_else(|error| vec![Err(error)], |events| events.into_iter().map(Ok).collect());
        Some((stream::iter(news), (changes, watcher)))
    })
    .flatten())
}

/// One subscriber.
struct Watcher {
    app: App,
    viewer: Viewer,
    purpose: Option<PurposeId>,
    /// When it last heard of an event, or began to listen.
    heard_at: DateTime<Utc>,
    /// What it heard of since about then.
    heard: BTreeSet<ConsentEventId>,
}

impl Watcher {
    async fn hear(&mut self, id: ConsentEventId) -> Result<Vec<Model>> {
        if self.heard.contains(&id) {
            return Ok(Vec::new());
        }
        let found = self.find(Column::Id.eq(id)).await?;
        self.remember(id);
        Ok(found)
    }

    /// What was committed since the last event that was heard of, and perhaps just before it.
    async fn catch_up(&mut self) -> Result<Vec<Model>> {
        let mut found = self.find(Column::Id.gte(first_id(self.heard_at - LONGEST_TRANSACTION))).await?;
        if found.len() as u64 > MOST_CAUGHT_UP {
            return Err(bus::lagged());
        }
        found.retain(|event| !self.heard.contains(&event.id));
        found.iter().for_each(|event| self.remember(event.id));
        Ok(found)
    }

    fn remember(&mut self, id: ConsentEventId) {
        self.heard_at = self.app.now();
        let forget_before = first_id(self.heard_at - LONGEST_TRANSACTION * 2);
        while self.heard.first().is_some_and(|oldest| *oldest < forget_before) {
            self.heard.pop_first();
        }
        self.heard.insert(id);
    }

    /// A database that is being restarted is waited for.
    async fn find(&self, which: SimpleExpr) -> Result<Vec<Model>> {
        for _ in 1..TRIES {
            match self.look(which.clone()).await {
                Err(error) if error.code() == Code::Unavailable => tokio::time::sleep(PAUSE).await,
                answer => return answer,
            }
        }
        self.look(which).await
    }

    async fn look(&self, which: SimpleExpr) -> Result<Vec<Model>> {
        let select = Entity::find()
            .filter(which)
            .apply_if(self.purpose, |select, purpose| select.filter(Column::PurposeId.eq(purpose)))
            .order_by_asc(Column::Id)
            .limit(MOST_CAUGHT_UP + 1);
        self.app.read(&self.viewer, Permission::ConsentRead, async |tx| tx.all(select).await).await
    }
}

/// The smallest id that is made from `at` on.
fn first_id(at: DateTime<Utc>) -> ConsentEventId {
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    let id = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()));
    // All after the 48 bits of milliseconds is zero.
    ConsentEventId(Uuid::from_u128(id.as_u128() >> 80 << 80))
}
