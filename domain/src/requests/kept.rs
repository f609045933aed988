//! What keeps a person's data from being erased (Article 17(3)).

use recital_entities::{retention::legal_holds, vault::subjects};

use crate::{
    db::TenantTx,
    error::{Error, Result},
    retention,
};

/// The holds in force on the subject as a whole: nothing of theirs is erased while there is one.
pub(super) async fn holds_on_all(tx: &TenantTx, subject: &subjects::Model) -> Result<Vec<legal_holds::Model>> {
    let holds = retention::holds_on(tx, subject.id).await?;
    Ok(holds.into_iter().filter(|hold| hold.subject_id.is_some()).collect())
}

/// # Errors
/// CONFLICT with `UNDER_LEGAL_HOLD`.
pub(super) async fn refuse_held(tx: &TenantTx, subject: &subjects::Model) -> Result<()> {
    if holds_on_all(tx, subject).await?.is_empty() {
        return Ok(());
    }
    let message = "a legal hold keeps this subject's data: release the hold, or reject the request with LEGAL_OBLIGATION";
    Err(Error::conflict("UNDER_LEGAL_HOLD", message))
}
