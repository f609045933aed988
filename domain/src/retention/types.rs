//! Which data types there are.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use recital_entities::{
    DeletionMethod, Period, PurposeId,
    purposes::purposes,
    retention::retention_policies,
    vault::{files, records},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};

use super::{Perishable, due, own, period, policy};
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

/// A word that nothing knows is a slip of the pen: holding or sweeping it would do nothing without saying so.
///
/// # Errors
/// `BAD_USER_INPUT` on the field `dataType`.
pub(super) async fn require_known(tx: &TenantTx, data_type: &str) -> Result<()> {
    if own::ALL.iter().any(|own| own.data_type == data_type) {
        return Ok(());
    }
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
    let policies: HashMap<_, _> =
        policy::all(tx).await?.into_iter().map(|policy| (policy.data_type.clone(), policy)).collect();
    let types = match only {
        Some(data_type) => {
            require_known(tx, data_type).await?;
            BTreeSet::from([data_type.to_owned()])
        }
        None => all_swept(tx, policies.values(), at).await?,
    };
    let purposes = purposes(tx).await?;
    let mut swept = BTreeMap::new();
    for data_type in types {
        let terms = if let Some(policy) = policies.get(&data_type) {
            Terms { retention: policy.retention, legal_basis: policy.legal_basis.clone() }
        } else {
            let due = due_purposes(tx, &data_type, at).await?;
            let retention = own_period(&purposes, &data_type, &due, at);
            Terms { retention, legal_basis: NO_LONGER_NECESSARY.to_owned() }
        };
        swept.insert(data_type, terms);
    }
    Ok(swept)
}

async fn all_swept(
    tx: &TenantTx,
    policies: impl Iterator<Item = &retention_policies::Model>,
    at: DateTime<Utc>,
) -> Result<BTreeSet<String>> {
    let automatic = policies.filter(|policy| policy.deletion_method == DeletionMethod::Automatic);
    let mut types: BTreeSet<String> = automatic.map(|policy| policy.data_type.clone()).collect();
    types.extend(expired::<records::Entity>(tx, at).await?);
    types.extend(expired::<files::Entity>(tx, at).await?);
    Ok(types)
}

/// The data types of which anything is past its end: one look at an index each.
async fn expired<E: Perishable>(tx: &TenantTx, at: DateTime<Utc>) -> Result<Vec<String>> {
    let mut expired = Vec::new();
    for data_type in present::<E>(tx).await? {
        let any = E::find().select_only().column(E::DATA_TYPE).filter(E::DATA_TYPE.eq(&data_type)).limit(1);
        let any: Vec<(String,)> = tx.tuples(any.filter(due::expired::<E>(at))).await?;
        expired.extend(any.into_iter().map(|(data_type,)| data_type));
    }
    Ok(expired)
}

/// The data types that the table holds, from one to the next in the index: the cost is that of the types, not of the rows.
pub(super) async fn present<E: Perishable>(tx: &TenantTx) -> Result<Vec<String>> {
    present_among(tx, E::find()).await
}

/// Those of the rows selected.
pub(super) async fn present_among<E: Perishable>(tx: &TenantTx, rows: Select<E>) -> Result<Vec<String>> {
    let mut types: Vec<String> = Vec::new();
    loop {
        let next = rows.clone().select_only().column(E::DATA_TYPE);
        let next = next.apply_if(types.last(), |select, last| select.filter(E::DATA_TYPE.gt(last)));
        match tx.tuples::<_, (String,)>(next.order_by_asc(E::DATA_TYPE).limit(1)).await?.pop() {
            Some((data_type,)) => types.push(data_type),
            None => return Ok(types),
        }
    }
}

/// The purposes of which anything of the data type is past its end.
async fn due_purposes(tx: &TenantTx, data_type: &str, at: DateTime<Utc>) -> Result<HashSet<PurposeId>> {
    let mut purposes = due_purposes_in::<records::Entity>(tx, data_type, at).await?;
    purposes.extend(due_purposes_in::<files::Entity>(tx, data_type, at).await?);
    Ok(purposes.into_iter().map(|(purpose,)| purpose).collect())
}

async fn due_purposes_in<E: Perishable>(
    tx: &TenantTx,
    data_type: &str,
    at: DateTime<Utc>,
) -> Result<Vec<(PurposeId,)>> {
    let select = E::find().select_only().column(E::PURPOSE).distinct();
    tx.tuples(select.filter(E::DATA_TYPE.eq(data_type)).filter(due::expired::<E>(at))).await
}

/// The longest that any purpose keeps the data type, where no policy says.
fn own_period(purposes: &[purposes::Model], data_type: &str, due: &HashSet<PurposeId>, at: DateTime<Utc>) -> Period {
    let concerned = purposes.iter().filter(|purpose| collects(purpose, data_type) || due.contains(&purpose.id));
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
