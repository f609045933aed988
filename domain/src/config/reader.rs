//! Reads settings one by one and remembers every fault, so that an operator hears of all of them at once.

use std::{collections::BTreeMap, fmt, fs, path::Path, str::FromStr};

use figment::{
    Figment,
    providers::{Format as _, Toml},
    value::{Dict, Value},
};
use secrecy::SecretString;

/// What is wrong with one setting. Never shows its value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Dotted, as in the file: `database.url`.
    pub setting: String,
    pub problem: String,
}

/// Everything that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(|fault| format!("{}: {}", fault.setting, fault.problem)).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}

const PREFIX: &str = "RECITAL_";

/// Settings that a variable with `_FILE` at its end may name a file for.
const SECRETS: &[&str] = &["database.url", "database.owner_url", "mail.password", "mail.bounce_secret"];

/// The settings as text, until they are asked for.
pub(super) struct Reader {
    values: BTreeMap<String, String>,
    asked: Vec<&'static str>,
    faults: Vec<Fault>,
}

impl Reader {
    /// Reads `file`, then lets the `RECITAL_*` variables override it.
    ///
    /// # Errors
    /// When the file cannot be read or is no TOML: then nothing else can be said.
    pub(super) fn open(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Faults> {
        let mut reader = Self { values: BTreeMap::new(), asked: Vec::new(), faults: Vec::new() };
        let mut figment = Figment::new();
        if let Some(path) = file {
            figment = figment.merge(Toml::file_exact(path));
        }
        for (name, text) in variables {
            if let Some((setting, text)) = reader.variable(&name, text) {
                figment = figment.merge((setting, text));
            }
        }
        let data = extract(&figment, file)?;
        reader.flatten("", data);
        Ok(reader)
    }

    /// The setting that a variable gives, with its text: the variable's own or that of the file it names.
    fn variable(&mut self, name: &str, text: String) -> Option<(String, String)> {
        let setting = name.strip_prefix(PREFIX).filter(|name| !is_kubernetes(name))?;
        let setting = setting.to_lowercase().replace("__", ".");
        let Some(secret) = setting.strip_suffix("_file").filter(|setting| SECRETS.contains(setting)) else {
            return Some((setting, text));
        };
        match fs::read_to_string(&text) {
            Ok(content) => Some((secret.to_owned(), content.trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => {
                self.fault(secret, format!("the file that {name} names cannot be read ({})", error.kind()));
                None
            }
        }
    }

    fn flatten(&mut self, prefix: &str, values: Dict) {
        for (name, value) in values {
            let setting = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            match value {
                Value::Dict(_, inner) => self.flatten(&setting, inner),
                Value::String(_, text) => drop(self.values.insert(setting, text)),
                Value::Char(_, letter) => drop(self.values.insert(setting, letter.to_string())),
                Value::Bool(_, truth) => drop(self.values.insert(setting, truth.to_string())),
                Value::Num(_, number) => {
                    let text = number.to_i128().map_or_else(|| "a fraction".to_owned(), |number| number.to_string());
                    self.values.insert(setting, text);
                }
                Value::Empty(..) | Value::Array(..) => self.fault(&setting, "expected one value, not a list"),
            }
        }
    }

    pub(super) fn fault(&mut self, setting: &str, problem: impl Into<String>) {
        self.faults.push(Fault { setting: setting.to_owned(), problem: problem.into() });
    }

    /// The text of a setting. An empty one counts as not given.
    pub(super) fn text(&mut self, setting: &'static str) -> Option<String> {
        self.asked.push(setting);
        self.values.get(setting).filter(|text| !text.is_empty()).cloned()
    }

    /// A setting that must be given; where it is not, a fault and the type's empty value.
    pub(super) fn required(&mut self, setting: &'static str) -> String {
        let text = self.text(setting);
        if text.is_none() && !self.is_faulty(setting) {
            self.fault(setting, "is missing");
        }
        text.unwrap_or_default()
    }

    pub(super) fn secret(&mut self, setting: &'static str) -> Option<SecretString> {
        self.text(setting).map(SecretString::from)
    }

    /// The setting, or what it is when nobody sets it. `expected` completes "expected …".
    pub(super) fn value<T: FromStr>(&mut self, setting: &'static str, otherwise: T, expected: &str) -> T {
        let Some(text) = self.text(setting) else { return otherwise };
        text.parse().unwrap_or_else(|_| {
            self.fault(setting, format!("expected {expected}"));
            otherwise
        })
    }

    pub(super) fn is_faulty(&self, setting: &str) -> bool {
        self.faults.iter().any(|fault| fault.setting == setting)
    }

    /// The settings that were asked for.
    pub(super) fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// # Errors
    /// Every fault found, those of settings that nobody asked for among them.
    pub(super) fn finish<T>(mut self, read: T) -> Result<T, Faults> {
        let unknown: Vec<String> =
            self.values.keys().filter(|key| !self.asked.contains(&key.as_str())).cloned().collect();
        for setting in unknown {
            self.fault(&setting, "is not a setting of Recital");
        }
        if self.faults.is_empty() { Ok(read) } else { Err(Faults(self.faults)) }
    }
}

/// Kubernetes tells every container where a service named `recital` is: `RECITAL_SERVICE_HOST`,
/// `RECITAL_PORT_8080_TCP` and their like.
fn is_kubernetes(name: &str) -> bool {
    name == "PORT" || name.starts_with("PORT_") || name.starts_with("SERVICE_")
}

/// All that was merged.
///
/// # Errors
/// The file's: missing, unreadable, or no TOML.
fn extract(figment: &Figment, file: Option<&Path>) -> Result<Dict, Faults> {
    figment.extract().map_err(|error| {
        let setting = file.map_or_else(|| "configuration".to_owned(), |path| path.display().to_string());
        Faults(vec![Fault { setting, problem: error.kind.to_string() }])
    })
}
