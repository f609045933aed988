//! The processing decision: may this subject's data be used for this purpose?

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    ConsentId, DecisionReason, LawfulBasis, PurposeId, SubjectId, SubjectStatus,
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
    /// 0 where there is no such purpose.
    pub purpose_version: i32,
    pub lawful_basis: Option<LawfulBasis>,
    /// Where consent stood, for a purpose that rests on it.
    pub consent: Option<Standing>,
    /// What may be collected or read for it; None: not narrowed.
    pub allowed_fields: Option<Vec<String>>,
    /// The instant it holds for.
    pub decided_at: DateTime<Utc>,
}

/// Where consent stands now, or stood then.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    Now(ConsentId),
    Then(Box<consents::Model>),
}

/// One check, with all that is known of it.
pub(super) struct Case {
    pub facts: Facts,
    /// The purpose's key.
    pub purpose: String,
    pub purpose_version: i32,
    pub fields: Option<Vec<String>>,
    pub consent: Option<Standing>,
}

impl Case {
    pub fn new(subject: Option<SubjectStatus>, purpose: &purposes::Model, objected: bool) -> Self {
        Self {
            facts: Facts { subject, purpose: Some(purpose.into()), objected, consent: None },
            purpose: purpose.key.clone(),
            purpose_version: purpose.version,
            fields: purpose.fields.as_ref().map(|fields| fields.0.clone()),
            consent: None,
        }
    }

    pub fn without_purpose(key: &str) -> Self {
        let facts = Facts { subject: None, purpose: None, objected: false, consent: None };
        Self { facts, purpose: key.to_owned(), purpose_version: 0, fields: None, consent: None }
    }

    /// Only a purpose that rests on consent asks where it stands.
    pub fn with_consent(mut self, consent: Option<(ConsentFacts, Standing)>) -> Self {
        let rests_on_it = self.facts.purpose.is_some_and(|purpose| purpose.lawful_basis == LawfulBasis::Consent);
        (self.facts.consent, self.consent) = consent.filter(|_| rests_on_it).unzip();
        self
    }

    pub fn decide(self, at: DateTime<Utc>) -> Decision {
        let reason = rule::reason(&self.facts, at);
        Decision {
            allowed: rule::is_allowed(reason),
            reason,
            purpose: self.purpose,
            purpose_version: self.purpose_version,
            lawful_basis: self.facts.purpose.map(|purpose| purpose.lawful_basis),
            consent: self.consent,
            allowed_fields: self.fields,
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
    let found = Found::of(tx, &[(subject, purpose)]).await?;
    Ok(found.case(subject, purpose).decide(tx.now()))
}

/// Decides many in at most two statements; the answers stand in the order of `pairs`.
pub async fn decide_all(tx: &TenantTx, pairs: &[(&subjects::Model, &purposes::Model)]) -> Result<Vec<Decision>> {
    let found = Found::of(tx, pairs).await?;
    Ok(pairs.iter().map(|(subject, purpose)| found.case(subject, purpose).decide(tx.now())).collect())
}

/// Consents and open objections of the people and purposes asked for.
pub(super) struct Found {
    consents: HashMap<(SubjectId, PurposeId), consents::Model>,
    objections: HashSet<(SubjectId, PurposeId)>,
}

impl Found {
    pub async fn of(tx: &TenantTx, pairs: &[(&subjects::Model, &purposes::Model)]) -> Result<Self> {
        let asked = |wanted: fn(LawfulBasis) -> bool| {
            let pairs = pairs.iter().filter(move |(_, purpose)| wanted(purpose.lawful_basis));
            pairs.map(|(subject, purpose)| (subject.id, purpose.id)).unzip::<_, _, HashSet<_>, HashSet<_>>()
        };
        let consents = consents_of(tx, asked(|basis| basis == LawfulBasis::Consent)).await?;
        let objections = objections_of(tx, asked(rule::can_be_objected_to)).await?;
        Ok(Self { consents, objections })
    }

    pub fn case(&self, subject: &subjects::Model, purpose: &purposes::Model) -> Case {
        let pair = (subject.id, purpose.id);
        let consent = self.consents.get(&pair).map(|consent| (consent.into(), Standing::Now(consent.id)));
        Case::new(Some(subject.status), purpose, self.objections.contains(&pair)).with_consent(consent)
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
