//! `recital restore-check`

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use recital_domain::{
    access,
    requests::{Replay, look_for_returned, replay_erasures},
    vault::was_closed,
    viewer::{Actor, Viewer},
    work,
};
use serde_json::json;

use crate::settings;

#[derive(Args)]
pub struct Options {
    /// Say who has come back, and erase nobody
    #[arg(long)]
    dry_run: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(file: Option<&Path>, options: Options) -> Result<()> {
    let app = settings::open(file).await?;
    let (mut replays, mut closed) = (Vec::new(), Vec::new());
    for tenant in work::unclosed_tenants(&app).await? {
        let run = app.core().ids.next(app.now());
        if was_closed(&app, &Viewer::new(tenant.id, Actor::Operator, run)).await? {
            if !options.dry_run {
                access::close_again(&app, tenant.id).await?;
            }
            closed.push(tenant.slug);
            continue;
        }
        let replay = if options.dry_run {
            look_for_returned(&app, tenant.id, run).await?
        } else {
            replay_erasures(&app, tenant.id, run).await?
        };
        replays.push((tenant.slug, replay));
    }
    if options.json {
        let tenants: Vec<_> = replays.iter().map(|(slug, replay)| as_json(slug, replay)).collect();
        say!("{}", json!({ "dryRun": options.dry_run, "tenants": tenants, "closed": closed }));
    } else {
        for (slug, replay) in &replays {
            describe(slug, replay, options.dry_run)?;
        }
        for slug in &closed {
            let outcome = if options.dry_run { "not destroyed: dry run" } else { "destroyed again" };
            say!("{slug}: was closed since the backup was made, {outcome}");
        }
    }
    app.core().db.close().await;
    if replays.iter().any(|(_, replay)| !replay.kept.is_empty()) {
        bail!("somebody who was erased is still there: see above, put it right, and run this again");
    }
    Ok(())
}

fn as_json(slug: &str, replay: &Replay) -> serde_json::Value {
    let kept: Vec<_> = replay.kept.iter().map(|(id, why)| json!({ "subject": id, "reason": why })).collect();
    json!({
        "tenant": slug, "entries": replay.entries, "unknown": replay.unknown, "lost": replay.lost,
        "returned": replay.returned, "erased": replay.erased, "kept": kept,
    })
}

fn describe(slug: &str, replay: &Replay, dry_run: bool) -> Result<()> {
    let Replay { entries, unknown, lost, returned, erased, kept } = replay;
    say!("{slug}: {entries} erasure(s) on the ledger, {unknown} of them new to this database");
    if *lost > 0 {
        say!("  {lost} were missing from the ledger and are written anew");
    }
    if !returned.is_empty() {
        let outcome = if dry_run { "nobody was erased: dry run".to_owned() } else { format!("{erased} erased again") };
        say!("  {} had come back, {outcome}", returned.len());
    }
    for (subject, why) in kept {
        say!("  {subject} is still there: {why}");
    }
    Ok(())
}
