//! The demo's data folder: readable by its owner alone, and all there is to delete afterwards.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder (mode 0700) where there is none.
    pub fn open(path: &Path) -> Result<Self> {
        let explain = || format!("the data folder {} cannot be used", path.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(explain)?;
        Ok(Self(path.canonicalize().with_context(explain)?))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn database_url(&self) -> String {
        let path = self.path("recital.db").display().to_string();
        let path = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        format!("sqlite://{path}?mode=rwc")
    }

    /// None where there is no such file, or it is empty.
    pub fn read(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.path(name)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Writes a file (mode 0600), all of it or nothing.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let fresh = self.path(&format!("{name}.new"));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        Ok(fs::rename(fresh, self.path(name))?)
    }
}
