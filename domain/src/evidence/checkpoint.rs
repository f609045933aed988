//! Signed statements of the log's size and root: C2SP tlog-checkpoint in a C2SP signed-note, with Ed25519.
//!
//! ```text
//! privacy.example.com/log/acme
//! 42
//! <root, base64>
//!
//! — privacy.example.com/log/acme <key id and signature, base64>
//! ```

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};

use super::tree::Hash;
use crate::keys::TenantKeys;

/// The signature type of Ed25519 in a signed note.
const ED25519_TYPE: u8 = 1;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log, and the key that signs for it.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64_STANDARD.encode(self.root))
    }

    /// The note, signed with the tenant's key.
    #[must_use]
    pub fn sign(&self, keys: &TenantKeys) -> String {
        self.note(&keys.public_key(), &keys.sign(self.text().as_bytes()))
    }

    #[cfg(test)]
    pub fn signed_by(&self, pair: &aws_lc_rs::signature::Ed25519KeyPair) -> String {
        use aws_lc_rs::signature::KeyPair as _;
        self.note(pair.public_key().as_ref(), pair.sign(self.text().as_bytes()).as_ref())
    }

    fn note(&self, public_key: &[u8], signature: &[u8]) -> String {
        let signature = [&key_id(&self.origin, public_key), signature].concat();
        format!("{}\n— {} {}\n", self.text(), self.origin, BASE64_STANDARD.encode(signature))
    }

    /// What the note says, if `verifier_key` is its origin's and has signed it.
    #[must_use]
    pub fn open(note: &str, verifier_key: &str) -> Option<Self> {
        let verifier = StandardVerifier::new(verifier_key).ok()?;
        let note = Note::from_bytes(note.as_bytes()).ok()?;
        let (signatures, _) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).ok()?;
        let stated = tlog_tiles::Checkpoint::from_bytes(note.text()).ok()?;
        let signed = signatures.iter().any(|signature| signature.name() == stated.origin());
        signed.then(|| Self { origin: stated.origin().to_owned(), size: stated.size(), root: stated.hash().0 })
    }
}

/// The origin that a note states, signed or not.
pub(super) fn stated_origin(note: &str) -> &str {
    note.lines().next().unwrap_or_default()
}

/// The verifier key of signed-note: name, key id and public key.
#[must_use]
pub fn verifier_key(origin: &str, public_key: &[u8]) -> String {
    let key = [&[ED25519_TYPE], public_key].concat();
    format!("{origin}+{}+{}", hex::encode(key_id(origin, public_key)), BASE64_STANDARD.encode(key))
}

fn key_id(origin: &str, public_key: &[u8]) -> [u8; 4] {
    let hash =
        Sha256::new().chain_update(origin).chain_update([b'\n', ED25519_TYPE]).chain_update(public_key).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    const ORIGIN: &str = "privacy.example.com/log/acme";

    #[test]
    fn only_the_untouched_note_opens_and_only_with_its_key() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let key = verifier_key(ORIGIN, pair.public_key().as_ref());
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 42, root: [9; 32] };
        let note = checkpoint.signed_by(&pair);
        assert_eq!(Checkpoint::open(&note, &key), Some(checkpoint));
        let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
        assert_eq!(Checkpoint::open(&note, &verifier_key(ORIGIN, other.public_key().as_ref())), None);
        assert_eq!(Checkpoint::open(&note, &verifier_key("elsewhere.example", pair.public_key().as_ref())), None);
        for (written, forged) in
            [("42", "43"), ("acme", "evil"), ("CQkJ", "CQkK"), ("\n\n", "\nmore\n\n"), ("— ", "- ")]
        {
            assert_eq!(Checkpoint::open(&note.replacen(written, forged, 1), &key), None, "{forged}");
        }
    }
}
