//! Looking through every table for what is there of a subject: before an erasure, and after.

use std::collections::BTreeMap;

use recital_entities::SubjectId;

use super::{Fate, PARTS};
use crate::{db::TenantTx, error::Result};

/// Rows that an erasure leaves on purpose, by table, each with its ground.
pub type KeptRows = BTreeMap<&'static str, (u64, &'static str)>;

/// What is there of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In tables that an erasure empties.
    pub erasable: BTreeMap<&'static str, u64>,
    pub kept: KeptRows,
}

/// Counts the subject's rows in every registered table; tables without any are missing.
pub async fn find_all(tx: &TenantTx, subject: SubjectId) -> Result<Found> {
    let mut found = Found::default();
    for part in PARTS {
        let Some(rows) = part.rows else { continue };
        let count = rows.count(tx, subject).await?;
        match part.fate {
            _ if count == 0 => {}
            Fate::Erased | Fate::Emptied => {
                found.erasable.insert(part.table, count);
            }
            Fate::Kept(ground) => {
                found.kept.insert(part.table, (count, ground));
            }
            Fate::NotOfSubjects => {}
        }
    }
    Ok(found)
}
