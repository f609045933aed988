//! What the operator sets: a TOML file, overridden by `RECITAL_*` variables.
//!
//! Nested settings join with two underscores (`RECITAL_DATABASE__URL`); a secret may stand in a file that a variable with
//! `_FILE` at its end names. Every fault is reported at once, by name; a secret's value is never shown.

mod reader;

pub use reader::{Fault, Faults};

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{
    keys::Holding,
    mail::{DkimSettings, SmtpSettings, Tls, check_bounce_secret},
};
use reader::Reader;

/// A configuration without a fault.
#[derive(Clone, Debug)]
pub struct Config {
    pub environment: Environment,
    pub listen: SocketAddr,
    pub operator_listen: SocketAddr,
    /// Where a process that is a worker alone shows its numbers; None: nowhere.
    pub worker_listen: Option<SocketAddr>,
    /// Without a slash at the end.
    pub public_url: String,
    pub database: Database,
    pub keys: Keys,
    pub holding: Holding,
    pub mail: Mail,
    pub audit: Audit,
    pub files: Files,
    /// Where the erasure ledger stands; beside the files where nothing else is said.
    pub erasures: Option<FileStoreKind>,
    /// What reports of bounced mails are signed with; without one, none are taken.
    pub bounce_secret: Option<SecretString>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub log: Log,
    pub limits: Limits,
}

/// Whether strangers reach this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Environment {
    Production,
    /// `GraphiQL`, introspection and the dev inbox are there.
    Development,
}

#[derive(Clone, Debug)]
pub struct Database {
    /// `postgres://…` or `sqlite://…`, the login of the service.
    pub url: SecretString,
    /// The login that owns the schema and migrates it; the service's own where it is the same.
    pub owner_url: Option<SecretString>,
    pub max_connections: u32,
    /// The role that a login which could pass row-level security is made to take.
    pub app_role: String,
}

impl Database {
    /// The login to migrate with.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.owner_url.as_ref().unwrap_or(&self.url).expose_secret()
    }
}

/// Who holds the key that wraps tenant keys.
#[derive(Clone, Debug)]
pub enum Keys {
    Local {
        master_key_file: PathBuf,
    },
    /// `limit`: the longest that one call may take, retries included.
    AwsKms {
        key_id: String,
        limit: Duration,
    },
}

/// Where mails go.
#[derive(Clone, Debug)]
pub enum Mail {
    Smtp(Box<SmtpSettings>),
    /// Kept instead of sent, in `folder` where there is one.
    Inbox {
        folder: Option<PathBuf>,
    },
}

/// Where the content of files stands, sealed.
#[derive(Clone, Debug)]
pub struct Files {
    pub store: FileStoreKind,
    /// The most bytes that one file may have.
    pub largest: u64,
}

#[derive(Clone, Debug)]
pub enum FileStoreKind {
    Folder(PathBuf),
    /// Region, credentials and endpoint come from AWS's own chain.
    S3 {
        bucket: String,
    },
}

