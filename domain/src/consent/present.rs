//! What decisions rest on now: committed rows, never a cache.
//!
//! On PostgreSQL all of it comes in one round trip from `decision_facts`; on SQLite from a few statements. The rule is
//! the same code for both.

use chrono::{DateTime, Utc};
use recital_entities::{ConsentId, ConsentState, LawfulBasis, PurposeStatus, Strings, SubjectStatus};
use sea_orm::FromQueryResult;

use super::{
    DecisionCheck,
    decide::{Case, Found, Standing},
    rule::{ConsentFacts, Facts, PurposeFacts},
};
use crate::{
    app::App,
    db::{DecisionFacts, TenantTx},
    error::{Error, Result},
    purposes as register,
    vault::{Sought, SubjectRef, find_subjects},
    viewer::Viewer,
};

/// The cases in the order of `checks`.
pub(super) async fn cases(app: &App, viewer: &Viewer, checks: &[DecisionCheck]) -> Result<Vec<Case>> {
    let rows = match asked(app, viewer, checks).await? {
        Some(asked) => app.core().db.decision_facts::<Row>(viewer.tenant(), &asked).await?,
        None => None,
    };
    let Some(rows) = rows else {
        return app.look(viewer, async |tx| cases_by_statements(tx, checks).await).await;
    };
    if rows.len() != checks.len() {
        return Err(Error::internal("a check without an answer"));
    }
    Ok(rows.into_iter().zip(checks).map(|(row, check)| row.into_case(&check.purpose)).collect())
}

/// None while people stand under blind indexes of several keys: the function compares one of each.
async fn asked(app: &App, viewer: &Viewer, checks: &[DecisionCheck]) -> Result<Option<DecisionFacts>> {
    let hashed = checks.iter().any(|check| check.subject.needs_keys());
    let keys = if hashed { Some(app.keys(viewer).await?) } else { None };
    let mut asked = DecisionFacts::default();
    for check in checks {
        let (id, external_id, email) = match check.subject.sought(keys.as_deref())? {
            Sought::Id(id) => (Some(id.0), None, None),
            Sought::ExternalId(mut indexes) if indexes.len() == 1 => (None, indexes.pop(), None),
            Sought::Email(mut indexes) if indexes.len() == 1 => (None, None, indexes.pop()),
            Sought::ExternalId(_) | Sought::Email(_) => return Ok(None),
        };
        asked.ids.push(id);
        asked.external_ids.push(external_id);
        asked.emails.push(email);
        asked.purposes.push(check.purpose.clone());
    }
    Ok(Some(asked))
}

/// What `decision_facts` answers to one check. Of a purpose that is not there everything is null, and so on.
#[derive(FromQueryResult)]
struct Row {
    subject_status: Option<SubjectStatus>,
    purpose_version: Option<i32>,
    purpose_status: Option<PurposeStatus>,
    lawful_basis: Option<LawfulBasis>,
    special_category: Option<bool>,
    consent_since_version: Option<i32>,
    fields: Option<Strings>,
    objected: bool,
    consent_id: Option<ConsentId>,
    consent_state: Option<ConsentState>,
    consent_version: Option<i32>,
    consent_expires_at: Option<DateTime<Utc>>,
    special_category_consent: Option<bool>,
}

impl Row {
    fn into_case(self, key: &str) -> Case {
        let (purpose, consent) = (self.purpose(), self.consent());
        let (consent, standing) = consent.unzip();
        Case {
            facts: Facts { subject: self.subject_status, purpose, objected: self.objected, consent },
            purpose: key.to_owned(),
            purpose_version: self.purpose_version.unwrap_or_default(),
            fields: self.fields.map(|fields| fields.0),
            consent: standing,
        }
    }

    fn purpose(&self) -> Option<PurposeFacts> {
        Some(PurposeFacts {
            status: self.purpose_status?,
            lawful_basis: self.lawful_basis?,
            special_category: self.special_category?,
            consent_since_version: self.consent_since_version?,
        })
    }

    fn consent(&self) -> Option<(ConsentFacts, Standing)> {
        let facts = ConsentFacts {
            state: self.consent_state?,
            purpose_version: self.consent_version?,
            expires_at: self.consent_expires_at,
            special_category_consent: self.special_category_consent,
        };
        Some((facts, Standing::Now(self.consent_id?)))
    }
}

/// The same by statements, a constant number of them.
async fn cases_by_statements(tx: &TenantTx, checks: &[DecisionCheck]) -> Result<Vec<Case>> {
    let purposes = register::by_keys(tx, checks.iter().map(|check| check.purpose.as_str())).await?;
    let references: Vec<SubjectRef> = checks.iter().map(|check| check.subject.clone()).collect();
    let subjects = find_subjects(tx, &references).await?;
    let asked = || checks.iter().map(|check| (&check.purpose, purposes.get(&check.purpose))).zip(&subjects);
    let known: Vec<_> = asked().filter_map(|((_, purpose), subject)| Some((subject.as_ref()?, purpose?))).collect();
    let found = Found::of(tx, &known).await?;
    let cases = asked().map(|((key, purpose), subject)| match (subject, purpose) {
        (_, None) => Case::without_purpose(key),
        (None, Some(purpose)) => Case::new(None, purpose, false),
        (Some(subject), Some(purpose)) => found.case(subject, purpose),
    });
    Ok(cases.collect())
}
