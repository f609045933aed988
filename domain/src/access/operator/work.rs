//! Looking after work and jobs.

use recital_entities::{
    WorkItemId,
    work::{job_runs, work_items},
};
use serde_json::json;

use super::{
    Operator,
    door::{Act, operate},
};
use crate::{
    app::App,
    error::Result,
    work::{self, JobBoard},
};

/// Gives an item that was given up another ten tries.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `NOT_DEAD`.
pub async fn retry_work(app: &App, operator: &Operator, id: WorkItemId) -> Result<work_items::Model> {
    let act = Act { action: "work.retried", resource: id.to_string(), details: json!({}) };
    operate(app, operator, act, async || work::retry(app, id).await).await
}

/// Gives all that was given up another ten tries. Answers how many items that were.
pub async fn retry_all_work(app: &App, operator: &Operator) -> Result<u64> {
    let act = Act { action: "work.retried", resource: "all".to_owned(), details: json!({}) };
    operate(app, operator, act, async || work::retry_all(app).await).await
}

/// Runs a job out of turn, to its end.
///
/// # Errors
/// `NOT_FOUND` for a name that is not on the scheduler's table.
pub async fn run_job(app: &App, operator: &Operator, board: &dyn JobBoard, name: &str) -> Result<job_runs::Model> {
    let act = Act { action: "job.run", resource: name.to_owned(), details: json!({}) };
    operate(app, operator, act, async || board.run(name).await).await
}
