//! Operators' credentials: `rop_<secret>`, of which only a hash is kept.

use recital_entities::{AuditOutcome, OperatorTokenId, access::operator_tokens};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    Operator,
    door::{Act, COMMAND_LINE, write_entry},
};
use crate::{
    access::members::check_name,
    app::App,
    error::{Error, Result},
    keys::random,
};

const PREFIX: &str = "rop_";

/// Makes a token and answers its secret, which is shown this once. For the command line: whoever can reach the
/// database may make one.
///
/// # Errors
/// `BAD_USER_INPUT` for a name that is empty or too long.
pub async fn create_operator_token(app: &App, name: &str) -> Result<String> {
    check_name("name", name)?;
    let secret = Zeroizing::new(random::<32>()?);
    let text = format!("{PREFIX}{}", bs58::encode(*secret).into_string());
    let id: OperatorTokenId = app.core().ids.next(app.now()).into();
    let token = operator_tokens::ActiveModel {
        id: Set(id),
        name: Set(name.trim().to_owned()),
        secret_hash: Set(Sha256::digest(*secret).to_vec()),
        created_at: Set(app.now()),
        expires_at: Set(None),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    app.platform().insert_new(token).await?;
    let act = Act { action: "operator_token.created", resource: id.to_string(), details: json!({}) };
    write_entry(app, COMMAND_LINE.into(), id.0, AuditOutcome::Success, act).await?;
    Ok(text)
}

/// Whose token this is.
///
/// # Errors
/// UNAUTHENTICATED when it is malformed, unknown, expired or revoked: all the same to the caller.
pub async fn authenticate_operator(app: &App, token: &str, correlation: Uuid) -> Result<Operator> {
    let hash = hash(token).ok_or_else(Error::unauthenticated)?;
    let find = operator_tokens::Entity::find()
        .filter(operator_tokens::Column::SecretHash.eq(hash))
        .filter(operator_tokens::Column::RevokedAt.is_null());
    let token = app.platform().one(find).await?;
    let token = token.filter(|token| token.expires_at.is_none_or(|expiry| expiry > app.now()));
    Ok(Operator::with_token(token.ok_or_else(Error::unauthenticated)?.id, correlation))
}

/// Text longer than any token of ours is not decoded: base58 takes quadratic time.
fn hash(token: &str) -> Option<Vec<u8>> {
    let secret = token.strip_prefix(PREFIX).filter(|secret| secret.len() <= 64)?;
    let secret = Zeroizing::new(bs58::decode(secret).into_vec().ok()?);
    (secret.len() == 32).then(|| Sha256::digest(&*secret).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_the_form_of_a_token_is_looked_up() {
        let secret = bs58::encode([7; 32]).into_string();
        assert!(hash(&format!("rop_{secret}")).is_some());
        for wrong in ["", "rop_", "rop_abc", &secret, &format!("rct_{secret}"), &format!("rop_{}", "1".repeat(100_000))]
        {
            assert_eq!(hash(wrong), None, "{wrong:.40}");
        }
    }
}
