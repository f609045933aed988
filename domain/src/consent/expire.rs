//! Consents that end: their givers are told before, and the end is an event of its own. A decision says no from the very
//! instant of the end, whether or not this has run. A reconciler: run twice, it does nothing more.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    ConsentState, LawfulBasis, Period, PurposeStatus, SubjectId, SubjectStatus, TenantId,
    consent::{consent_confirmations, consents, preference_links},
    purposes::purposes,
    vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _, LockType},
};
use uuid::Uuid;

use super::{
    append::{self, Decided},
    consequences, preferences,
};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::{Audited, Event},
    purposes as register,
    retention::period,
    viewer::{Actor, Permission, Viewer},
    work::Work,
};

use consents::{Column, Entity, Model};

/// Rows of one transaction.
const BATCH: u64 = 100;
const LINKS_KEPT: TimeDelta = TimeDelta::days(90);
const USUAL_NOTICE: Period = Period::days(30);

/// Ends what is over, warns of what is about to be, and forgets old links. Answers how many rows that were.
pub async fn expire_tenant(app: &App, tenant: TenantId, correlation: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("consent.expire"), correlation);
    let mut done = 0;
    while app.read(&viewer, Permission::ConsentRead, async |tx| tx.exists(over(tx.now())).await).await? {
        done += app.write(&viewer, Permission::ConsentRecord, end_batch).await?;
    }
    for purpose in app.read(&viewer, Permission::PurposeRead, ending_purposes).await? {
        let near = |now| near(&purpose, now);
        while app.read(&viewer, Permission::ConsentRead, async |tx| tx.exists(near(tx.now())).await).await? {
            done += app.write(&viewer, Permission::ConsentRecord, async |tx| warn_batch(tx, &purpose).await).await?;
        }
    }
    Ok(done + app.maintain(&viewer, forget_links).await?)
}

/// Deletes links that expired long ago; until then they say that they have.
async fn forget_links(tx: &TenantTx) -> Result<u64> {
    let long_ago = tx.now() - LINKS_KEPT;
    let confirmations =
        consent_confirmations::Entity::delete_many().filter(consent_confirmations::Column::ExpiresAt.lt(long_ago));
    let preferences = preference_links::Entity::delete_many().filter(preference_links::Column::ExpiresAt.lt(long_ago));
    Ok(tx.delete(confirmations).await? + tx.delete(preferences).await?)
}

fn over(now: DateTime<Utc>) -> Select<Entity> {
    Entity::find()
        .filter(Column::State.eq(ConsentState::Given))
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .limit(BATCH)
}

/// Given for this purpose, near their end, and their giver not told of that end yet.
fn near(purpose: &purposes::Model, now: DateTime<Utc>) -> Select<Entity> {
    let untold = Condition::any()
        .add(Column::ExpiryWarnedFor.is_null())
        .add(Expr::col(Column::ExpiryWarnedFor).ne(Expr::col(Column::ExpiresAt)));
    let notice = notice(purpose.consent_valid_for, purpose.consent_expiry_notice, now);
    Entity::find()
        .filter(Column::State.eq(ConsentState::Given))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::ExpiresAt.lte(now + notice))
        .filter(Column::PurposeId.eq(purpose.id))
        .filter(untold)
        .order_by_asc(Column::ExpiresAt)
        .limit(BATCH)
}

async fn ending_purposes(tx: &TenantTx) -> Result<Vec<purposes::Model>> {
    let ending = purposes::Entity::find()
        .filter(purposes::Column::Status.eq(PurposeStatus::Active))
        .filter(purposes::Column::LawfulBasis.eq(LawfulBasis::Consent))
        .filter(purposes::Column::ConsentValidFor.is_not_null());
    tx.all(ending).await
}

/// How long before a consent's end its giver is told: what the purpose says, but not before half of its life is over.
fn notice(valid_for: Option<Period>, asked: Option<Period>, now: DateTime<Utc>) -> TimeDelta {
    let length = |period| period::end(period, now).map_or(TimeDelta::zero(), |end| end - now);
    length(asked.unwrap_or(USUAL_NOTICE)).min(valid_for.map_or(TimeDelta::zero(), length) / 2)
}

