//! Which data types there are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    DeletionMethod, Period, PurposeId,
    purposes::purposes,
    vault::{files, records},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _};

use super::{Perishable, due, period, policy};
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

/// A word that nothing knows is a slip of the pen: holding or sweeping it would do nothing without saying so.
///
/// # Errors
/// `BAD_USER_INPUT` on the field `dataType`.
pub(super) async fn require_known(tx: &TenantTx, data_type: &str) -> Result<()> {
    if policy::find(tx, data_type).await?.is_some() || any_collects(&purposes(tx).await?, data_type) {
        return Ok(());
    }
    if is_held::<records::Entity>(tx, data_type).await? || is_held::<files::Entity>(tx, data_type).await? {
        return Ok(());
    }
    let message = "no purpose collects this data type and no retention policy names it";
    Err(Error::invalid("dataType", "UNKNOWN_DATA_TYPE", message))
}

async fn is_held<E: Perishable>(tx: &TenantTx, data_type: &str) -> Result<bool> {
    tx.exists(E::find().filter(E::DATA_TYPE.eq(data_type))).await
}

/// What a sweep says of a data type: how long it is kept, and why it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub retention: Period,
    pub legal_basis: String,
}

/// The legal basis of a data type without a policy (Article 17(1)(a)).
const NO_LONGER_NECESSARY: &str = "no_longer_necessary";

/// The data types that a sweep at `at` looks at: those deleted automatically and those of which anything is past its
/// end; or `only` that one.
pub(super) async fn swept(tx: &TenantTx, only: Option<&str>, at: DateTime<Utc>) -> Result<BTreeMap<String, Terms>> {
    if let Some(data_type) = only {
        require_known(tx, data_type).await?;
    }
    let policies = policy::all(tx).await?;
    let mut due = DuePurposes::new();
    due_purposes::<records::Entity>(tx, only, at, &mut due).await?;
    due_purposes::<files::Entity>(tx, only, at, &mut due).await?;
    let mut types: BTreeSet<&str> = due.keys().map(String::as_str).chain(only).collect();
    let automatic = policies.iter().filter(|policy| policy.deletion_method == DeletionMethod::Automatic);
    types.extend(automatic.map(|policy| policy.data_type.as_str()).filter(|_| only.is_none()));
    let purposes = purposes(tx).await?;
    let terms = types.into_iter().map(|data_type| {
        let policy = policies.iter().find(|policy| policy.data_type == data_type);
        let terms = policy.map_or_else(
            || Terms {
                retention: own_period(&purposes, data_type, due.get(data_type), at),
                legal_basis: NO_LONGER_NECESSARY.to_owned(),
            },
            |policy| Terms { retention: policy.retention, legal_basis: policy.legal_basis.clone() },
        );
        (data_type.to_owned(), terms)
    });
    Ok(terms.collect())
}

/// By data type, the purposes of which anything is past its end.
type DuePurposes = BTreeMap<String, BTreeSet<PurposeId>>;

async fn due_purposes<E: Perishable>(
    tx: &TenantTx,
    only: Option<&str>,
    at: DateTime<Utc>,
    due: &mut DuePurposes,
) -> Result<()> {
    let select = E::find().select_only().column(E::DATA_TYPE).column(E::PURPOSE).distinct();
    let select =
        select.filter(due::expired::<E>(at)).apply_if(only, |select, only| select.filter(E::DATA_TYPE.eq(only)));
    for (data_type, purpose) in tx.tuples::<_, (String, PurposeId)>(select).await? {
        due.entry(data_type).or_default().insert(purpose);
    }
    Ok(())
}

/// The longest that any purpose keeps the data type, where no policy says.
fn own_period(
    purposes: &[purposes::Model],
    data_type: &str,
    due: Option<&BTreeSet<PurposeId>>,
    at: DateTime<Utc>,
) -> Period {
    let concerned = purposes
        .iter()
        .filter(|purpose| collects(purpose, data_type) || due.is_some_and(|purposes| purposes.contains(&purpose.id)));
    let length =
        |period: &Period| (*period == Period::Indefinite, period::end(*period, at).is_none(), period::end(*period, at));
    concerned.map(|purpose| purpose.retention).max_by_key(length).unwrap_or(Period::Indefinite)
}

async fn purposes(tx: &TenantTx) -> Result<Vec<purposes::Model>> {
    tx.all(purposes::Entity::find()).await
}

fn any_collects(purposes: &[purposes::Model], data_type: &str) -> bool {
    purposes.iter().any(|purpose| collects(purpose, data_type))
}

fn collects(purpose: &purposes::Model, data_type: &str) -> bool {
    purpose.data_collected.0.iter().any(|collected| collected == data_type)
}
