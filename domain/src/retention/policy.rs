//! A data type's policy: how long it is kept, how it goes, and on which legal basis.

use std::collections::HashMap;

use recital_entities::{DeletionMethod, Period, RetentionPolicyId, retention::retention_policies};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::restamp_later;
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// A policy as it shall be.
#[derive(Clone, Debug)]
pub struct SetPolicy {
    /// Lower-case letters, digits and `_`.
    pub data_type: String,
    pub retention: Period,
    pub deletion_method: DeletionMethod,
    pub legal_basis: String,
}

/// What setting a policy did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Created,
    Revised,
    Unchanged,
}

const LONGEST_DATA_TYPE: usize = 64;
const LONGEST_LEGAL_BASIS: usize = 200;

/// Sets the policy of a data type. Where that changes when its records go, they are stamped anew after the commit.
///
/// # Errors
/// `BAD_USER_INPUT` on `dataType`, `retention` or `legalBasis`.
pub async fn set_policy(tx: &TenantTx, policy: &SetPolicy) -> Result<(retention_policies::Model, Changed)> {
    check(policy)?;
    tx.serialise("retention/policies").await?;
    let found = find(tx, &policy.data_type).await?;
    if found.as_ref().is_none_or(|old| ends(old.deletion_method, old.retention) != ends_of(policy)) {
        restamp_later(tx, &policy.data_type).await?;
    }
    match found {
        None => Ok((create(tx, policy).await?, Changed::Created)),
        Some(old) if policy.is(&old) => Ok((old, Changed::Unchanged)),
        Some(old) => Ok((revise(tx, old, policy).await?, Changed::Revised)),
    }
}

/// Sets a policy on a caller's word.
pub async fn set(app: &App, viewer: &Viewer, policy: SetPolicy) -> Result<retention_policies::Model> {
    app.write(viewer, Permission::RetentionConfigure, async |tx| {
        let (policy, _) = set_policy(tx, &policy).await?;
        let event = Event::RetentionPolicySet {
            id: policy.id,
            data_type: policy.data_type.clone(),
            retention: policy.retention,
            deletion_method: policy.deletion_method,
            legal_basis: policy.legal_basis.clone(),
        };
        Ok(event.with(policy))
    })
    .await
}

/// Every policy, by data type.
pub async fn list(app: &App, viewer: &Viewer) -> Result<Vec<retention_policies::Model>> {
    app.read(viewer, Permission::RetentionRead, async |tx| all(tx).await).await
}

