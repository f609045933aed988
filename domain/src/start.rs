//! From settings to a working [`App`].

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use crate::{
    accounts::Passwords,
    app::{App, Core, Settings},
    bus::Bus,
    clock::{Clock, Ids},
    config::{Config, Keys, Mail},
    db::Db,
    error::{Error, Result},
    keys::{AwsKms, KeyRing, KeyService, LocalKms},
    mail::{Inbox, Mailer, SmtpMailer, SmtpSettings},
    vault::{ErasureLedger, FileStore},
};

/// Opens the database and makes ready what the rooms need. Mail server and KMS are first asked when they are needed.
///
/// # Errors
/// `BAD_USER_INPUT` naming a setting that does not hold; UNAVAILABLE without a database.
pub async fn open(config: &Config) -> Result<App> {
    open_at(config, Clock::System).await
}

/// Like [`open`], with another clock.
///
/// # Errors
/// As [`open`].
pub async fn open_at(config: &Config, clock: Clock) -> Result<App> {
    let database = &config.database;
    let db = Db::open(database.url.expose_secret(), database.max_connections, &database.app_role).await?;
    let mut keys = KeyRing::new(key_service(&config.keys).await?);
    keys.hold(config.holding);
    let files = FileStore::open(&config.files).await?;
    Ok(App::new(Core {
        db,
        keys,
        clock,
        ids: Ids::default(),
        mailer: mailer(&config.mail)?,
        ledger: ErasureLedger::open(config.erasures.as_ref(), &files).await?,
        files,
        passwords: Passwords::new()?,
        bus: Bus::default(),
        settings: Settings { public_url: config.public_url.clone() },
        work: tokio::sync::Notify::default(),
    }))
}

async fn key_service(keys: &Keys) -> Result<Box<dyn KeyService>> {
    Ok(match keys {
        Keys::AwsKms { key_id, limit } => Box::new(AwsKms::connect(key_id.clone(), *limit).await),
        Keys::Local { master_key_file } => Box::new(LocalKms::open(master_key_file)?),
    })
}

fn mailer(mail: &Mail) -> Result<Mailer> {
    Ok(match mail {
        Mail::Smtp(settings) => Mailer::Smtp(Arc::new(SmtpMailer::new(SmtpSettings::clone(settings))?)),
        Mail::Inbox { folder: None } => Mailer::Inbox(Inbox::default()),
        Mail::Inbox { folder: Some(folder) } => {
            let refuse = |error: std::io::Error| {
                Error::invalid("mail.folder", "BAD_SETTING", "the dev inbox's folder cannot be used").because(error)
            };
            Mailer::Inbox(Inbox::in_folder(folder).map_err(refuse)?)
        }
    })
}