async fn end_batch(tx: &TenantTx) -> Result<Audited<u64>> {
    let (_, rows) = held(tx, over(tx.now())).await?;
    let purposes = register::by_ids(tx, rows.iter().map(|row| row.purpose_id)).await?;
    let mut events = Vec::new();
    for row in &rows {
        let (Some(ended_at), Some(purpose)) = (row.expires_at, purposes.get(&row.purpose_id)) else { continue };
        append::append(tx, row.subject_id, row.purpose_id, end(tx, row, ended_at)).await?;
        let due_for_erasure = consequences::follow(tx, row.subject_id, purpose).await?;
        let purpose = purpose.key.clone();
        events.push(Event::ConsentExpired { id: row.id, subject: row.subject_id, purpose, due_for_erasure });
    }
    let reviewed = Event::ConsentsReviewed { id: tx.tenant(), expired: rows.len(), warned: 0 };
    Ok(reviewed.with(rows.len() as u64).and_all(events))
}

fn end(tx: &TenantTx, row: &Model, ended_at: DateTime<Utc>) -> Decided {
    Decided {
        id: tx.new_id(),
        state: ConsentState::Expired,
        purpose_version: row.purpose_version,
        policy_version: row.policy_version.clone(),
        method: row.method,
        special_category_consent: row.special_category_consent,
        expires_at: row.expires_at,
        notice_hash: None,
        reason: None,
        recorded_at: ended_at,
        repeats: false,
    }
}

async fn warn_batch(tx: &TenantTx, purpose: &purposes::Model) -> Result<Audited<u64>> {
    let (subjects, rows) = held(tx, near(purpose, tx.now())).await?;
    let told = Entity::update_many()
        .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
        .col_expr(Column::ExpiryWarnedFor, Expr::col(Column::ExpiresAt));
    tx.update_all(told).await?;
    let mut events = Vec::new();
    let (mut links, mut mails) = (Vec::new(), Vec::new());
    for row in &rows {
        let subject = subjects.iter().find(|subject| subject.id == row.subject_id);
        let Some((subject, expires_at)) = subject.zip(row.expires_at) else { continue };
        if subject.status == SubjectStatus::Active && subject.email.is_some() {
            let link = preferences::link_row(tx, subject.id, expires_at).await?;
            mails.push(mail(row, expires_at, &link, purpose));
            links.push(link.into_active_model());
        }
        if subject.status != SubjectStatus::Erased {
            let (purpose, expires_at) = (purpose.key.clone(), expires_at.to_rfc3339());
            events.push(Event::ConsentExpiring { id: row.id, subject: subject.id, purpose, expires_at });
        }
    }
    tx.insert_all(links).await?;
    tx.enqueue_all(mails).await?;
    let reviewed = Event::ConsentsReviewed { id: tx.tenant(), expired: 0, warned: events.len() };
    Ok(reviewed.with(rows.len() as u64).and_all(events))
}

fn mail(row: &Model, expires_at: DateTime<Utc>, link: &preference_links::Model, purpose: &purposes::Model) -> Work {
    let (link, subject, purpose) = (link.id, row.subject_id, purpose.key.clone());
    Work::ExpiryMail { consent: row.id, expires_at, link, subject, purpose }
}

/// One batch with its subjects, both held: as they stand once nobody else changes them.
async fn held(tx: &TenantTx, batch: Select<Entity>) -> Result<(Vec<subjects::Model>, Vec<Model>)> {
    let seen = tx.all(batch.clone()).await?;
    let of: Vec<SubjectId> = seen.iter().map(|row| row.subject_id).collect();
    let subjects = subjects::Entity::find()
        .filter(subjects::Column::Id.is_in(of))
        .order_by_asc(subjects::Column::Id)
        .lock(LockType::NoKeyUpdate);
    let subjects = tx.all(subjects).await?;
    let rows = tx.all(batch.filter(Column::Id.is_in(seen.iter().map(|row| row.id)))).await?;
    Ok((subjects, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_in_time_but_not_as_soon_as_they_agreed() {
        let now: DateTime<Utc> = "2026-03-01T09:00:00Z".parse().unwrap();
        for (valid_for, asked, days) in [
            (Period::years(1), None, 30),
            (Period::years(1), Some(Period::days(7)), 7),
            (Period::days(20), None, 10),
            (Period::days(20), Some(Period::days(14)), 10),
        ] {
            assert_eq!(notice(Some(valid_for), asked, now), TimeDelta::days(days), "{valid_for:?} {asked:?}");
        }
        assert_eq!(notice(None, None, now), TimeDelta::zero());
    }
}
