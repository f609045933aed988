//! The link in a mail: `<tenant>.<secret>`, both base58, so that it survives every mail program.
//!
//! The secret follows from the tenant's link key and the question's id: a mail that is composed again carries the same
//! link. Only its hash is stored.

use recital_entities::{ReverificationId, TenantId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{app::App, keys::TenantKeys};

/// A token as it stands in a link, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) tenant: TenantId,
    secret: Vec<u8>,
}

const SECRET_BYTES: usize = 32;

impl Token {
    pub(super) fn of(tenant: TenantId, keys: &TenantKeys, id: ReverificationId) -> Self {
        Self { tenant, secret: keys.link_secret(&format!("reverification/{id}")) }
    }

    /// None for what cannot be a token.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // Longer than any token: not worth decoding.
        let (tenant, secret) = text.split_once('.').filter(|_| text.len() <= 80)?;
        let tenant = TenantId(Uuid::from_slice(&bs58::decode(tenant).into_vec().ok()?).ok()?);
        let secret = bs58::decode(secret).into_vec().ok()?;
        (secret.len() == SECRET_BYTES).then_some(Self { tenant, secret })
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(&self.secret).to_vec()
    }

    /// Where the mail sends its reader.
    pub(super) fn link(&self, app: &App) -> String {
        format!("{}/verify/{}", app.core().settings.public_url, self.text())
    }

    fn text(&self) -> String {
        format!("{}.{}", bs58::encode(self.tenant.0).into_string(), bs58::encode(&self.secret).into_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text() {
        for (tenant, byte) in [(Uuid::from_u128(7), 0), (Uuid::max(), 255), (Uuid::nil(), 9)] {
            let token = Token { tenant: TenantId(tenant), secret: vec![byte; SECRET_BYTES] };
            assert!(Token::parse(&token.text()).is_some_and(|parsed| parsed == token));
            assert_eq!(token.hash().len(), 32);
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        let good = Token { tenant: TenantId(Uuid::max()), secret: vec![1; SECRET_BYTES] }.text();
        let long = format!("{good}{}", "1".repeat(60));
        for text in ["", ".", "abc", "abc.def", "0OIl.0OIl", &good.replace('.', ""), &good[..good.len() - 3], &long] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
