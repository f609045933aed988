//! The processing decision: may this subject's data be used for this purpose, now?

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    DecisionReason, LawfulBasis, PurposeId, SubjectId, SubjectStatus,
    consent::{consents, objections},
    purposes::purposes,
    vault::subjects,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::rule::{self, ConsentFacts, Facts, PurposeFacts};
use crate::{db::TenantTx, error::Result};

/// The answer, with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub allowed: bool,
    pub reason: DecisionReason,
    /// The purpose's key.
    pub purpose: String,
    pub purpose_version: i32,
    pub lawful_basis: LawfulBasis,
    /// Where consent stood, for a purpose that rests on it.
    pub consent: Option<consents::Model>,
    /// What may be collected or read for it; None: not narrowed.
    pub allowed_fields: Option<Vec<String>>,
    /// The instant it holds for.
    pub decided_at: DateTime<Utc>,
}

impl Decision {
    /// None for `subject`: the tenant knows no such person.
    pub(super) fn new(
        subject: Option<SubjectStatus>,
        purpose: &purposes::Model,
        objected: bool,
        consent: Option<consents::Model>,
        at: DateTime<Utc>,
    ) -> Self {
        let reason = subject.map_or(DecisionReason::UnknownSubject, |subject| {
            let consent = consent.as_ref().map(ConsentFacts::from);
            rule::reason(&Facts { subject, purpose: purpose.into(), objected, consent }, at)
        });
        Self {
            allowed: rule::is_allowed(reason),
            reason,
            purpose: purpose.key.clone(),
            purpose_version: purpose.version,
            lawful_basis: purpose.lawful_basis,
            consent,
            allowed_fields: purpose.fields.as_ref().map(|fields| fields.0.clone()),
            decided_at: at,
        }
    }
}

impl From<&purposes::Model> for PurposeFacts {
    fn from(purpose: &purposes::Model) -> Self {
        Self {
            status: purpose.status,
            lawful_basis: purpose.lawful_basis,
            special_category: purpose.special_category,
            consent_since_version: purpose.consent_since_version,
        }
    }
}

impl From<&consents::Model> for ConsentFacts {
    fn from(consent: &consents::Model) -> Self {
        Self {
            state: consent.state,
            purpose_version: consent.purpose_version,
            expires_at: consent.expires_at,
            special_category_consent: consent.special_category_consent,
        }
    }
}

/// Decides on committed rows and this transaction's own, in at most two statements.
pub async fn decide(tx: &TenantTx, subject: &subjects::Model, purpose: &purposes::Model) -> Result<Decision> {
    let pairs = [(subject, purpose)];
    let standing = Standing::of(tx, &pairs).await?;
    Ok(standing.decide(subject, purpose, tx.now()))
}

/// Decides many in at most two statements; the answers stand in the order of `pairs`.
pub async fn decide_all(tx: &TenantTx, pairs: &[(&subjects::Model, &purposes::Model)]) -> Result<Vec<Decision>> {
    let standing = Standing::of(tx, pairs).await?;
    Ok(pairs.iter().map(|(subject, purpose)| standing.decide(subject, purpose, tx.now())).collect())
}

/// Consents and open objections of the people and purposes asked for.
struct Standing {
    consents: HashMap<(SubjectId, PurposeId), consents::Model>,
    objections: HashSet<(SubjectId, PurposeId)>,
}

impl Standing {
    async fn of(tx: &TenantTx, pairs: &[(&subjects::Model, &purposes::Model)]) -> Result<Self> {
        let asked = |wanted: fn(LawfulBasis) -> bool| {
            let pairs = pairs.iter().filter(move |(_, purpose)| wanted(purpose.lawful_basis));
            pairs.map(|(subject, purpose)| (subject.id, purpose.id)).unzip::<_, _, HashSet<_>, HashSet<_>>()
        };
        let consents = consents_of(tx, asked(|basis| basis == LawfulBasis::Consent)).await?;
        let objections = objections_of(tx, asked(rule::can_be_objected_to)).await?;
        Ok(Self { consents, objections })
    }

    fn decide(&self, subject: &subjects::Model, purpose: &purposes::Model, now: DateTime<Utc>) -> Decision {
        let pair = (subject.id, purpose.id);
        let objected = self.objections.contains(&pair);
        Decision::new(Some(subject.status), purpose, objected, self.consents.get(&pair).cloned(), now)
    }
}

type Asked = (HashSet<SubjectId>, HashSet<PurposeId>);

async fn consents_of(
    tx: &TenantTx,
    (subjects, purposes): Asked,
) -> Result<HashMap<(SubjectId, PurposeId), consents::Model>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let select = consents::Entity::find()
        .filter(consents::Column::SubjectId.is_in(subjects))
        .filter(consents::Column::PurposeId.is_in(purposes));
    Ok(tx.all(select).await?.into_iter().map(|row| ((row.subject_id, row.purpose_id), row)).collect())
}

async fn objections_of(tx: &TenantTx, (subjects, purposes): Asked) -> Result<HashSet<(SubjectId, PurposeId)>> {
    if subjects.is_empty() {
        return Ok(HashSet::new());
    }
    let select = objections::Entity::find()
        .filter(objections::Column::SubjectId.is_in(subjects))
        .filter(objections::Column::PurposeId.is_in(purposes))
        .filter(objections::Column::LiftedAt.is_null());
    Ok(tx.all(select).await?.into_iter().map(|row| (row.subject_id, row.purpose_id)).collect())
}
