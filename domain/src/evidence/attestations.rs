//! Organisational facts that no program can measure (Articles 24, 28, 32(1)(d), 35, 37, 39): somebody states them, with
//! a date, and they run out.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use recital_entities::{AttestationId, Period, evidence::attestations};
use sea_orm::{EntityTrait as _, IntoActiveModel as _, QueryOrder as _};

use super::Event;
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    retention::period,
    viewer::{Permission, Viewer},
};

use attestations::{Column, Entity, Model};

const LONGEST_STATEMENT: usize = 10_000;
const LONGEST_REFERENCE: usize = 500;

/// A statement without an end is good for this long: a fact that nobody looks at any more is none.
const GOOD_FOR: Period = Period::years(1);

/// What is stated.
#[derive(Clone, Debug)]
pub struct RecordAttestation {
    /// Which fact: lower-case letters, digits and `_`, such as `dpia` or `penetration_test`.
    pub key: String,
    pub statement: String,
    /// The last day it is good for; a year from now when it is not given.
    pub valid_until: Option<NaiveDate>,
    /// Where the evidence stands. It is kept in clear and names no person.
    pub reference: Option<String>,
}

/// # Errors
/// `BAD_USER_INPUT` for a key that is no word, an empty statement or an end that has passed.
pub async fn record_attestation(app: &App, viewer: &Viewer, input: RecordAttestation) -> Result<Model> {
    app.write(viewer, Permission::AttestationRecord, async |tx| {
        input.check(tx.now().date_naive())?;
        let id: AttestationId = tx.new_id();
        let row = Model {
            tenant_id: tx.tenant(),
            id,
            key: input.key.clone(),
            statement: tx.keys().await?.seal_text("attestations", "statement", &id, &input.statement)?,
            valid_until: input.valid_until,
            reference: input.reference,
            recorded_by: tx.actor(),
            recorded_at: tx.now(),
        };
        let row = tx.insert(row.into_active_model()).await?;
        Ok(Event::AttestationRecorded { id, key: input.key }.with(row))
    })
    .await
}

impl RecordAttestation {
    fn check(&self, today: NaiveDate) -> Result<()> {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=64).contains(&self.key.len()) || !self.key.bytes().all(word) {
            return Err(Error::invalid("key", "INVALID_KEY", "1 to 64 lower-case letters, digits and underscores"));
        }
        if self.statement.trim().is_empty() || self.statement.len() > LONGEST_STATEMENT {
            let message = format!("1 to {LONGEST_STATEMENT} bytes of text");
            return Err(Error::invalid("statement", "INVALID_TEXT", message));
        }
        if self.reference.as_ref().is_some_and(|reference| reference.len() > LONGEST_REFERENCE) {
            let message = format!("at most {LONGEST_REFERENCE} bytes");
            return Err(Error::invalid("reference", "INVALID_TEXT", message));
        }
        if self.valid_until.is_some_and(|end| end < today) {
            return Err(Error::invalid("validUntil", "IN_THE_PAST", "a statement is good for today at least"));
        }
        Ok(())
    }
}

/// The newest statement of each key.
pub(super) async fn newest(tx: &TenantTx) -> Result<BTreeMap<String, Model>> {
    let rows = tx.all(Entity::find().order_by_asc(Column::RecordedAt).order_by_asc(Column::Id)).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}

/// The last day a statement is good for.
pub(super) fn good_until(attestation: &Model) -> NaiveDate {
    let end = |recorded_at: DateTime<Utc>| period::end(GOOD_FOR, recorded_at).unwrap_or(recorded_at).date_naive();
    attestation.valid_until.unwrap_or_else(|| end(attestation.recorded_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_makes_no_sense_names_the_field() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let input = RecordAttestation {
            key: "dpia".into(),
            statement: "assessed".into(),
            valid_until: Some(day("2026-03-01")),
            reference: None,
        };
        assert!(input.check(day("2026-03-01")).is_ok());
        for (wrong, field) in [
            (RecordAttestation { key: "DPIA".into(), ..input.clone() }, "key"),
            (RecordAttestation { key: String::new(), ..input.clone() }, "key"),
            (RecordAttestation { statement: " ".into(), ..input.clone() }, "statement"),
            (RecordAttestation { valid_until: Some(day("2026-02-28")), ..input.clone() }, "validUntil"),
            (RecordAttestation { reference: Some("x".repeat(501)), ..input.clone() }, "reference"),
        ] {
            assert_eq!(wrong.check(day("2026-03-01")).unwrap_err().field(), Some(field));
        }
    }
}
