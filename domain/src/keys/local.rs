//! The local provider: a master key file, readable by its owner alone. For trying out and small installations.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures::future::BoxFuture;
use recital_entities::{Sealed, TenantId};
use zeroize::Zeroizing;

use super::{ClearKey, DataKey, KEY_DISABLED, Key, KeyService, Place, seal};
use crate::error::{Error, Result};

/// Master keys by version, the newest last. A line of the file is `<version> <base64 of 32 bytes>`.
pub struct LocalKms(Vec<Key>);

impl LocalKms {
    /// Reads the master key file, making it (mode 0600) where there is none.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when the file can be read by others or is no key file.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            create(path).map_err(|error| refuse("cannot be made").because(error))?;
        }
        let metadata = fs::metadata(path).map_err(|error| refuse("cannot be read").because(error))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(refuse("is open to others: its mode must be 0600"));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| refuse("cannot be read").because(error))?);
        let keys: Vec<Key> = text.lines().map(parse).collect::<Option<_>>().ok_or_else(|| refuse("is malformed"))?;
        if keys.is_empty() { Err(refuse("is empty")) } else { Ok(Self(keys)) }
    }

    fn place(tenant: &TenantId) -> Place<'_> {
        Place { tenant: *tenant, subject: None, table: "tenant_keys", column: "wrapped", row: tenant }
    }

    fn newest(&self) -> Result<&Key> {
        self.0.last().ok_or_else(|| Error::internal("no master key"))
    }
}

fn refuse(what: &str) -> Error {
    Error::invalid("keys.master_key_file", "BAD_KEY_FILE", format!("the master key file {what}"))
}

fn create(path: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let clear = Zeroizing::new(seal::random::<32>()?);
    let line = Zeroizing::new(format!("1 {}\n", BASE64_STANDARD.encode(*clear)));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(line.as_bytes())?;
    Ok(file.sync_all()?)
}

fn parse(line: &str) -> Option<Key> {
    let (version, encoded) = line.split_once(' ')?;
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(encoded).ok()?);
    Some(Key::new(version.parse().ok()?, &ClearKey::new(bytes.as_slice().try_into().ok()?)))
}

impl KeyService for LocalKms {
    fn provider(&self) -> &'static str {
        "local"
    }

    fn key_id(&self) -> String {
        self.0.last().map_or_else(String::new, |key| format!("local/{}", key.version()))
    }

    fn generate(&self, tenant: TenantId) -> BoxFuture<'_, Result<DataKey>> {
        Box::pin(async move {
            let clear = ClearKey::new(seal::random()?);
            let wrapped = self.newest()?.seal(Self::place(&tenant), clear.as_slice())?.0;
            Ok(DataKey { clear, wrapped })
        })
    }

    fn unwrap<'a>(&'a self, tenant: TenantId, wrapped: &'a [u8]) -> BoxFuture<'a, Result<ClearKey>> {
        Box::pin(async move {
            let sealed = Sealed(wrapped.to_vec());
            let version = seal::version_of(&sealed)?;
            let master = self.0.iter().find(|key| key.version() == version);
            let master = master.ok_or_else(|| {
                Error::unavailable(KEY_DISABLED, "the master key that wraps this tenant's key is not in the key file")
            })?;
            let clear = master.open(Self::place(&tenant), &sealed)?;
            Ok(ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?))
        })
    }
}
