//! Signed statements of the log's size and root: C2SP tlog-checkpoint in a C2SP signed-note, with Ed25519.
//!
//! ```text
//! privacy.example.com/log/acme
//! 42
//! <root, base64>
//!
//! — privacy.example.com/log/acme <key id and signature, base64>
//! ```

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

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

    fn note(&self, public_key: &[u8], signature: &[u8]) -> String {
        let signature = [&key_id(&self.origin, public_key), signature].concat();
        format!("{}\n— {} {}\n", self.text(), self.origin, BASE64_STANDARD.encode(signature))
    }

    /// What the note says, if it was signed with `public_key` in the name of the origin it states.
    #[must_use]
    pub fn open(note: &str, public_key: &[u8]) -> Option<Self> {
        let (body, signature) = note.split_once("\n\n— ")?;
        let mut lines = body.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = BASE64_STANDARD.decode(root).ok()?.try_into().ok()?;
        let stated = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
        let (name, signature) = signature.strip_suffix('\n')?.split_once(' ')?;
        let signature = BASE64_STANDARD.decode(signature).ok()?;
        let (id, signature) = signature.split_first_chunk::<4>()?;
        let named = lines.next().is_none() && name == origin && *id == key_id(origin, public_key);
        let valid = UnparsedPublicKey::new(&ED25519, public_key).verify(stated.text().as_bytes(), signature).is_ok();
        (named && valid).then_some(stated)
    }
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
    use signed_note::{Note, StandardVerifier, VerifierList};

    use super::*;

    const ORIGIN: &str = "privacy.example.com/log/acme";

    fn signed() -> (Checkpoint, Vec<u8>, String) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let public_key = pair.public_key().as_ref().to_vec();
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 42, root: [9; 32] };
        let note = checkpoint.note(&public_key, pair.sign(checkpoint.text().as_bytes()).as_ref());
        (checkpoint, public_key, note)
    }

    #[test]
    fn other_implementations_read_the_note_and_its_signature() {
        let (_, public_key, note) = signed();
        let verifier = StandardVerifier::new(&verifier_key(ORIGIN, &public_key)).unwrap();
        let parsed = Note::from_bytes(note.as_bytes()).unwrap();
        let (verified, _) = parsed.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
        assert_eq!(verified.len(), 1);

        let stated = tlog_tiles::Checkpoint::from_bytes(parsed.text()).unwrap();
        assert_eq!((stated.origin(), stated.size(), stated.hash().0), (ORIGIN, 42, [9; 32]));
    }

    #[test]
    fn only_the_untouched_note_opens_and_only_with_its_key() {
        let (checkpoint, public_key, note) = signed();
        assert_eq!(Checkpoint::open(&note, &public_key), Some(checkpoint));
        assert_eq!(Checkpoint::open(&note, &[1; 32]), None);
        for (written, forged) in
            [("42", "43"), ("acme", "evil"), ("CQkJ", "CQkK"), ("\n\n", "\nmore\n\n"), ("— ", "- ")]
        {
            assert_eq!(Checkpoint::open(&note.replacen(written, forged, 1), &public_key), None, "{forged}");
        }
    }
}
