//! Which data types there are.

use std::collections::BTreeSet;

use recital_entities::{purposes::purposes, vault::records};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::policy;
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

/// A word that nothing knows is a slip of the pen: holding or sweeping it would do nothing without saying so.
///
/// # Errors
/// `BAD_USER_INPUT` on the field `dataType`.
pub(super) async fn require_known(tx: &TenantTx, data_type: &str) -> Result<()> {
    if policy::find(tx, data_type).await?.is_some() || collected(tx).await?.contains(data_type) {
        return Ok(());
    }
    let select = records::Entity::find().filter(records::Column::DataType.eq(data_type));
    if tx.exists(select).await? {
        return Ok(());
    }
    let message = "no purpose collects this data type and no retention policy names it";
    Err(Error::invalid("dataType", "UNKNOWN_DATA_TYPE", message))
}

async fn collected(tx: &TenantTx) -> Result<BTreeSet<String>> {
    let purposes = tx.all(purposes::Entity::find()).await?;
    Ok(purposes.into_iter().flat_map(|purpose| purpose.data_collected.0).collect())
}
