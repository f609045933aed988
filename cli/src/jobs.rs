//! `recital jobs`

use std::path::Path;

use anyhow::Result;
use recital_domain::work::{self, JobBoard as _};
use recital_scheduler::Board;

use crate::settings;

pub async fn run(file: Option<&Path>) -> Result<()> {
    let app = settings::open(file).await?;
    for job in Board(app.clone()).jobs().await? {
        say!("{}  ({}, {})", job.name, job.schedule, job.time_zone);
        say!("  next run  {}", job.next_run_at.format("%F %T UTC"));
        match work::last_run(&app, &job.name).await? {
            None => say!("  last run  never"),
            Some(run) => {
                let end = if run.finished_at.is_some() { "" } else { ", not finished" };
                let due = run.scheduled_for.format("%F %T UTC");
                say!("  last run  {due}: {} tenant(s), {} row(s){end}", run.tenants, run.changed);
                for failure in &run.failures.0 {
                    say!("  failed    {failure}");
                }
            }
        }
    }
    app.core().db.close().await;
    Ok(())
}
