//! How often the door may be tried: by one address of the network, for one mail address, and for both together. Counted
//! in the database, so that the limits hold for all processes together, minute by minute, and under keyed hashes.
//!
//! A try that was refused is not counted: nobody keeps a limit up by knocking on. Who guesses from elsewhere is held by
//! the limit on the two together and does not use up the one on the address for a long time.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use recital_entities::accounts::account_counts::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};

use super::Visitor;
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    keys::TenantKeys,
    viewer::Permission,
};

/// How often something may be tried within a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    /// Keeps what is counted apart. Limits are spent in the order of these names.
    name: &'static str,
    most: i64,
    within: TimeDelta,
}

impl Limit {
    const fn new(name: &'static str, most: i64, within: TimeDelta) -> Self {
        Self { name, most, within }
    }
}

const QUARTER: TimeDelta = TimeDelta::minutes(15);
const HOUR: TimeDelta = TimeDelta::hours(1);

const PASSWORD_FROM_HERE: Limit = Limit::new("1/password-from-here", 10, QUARTER);
const PASSWORD_FOR_ADDRESS: Limit = Limit::new("2/password-for-address", 50, QUARTER);
const PASSWORDS_FROM_HERE: Limit = Limit::new("3/passwords-from-here", 100, QUARTER);
const MAILS_TO_ADDRESS: Limit = Limit::new("4/mails-to-address", 5, HOUR);
const MAILS_FROM_HERE: Limit = Limit::new("5/mails-from-here", 30, HOUR);
/// The longest of all: what is older counts no more.
pub(super) const REMEMBERED_FOR: TimeDelta = HOUR;

/// One more try at a password for this address.
///
/// # Errors
/// `RATE_LIMITED` with `TOO_MANY_ATTEMPTS`, saying how long to wait.
pub(super) async fn try_password(app: &App, visitor: &Visitor, address: &str) -> Result<()> {
    let (network, both) = (visitor.network.clone(), both(visitor, address));
    let limits =
        [(PASSWORD_FROM_HERE, both), (PASSWORD_FOR_ADDRESS, address.to_owned()), (PASSWORDS_FROM_HERE, network)];
    spend(app, visitor, &limits).await
}

/// The password was right: the tries before it were the person's own.
pub(super) async fn forget_tries(tx: &TenantTx, visitor: &Visitor, address: &str) -> Result<()> {
    let key = hash(&*tx.keys().await?, PASSWORD_FROM_HERE, &both(visitor, address));
    tx.delete(Entity::delete_many().filter(Column::KeyHash.eq(key))).await?;
    Ok(())
}

/// One more mail to this address.
///
/// # Errors
/// As [`try_password`].
pub(super) async fn try_mail(app: &App, visitor: &Visitor, address: &str) -> Result<()> {
    let limits = [(MAILS_TO_ADDRESS, address.to_owned()), (MAILS_FROM_HERE, visitor.network.clone())];
    spend(app, visitor, &limits).await
}

fn both(visitor: &Visitor, address: &str) -> String {
    format!("{}|{address}", visitor.network)
}

/// Counts one try against each limit, or against none where one of them is reached.
async fn spend(app: &App, visitor: &Visitor, limits: &[(Limit, String)]) -> Result<()> {
    let stranger = visitor.stranger();
    let secrets = app.keys(&stranger).await?;
    let refused = app.maintain(&stranger, async |tx| {
        let mut keys = Vec::new();
        for (limit, what) in limits {
            let key = hash(&secrets, *limit, what);
            // Always in the same order, so that no two wait for one another.
            tx.serialise(&hex::encode(&key)).await?;
            if let Some(wait) = wait(tx, *limit, &key).await? {
                let is_news = count(tx, &hash(&secrets, *limit, &format!("{what}|reached"))).await? == 1;
                return Ok(Some((limit.name, wait, is_news)));
            }
            keys.push(key);
        }
        for key in keys {
            count(tx, &key).await?;
        }
        Ok(None)
    });
    let Some((limit, wait, is_news)) = refused.await? else { return Ok(()) };
    if is_news {
        let event = Event::AccountLimitReached { id: visitor.tenant, limit };
        app.write(&stranger, Permission::AccountOwn, async |_| Ok(event.with(()))).await?;
    }
    let refusal = Error::rate_limited("TOO_MANY_ATTEMPTS", "this was tried too often: try again later");
    Err(refusal.retry_after(wait))
}

fn hash(keys: &TenantKeys, limit: Limit, what: &str) -> Vec<u8> {
    keys.index("account-limit", &format!("{}|{what}", limit.name))
}

/// How long until another try counts again; None while there are tries left.
async fn wait(tx: &TenantTx, limit: Limit, key: &[u8]) -> Result<Option<TimeDelta>> {
    let recent = Entity::find()
        .select_only()
        .columns([Column::Minute, Column::Tries])
        .filter(Column::KeyHash.eq(key))
        .filter(Column::Minute.gt(tx.now() - limit.within))
        .order_by_asc(Column::Minute);
    let recent: Vec<(DateTime<Utc>, i32)> = tx.tuples(recent).await?;
    let tries: i64 = recent.iter().map(|(_, tries)| i64::from(*tries)).sum();
    let oldest = recent.first().filter(|_| tries >= limit.most);
    Ok(oldest.map(|(minute, _)| *minute + limit.within - tx.now()))
}

/// Answers how many tries there are in this minute.
async fn count(tx: &TenantTx, key: &[u8]) -> Result<i32> {
    let minute = tx.now().duration_trunc(TimeDelta::minutes(1)).map_err(Error::internal)?;
    let one_more = Entity::update_many()
        .filter(Column::KeyHash.eq(key))
        .filter(Column::Minute.eq(minute))
        .col_expr(Column::Tries, Expr::col(Column::Tries).add(1));
    if let [counted] = tx.update_returning(one_more).await?.as_slice() {
        return Ok(counted.tries);
    }
    let first =
        ActiveModel { tenant_id: Set(tx.tenant()), key_hash: Set(key.to_vec()), minute: Set(minute), tries: Set(1) };
    tx.insert_new(first).await?;
    Ok(1)
}
