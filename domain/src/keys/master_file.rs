//! The master key file: one line a version, the newest last, `<version> <base64 of 32 bytes>`.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{ClearKey, KMS_UNAVAILABLE, Key, seal};
use crate::error::{Error, Result};

/// Where the master keys are.
#[derive(Clone, Debug)]
pub struct MasterKeyFile(PathBuf);

/// While it lives no other process changes the file.
pub(super) struct Changing<'a> {
    file: &'a MasterKeyFile,
    _lock: File,
}

impl MasterKeyFile {
    /// Checks the file, making it (mode 0600) where there is none.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when the file can be read by others or is no key file.
    pub fn open(path: &Path) -> Result<Self> {
        let file = Self(path.to_owned());
        if !path.exists() {
            file.replace(&[(1, new_key()?)]).map_err(|error| refuse("cannot be made").because(error))?;
        }
        file.lines().map_err(|what| refuse(&what))?;
        Ok(file)
    }

    /// Every version, the newest last.
    ///
    /// # Errors
    /// UNAVAILABLE with `KMS_UNAVAILABLE`.
    pub(super) fn read(&self) -> Result<Vec<Key>> {
        let lines = self.lines().map_err(|what| unusable(&what))?;
        Ok(lines.iter().map(|(version, clear)| Key::new(*version, clear)).collect())
    }

    pub(super) fn newest(&self) -> Result<Key> {
        self.read()?.pop().ok_or_else(|| unusable("is empty"))
    }

    /// # Errors
    /// UNAVAILABLE with `KMS_UNAVAILABLE`.
    pub(super) fn change(&self) -> Result<Changing<'_>> {
        let cannot = |error| unusable("cannot be locked").because(error);
        let lock = File::open(self.folder()).map_err(cannot)?;
        lock.lock().map_err(cannot)?;
        Ok(Changing { file: self, _lock: lock })
    }

    /// Else what is wrong with it.
    fn lines(&self) -> Result<Vec<(i32, ClearKey)>, String> {
        let cannot = |error: std::io::Error| format!("cannot be read ({})", error.kind());
        if fs::metadata(&self.0).map_err(cannot)?.permissions().mode() & 0o077 != 0 {
            return Err("is open to others: its mode must be 0600".to_owned());
        }
        let text = Zeroizing::new(fs::read_to_string(&self.0).map_err(cannot)?);
        let lines: Option<Vec<_>> = text.lines().map(parse).collect();
        lines.filter(|lines| !lines.is_empty()).ok_or_else(|| "is malformed".to_owned())
    }

    /// Puts a whole new file in the old one's place, so that a reader sees the one or the other.
    fn replace(&self, lines: &[(i32, ClearKey)]) -> std::io::Result<()> {
        let new = self.0.with_extension("new");
        if let Err(error) = fs::remove_file(&new)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        for (version, clear) in lines {
            let key = Zeroizing::new(BASE64_STANDARD.encode(clear.as_slice()));
            file.write_all(Zeroizing::new(format!("{version} {}\n", *key)).as_bytes())?;
        }
        file.sync_all()?;
        fs::rename(&new, &self.0)?;
        File::open(self.folder())?.sync_all()
    }

    fn folder(&self) -> &Path {
        self.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

impl Changing<'_> {
    /// Adds a version, unless an earlier change was interrupted and left one that waits. Answers the newest.
    pub fn add_version(&self) -> Result<i32> {
        let mut lines = self.lines()?;
        if lines.len() == 1 {
            lines.push((lines[0].0 + 1, new_key()?));
            self.write(&lines)?;
        }
        Ok(lines.last().map_or(0, |(version, _)| *version))
    }

    /// Drops every version but the newest.
    pub fn drop_older(&self) -> Result<()> {
        let newest = self.lines()?.pop();
        self.write(newest.as_slice())
    }

    fn lines(&self) -> Result<Vec<(i32, ClearKey)>> {
        self.file.lines().map_err(|what| unusable(&what))
    }

    fn write(&self, lines: &[(i32, ClearKey)]) -> Result<()> {
        self.file.replace(lines).map_err(|error| unusable("cannot be written").because(error))
    }
}

fn new_key() -> Result<ClearKey> {
    Ok(ClearKey::new(seal::random()?))
}

fn refuse(what: &str) -> Error {
    Error::invalid("keys.master_key_file", "BAD_KEY_FILE", format!("the master key file {what}"))
}

fn unusable(what: &str) -> Error {
    let cause = format!("the master key file {what}");
    Error::unavailable(KMS_UNAVAILABLE, "the key service does not answer; try again").because(cause)
}

fn parse(line: &str) -> Option<(i32, ClearKey)> {
    let (version, encoded) = line.split_once(' ')?;
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(encoded).ok()?);
    Some((version.parse().ok()?, ClearKey::new(bytes.as_slice().try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(file: &MasterKeyFile) -> Vec<i32> {
        file.read().unwrap().iter().map(Key::version).collect()
    }

    #[test]
    fn a_version_is_added_once_until_the_older_ones_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let file = MasterKeyFile::open(&path).unwrap();
        assert_eq!(versions(&file), [1]);
        let first = fs::read_to_string(&path).unwrap();

        assert_eq!(file.change().unwrap().add_version().unwrap(), 2);
        assert_eq!(file.change().unwrap().add_version().unwrap(), 2, "an interrupted rotation goes on");
        assert_eq!(versions(&file), [1, 2]);
        assert!(fs::read_to_string(&path).unwrap().starts_with(&first));

        file.change().unwrap().drop_older().unwrap();
        assert_eq!(versions(&file), [2]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_others_can_read_or_that_is_no_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, mode) in [("open", "1 AAAA\n", 0o644), ("short", "1 AAAA\n", 0o600), ("empty", "", 0o600)] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(MasterKeyFile::open(&path).unwrap_err().reason(), "BAD_KEY_FILE", "{name}");
        }
    }
}
