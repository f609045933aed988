//! What decisions rested on at a past instant, as the events tell it: the purpose's version then in force, the newest
//! consent event up to then, the objections and restrictions open then, and the people known by then. A constant number
//! of statements, however many checks.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    ConsentState, LawfulBasis, PurposeId, SubjectId, SubjectStatus,
    consent::{consent_events, objections},
    purposes::purposes,
    vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, Order, QueryFilter as _, QueryTrait as _,
    sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement},
};

use super::{
    DecisionCheck,
    decide::{Case, Standing},
    history, rule, version,
};
use crate::{
    db::TenantTx,
    error::Result,
    purposes as register,
    vault::{SubjectRef, find_subjects, were_restricted},
};

/// The cases in the order of `checks`.
pub(super) async fn cases(tx: &TenantTx, checks: &[DecisionCheck], at: DateTime<Utc>) -> Result<Vec<Case>> {
    let purposes = register::by_keys(tx, checks.iter().map(|check| check.purpose.as_str())).await?;
    let purposes = version::all_as_of(tx, purposes, at).await?;
    let references: Vec<SubjectRef> = checks.iter().map(|check| check.subject.clone()).collect();
    let subjects = find_subjects(tx, &references).await?;
    let subjects = subjects.iter().map(|subject| subject.as_ref().filter(|subject| subject.created_at <= at));
    let asked = || checks.iter().map(|check| (&check.purpose, purposes.get(&check.purpose))).zip(subjects.clone());
    let known: Vec<_> = asked().filter_map(|((_, purpose), subject)| Some((subject?, purpose?))).collect();
    let past = Past::of(tx, &known, at).await?;
    let cases = asked().map(|((key, purpose), subject)| match (subject, purpose) {
        (_, None) => Case::without_purpose(key),
        (None, Some(purpose)) => Case::new(None, purpose, false),
        (Some(subject), Some(purpose)) => past.case(subject, purpose),
    });
    Ok(cases.collect())
}

type Pair = (SubjectId, PurposeId);

/// What the events say of the people and purposes asked for.
struct Past {
    at: DateTime<Utc>,
    restricted: HashSet<SubjectId>,
    objections: HashSet<Pair>,
    newest: HashMap<Pair, consent_events::Model>,
    given: HashMap<Pair, consent_events::Model>,
}

impl Past {
    async fn of(tx: &TenantTx, asked: &[(&subjects::Model, &purposes::Model)], at: DateTime<Utc>) -> Result<Self> {
        let on = |wanted: fn(LawfulBasis) -> bool| {
            let asked = asked.iter().filter(move |(_, purpose)| wanted(purpose.lawful_basis));
            asked.map(|(subject, purpose)| (subject.id, purpose.id)).unzip::<_, _, HashSet<_>, HashSet<_>>()
        };
        let consented = on(|basis| basis == LawfulBasis::Consent);
        Ok(Self {
            at,
            restricted: were_restricted(tx, asked.iter().map(|(subject, _)| subject.id), at).await?,
            objections: open_objections(tx, on(rule::can_be_objected_to), at).await?,
            newest: newest_events(tx, &consented, at, None).await?,
            given: newest_events(tx, &consented, at, Some(ConsentState::Given)).await?,
        })
    }

    fn case(&self, subject: &subjects::Model, purpose: &purposes::Model) -> Case {
        let pair = (subject.id, purpose.id);
        let consent = self.newest.get(&pair).map(|newest| {
            let given_at = self.given.get(&pair).map(|given| given.recorded_at);
            let consent = history::standing(newest.clone(), given_at);
            ((&consent).into(), Standing::Then(Box::new(consent)))
        });
        Case::new(Some(self.status(subject)), purpose, self.objections.contains(&pair)).with_consent(consent)
    }

    fn status(&self, subject: &subjects::Model) -> SubjectStatus {
        if subject.erased_at.is_some_and(|erased_at| erased_at <= self.at) {
            SubjectStatus::Erased
        } else if self.restricted.contains(&subject.id) {
            SubjectStatus::Restricted
        } else {
            SubjectStatus::Active
        }
    }
}

type Asked = (HashSet<SubjectId>, HashSet<PurposeId>);

async fn open_objections(tx: &TenantTx, (subjects, purposes): Asked, at: DateTime<Utc>) -> Result<HashSet<Pair>> {
    use objections::Column;
    let still_open = Condition::any().add(Column::LiftedAt.is_null()).add(Column::LiftedAt.gt(at));
    let select = objections::Entity::find()
        .filter(Column::SubjectId.is_in(subjects))
        .filter(Column::PurposeId.is_in(purposes))
        .filter(Column::ObjectedAt.lte(at))
        .filter(still_open);
    Ok(tx.all(select).await?.into_iter().map(|row| (row.subject_id, row.purpose_id)).collect())
}

/// The newest event of each pair up to and including `until`, of all states or one.
async fn newest_events(
    tx: &TenantTx,
    (subjects, purposes): &Asked,
    until: DateTime<Utc>,
    state: Option<ConsentState>,
) -> Result<HashMap<Pair, consent_events::Model>> {
    use consent_events::Column;
    let select = consent_events::Entity::find()
        .filter(Column::SubjectId.is_in(subjects.iter().copied()))
        .filter(Column::PurposeId.is_in(purposes.iter().copied()))
        .apply_if(state, |select, state| select.filter(Column::State.eq(state)))
        .filter(Column::Id.in_subquery(newest_of_pair(until, state)));
    Ok(tx.all(select).await?.into_iter().map(|row| ((row.subject_id, row.purpose_id), row)).collect())
}

/// The id of the newest event of the row's own pair: one step in the index of events.
fn newest_of_pair(until: DateTime<Utc>, state: Option<ConsentState>) -> SelectStatement {
    use consent_events::{Column, Entity};
    let other = Alias::new("other");
    let mut newest = Query::select();
    newest.column((other.clone(), Column::Id)).from_as(Entity, other.clone());
    for column in [Column::TenantId, Column::SubjectId, Column::PurposeId] {
        newest.and_where(Expr::col((other.clone(), column)).equals((Entity, column)));
    }
    // An end that was noted tells nothing that the act's own `expires_at` does not, and may be void.
    let counts = Expr::col((other.clone(), Column::State));
    newest.and_where(state.map_or_else(|| counts.clone().ne(ConsentState::Expired), |state| counts.clone().eq(state)));
    newest
        .and_where(Expr::col((other.clone(), Column::RecordedAt)).lte(until))
        .order_by((other.clone(), Column::RecordedAt), Order::Desc)
        .order_by((other, Column::Id), Order::Desc)
        .limit(1);
    newest
}
