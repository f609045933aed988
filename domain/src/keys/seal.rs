//! Sealed values: `COSE_Encrypt0` (RFC 9052) with AES-256-GCM, bound to the place they stand in.

use std::fmt::Display;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use coset::{CborSerializable as _, CoseEncrypt0, CoseEncrypt0Builder, HeaderBuilder, iana};
use rand::TryRngCore as _;
use recital_entities::{Sealed, SubjectId, TenantId};
use zeroize::Zeroizing;

use super::ClearKey;
use crate::{
    error::{Error, Result},
    telemetry::metrics::{SealedValueRefusals, Table},
};

/// Where a sealed value stands: its external AAD. A value copied to another place does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub tenant: TenantId,
    /// None for what is sealed under the tenant key.
    pub subject: Option<SubjectId>,
    pub table: &'static str,
    pub column: &'static str,
    /// The row's id; with its version where a row has several.
    pub row: &'a dyn RowName,
}

/// A sealed value that did not open where it stands: its place, in ids and words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open, {table}.{column} of {row}: {why}")]
pub struct RefusedValue {
    pub table: &'static str,
    pub column: &'static str,
    pub row: String,
    pub subject: Option<SubjectId>,
    why: &'static str,
}

/// Names a row within its table.
pub trait RowName: Display + std::fmt::Debug + Sync {}

impl<T: Display + std::fmt::Debug + Sync> RowName for T {}

impl Place<'_> {
    /// The error for what does not open here. Counted.
    pub(super) fn refuse(&self, why: &'static str) -> Error {
        SealedValueRefusals { table: Table::named(self.table) }.count();
        let (table, column, row, subject) = (self.table, self.column, self.row.to_string(), self.subject);
        Error::value_refused(RefusedValue { table, column, row, subject, why })
    }

    /// `recital/1|tenant|subject or -|table|column|row`.
    fn aad(&self) -> Vec<u8> {
        let subject = self.subject.map_or_else(|| "-".to_owned(), |subject| subject.to_string());
        format!("recital/1|{}|{subject}|{}|{}|{}", self.tenant, self.table, self.column, self.row).into_bytes()
    }
}

/// A 256-bit key with its version, ready to seal and open.
pub struct Key {
    version: i32,
    cipher: LessSafeKey,
}

impl Key {
    #[must_use]
    pub fn new(version: i32, clear: &ClearKey) -> Self {
        #[expect(clippy::expect_used, reason = "the length is in the type")]
        let cipher = UnboundKey::new(&AES_256_GCM, clear.as_slice()).expect("an AES-256 key is 32 bytes");
        Self { version, cipher: LessSafeKey::new(cipher) }
    }

    #[must_use]
    pub fn version(&self) -> i32 {
        self.version
    }

    /// # Errors
    /// Internal, when the system gives no randomness.
    pub fn seal(&self, place: Place<'_>, clear: &[u8]) -> Result<Sealed> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let protected =
            HeaderBuilder::new().algorithm(iana::Algorithm::A256GCM).key_id(self.version.to_string().into_bytes());
        let message = CoseEncrypt0Builder::new()
            .protected(protected.build())
            .unprotected(HeaderBuilder::new().iv(nonce.to_vec()).build())
            .try_create_ciphertext(clear, &place.aad(), |clear, aad| {
                let mut buffer = clear.to_vec();
                self.cipher
                    .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut buffer)
                    .map(|()| buffer)
            })
            .map_err(Error::internal)?
            .build();
        Ok(Sealed(message.to_vec().map_err(Error::internal)?))
    }

    /// # Errors
    /// `SEALED_VALUE_REFUSED`, when the value is not what was sealed at this place under this key.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>> {
        let message = parse(sealed).ok_or_else(|| place.refuse("it is malformed"))?;
        let nonce = Nonce::try_assume_unique_for_key(&message.unprotected.iv);
        let nonce = nonce.map_err(|_| place.refuse("it is malformed"))?;
        let mut clear = message
            .decrypt_ciphertext(
                &place.aad(),
                || aws_lc_rs::error::Unspecified,
                |ciphertext, aad| {
                    let mut buffer = ciphertext.to_vec();
                    let length = self.cipher.open_in_place(nonce, Aad::from(aad), &mut buffer)?.len();
                    buffer.truncate(length);
                    Ok(buffer)
                },
            )
            .map_err(|_| place.refuse("it is not what was sealed here"))?;
        Ok(Zeroizing::new(std::mem::take(&mut clear)))
    }
}

/// The version of the key that a value was sealed with; None where it names none.
pub fn version_of(sealed: &Sealed) -> Option<i32> {
    std::str::from_utf8(&parse(sealed)?.protected.header.key_id).ok()?.parse().ok()
}

fn parse(sealed: &Sealed) -> Option<CoseEncrypt0> {
    CoseEncrypt0::from_slice(&sealed.0).ok()
}

/// Bytes from the operating system.
///
/// # Errors
/// Internal, when the system gives no randomness.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(byte: u8) -> Key {
        Key::new(1, &ClearKey::new([byte; 32]))
    }

    #[test]
    fn a_value_opens_only_in_its_place_and_under_its_key() {
        let tenant = TenantId(Uuid::from_u128(1));
        let subject = Some(SubjectId(Uuid::from_u128(2)));
        let (row, other) = (Uuid::from_u128(3), Uuid::from_u128(4));
        let place = Place { tenant, subject, table: "records", column: "payload", row: &row };
        let sealed = key(7).seal(place, b"secret").unwrap();

        assert_eq!(key(7).open(place, &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(version_of(&sealed), Some(1));
        assert!(key(8).open(place, &sealed).is_err());
        for elsewhere in [
            Place { tenant: TenantId(other), ..place },
            Place { subject: Some(SubjectId(other)), ..place },
            Place { subject: None, ..place },
            Place { table: "profiles", ..place },
            Place { column: "attributes", ..place },
            Place { row: &other, ..place },
        ] {
            assert!(key(7).open(elsewhere, &sealed).is_err(), "{elsewhere:?}");
        }
    }

    #[test]
    fn no_flipped_bit_goes_unnoticed() {
        let row = Uuid::nil();
        let place = Place { tenant: TenantId(row), subject: None, table: "t", column: "c", row: &row };
        let sealed = key(7).seal(place, b"secret").unwrap();
        for index in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[index] ^= 1;
            assert!(key(7).open(place, &changed).is_err(), "byte {index}");
        }
    }
}
