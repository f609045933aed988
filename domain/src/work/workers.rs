//! The worker processes, and which of them are alive.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{WorkerId, work::workers};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, sea_query::Expr,
};

use crate::{app::App, error::Result};

use workers::Column;

/// Not seen for this long: dead.
const SILENCE: TimeDelta = TimeDelta::seconds(60);

/// This process, as the others see it.
#[derive(Clone, Debug)]
pub struct Worker {
    id: WorkerId,
    pub name: String,
    started_at: DateTime<Utc>,
}

impl Worker {
    /// Joins under a name of its own.
    pub async fn join(app: &App) -> Result<Self> {
        let now = app.now();
        let id: WorkerId = app.core().ids.next(now).into();
        let worker = Self { id, name: format!("worker:{id}"), started_at: now };
        worker.enter(app).await?;
        Ok(worker)
    }

    async fn enter(&self, app: &App) -> Result<()> {
        let row = workers::ActiveModel {
            id: Set(self.id),
            name: Set(self.name.clone()),
            started_at: Set(self.started_at),
            seen_at: Set(app.now()),
        };
        app.platform().insert_new(row).await?;
        Ok(())
    }

    /// Says that this worker is alive, and forgets those that have not said so for long.
    pub async fn beat(&self, app: &App) -> Result<()> {
        let now = app.now();
        let beat =
            workers::Entity::update_many().filter(Column::Id.eq(self.id)).col_expr(Column::SeenAt, Expr::value(now));
        if app.platform().update(beat).await? == 0 {
            // Another's clock was ahead and took this worker for dead.
            self.enter(app).await?;
        }
        let gone = Column::SeenAt.lt(now - SILENCE * 10).or(Column::SeenAt.gt(now + SILENCE * 10));
        app.platform().delete(workers::Entity::delete_many().filter(gone)).await?;
        Ok(())
    }

    pub async fn leave(&self, app: &App) -> Result<()> {
        app.platform().delete(workers::Entity::delete_many().filter(Column::Id.eq(self.id))).await?;
        Ok(())
    }
}

/// How many workers are alive.
pub async fn live_workers(app: &App) -> Result<u64> {
    let lately = Column::SeenAt.between(app.now() - SILENCE, app.now() + SILENCE);
    app.platform().count(workers::Entity::find().filter(lately)).await
}
