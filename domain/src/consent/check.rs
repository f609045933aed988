//! Asking for decisions: one or many, now or as of a past instant.

use chrono::{DateTime, SubsecRound as _, Utc};
use recital_entities::DecisionReason;

use super::{Decision, present, replay};
use crate::{
    app::App,
    error::{Error, Result},
    telemetry::metrics::Decisions,
    vault::SubjectRef,
    viewer::{Permission, Viewer},
};

/// A question: may this subject's data be used for this purpose?
#[derive(Clone, Debug)]
pub struct DecisionCheck {
    pub subject: SubjectRef,
    /// The purpose's key.
    pub purpose: String,
}

const LARGEST_BATCH: usize = 1_000;

/// Decides on committed rows, or replays what was decided `at` a past instant. Nobody by that reference is an answer,
/// `UNKNOWN_SUBJECT`; no such purpose is an error.
///
/// # Errors
/// `NOT_FOUND` on `purpose`; `BAD_USER_INPUT` on `at` with `IN_THE_FUTURE`.
pub async fn decision(app: &App, viewer: &Viewer, check: DecisionCheck, at: Option<DateTime<Utc>>) -> Result<Decision> {
    let decision = decide(app, viewer, &[check], at).await?.pop();
    let decision = decision.filter(|decision| decision.reason != DecisionReason::UnknownPurpose);
    decision.ok_or_else(|| Error::not_found("purpose").within("purpose"))
}

/// Decides up to 1,000 questions in a constant number of statements; the answers stand in their order. What is unknown
/// is an answer in its place: `UNKNOWN_SUBJECT`, `UNKNOWN_PURPOSE`.
///
/// # Errors
/// `BAD_USER_INPUT` on `checks` with `TOO_MANY`, and on `at` with `IN_THE_FUTURE`.
pub async fn decisions(
    app: &App,
    viewer: &Viewer,
    checks: Vec<DecisionCheck>,
    at: Option<DateTime<Utc>>,
) -> Result<Vec<Decision>> {
    if checks.len() > LARGEST_BATCH {
        let message = format!("at most {LARGEST_BATCH} checks a call, {} were asked for", checks.len());
        return Err(Error::invalid("checks", "TOO_MANY", message));
    }
    decide(app, viewer, &checks, at).await
}

async fn decide(
    app: &App,
    viewer: &Viewer,
    checks: &[DecisionCheck],
    at: Option<DateTime<Utc>>,
) -> Result<Vec<Decision>> {
    let now = app.now();
    let (at, cases) = match at.map(|at| at.trunc_subsecs(6)) {
        Some(at) if at > now => {
            return Err(Error::invalid("at", "IN_THE_FUTURE", "what will be decided then is not known yet"));
        }
        Some(at) if at < now => {
            let replay = app.read(viewer, Permission::DecisionRead, async |tx| replay::cases(tx, checks, at).await);
            (at, replay.await?)
        }
        _ => (
            now,
            app.ask(viewer, Permission::DecisionRead, async |app| present::cases(app, viewer, checks).await).await?,
        ),
    };
    let decisions: Vec<Decision> = cases.into_iter().map(|case| case.decide(at)).collect();
    for decision in &decisions {
        Decisions { reason: decision.reason }.count();
    }
    Ok(decisions)
}
