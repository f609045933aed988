//! Finding many subjects at once, in as many statements as there are kinds of reference.

use std::collections::{HashMap, HashSet};

use recital_entities::vault::subjects;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{SubjectRef, find::Sought};
use crate::{db::TenantTx, error::Result};

/// The subjects in the order of `references`; None where there is no such subject.
pub async fn find_subjects(tx: &TenantTx, references: &[SubjectRef]) -> Result<Vec<Option<subjects::Model>>> {
    let keys = if references.iter().any(SubjectRef::needs_keys) { Some(tx.keys().await?) } else { None };
    let sought = references.iter().map(|reference| reference.sought(keys.as_deref())).collect::<Result<Vec<_>>>()?;
    let mut found: HashMap<Sought, subjects::Model> = HashMap::new();
    for row in rows_of(tx, &sought).await? {
        let index = |index: &Option<Vec<u8>>| index.clone().unwrap_or_default();
        found.insert(Sought::ExternalId(index(&row.external_id_index)), row.clone());
        found.insert(Sought::Email(index(&row.email_index)), row.clone());
        found.insert(Sought::Id(row.id), row);
    }
    Ok(sought.iter().map(|sought| found.get(sought).cloned()).collect())
}

async fn rows_of(tx: &TenantTx, sought: &[Sought]) -> Result<Vec<subjects::Model>> {
    let (mut ids, mut external_ids, mut emails) = (HashSet::new(), HashSet::new(), HashSet::new());
    for sought in sought {
        match sought {
            Sought::Id(id) => drop(ids.insert(*id)),
            Sought::ExternalId(index) => drop(external_ids.insert(index.clone())),
            Sought::Email(index) => drop(emails.insert(index.clone())),
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
