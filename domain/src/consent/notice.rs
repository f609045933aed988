//! The text a person was shown (Articles 7(1) and 13): kept once by its hash, and readable for as long as the proof
//! that points at it.
//!
//! A notice is the same for everybody who saw it: it names no person.

use std::collections::HashMap;

use recital_entities::consent::notices;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use sha2::{Digest as _, Sha256};

use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    viewer::{Permission, Viewer},
};

/// SHA-256 of the text's UTF-8 bytes.
#[must_use]
pub(super) fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

/// Keeps the text, unless it is kept already.
pub(super) async fn keep(tx: &TenantTx, text: &str) -> Result<()> {
    let notice = notices::ActiveModel {
        tenant_id: Set(tx.tenant()),
        hash: Set(hash(text)),
        text: Set(text.to_owned()),
        first_shown_at: Set(tx.now()),
    };
    tx.insert_new(notice).await?;
    Ok(())
}

/// Notices by their hashes, in one statement.
pub async fn notices(app: &App, viewer: &Viewer, hashes: Vec<Vec<u8>>) -> Result<HashMap<Vec<u8>, notices::Model>> {
    let select = notices::Entity::find().filter(notices::Column::Hash.is_in(hashes));
    let rows = app.read(viewer, Permission::ConsentRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.hash.clone(), row)).collect())
}
