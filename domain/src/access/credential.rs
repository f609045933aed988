//! Secrets that people and services carry: each names its tenant, and only its hash is kept.

use std::fmt;

use recital_entities::TenantId;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{error::Result, keys::random};

const PREFIX: &str = "rct";

/// An API key as its holder has it: `rct_<tenant>_<secret>`, both base58.
pub struct Credential {
    pub tenant: TenantId,
    secret: Zeroizing<Vec<u8>>,
}

impl Credential {
    /// A new one, with 256 random bits.
    pub fn generate(tenant: TenantId) -> Result<Self> {
        Ok(Self { tenant, secret: Zeroizing::new(random::<32>()?.to_vec()) })
    }

    /// None for what is no credential.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let (prefix, tenant, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let secret = Zeroizing::new(decode(secret)?);
        (prefix == PREFIX && parts.next().is_none() && secret.len() == 32)
            .then_some(Self { tenant: decode_tenant(tenant)?, secret })
    }

    /// The whole of it, for the one time it is shown.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}_{}_{}", encode_tenant(self.tenant), encode(&self.secret))
    }

    /// Enough to recognise it by.
    #[must_use]
    pub fn prefix(&self) -> String {
        self.reveal()
            .chars()
            .take(PREFIX.len() + 1 + 4)
            .chain("…".chars())
            .chain(encode(&self.secret).chars().take(4))
            .collect()
    }

    /// What is stored. 256 random bits need no slow hash.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(&*self.secret).to_vec()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({PREFIX}_{}_…)", encode_tenant(self.tenant))
    }
}

/// The secret part of a mailed link: `<tenant>.<secret>`, both base58. Only its hash is kept.
pub struct LinkToken {
    pub tenant: TenantId,
    secret: Zeroizing<Vec<u8>>,
}

impl LinkToken {
    #[must_use]
    pub fn new(tenant: TenantId, secret: Vec<u8>) -> Self {
        Self { tenant, secret: Zeroizing::new(secret) }
    }

    /// None for what is no token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (tenant, secret) = text.split_once('.')?;
        let secret = Zeroizing::new(decode(secret)?);
        (secret.len() == 32).then_some(Self { tenant: decode_tenant(tenant)?, secret })
    }

    /// As it stands in the link.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}.{}", encode_tenant(self.tenant), encode(&self.secret))
    }

    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(&*self.secret).to_vec()
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkToken({}.…)", encode_tenant(self.tenant))
    }
}

fn encode(bytes: &[u8]) -> String {
    bs58::encode(bytes).into_string()
}

/// Text longer than any secret of ours is not decoded: base58 takes quadratic time.
fn decode(text: &str) -> Option<Vec<u8>> {
    (text.len() <= 64).then(|| bs58::decode(text).into_vec().ok()).flatten()
}

fn encode_tenant(tenant: TenantId) -> String {
    encode(tenant.0.as_bytes())
}

fn decode_tenant(text: &str) -> Option<TenantId> {
    Uuid::from_slice(&decode(text)?).ok().map(TenantId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_survives_a_round_trip_and_nothing_else_parses() {
        let credential = Credential::generate(TenantId(Uuid::from_u128(7))).unwrap();
        let text = credential.reveal();
        let parsed = Credential::parse(&text).unwrap();
        assert_eq!((parsed.tenant, parsed.hash()), (credential.tenant, credential.hash()));
        assert!(!format!("{credential:?}{}", credential.prefix()).contains(&text[20..]));

        for wrong in
            ["", "rct", "rct__", &text[1..], &text[..text.len() - 9], &format!("{text}_x"), &"1".repeat(100_000)]
        {
            assert!(Credential::parse(wrong).is_none(), "{wrong:.40}");
        }
    }
}
