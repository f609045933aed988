//! Tokens: random stand-ins for values such as card numbers, so that other systems need not hold the values.
//!
//! A token says nothing about its value. The same value of the same subject under the same purpose has one token; it is
//! given back only under that purpose, and only while that person's data may be processed for it.

use std::collections::HashMap;

use recital_entities::{
    PurposeId, SubjectId, TokenId,
    purposes::purposes,
    vault::{subjects, tokens},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _};

use super::{SubjectKey, SubjectRef, find_subject, store::MOST_RECORDS};
use crate::{
    app::App,
    consent,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    keys::random,
    purposes as register,
    viewer::{Permission, Viewer},
};

use tokens::Column;

/// Values to replace. No `Debug`: they are personal.
pub struct Tokenise {
    pub subject: SubjectRef,
    /// The purpose's key.
    pub purpose: String,
    pub values: Vec<String>,
}

const LONGEST_VALUE: usize = 4096;

/// One token for each value, in the order given.
///
/// # Errors
/// `NOT_FOUND`; `BAD_USER_INPUT` on `values`; FORBIDDEN with the decision's reason where processing is not allowed.
pub async fn tokenise(app: &App, viewer: &Viewer, input: Tokenise) -> Result<Vec<String>> {
    app.write(viewer, Permission::VaultTokenise, async |tx| {
        check(&input.values)?;
        let purpose = purpose(tx, &input.purpose).await?;
        let subject = find_subject(tx, &input.subject).await.map_err(|error| error.on_field("subject"))?;
        let subject = hold(tx, subject.id).await?;
        let decision = consent::decide(tx, &subject, &purpose).await?;
        if !decision.allowed {
            let message = format!("processing for the purpose {} is not allowed", purpose.key);
            return Err(Error::refused(decision.reason.into(), message).on_field("purpose"));
        }
        let tokens = issue(tx, subject.id, purpose.id, &input.values).await?;
        Ok(Event::ValuesTokenised { id: subject.id, purpose: purpose.key, count: tokens.len() }.with(tokens))
    })
    .await
}

/// The values in the order of `tokens`. Null for a token that is unknown or another purpose's, and for one whose
/// subject's data may not be processed for the purpose now.
///
/// # Errors
/// `NOT_FOUND` on `purpose`; `BAD_USER_INPUT` on `tokens`.
pub async fn detokenise(
    app: &App,
    viewer: &Viewer,
    purpose_key: &str,
    asked: &[String],
) -> Result<Vec<Option<String>>> {
    app.write(viewer, Permission::VaultDetokenise, async |tx| {
        if asked.len() > MOST_RECORDS {
            return Err(Error::invalid("tokens", "RECORD_COUNT", format!("at most {MOST_RECORDS} tokens a call")));
        }
        let purpose = purpose(tx, purpose_key).await?;
        let opened = open_all(tx, &purpose, asked).await?;
        let values: Vec<Option<String>> = asked.iter().map(|token| opened.get(token).cloned()).collect();
        let revealed = values.iter().flatten().count();
        Ok(Event::ValuesDetokenised { id: purpose.id, asked: asked.len(), revealed }.with(values))
    })
    .await
}

fn check(values: &[String]) -> Result<()> {
    if values.is_empty() || values.len() > MOST_RECORDS {
        return Err(Error::invalid("values", "RECORD_COUNT", format!("1 to {MOST_RECORDS} values a call")));
    }
    match values.iter().position(|value| value.is_empty() || value.len() > LONGEST_VALUE) {
        Some(index) => {
            let message = format!("a value is 1 to {LONGEST_VALUE} bytes");
            Err(Error::invalid(format!("values.{index}"), "INVALID_VALUE", message))
        }
        None => Ok(()),
    }
}

async fn purpose(tx: &TenantTx, key: &str) -> Result<purposes::Model> {
    register::get(tx, key).await.map_err(|error| error.on_field("purpose"))
}

/// The subject as it is now: their tokens are made one call at a time, and none while they are being erased.
async fn hold(tx: &TenantTx, id: SubjectId) -> Result<subjects::Model> {
    let select = subjects::Entity::find().filter(subjects::Column::Id.eq(id)).lock_exclusive();
    tx.get("subject", select).await
}

/// Finds or makes the token of each value.
async fn issue(tx: &TenantTx, subject: SubjectId, purpose: PurposeId, values: &[String]) -> Result<Vec<String>> {
    let keys = tx.keys().await?;
    let indexes: Vec<Vec<u8>> =
        values.iter().map(|value| keys.index(&format!("token/{purpose}/{subject}"), value)).collect();
    let select = tokens::Entity::find()
        .filter(Column::PurposeId.eq(purpose))
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::ValueIndex.is_in(indexes.clone()));
    let known = tx.all(select).await?.into_iter().map(|row| (row.value_index, row.token));
    let mut known: HashMap<Vec<u8>, String> = known.collect();
    let key = SubjectKey::of(tx, subject).await?;
    let mut rows = Vec::new();
    for (value, value_index) in values.iter().zip(&indexes) {
        if known.contains_key(value_index) {
            continue;
        }
        let id: TokenId = tx.new_id();
        let row = tokens::Model {
            tenant_id: tx.tenant(),
            id,
            token: new_token()?,
            subject_id: subject,
            purpose_id: purpose,
            value: key.seal("tokens", "value", &id, value.as_bytes())?,
            value_index: value_index.clone(),
            created_at: tx.now(),
        };
        known.insert(value_index.clone(), row.token.clone());
        rows.push(row.into_active_model());
    }
    tx.insert_all(rows).await?;
    Ok(indexes.iter().filter_map(|index| known.get(index).cloned()).collect())
}

/// 128 random bits in base 58: no format to mistake for a value's.
fn new_token() -> Result<String> {
    Ok(format!("tok_{}", bs58::encode(random::<16>()?).into_string()))
}

async fn open_all(tx: &TenantTx, purpose: &purposes::Model, asked: &[String]) -> Result<HashMap<String, String>> {
    let select = tokens::Entity::find().filter(Column::PurposeId.eq(purpose.id)).filter(Column::Token.is_in(asked));
    let rows = tx.all(select).await?;
    let subjects = subjects::Column::Id.is_in(rows.iter().map(|row| row.subject_id));
    let subjects = tx.all(subjects::Entity::find().filter(subjects)).await?;
    let pairs: Vec<_> = subjects.iter().map(|subject| (subject, purpose)).collect();
    let decisions = consent::decide_all(tx, &pairs).await?;
    let allowed =
        subjects.iter().zip(decisions).filter(|(_, decision)| decision.allowed).map(|(subject, _)| subject.id);
    let keys = SubjectKey::of_all(tx, allowed).await?;
    let opened = rows.into_iter().filter_map(|row| Some(open(keys.get(&row.subject_id)?, row)));
    opened.collect()
}

fn open(key: &SubjectKey, row: tokens::Model) -> Result<(String, String)> {
    let clear = key.open("tokens", "value", &row.id, &row.value)?;
    let value = String::from_utf8(clear.to_vec()).map_err(|_| Error::internal("a sealed token value is not UTF-8"))?;
    Ok((row.token, value))
}
