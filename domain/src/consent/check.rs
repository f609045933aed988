//! Asking for decisions: one or many, now or as of a past instant.

use std::collections::HashSet;

use chrono::{DateTime, SubsecRound as _, Utc};
use recital_entities::{LawfulBasis, SubjectStatus, consent::objections, purposes::purposes, vault::subjects};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};

use super::{Decision, decide, decide_all, history, version};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    purposes as register,
    vault::{SubjectRef, find_subject_if_any, find_subjects, was_restricted},
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
    app.read(viewer, Permission::DecisionRead, async |tx| {
        let purpose = register::get(tx, &check.purpose).await.map_err(|error| error.within("purpose"))?;
        let subject = find_subject_if_any(tx, &check.subject).await?;
        match at.map(|at| at.trunc_subsecs(6)) {
            Some(at) if at > tx.now() => {
                Err(Error::invalid("at", "IN_THE_FUTURE", "what will be decided then is not known yet"))
            }
            Some(at) if at < tx.now() => replay(tx, subject, &purpose, at).await,
            _ => match &subject {
                Some(subject) => decide(tx, subject, &purpose).await,
                None => Ok(Decision::new(None, &purpose, false, None, tx.now())),
            },
        }
    })
    .await
}

/// Decides up to 1,000 questions in a constant number of statements; the answers stand in their order.
///
/// # Errors
/// `BAD_USER_INPUT` on `checks` with `TOO_MANY`; `NOT_FOUND` on `checks.<n>.purpose`.
pub async fn decisions(app: &App, viewer: &Viewer, checks: Vec<DecisionCheck>) -> Result<Vec<Decision>> {
    if checks.len() > LARGEST_BATCH {
        let message = format!("at most {LARGEST_BATCH} checks a call, {} were asked for", checks.len());
        return Err(Error::invalid("checks", "TOO_MANY", message));
    }
    app.read(viewer, Permission::DecisionRead, async |tx| {
        let keys: HashSet<&str> = checks.iter().map(|check| check.purpose.as_str()).collect();
        let purposes = register::by_keys(tx, keys).await?;
        let references: Vec<SubjectRef> = checks.iter().map(|check| check.subject.clone()).collect();
        let subjects = find_subjects(tx, &references).await?;
        let purposes = checks.iter().enumerate().map(|(index, check)| {
            let purpose = purposes.get(&check.purpose);
            purpose.ok_or_else(|| Error::not_found("purpose").within(&format!("checks.{index}.purpose")))
        });
        decide_known(tx, &subjects, &purposes.collect::<Result<Vec<_>>>()?).await
    })
    .await
}

async fn decide_known(
    tx: &TenantTx,
    subjects: &[Option<subjects::Model>],
    purposes: &[&purposes::Model],
) -> Result<Vec<Decision>> {
    let asked = subjects.iter().zip(purposes);
    let known: Vec<_> = asked.clone().filter_map(|(subject, purpose)| Some((subject.as_ref()?, *purpose))).collect();
    let mut decided = decide_all(tx, &known).await?.into_iter();
    let answers = asked.map(|(subject, purpose)| match subject {
        Some(_) => decided.next().ok_or_else(|| Error::internal("a check without a decision")),
        None => Ok(Decision::new(None, purpose, false, None, tx.now())),
    });
    answers.collect()
}

/// The decision as the events tell that it stood at `at`: the purpose's version then, the consent events up to then,
/// the objections open then, and the person as far as they were known.
async fn replay(
    tx: &TenantTx,
    subject: Option<subjects::Model>,
    purpose: &purposes::Model,
    at: DateTime<Utc>,
) -> Result<Decision> {
    let version = version::at(tx, purpose.id, at).await?;
    let version = version.ok_or_else(|| Error::not_found("purpose at that time").within("purpose"))?;
    let purpose = version::as_of(purpose, version);
    let Some(subject) = subject.filter(|subject| subject.created_at <= at) else {
        return Ok(Decision::new(None, &purpose, false, None, at));
    };
    let objected = was_objected(tx, &subject, &purpose, at).await?;
    let consent = match history::newest(tx, subject.id, purpose.id, Some(at)).await? {
        Some(newest) if purpose.lawful_basis == LawfulBasis::Consent => {
            Some(history::derive(tx, newest, Some(at)).await?)
        }
        _ => None,
    };
    let status = status_at(tx, &subject, at).await?;
    Ok(Decision::new(Some(status), &purpose, objected, consent, at))
}

async fn status_at(tx: &TenantTx, subject: &subjects::Model, at: DateTime<Utc>) -> Result<SubjectStatus> {
    if subject.erased_at.is_some_and(|erased_at| erased_at <= at) {
        Ok(SubjectStatus::Erased)
    } else if was_restricted(tx, subject.id, at).await? {
        Ok(SubjectStatus::Restricted)
    } else {
        Ok(SubjectStatus::Active)
    }
}

async fn was_objected(
    tx: &TenantTx,
    subject: &subjects::Model,
    purpose: &purposes::Model,
    at: DateTime<Utc>,
) -> Result<bool> {
    let still_open =
        Condition::any().add(objections::Column::LiftedAt.is_null()).add(objections::Column::LiftedAt.gt(at));
    let select = objections::Entity::find()
        .filter(objections::Column::SubjectId.eq(subject.id))
        .filter(objections::Column::PurposeId.eq(purpose.id))
        .filter(objections::Column::ObjectedAt.lte(at))
        .filter(still_open);
    tx.exists(select).await
}
