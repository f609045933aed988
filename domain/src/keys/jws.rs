//! Statements signed by the tenant: compact JWS (RFC 7515) with `EdDSA` (RFC 8037).

use aws_lc_rs::signature::KeyPair as _;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::json;

use super::TenantKeys;
use crate::error::{Error, Result};

impl TenantKeys {
    /// Signs `claims`; `kind` becomes the header's `typ`. Verifiable with [`TenantKeys::public_jwk`] alone.
    pub fn sign_jws(&self, kind: &str, claims: &impl Serialize) -> Result<String> {
        let header = json!({ "alg": "EdDSA", "typ": kind, "kid": self.key_id() });
        let part = |bytes: Vec<u8>| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let claims = serde_json::to_vec(claims).map_err(Error::internal)?;
        let message = format!("{}.{}", part(header.to_string().into_bytes()), part(claims));
        Ok(format!("{message}.{}", part(self.statement.sign(message.as_bytes()).as_ref().to_vec())))
    }

    /// The verifying key as a JWK (RFC 7517, RFC 8037).
    #[must_use]
    pub fn public_jwk(&self) -> serde_json::Value {
        public_jwk(self.statement.public_key().as_ref())
    }

    #[must_use]
    pub fn key_id(&self) -> String {
        key_id(self.statement.public_key().as_ref())
    }
}

/// An Ed25519 public key as a JWK.
pub(crate) fn public_jwk(public_key: &[u8]) -> serde_json::Value {
    let x = BASE64_URL_SAFE_NO_PAD.encode(public_key);
    json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id(public_key), "x": x })
}

/// Names a key: the first bytes of the public key's SHA-256, in hex.
pub(super) fn key_id(public_key: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(&sha2::Sha256::digest(public_key)[..8])
}
