//! The worker processes, and which of them are alive.

use chrono::TimeDelta;
use recital_entities::{WorkerId, work::workers};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use crate::{app::App, error::Result};

use workers::Column;

/// Not seen for this long: dead.
const SILENCE: TimeDelta = TimeDelta::seconds(60);

/// This process, as the others see it.
#[derive(Clone, Debug)]
pub struct Worker {
    id: WorkerId,
    pub name: String,
}

impl Worker {
    /// Joins under a name of its own.
    pub async fn join(app: &App) -> Result<Self> {
        let now = app.now();
        let id: WorkerId = app.core().ids.next(now).into();
        let worker = Self { id, name: format!("worker:{id}") };
        let row = workers::ActiveModel {
            id: Set(id),
            name: Set(worker.name.clone()),
            started_at: Set(now),
            seen_at: Set(now),
        };
        app.platform().insert_new(row).await?;
        Ok(worker)
    }

    /// Says that this worker is alive, and forgets those that have not said so for long.
    pub async fn beat(&self, app: &App) -> Result<()> {
        let now = app.now();
        let beat =
            workers::Entity::update_many().filter(Column::Id.eq(self.id)).col_expr(Column::SeenAt, Expr::value(now));
        app.platform().update(beat).await?;
        app.platform().delete(workers::Entity::delete_many().filter(Column::SeenAt.lt(now - SILENCE * 10))).await?;
        Ok(())
    }

    pub async fn leave(&self, app: &App) -> Result<()> {
        app.platform().delete(workers::Entity::delete_many().filter(Column::Id.eq(self.id))).await?;
        Ok(())
    }
}

/// How many workers are alive.
pub async fn live_workers(app: &App) -> Result<u64> {
    app.platform().count(workers::Entity::find().filter(Column::SeenAt.gte(app.now() - SILENCE))).await
}