#[derive(Clone, Copy, Debug)]
pub struct Audit {
    /// Whether strangers are served the hashes of the tenants' audit logs.
    pub public_log: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Log {
    pub format: LogFormat,
    pub level: tracing::Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum LogFormat {
    Json,
    Text,
}

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long requests and jobs under way may take to end when the process is told to stop.
    pub shutdown: Duration,
    /// How many work items one process performs side by side.
    pub work_at_once: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
enum KeyProvider {
    #[strum(serialize = "local")]
    Local,
    #[strum(serialize = "aws-kms")]
    AwsKms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
enum FileStoreWord {
    Folder,
    S3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
enum MailProvider {
    Smtp,
    Inbox,
}

impl Config {
    /// Reads `file`, then the variables.
    ///
    /// # Errors
    /// Every fault there is.
    pub fn load(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Faults> {
        let mut reader = Reader::open(file, variables)?;
        let config = read(&mut reader);
        reader.finish(config)
    }

    /// Every setting there is, dotted.
    #[must_use]
    pub fn settings() -> Vec<&'static str> {
        Reader::open(None, []).map_or_else(
            |_| Vec::new(),
            |mut reader| {
                read(&mut reader);
                reader.asked().to_vec()
            },
        )
    }
}

fn read(reader: &mut Reader) -> Config {
    let environment = reader.value("environment", Environment::Production, "`production` or `development`");
    Config {
        environment,
        listen: reader.value("listen", SocketAddr::from(([127, 0, 0, 1], 8080)), ADDRESS),
        operator_listen: reader.value("operator_listen", SocketAddr::from(([127, 0, 0, 1], 8081)), ADDRESS),
        worker_listen: read_worker_listen(reader),
        public_url: read_public_url(reader, environment),
        database: read_database(reader),
        keys: read_keys(reader),
        holding: read_holding(reader),
        mail: read_mail(reader, environment),
        audit: Audit { public_log: reader.value("audit.public_log", true, "`true` or `false`") },
        files: read_files(reader),
        erasures: read_erasures(reader),
        bounce_secret: read_bounce_secret(reader),
        trusted_proxies: read_proxies(reader),
        log: Log {
            format: reader.value("log.format", LogFormat::Json, "`json` or `text`"),
            level: reader.value("log.level", tracing::Level::INFO, "`error`, `warn`, `info`, `debug` or `trace`"),
        },
        limits: read_limits(reader),
    }
}

fn read_worker_listen(reader: &mut Reader) -> Option<SocketAddr> {
    let address = reader.text("worker_listen")?.parse().ok();
    if address.is_none() {
        reader.fault("worker_listen", format!("expected {ADDRESS}"));
    }
    address
}

const ADDRESS: &str = "an address and a port, such as 0.0.0.0:8080";

fn read_public_url(reader: &mut Reader, environment: Environment) -> String {
    let text = reader.required("public_url");
    if text.is_empty() {
        return text;
    }
    match Url::parse(&text) {
        Ok(url) if url.host().is_none() || url.query().is_some() || url.fragment().is_some() => {
            reader.fault("public_url", "expected an address such as https://privacy.example.com");
        }
        Ok(url) if url.scheme() == "https" => {}
        Ok(url) if url.scheme() == "http" && environment == Environment::Development => {}
        Ok(_) => reader.fault("public_url", "must begin with https:// in production: personal data travels over it"),
        Err(_) => reader.fault("public_url", "expected an address such as https://privacy.example.com"),
    }
    text.trim_end_matches('/').to_owned()
}

fn read_database(reader: &mut Reader) -> Database {
    let database = Database {
        url: SecretString::from(reader.required("database.url")),
        owner_url: reader.secret("database.owner_url"),
        max_connections: reader.value("database.max_connections", 16, "a number of connections, 2 to 1000"),
        app_role: reader.text("database.app_role").unwrap_or_else(|| "recital_app".to_owned()),
    };
    let logins = [("database.url", Some(&database.url)), ("database.owner_url", database.owner_url.as_ref())];
    for (setting, url) in logins {
        let known = url.is_none_or(|url| {
            let url = url.expose_secret();
            url.is_empty() || ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| url.starts_with(scheme))
        });
        if !known {
            reader.fault(setting, "must begin with postgres:// or sqlite://");
        }
    }
    if !(2..=1000).contains(&database.max_connections) {
        reader.fault("database.max_connections", "expected a number of connections, 2 to 1000");
    }
    database
}

fn read_keys(reader: &mut Reader) -> Keys {
    let provider = choice(reader, "keys.provider", "`local` or `aws-kms`");
    let file = reader.text("keys.master_key_file");
    let key_id = reader.text("keys.kms_key_id");
    let limit = Duration::from_secs(bounded(reader, "keys.kms_timeout_seconds", 4, 1, 25));
    match provider {
        Some(KeyProvider::Local) => {
            let missing = "is missing: the local provider keeps its master key there";
            Keys::Local { master_key_file: needed(reader, "keys.master_key_file", file, missing).into() }
        }
        Some(KeyProvider::AwsKms) => {
            let missing = "is missing: aws-kms needs the id, ARN or alias of the key";
            Keys::AwsKms { key_id: needed(reader, "keys.kms_key_id", key_id, missing), limit }
        }
        None => Keys::AwsKms { key_id: String::new(), limit },
    }
}

fn read_holding(reader: &mut Reader) -> Holding {
    Holding {
        held_for: Duration::from_secs(bounded(reader, "keys.held_for_seconds", 300, 1, 3600)),
        largest_use: bounded(reader, "keys.held_for_uses", 10_000_000, 1, 1_000_000_000),
    }
}

/// A number within limits.
fn bounded(reader: &mut Reader, setting: &'static str, default: u64, least: u64, most: u64) -> u64 {
    let number = reader.value(setting, default, "a number");
    if !(least..=most).contains(&number) {
        reader.fault(setting, format!("expected a number, {least} to {most}"));
    }
    number
}

fn read_mail(reader: &mut Reader, environment: Environment) -> Mail {
    let provider = choice(reader, "mail.provider", "`smtp` or `inbox`");
    let folder = reader.text("mail.folder").map(PathBuf::from);
    let host = reader.text("mail.host");
    let from = reader.text("mail.from");
    let mut settings = SmtpSettings {
        port: reader.value("mail.port", 587, "a port, 1 to 65535"),
        tls: read_tls(reader),
        username: reader.text("mail.username"),
        password: reader.secret("mail.password"),
        ca_pem: read_file(reader, "mail.ca_file"),
        time_limit: Duration::from_secs(within(reader, "mail.timeout_seconds", 30, 1..=90)),
        connections: within(reader, "mail.connections", 4, 1..=64),
        ..SmtpSettings::default()
    };
    settings.dkim = read_dkim(reader, from.as_deref());
    if provider == Some(MailProvider::Inbox) {
        if environment == Environment::Production {
            reader.fault("mail.provider", "the dev inbox sends nothing: production needs `smtp`");
        }
        return Mail::Inbox { folder };
    }
    if provider.is_some() {
        settings.host = needed(reader, "mail.host", host, "is missing: the mail server's name");
        settings.from = needed(reader, "mail.from", from, "is missing: the sender's address");
    }
    if settings.username.is_some() != settings.password.is_some() {
        reader.fault("mail.password", "mail.username and mail.password go together");
    }
    Mail::Smtp(Box::new(settings))
}

fn read_tls(reader: &mut Reader) -> Tls {
    match reader.text("mail.tls").as_deref() {
        None | Some("starttls") => Tls::Starttls,
        Some("implicit") => Tls::Implicit,
        Some("none") => Tls::None,
        Some(_) => {
            reader.fault("mail.tls", "expected `starttls`, `implicit` or `none`");
            Tls::Starttls
        }
    }
}

/// Mails are signed where there is a key to sign with.
fn read_dkim(reader: &mut Reader, from: Option<&str>) -> Option<DkimSettings> {
    let key = read_file(reader, "mail.dkim_key_file");
    let selector = reader.text("mail.dkim_selector");
    let domain = reader.text("mail.dkim_domain");
    let domain = domain.or_else(|| Some(from?.rsplit_once('@')?.1.to_owned())).unwrap_or_default();
    let key = String::from_utf8(key?).unwrap_or_default().into();
    let selector = needed(reader, "mail.dkim_selector", selector, "is missing: signed mails name the key's selector");
    Some(DkimSettings { domain, selector, key })
}

/// The content of the file that a setting names.
fn read_file(reader: &mut Reader, setting: &'static str) -> Option<Vec<u8>> {
    let path = reader.text(setting)?;
    std::fs::read(path).map_err(|error| reader.fault(setting, format!("cannot be read ({})", error.kind()))).ok()
}

/// A number in a range.
fn within<T: std::str::FromStr + PartialOrd + std::fmt::Display>(
    reader: &mut Reader,
    setting: &'static str,
    otherwise: T,
    range: std::ops::RangeInclusive<T>,
) -> T {
    let expected = format!("a number, {} to {}", range.start(), range.end());
    let value = reader.value(setting, otherwise, &expected);
    if !range.contains(&value) {
        reader.fault(setting, format!("expected {expected}"));
    }
    value
}

fn read_bounce_secret(reader: &mut Reader) -> Option<SecretString> {
    let secret = reader.secret("mail.bounce_secret")?;
    if let Err(error) = check_bounce_secret(&secret) {
        reader.fault("mail.bounce_secret", error.message());
    }
    Some(secret)
}

fn read_proxies(reader: &mut Reader) -> Vec<IpNet> {
    let text = reader.text("trusted_proxies").unwrap_or_default();
    let networks = text
        .split(',')
        .map(str::trim)
        .filter(|network| !network.is_empty())
        .map(|network| network.parse().or_else(|_| network.parse::<std::net::IpAddr>().map(IpNet::from)));
    networks.collect::<Result<_, _>>().unwrap_or_else(|_| {
        reader.fault("trusted_proxies", "expected addresses or networks apart by commas, such as 10.0.0.0/8, ::1");
        Vec::new()
    })
}

/// 10 GiB.
const LARGEST_FILE: u64 = 10 << 30;

fn read_files(reader: &mut Reader) -> Files {
    let folder = reader.text("files.folder").unwrap_or_else(|| "files".to_owned());
    let bucket = reader.text("files.bucket");
    let store = match reader.value("files.store", FileStoreWord::Folder, "`folder` or `s3`") {
        FileStoreWord::Folder => FileStoreKind::Folder(folder.into()),
        FileStoreWord::S3 => {
            let missing = "is missing: s3 needs the bucket's name";
            FileStoreKind::S3 { bucket: needed(reader, "files.bucket", bucket, missing) }
        }
    };
    Files { store, largest: reader.value("files.largest_bytes", LARGEST_FILE, "a number of bytes") }
}

fn read_erasures(reader: &mut Reader) -> Option<FileStoreKind> {
    let (folder, bucket) = (reader.text("erasures.folder"), reader.text("erasures.bucket"));
    match reader.text("erasures.store").as_deref() {
        None => None,
        Some("folder") => {
            let missing = "is missing: the ledger's folder";
            Some(FileStoreKind::Folder(needed(reader, "erasures.folder", folder, missing).into()))
        }
        Some("s3") => {
            let missing = "is missing: s3 needs the bucket's name";
            Some(FileStoreKind::S3 { bucket: needed(reader, "erasures.bucket", bucket, missing) })
        }
        Some(_) => {
            reader.fault("erasures.store", "expected `folder` or `s3`");
            None
        }
    }
}

fn read_limits(reader: &mut Reader) -> Limits {
    let shutdown = reader.value("limits.shutdown_seconds", 20, "a number of seconds");
    let work_at_once = reader.value("limits.work_at_once", 4, "a number, 1 to 64");
    if !(1..=64).contains(&work_at_once) {
        reader.fault("limits.work_at_once", "expected a number, 1 to 64");
    }
    Limits { shutdown: Duration::from_secs(shutdown), work_at_once }
}

/// One of a few words, which must be given.
fn choice<T: std::str::FromStr>(reader: &mut Reader, setting: &'static str, expected: &str) -> Option<T> {
    let text = reader.required(setting);
    let choice = text.parse().ok();
    if choice.is_none() && !reader.is_faulty(setting) {
        reader.fault(setting, format!("expected {expected}"));
    }
    choice
}

/// What another setting makes necessary.
fn needed(reader: &mut Reader, setting: &str, text: Option<String>, problem: &str) -> String {
    text.unwrap_or_else(|| {
        reader.fault(setting, problem);
        String::new()
    })
}

#[cfg(test)]
mod tests;
