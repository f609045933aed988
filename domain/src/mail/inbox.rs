//! The dev inbox: keeps mails instead of sending them. In memory, and in a folder when it is given one.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{MailError, OutgoingMail};

/// A mail as the dev inbox shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedMail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub headers: BTreeMap<String, String>,
}

/// Mails in the order they came. Clones share them.
#[derive(Clone, Default)]
pub struct Inbox {
    mails: Arc<Mutex<Vec<ReceivedMail>>>,
    folder: Option<PathBuf>,
}

impl Inbox {
    /// Keeps mails in `folder` too (mode 0600 each), and finds there what came before.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn in_folder(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
        // A file cut short by a crash is no mail.
        let mails = paths.iter().filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok()).collect();
        Ok(Self { mails: Arc::new(Mutex::new(mails)), folder: Some(folder.to_owned()) })
    }

    #[must_use]
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn deliver(&self, mail: OutgoingMail) -> Result<(), MailError> {
        let mut headers = BTreeMap::from([
            ("From".to_owned(), mail.from_name),
            ("Message-ID".to_owned(), format!("<{}@inbox.localhost>", mail.id)),
            ("Content-Language".to_owned(), mail.locale),
            ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
        ]);
        headers.extend(mail.reply_to.map(|address| ("Reply-To".to_owned(), address)));
        let mail = ReceivedMail { to: mail.to, subject: mail.subject, text: mail.text, html: mail.html, headers };
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &self.folder {
            write(&folder.join(format!("{:08}.json", mails.len())), &mail)
                .map_err(|error| MailError::Later(error.to_string()))?;
        }
        mails.push(mail);
        Ok(())
    }
}

fn write(path: &Path, mail: &ReceivedMail) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&serde_json::to_vec(mail)?)
}
