//! Finding many subjects at once, in as many statements as there are kinds of reference.

use std::collections::{HashMap, HashSet};

use recital_entities::{SubjectId, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{SubjectRef, find::Sought};
use crate::{db::TenantTx, error::Result};

/// Rows by each of the things they are found by.
#[derive(Default)]
struct Found {
    ids: HashMap<SubjectId, subjects::Model>,
    external_ids: HashMap<Vec<u8>, SubjectId>,
    emails: HashMap<Vec<u8>, SubjectId>,
}

/// The subjects in the order of `references`; None where there is no such subject.
pub async fn find_subjects(tx: &TenantTx, references: &[SubjectRef]) -> Result<Vec<Option<subjects::Model>>> {
    let keys = if references.iter().any(SubjectRef::needs_keys) { Some(tx.keys().await?) } else { None };
    let sought = references.iter().map(|reference| reference.sought(keys.as_deref())).collect::<Result<Vec<_>>>()?;
    let mut found = Found::default();
    for row in rows_of(tx, &sought).await? {
        found.external_ids.extend(row.external_id_index.clone().map(|index| (index, row.id)));
        found.emails.extend(row.email_index.clone().map(|index| (index, row.id)));
        found.ids.insert(row.id, row);
    }
    Ok(sought.iter().map(|sought| found.get(sought).cloned()).collect())
}

impl Found {
    fn get(&self, sought: &Sought) -> Option<&subjects::Model> {
        let id = match sought {
            Sought::Id(id) => Some(id),
            Sought::ExternalId(indexes) => indexes.iter().find_map(|index| self.external_ids.get(index)),
            Sought::Email(indexes) => indexes.iter().find_map(|index| self.emails.get(index)),
        };
        self.ids.get(id?)
    }
}

async fn rows_of(tx: &TenantTx, sought: &[Sought]) -> Result<Vec<subjects::Model>> {
    let (mut ids, mut external_ids, mut emails) = (HashSet::new(), HashSet::new(), HashSet::new());
    for sought in sought {
        match sought {
            Sought::Id(id) => drop(ids.insert(*id)),
            Sought::ExternalId(indexes) => external_ids.extend(indexes.iter().cloned()),
            Sought::Email(indexes) => emails.extend(indexes.iter().cloned()),
        }
    }
    let mut rows = Vec::new();
    for (any, condition) in [
        (!ids.is_empty(), subjects::Column::Id.is_in(ids)),
        (!external_ids.is_empty(), subjects::Column::ExternalIdIndex.is_in(external_ids)),
        (!emails.is_empty(), subjects::Column::EmailIndex.is_in(emails)),
    ] {
        if any {
            rows.extend(tx.all(subjects::Entity::find().filter(condition)).await?);
        }
    }
    Ok(rows)
}
