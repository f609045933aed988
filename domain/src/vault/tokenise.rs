//! Tokens: random stand-ins for values such as card numbers, so that other systems need not hold the values.
//!
//! A token says nothing about its value, and its value is given back only under its purpose, while that person's data may
//! be processed for it. A stable token is asked for: then the same value of the same subject under the same purpose has
//! one token, found by a keyed hash. It lets systems compare values without holding them; without need, a new token for
//! each time tells less.

use std::collections::HashMap;

use recital_entities::{
    PurposeId, SubjectId, TokenId,
    purposes::purposes,
    vault::{subjects, tokens},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel, QueryFilter as _, QuerySelect as _};

use super::{SubjectKey, SubjectRef, allowed::require, find_subject, store::MOST_RECORDS};
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
    /// The same value gets the token it got before.
    pub stable: bool,
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
        require(&decision).map_err(|refusal| refusal.on_field("purpose"))?;
        let stable = input.stable;
        let issuer =
            Issuer { tx, key: SubjectKey::of(tx, subject.id).await?, subject: subject.id, purpose: purpose.id };
        let tokens =
            if stable { issuer.issue_stable(&input.values).await? } else { issuer.issue(&input.values).await? };
        Ok(Event::ValuesTokenised { id: subject.id, purpose: purpose.key, count: tokens.len(), stable }.with(tokens))
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

/// Makes tokens for one subject under one purpose.
struct Issuer<'a> {
    tx: &'a TenantTx,
    key: SubjectKey,
    subject: SubjectId,
    purpose: PurposeId,
}

impl Issuer<'_> {
    /// A new token for each value.
    async fn issue(&self, values: &[String]) -> Result<Vec<String>> {
        let rows = values.iter().map(|value| self.row(value, None)).collect::<Result<Vec<_>>>()?;
        let tokens = rows.iter().map(|row| row.token.clone()).collect();
        self.insert(rows).await?;
        Ok(tokens)
    }

    /// Finds or makes the token of each value.
    async fn issue_stable(&self, values: &[String]) -> Result<Vec<String>> {
        let keys = self.tx.keys().await?;
        let kind = format!("token/{}/{}", self.purpose, self.subject);
        let indexes: Vec<Vec<u8>> = values.iter().map(|value| keys.index(&kind, value)).collect();
        let mut known = self.known(&indexes).await?;
        let mut rows = Vec::new();
        for (value, index) in values.iter().zip(&indexes) {
            if !known.contains_key(index) {
                let row = self.row(value, Some(index.clone()))?;
                known.insert(index.clone(), row.token.clone());
                rows.push(row);
            }
        }
        self.insert(rows).await?;
        Ok(indexes.iter().filter_map(|index| known.get(index).cloned()).collect())
    }

    /// Stable tokens by the index of their value.
    async fn known(&self, indexes: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, String>> {
        let select = tokens::Entity::find()
            .filter(Column::PurposeId.eq(self.purpose))
            .filter(Column::SubjectId.eq(self.subject))
            .filter(Column::ValueIndex.is_in(indexes.iter().cloned()));
        let rows = self.tx.all(select).await?.into_iter();
        Ok(rows.filter_map(|row| Some((row.value_index?, row.token))).collect())
    }

    fn row(&self, value: &str, value_index: Option<Vec<u8>>) -> Result<tokens::Model> {
        let id: TokenId = self.tx.new_id();
        Ok(tokens::Model {
            tenant_id: self.tx.tenant(),
            id,
            token: new_token()?,
            subject_id: self.subject,
            purpose_id: self.purpose,
            value: self.key.seal("tokens", "value", &id, value.as_bytes())?,
            value_index,
            created_at: self.tx.now(),
        })
    }

    async fn insert(&self, rows: Vec<tokens::Model>) -> Result<()> {
        self.tx.insert_all(rows.into_iter().map(IntoActiveModel::into_active_model).collect()).await
    }
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
