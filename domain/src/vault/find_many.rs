//! Finding many subjects at once, in as many statements as there are kinds of reference.

use std::collections::{HashMap, HashSet};

use recital_entities::{SubjectId, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{SubjectRef, normalise_email};
use crate::{db::TenantTx, error::Result};

/// One reference, in the form in which rows are compared with it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Wanted {
    Id(SubjectId),
    ExternalId(Vec<u8>),
    Email(Vec<u8>),
}

/// The subjects in the order of `references`; None where there is no such subject.
pub async fn find_subjects(tx: &TenantTx, references: &[SubjectRef]) -> Result<Vec<Option<subjects::Model>>> {
    let wanted = wanted(tx, references).await?;
    let mut found: HashMap<Wanted, subjects::Model> = HashMap::new();
    for row in rows_of(tx, &wanted).await? {
        let index = |index: &Option<Vec<u8>>| index.clone().unwrap_or_default();
        found.insert(Wanted::ExternalId(index(&row.external_id_index)), row.clone());
        found.insert(Wanted::Email(index(&row.email_index)), row.clone());
        found.insert(Wanted::Id(row.id), row);
    }
    Ok(wanted.iter().map(|wanted| found.get(wanted).cloned()).collect())
}

async fn wanted(tx: &TenantTx, references: &[SubjectRef]) -> Result<Vec<Wanted>> {
    let by_id = |reference: &SubjectRef| matches!(reference, SubjectRef::Id(_));
    // Who asks by id alone is answered without the tenant's keys.
    let keys = if references.iter().all(by_id) { None } else { Some(tx.keys().await?) };
    let index = |kind, value: &str| keys.as_ref().map(|keys| keys.index(kind, value)).unwrap_or_default();
    let wanted = references.iter().map(|reference| {
        Ok(match reference {
            SubjectRef::Id(id) => Wanted::Id(*id),
            SubjectRef::ExternalId(id) => Wanted::ExternalId(index("external-id", id)),
            SubjectRef::Email(email) => Wanted::Email(index("email", &normalise_email(email)?)),
        })
    });
    wanted.collect()
}

async fn rows_of(tx: &TenantTx, wanted: &[Wanted]) -> Result<Vec<subjects::Model>> {
    let (mut ids, mut external_ids, mut emails) = (HashSet::new(), HashSet::new(), HashSet::new());
    for wanted in wanted {
        match wanted {
            Wanted::Id(id) => drop(ids.insert(*id)),
            Wanted::ExternalId(index) => drop(external_ids.insert(index.clone())),
            Wanted::Email(index) => drop(emails.insert(index.clone())),
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