/// Several policies in one statement.
pub async fn policies_by_ids(
    app: &App,
    viewer: &Viewer,
    ids: Vec<RetentionPolicyId>,
) -> Result<HashMap<RetentionPolicyId, retention_policies::Model>> {
    let select = retention_policies::Entity::find().filter(retention_policies::Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::RetentionRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Every policy, by data type, within a transaction.
pub async fn all(tx: &TenantTx) -> Result<Vec<retention_policies::Model>> {
    tx.all(retention_policies::Entity::find().order_by_asc(retention_policies::Column::DataType)).await
}

pub(super) async fn find(tx: &TenantTx, data_type: &str) -> Result<Option<retention_policies::Model>> {
    let select = retention_policies::Entity::find();
    tx.one(select.filter(retention_policies::Column::DataType.eq(data_type))).await
}

/// The period after which the sweep takes a record; None where it takes it only when something else makes it due.
pub(super) fn ends(method: DeletionMethod, retention: Period) -> Option<Period> {
    (method == DeletionMethod::Automatic).then_some(retention)
}

fn ends_of(policy: &SetPolicy) -> Option<Period> {
    ends(policy.deletion_method, policy.retention)
}

impl SetPolicy {
    /// Whether it is so already.
    #[must_use]
    pub fn is(&self, old: &retention_policies::Model) -> bool {
        (old.retention, old.deletion_method, old.legal_basis.as_str())
            == (self.retention, self.deletion_method, self.legal_basis.as_str())
    }
}

async fn create(tx: &TenantTx, policy: &SetPolicy) -> Result<retention_policies::Model> {
    let row = retention_policies::Model {
        tenant_id: tx.tenant(),
        id: tx.new_id(),
        data_type: policy.data_type.clone(),
        retention: policy.retention,
        deletion_method: policy.deletion_method,
        legal_basis: policy.legal_basis.clone(),
        updated_at: tx.now(),
    };
    tx.insert(row.into_active_model()).await
}

async fn revise(
    tx: &TenantTx,
    old: retention_policies::Model,
    policy: &SetPolicy,
) -> Result<retention_policies::Model> {
    let mut row = old.into_active_model();
    row.retention = Set(policy.retention);
    row.deletion_method = Set(policy.deletion_method);
    row.legal_basis = Set(policy.legal_basis.clone());
    row.updated_at = Set(tx.now());
    tx.update(row).await
}

/// # Errors
/// `BAD_USER_INPUT` on `dataType`, `retention` or `legalBasis`.
pub fn check(policy: &SetPolicy) -> Result<()> {
    check_data_type(&policy.data_type)?;
    let on_calendar = matches!(policy.retention, Period::Span { .. });
    if policy.deletion_method == DeletionMethod::Automatic && !on_calendar {
        let message = "automatic deletion needs a period that ends on the calendar, such as P30D";
        return Err(Error::invalid("retention", "PERIOD_WITHOUT_END", message));
    }
    let basis = policy.legal_basis.as_str();
    if basis.trim().is_empty() || basis.chars().count() > LONGEST_LEGAL_BASIS || basis.contains(char::is_control) {
        let message = format!("name the legal basis in one line of 1 to {LONGEST_LEGAL_BASIS} characters");
        return Err(Error::invalid("legalBasis", "INVALID_LEGAL_BASIS", message));
    }
    Ok(())
}

/// # Errors
/// `BAD_USER_INPUT` on the field `dataType`.
pub fn check_data_type(data_type: &str) -> Result<()> {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=LONGEST_DATA_TYPE).contains(&data_type.len()) && data_type.bytes().all(word) {
        return Ok(());
    }
    let message = format!("a data type is 1 to {LONGEST_DATA_TYPE} lower-case letters, digits and _");
    Err(Error::invalid("dataType", "INVALID_DATA_TYPE", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(data_type: &str, retention: Period, deletion_method: DeletionMethod, legal_basis: &str) -> SetPolicy {
        let (data_type, legal_basis) = (data_type.to_owned(), legal_basis.to_owned());
        SetPolicy { data_type, retention, deletion_method, legal_basis }
    }

    #[test]
    fn a_policy_is_checked_field_by_field() {
        use DeletionMethod::{Automatic, NotApplicable, OnRequest};
        let days = Period::days(30);
        for (policy, field) in [
            (policy("uploaded_images", days, Automatic, "no_longer_necessary"), None),
            (policy("user_preferences", Period::UntilAccountDeletion, OnRequest, "consent_withdrawn"), None),
            (policy("analytics_2", Period::Indefinite, NotApplicable, "anonymised"), None),
            (policy("", days, Automatic, "basis"), Some("dataType")),
            (policy("Images", days, Automatic, "basis"), Some("dataType")),
            (policy("chat-log", days, Automatic, "basis"), Some("dataType")),
            (policy(&"x".repeat(65), days, Automatic, "basis"), Some("dataType")),
            (policy("images", Period::Indefinite, Automatic, "basis"), Some("retention")),
            (policy("images", Period::UntilAccountDeletion, Automatic, "basis"), Some("retention")),
            (policy("images", days, Automatic, " "), Some("legalBasis")),
            (policy("images", days, Automatic, "two\nlines"), Some("legalBasis")),
        ] {
            let refusal = check(&policy).err();
            assert_eq!(refusal.as_ref().and_then(Error::field), field, "{policy:?}");
        }
    }
}
