//! One tenant's clear keys, and what is done with them.

use std::sync::atomic::AtomicU64;

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{Sealed, SecretKind, TenantId, vault::tenant_secrets};
use zeroize::Zeroizing;

use super::{ClearKey, Key, Place, RowName, seal, statement::signing_key};
use crate::error::{Error, Result};

/// One tenant's clear keys. Wiped when the last user lets go: aws-lc clears what it frees.
pub struct TenantKeys {
    tenant: TenantId,
    /// By version, the newest last.
    keys: Vec<Key>,
    /// By version, the newest last.
    indexes: Vec<IndexKey>,
    hash: hmac::Key,
    link: hmac::Key,
    signing: Ed25519KeyPair,
    pub(super) statement: Ed25519KeyPair,
    pub(super) uses: AtomicU64,
}

struct IndexKey {
    version: i32,
    key: hmac::Key,
    /// From then on every process looks with it, so that it may be written with.
    settled_at: DateTime<Utc>,
}

/// A blind index and the version of the key that made it.
#[derive(Default)]
pub struct BlindIndex {
    pub version: i32,
    pub hash: Vec<u8>,
}

impl TenantKeys {
    pub(super) fn open_all(
        tenant: TenantId,
        keys: Vec<Key>,
        secrets: &[tenant_secrets::Model],
        settles_after: TimeDelta,
    ) -> Result<Self> {
        let open = |row: &tenant_secrets::Model| {
            let name = secret_row(row.kind, row.version);
            let place = secret_place(&tenant, &name);
            let clear = find(&keys, place, &row.secret)?.open(place, &row.secret)?;
            Ok::<_, Error>(ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?))
        };
        let of_kind = |kind| {
            let mut rows: Vec<_> = secrets.iter().filter(|row| row.kind == kind).collect();
            rows.sort_by_key(|row| row.version);
            rows
        };
        let newest = |kind| open(of_kind(kind).last().ok_or_else(|| Error::internal("a tenant without its secrets"))?);
        let indexes = of_kind(SecretKind::Index).into_iter().map(|row| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, open(row)?.as_slice());
            let settled_at = if row.version == 1 { row.created_at } else { row.created_at + settles_after };
            Ok(IndexKey { version: row.version, key, settled_at })
        });
        let indexes = indexes.collect::<Result<Vec<_>>>()?;
        // Tenants of the first release hash with their first index key until a rotation sets it apart.
        let hash = of_kind(SecretKind::Hash).into_iter().chain(of_kind(SecretKind::Index)).next();
        let hash = open(hash.ok_or_else(|| Error::internal("a tenant without its secrets"))?)?;
        let hash = hmac::Key::new(hmac::HMAC_SHA256, hash.as_slice());
        let link = hmac::Key::new(hmac::HMAC_SHA256, newest(SecretKind::Link)?.as_slice());
        let signing = signing_key(&newest(SecretKind::Signing)?)?;
        let rotated = secrets.iter().any(|row| row.kind == SecretKind::Statement);
        let statement = if rotated { SecretKind::Statement } else { SecretKind::Signing };
        let statement = signing_key(&newest(statement)?)?;
        Ok(Self { tenant, keys, indexes, hash, link, signing, statement, uses: AtomicU64::new(0) })
    }

    /// The key that seals what is new.
    pub fn newest(&self) -> Result<&Key> {
        self.keys.last().ok_or_else(|| Error::internal("a tenant without a key"))
    }

    /// Seals something of the tenant's own (no subject) at its place.
    pub fn seal(&self, table: &'static str, column: &'static str, row: &dyn RowName, clear: &[u8]) -> Result<Sealed> {
        self.newest()?.seal(self.place(table, column, row), clear)
    }

    /// Opens what [`Self::seal`] sealed, with whichever version sealed it.
    pub fn open(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>> {
        self.open_at(self.place(table, column, row), sealed)
    }

    /// What was sealed under an older version, sealed under the newest; none when it was already.
    pub fn reseal(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        sealed: &Sealed,
    ) -> Result<Option<Sealed>> {
        self.reseal_at(self.place(table, column, row), sealed)
    }

    /// Opens what any of the versions sealed at `place`.
    pub fn open_at(&self, place: Place<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>> {
        find(&self.keys, place, sealed)?.open(place, sealed)
    }

    /// Like [`Self::reseal`], for any place.
    pub fn reseal_at(&self, place: Place<'_>, sealed: &Sealed) -> Result<Option<Sealed>> {
        let (old, newest) = (find(&self.keys, place, sealed)?, self.newest()?);
        if old.version() == newest.version() {
            return Ok(None);
        }
        newest.seal(place, &old.open(place, sealed)?).map(Some)
    }

    /// Like [`Self::seal`], for text.
    pub fn seal_text(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        text: &str,
    ) -> Result<Sealed> {
        self.seal(table, column, row, text.as_bytes())
    }

    /// Like [`Self::open`], for text.
    pub fn open_text(
        &self,
        table: &'static str,
        column: &'static str,
        row: &dyn RowName,
        sealed: &Sealed,
    ) -> Result<String> {
        let clear = self.open(table, column, row, sealed)?;
        String::from_utf8(clear.to_vec()).map_err(|_| Error::internal("a sealed text is not UTF-8"))
    }

    fn place<'a>(&self, table: &'static str, column: &'static str, row: &'a dyn RowName) -> Place<'a> {
        Place { tenant: self.tenant, subject: None, table, column, row }
    }

    /// A keyed hash (HMAC-SHA-256) that stays the same for the tenant's life: it is compared with ones that left the
    /// house. `kind` keeps kinds apart.
    #[must_use]
    pub fn index(&self, kind: &str, value: &str) -> Vec<u8> {
        hashed(&self.hash, kind, value)
    }

    /// The blind indexes by which a row with `value` may be found: one of each version of the index key.
    #[must_use]
    pub fn blind_indexes(&self, kind: &str, value: &str) -> Vec<Vec<u8>> {
        self.indexes.iter().map(|index| index.hash(kind, value)).collect()
    }

    /// The blind index to write now.
    #[must_use]
    pub fn blind_index(&self, kind: &str, value: &str, now: DateTime<Utc>) -> BlindIndex {
        self.settled(now)
            .map(|index| BlindIndex { version: index.version, hash: index.hash(kind, value) })
            .unwrap_or_default()
    }

    /// The newest version of the index key that may be written with.
    #[must_use]
    pub fn index_version(&self, now: DateTime<Utc>) -> i32 {
        self.settled(now).map_or(1, |index| index.version)
    }

    fn settled(&self, now: DateTime<Utc>) -> Option<&IndexKey> {
        self.indexes.iter().rfind(|index| index.settled_at <= now).or(self.indexes.first())
    }

    /// The secret part of a mailed link. The same for the same `what`, so that a mail that is sent again is the same
    /// mail; known to nobody without the tenant's key.
    #[must_use]
    pub fn link_secret(&self, what: &str) -> Vec<u8> {
        hmac::sign(&self.link, what.as_bytes()).as_ref().to_vec()
    }

    /// Signs with the tenant's Ed25519 key.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign(message).as_ref().to_vec()
    }

    /// The Ed25519 key that verifies [`Self::sign`]: 32 bytes.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.signing.public_key().as_ref().to_vec()
    }
}

impl IndexKey {
    fn hash(&self, kind: &str, value: &str) -> Vec<u8> {
        hashed(&self.key, kind, value)
    }
}

fn hashed(key: &hmac::Key, kind: &str, value: &str) -> Vec<u8> {
    hmac::sign(key, format!("{kind}|{value}").as_bytes()).as_ref().to_vec()
}

pub(super) fn secret_row(kind: SecretKind, version: i32) -> String {
    format!("{kind}/{version}")
}

pub(super) fn secret_place<'a>(tenant: &TenantId, row: &'a String) -> Place<'a> {
    Place { tenant: *tenant, subject: None, table: "tenant_secrets", column: "secret", row }
}

fn find<'a>(keys: &'a [Key], place: Place<'_>, sealed: &Sealed) -> Result<&'a Key> {
    let version = seal::version_of(sealed);
    keys.iter()
        .find(|key| Some(key.version()) == version)
        .ok_or_else(|| place.refuse("it names no version of the tenant's key"))
}
