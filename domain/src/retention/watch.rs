//! Watching over the sweep: every hour, what lacks an end it should have is given one, what was on its way while a period
//! changed is looked for, and what is past its end and unheld is counted.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    PurposeId, RestampStage, TenantId,
    purposes::purposes,
    retention::{retention_restamps, retention_standings},
    vault::{files, records},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Overdue, Perishable, overdue, period, policy,
    restamp::{RESTAMP_BATCH, Stamp, stamp, stamps},
    types,
};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    telemetry::metrics::{RetentionOldestViolation, RetentionViolations},
    viewer::{Actor, Permission, Viewer},
    work::Work,
};

/// No call that stores something lasts as long: what was on its way while a period changed has arrived.
const ARRIVED_AFTER: TimeDelta = TimeDelta::hours(1);
/// The kind that [`Work::Restamp`] has in the table.
const RESTAMP: &str = "retention.restamp";

/// One tenant's turn. Answers how many records and files were given the end they lacked.
pub async fn watch_tenant(app: &App, tenant: TenantId, correlation: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("retention.watch"), correlation);
    let repaired = repair::<records::Entity>(app, &viewer).await? + repair::<files::Entity>(app, &viewer).await?;
    look_after_restamps(app, &viewer).await?;
    app.maintain(&viewer, measure).await?;
    Ok(repaired)
}

/// Sets the gauges by what was last measured of all tenants.
pub async fn publish(app: &App) -> Result<()> {
    use retention_standings::{Column, Entity};
    let sum = Entity::find()
        .select_only()
        .column_as(Column::Overdue.sum(), "overdue")
        .column_as(Column::OverdueSince.min(), "since");
    let sums: Vec<(Option<i64>, Option<DateTime<Utc>>)> = app.platform().tuples(sum).await?;
    let (overdue, since) = sums.into_iter().next().unwrap_or_default();
    let overdue = Overdue { records: overdue.unwrap_or_default().unsigned_abs(), since, held: 0 };
    RetentionViolations {}.set(overdue.records);
    RetentionOldestViolation {}.set(overdue.overdue_for(app.now()).num_seconds().unsigned_abs());
    Ok(())
}

/// Gives an end to what should have one and has none. A look at an index for each data type that holds anything without
/// an end, and nothing more where all is well.
async fn repair<E: Perishable>(app: &App, viewer: &Viewer) -> Result<u64> {
    let look = async |tx: &TenantTx| lacking::<E>(tx).await;
    let mut repaired = 0;
    for (data_type, lacking) in app.read(viewer, Permission::RetentionRun, look).await? {
        loop {
            let any = E::find().filter(lacking.clone());
            if !app.read(viewer, Permission::RetentionRun, async |tx| tx.exists(any).await).await? {
                break;
            }
            let count = app
                .write(viewer, Permission::RetentionRun, async |tx| {
                    let rows = stamps::<E>().filter(lacking.clone()).order_by_asc(E::ID).limit(RESTAMP_BATCH);
                    let rows: Vec<Stamp> = tx.rows(rows.lock_exclusive()).await?;
                    let count = stamp::<E>(tx, &rows).await?;
                    let data_type = data_type.clone();
                    Ok(Event::MissingEndsRepaired { id: tx.tenant(), data_type, count }.with(count))
                })
                .await?;
            repaired += count;
            if count == 0 {
                break;
            }
        }
    }
    Ok(repaired)
}

/// By data type, which rows have no end and should: the type's policy has one, or without a policy the purpose.
async fn lacking<E: Perishable>(tx: &TenantTx) -> Result<Vec<(String, Condition)>> {
    let endless = types::present_among(tx, E::find().filter(E::EXPIRES_AT.is_null())).await?;
    if endless.is_empty() {
        return Ok(Vec::new());
    }
    let policies = policy::all(tx).await?;
    let select = purposes::Entity::find();
    let ending = tx.all(select).await?.into_iter().filter(|purpose| period::end(purpose.retention, tx.now()).is_some());
    let ending: Vec<PurposeId> = ending.map(|purpose| purpose.id).collect();
    let mut lacking = Vec::new();
    for data_type in endless {
        let rows = Condition::all().add(E::DATA_TYPE.eq(&data_type)).add(E::EXPIRES_AT.is_null());
        match policies.iter().find(|policy| policy.data_type == data_type) {
            Some(policy) if policy::ends(policy.deletion_method, policy.retention).is_some() => {
                lacking.push((data_type, rows));
            }
            Some(_) => {}
            None => lacking.push((data_type, rows.add(E::PURPOSE.is_in(ending.iter().copied())))),
        }
    }
    Ok(lacking)
}

