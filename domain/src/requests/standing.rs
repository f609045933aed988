//! How the tenant's requests stand against their deadlines, in one statement.

use chrono::{Days, NaiveDate};
use recital_entities::requests::subject_requests::{Column, Entity};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{case::today, deadline};
use crate::{db::TenantTx, error::Result};

/// Counts of requests that are not closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub open: usize,
    pub overdue: usize,
    /// Due within the next seven days.
    pub due_soon: usize,
}

pub async fn standing(tx: &TenantTx) -> Result<Standing> {
    let select = Entity::find().select_only().columns([Column::DueOn, Column::ExtendedTo]);
    let open: Vec<(NaiveDate, Option<NaiveDate>)> = tx.tuples(select.filter(Column::ClosedAt.is_null())).await?;
    let today = today(tx).await?;
    let soon = today.checked_add_days(Days::new(8)).unwrap_or(NaiveDate::MAX);
    let late = |on| open.iter().filter(move |(due, extended)| deadline::is_overdue(*due, *extended, on)).count();
    Ok(Standing { open: open.len(), overdue: late(today), due_soon: late(soon) - late(today) })
}
