//! Statements signed by the tenant: compact JWS (RFC 7515) with `EdDSA` (RFC 8037).

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
        Ok(format!("{message}.{}", part(self.sign(message.as_bytes()))))
    }

    /// The verifying key as a JWK (RFC 7517, RFC 8037).
    #[must_use]
    pub fn public_jwk(&self) -> serde_json::Value {
        let x = BASE64_URL_SAFE_NO_PAD.encode(self.public_key());
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.key_id(), "x": x })
    }

    /// Names the signing key: the first bytes of the public key's SHA-256, in hex.
    #[must_use]
    pub fn key_id(&self) -> String {
        use sha2::Digest as _;
        hex::encode(&sha2::Sha256::digest(self.public_key())[..8])
    }
}