/// Stamping anew that nobody works at is queued again; one that is done is gone through once more after a while.
async fn look_after_restamps(app: &App, viewer: &Viewer) -> Result<()> {
    let look = async |tx: &TenantTx| Ok((left_alone(tx).await?, unchecked(tx).await?));
    let (left_alone, unchecked) = app.read(viewer, Permission::RetentionRun, look).await?;
    if left_alone.is_empty() && unchecked.is_empty() {
        return Ok(());
    }
    app.write(viewer, Permission::RetentionRun, async |tx| {
        check_again(tx, &unchecked).await?;
        let data_types: Vec<String> = left_alone.into_iter().chain(unchecked).collect();
        tx.enqueue_all(data_types.iter().cloned().map(|data_type| Work::Restamp { data_type })).await?;
        Ok(Event::RestampsQueued { id: tx.tenant(), data_types }.with(()))
    })
    .await
}

async fn left_alone(tx: &TenantTx) -> Result<Vec<String>> {
    use retention_restamps::{Column, Entity};
    let under_way = tx.all(Entity::find().filter(Column::FinishedAt.is_null())).await?;
    if under_way.is_empty() {
        return Ok(Vec::new());
    }
    // Dead items too: they wait for an operator.
    let items = tx.unfinished(RESTAMP).await?.into_iter();
    let queued: HashSet<String> = items
        .filter_map(|(work, _)| if let Work::Restamp { data_type } = work { Some(data_type) } else { None })
        .collect();
    Ok(under_way.into_iter().map(|restamp| restamp.data_type).filter(|found| !queued.contains(found)).collect())
}

async fn unchecked(tx: &TenantTx) -> Result<Vec<String>> {
    use retention_restamps::{Column, Entity};
    let select = Entity::find().filter(Column::CheckedAt.is_null());
    let done = tx.all(select.filter(Column::FinishedAt.lte(tx.now() - ARRIVED_AFTER))).await?;
    Ok(done.into_iter().map(|restamp| restamp.data_type).collect())
}

async fn check_again(tx: &TenantTx, data_types: &[String]) -> Result<()> {
    use retention_restamps::{Column, Entity};
    let again = Entity::update_many()
        .filter(Column::DataType.is_in(data_types))
        .col_expr(Column::Stage, Expr::value(RestampStage::Records))
        .col_expr(Column::Reached, Expr::value(None::<Uuid>))
        .col_expr(Column::FinishedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::CheckedAt, Expr::value(tx.now()));
    tx.update_all(again).await?;
    Ok(())
}

/// Writes down what is past its end now.
async fn measure(tx: &TenantTx) -> Result<()> {
    use retention_standings::{ActiveModel, Column, Entity};
    let overdue = overdue(tx).await?;
    let count = |rows: u64| i32::try_from(rows).unwrap_or(i32::MAX);
    let update = Entity::update_many()
        .filter(Column::TenantId.eq(tx.tenant()))
        .col_expr(Column::MeasuredAt, Expr::value(tx.now()))
        .col_expr(Column::Overdue, Expr::value(count(overdue.records)))
        .col_expr(Column::OverdueSince, Expr::value(overdue.since))
        .col_expr(Column::Held, Expr::value(count(overdue.held)));
    if tx.update_global(update).await? == 0 {
        tx.insert_global(ActiveModel {
            tenant_id: Set(tx.tenant()),
            measured_at: Set(tx.now()),
            overdue: Set(count(overdue.records)),
            overdue_since: Set(overdue.since),
            held: Set(count(overdue.held)),
        })
        .await?;
    }
    Ok(())
}
