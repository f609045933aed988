//! Sessions: a browser that is signed in, until it is idle for half an hour, or for half a day at most.

use chrono::TimeDelta;
use recital_entities::{
    AccountSessionId, SignInMethod, SubjectId,
    accounts::account_sessions::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, sea_query::Expr,
};

use super::{BrowserToken, Visitor};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// A browser that is signed in.
pub type Session = Model;

pub(super) const IDLE: TimeDelta = TimeDelta::minutes(30);
const LIFE: TimeDelta = TimeDelta::hours(12);
/// How exactly `seen_at` is kept: writing it on every request would cost more than it tells.
const GRAIN: TimeDelta = TimeDelta::minutes(1);

/// Signs a browser in, under a token that nobody had before. The subject must be held.
pub(super) async fn begin(tx: &TenantTx, subject: SubjectId, method: SignInMethod) -> Result<(BrowserToken, Event)> {
    let token = BrowserToken::generate()?;
    let id: AccountSessionId = tx.new_id();
    let row = Model {
        tenant_id: tx.tenant(),
        id,
        subject_id: subject,
        token_hash: token.hash(),
        method,
        agent: tx.viewer().client().agent.clone(),
        created_at: tx.now(),
        seen_at: tx.now(),
        expires_at: tx.now() + LIFE,
    };
    tx.insert(row.into_active_model()).await?;
    Ok((token, Event::SignedIn { id: subject, method, session: id }))
}

/// The session of that browser, with this visit noted. None for a browser that is not signed in, or not any more.
pub async fn find_session(app: &App, visitor: &Visitor, token: &BrowserToken) -> Result<Option<Session>> {
    let now = app.now();
    let live = Entity::find()
        .filter(Column::TokenHash.eq(token.hash()))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::SeenAt.gt(now - IDLE));
    let Some(session) = app.look(&visitor.stranger(), async |tx| tx.one(live).await).await? else { return Ok(None) };
    if session.seen_at + GRAIN <= now {
        let seen = Entity::update_many().filter(Column::Id.eq(session.id)).col_expr(Column::SeenAt, Expr::value(now));
        app.maintain(&visitor.stranger(), async |tx| tx.update_all(seen).await).await?;
    }
    Ok(Some(session))
}

/// Where this person is signed in, the newest first.
///
/// # Errors
/// FORBIDDEN for somebody else.
pub async fn list_sessions(app: &App, person: &Viewer, subject: SubjectId) -> Result<Vec<Session>> {
    app.read(person, Permission::AccountOwn, async |tx| {
        let live = Entity::find()
            .filter(Column::SubjectId.eq(subject))
            .filter(Column::ExpiresAt.gt(tx.now()))
            .filter(Column::SeenAt.gt(tx.now() - IDLE))
            .order_by_desc(Column::Id);
        tx.all(live).await
    })
    .await
}

/// Ends the person's sessions, all but `kept`. Answers how many.
pub(super) async fn end_all(tx: &TenantTx, subject: SubjectId, kept: Option<AccountSessionId>) -> Result<u64> {
    let mut theirs = Entity::delete_many().filter(Column::SubjectId.eq(subject));
    if let Some(kept) = kept {
        theirs = theirs.filter(Column::Id.ne(kept));
    }
    tx.delete(theirs).await
}
