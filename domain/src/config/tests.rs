use std::{collections::BTreeSet, fs, path::PathBuf};

use super::*;

const EXAMPLE: &str = include_str!("../../../docker/recital.example.toml");
const OPERATIONS: &str = include_str!("../../../docs/operations.md");

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

const COMPLETE: &[(&str, &str)] = &[
    ("RECITAL_PUBLIC_URL", "https://privacy.example.com/"),
    ("RECITAL_DATABASE__URL", "postgres://recital_app:hunter2@db/recital"),
    ("RECITAL_KEYS__PROVIDER", "aws-kms"),
    ("RECITAL_KEYS__KMS_KEY_ID", "alias/recital"),
    ("RECITAL_MAIL__PROVIDER", "smtp"),
    ("RECITAL_MAIL__HOST", "mail.example.com"),
    ("RECITAL_MAIL__FROM", "privacy@example.com"),
    ("UNRELATED", "ignored"),
];

fn with(more: &[(&str, &str)]) -> Result<Config, Faults> {
    Config::load(None, variables(&[COMPLETE, more].concat()))
}

fn faulty(faults: &Faults) -> Vec<&str> {
    faults.0.iter().map(|fault| fault.setting.as_str()).collect()
}

fn temporary(content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings");
    fs::write(&path, content).unwrap();
    (folder, path)
}

#[test]
fn variables_alone_are_enough() {
    let config = with(&[]).unwrap();
    assert_eq!(config.public_url, "https://privacy.example.com");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert!(matches!(config.keys, Keys::AwsKms { key_id, .. } if key_id == "alias/recital"));
    assert!(matches!(config.mail, Mail::Smtp(smtp) if smtp.port == 587 && smtp.tls == Tls::Starttls));
}

#[test]
fn every_fault_is_reported_at_once_and_by_name() {
    let faults = with(&[
        ("RECITAL_LISTEN", "everywhere"),
        ("RECITAL_PUBLIC_URL", "http://privacy.example.com"),
        ("RECITAL_DATABASE__URL", "mysql://root:hunter2@db"),
        ("RECITAL_DATABASE__MAX_CONNECTIONS", "many"),
        ("RECITAL_KEYS__PROVIDER", "local"),
        ("RECITAL_MAIL__PORT", "70000"),
        ("RECITAL_MAIL__USERNAME", "recital"),
        ("RECITAL_LOG__COLOUR", "blue"),
    ])
    .unwrap_err();
    assert_eq!(
        faulty(&faults),
        [
            "listen",
            "public_url",
            "database.max_connections",
            "database.url",
            "keys.master_key_file",
            "mail.port",
            "mail.password",
            "log.colour",
        ]
    );
    assert!(!faults.to_string().contains("hunter2"));
}

#[test]
fn nothing_set_names_what_is_missing() {
    let faults = Config::load(None, []).unwrap_err();
    assert_eq!(faulty(&faults), ["public_url", "database.url", "keys.provider", "mail.provider"]);
}

#[test]
fn a_secret_may_stand_in_a_file() {
    let (_folder, path) = temporary("sqlite:///data/recital.db\n");
    let config = with(&[("RECITAL_DATABASE__URL_FILE", path.to_str().unwrap())]).unwrap();
    assert_eq!(config.database.url.expose_secret(), "sqlite:///data/recital.db");
}

#[test]
fn a_secret_file_that_is_not_there_is_named() {
    let faults = with(&[("RECITAL_MAIL__PASSWORD_FILE", "/nowhere/secret")]).unwrap_err();
    assert_eq!(faulty(&faults), ["mail.password"]);
}

#[test]
fn a_variable_goes_before_the_file() {
    let (_folder, path) = temporary("listen = \"127.0.0.1:1\"\n[log]\nlevel = \"warn\"\n");
    let settings = variables(&[COMPLETE, &[("RECITAL_LISTEN", "127.0.0.1:2")]].concat());
    let config = Config::load(Some(&path), settings).unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.log.level, tracing::Level::WARN);
}

#[test]
fn a_kubernetes_service_named_recital_is_no_setting() {
    with(&[("RECITAL_PORT", "tcp://10.0.0.1:8080"), ("RECITAL_SERVICE_HOST", "10.0.0.1")]).unwrap();
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_reason() {
    let (_folder, path) = temporary("listen = \n");
    let faults = Config::load(Some(&path), variables(COMPLETE)).unwrap_err();
    assert_eq!(faulty(&faults), [path.to_str().unwrap()]);
}

#[test]
fn a_password_of_digits_stays_as_written() {
    let config = with(&[("RECITAL_MAIL__USERNAME", "recital"), ("RECITAL_MAIL__PASSWORD", "007")]).unwrap();
    let Mail::Smtp(smtp) = config.mail else { panic!("smtp was set") };
    assert_eq!(smtp.password.unwrap().expose_secret(), "007");
}

#[test]
fn a_configuration_in_a_log_shows_no_secret() {
    let config = with(&[("RECITAL_MAIL__USERNAME", "recital"), ("RECITAL_MAIL__PASSWORD", "hunter2")]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn the_dev_inbox_is_refused_in_production() {
    assert_eq!(faulty(&with(&[("RECITAL_MAIL__PROVIDER", "inbox")]).unwrap_err()), ["mail.provider"]);
    with(&[("RECITAL_MAIL__PROVIDER", "inbox"), ("RECITAL_ENVIRONMENT", "development")]).unwrap();
}

/// Settings that are optional stand in the example as `#name = value`, without a space.
fn example_with_every_setting() -> String {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if setting.starts_with(|letter: char| letter.is_ascii_lowercase()) => setting,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_is_good_and_names_every_setting() {
    let (_folder, path) = temporary(EXAMPLE);
    Config::load(Some(&path), []).unwrap();
    let whole = example_with_every_setting();
    let mut section = String::new();
    let mut named = BTreeSet::new();
    for line in whole.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            named.insert(format!("{section}{name}"));
        }
    }
    assert_eq!(named, Config::settings().into_iter().map(str::to_owned).collect());
    let (_folder, path) = temporary(&whole);
    let faults = Config::load(Some(&path), []).err().map(|faults| faulty(&faults).join(" "));
    assert!(faults.is_none_or(|faults| faults == "mail.ca_file mail.dkim_key_file"), "only those files are not there");
}

#[test]
fn the_manual_names_every_setting() {
    for setting in Config::settings() {
        assert!(OPERATIONS.contains(&format!("`{setting}`")), "docs/operations.md does not name {setting}");
    }
}
