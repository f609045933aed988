//! What the privacy centre offers, as its tenant decides.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    str::FromStr as _,
};

use recital_entities::{
    LawfulBasis, PurposeStatus, Regime, Strings, Texts,
    access::tenants,
    centre::centre_settings::{Entity, Model},
    purposes::purposes,
};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};

use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    purposes as register,
    viewer::{Permission, Viewer},
    words::Language,
};

/// The settings in force, and where people find the centre.
#[derive(Clone, Debug)]
pub struct CentreSettings {
    pub row: Model,
    pub url: String,
}

/// What is to change: None leaves it.
#[derive(Clone, Debug, Default)]
pub struct CentreChanges {
    pub enabled: Option<bool>,
    pub sign_up: Option<bool>,
    pub required_consents: Option<Vec<String>>,
    pub offered_purposes: Option<Vec<String>>,
    pub regimes: Option<Vec<Regime>>,
    /// Language and text, in place of all there were.
    pub messages: Option<Vec<(String, String)>>,
}

/// What the tenant set, or the defaults: switched off.
pub(super) async fn settings(tx: &TenantTx) -> Result<Model> {
    let set = tx.one(Entity::find()).await?;
    Ok(set.unwrap_or_else(|| Model {
        tenant_id: tx.tenant(),
        enabled: false,
        sign_up: false,
        required_consents: Strings::default(),
        offered_purposes: Strings::default(),
        regimes: vec![Regime::Gdpr.to_string()].into(),
        messages: Texts::default(),
        updated_at: tx.now(),
    }))
}

pub async fn read_settings(app: &App, viewer: &Viewer) -> Result<CentreSettings> {
    app.read(viewer, Permission::TenantRead, async |tx| with_url(app, tx, settings(tx).await?).await).await
}

async fn with_url(app: &App, tx: &TenantTx, row: Model) -> Result<CentreSettings> {
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    let tenant = tenant.ok_or_else(|| Error::not_found("tenant"))?;
    Ok(CentreSettings { row, url: format!("{}/privacy/{}", app.core().settings.public_url, tenant.slug) })
}

/// Sets what is given and leaves the rest.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field: `UNKNOWN_PURPOSE`, `PURPOSE_RETIRED`, `NOT_CONSENT` or `DUPLICATE` for a purpose,
/// `NOT_OFFERED` for a required one that is not offered, `REQUIRED` without a law, `UNKNOWN_LANGUAGE`, `DUPLICATE`,
/// `REQUIRED` or `TOO_LONG` for a message.
pub async fn set_settings(app: &App, viewer: &Viewer, changes: CentreChanges) -> Result<CentreSettings> {
    let messages = changes.messages.map(messages).transpose()?;
    let regimes = changes.regimes.map(regimes).transpose()?;
    app.write(viewer, Permission::CentreConfigure, async |tx| {
        tx.serialise("centre.settings").await?;
        let mut wanted = settings(tx).await?;
        wanted.enabled = changes.enabled.unwrap_or(wanted.enabled);
        wanted.sign_up = changes.sign_up.unwrap_or(wanted.sign_up);
        if let Some(keys) = changes.offered_purposes {
            check_offered(&keys, &register::by_keys(tx, keys.iter().map(String::as_str)).await?)?;
            wanted.offered_purposes = keys.into();
        }
        wanted.required_consents = changes.required_consents.map_or(wanted.required_consents, Strings);
        check_required(&wanted.required_consents.0, &wanted.offered_purposes.0)?;
        wanted.regimes = regimes.unwrap_or(wanted.regimes);
        wanted.messages = messages.unwrap_or(wanted.messages);
        wanted.updated_at = tx.now();
        tx.put(wanted.clone().into_active_model()).await?;
        let event = Event::PrivacyCentreSet {
            id: tx.tenant(),
            enabled: wanted.enabled,
            sign_up: wanted.sign_up,
            required_consents: wanted.required_consents.0.clone(),
            offered_purposes: wanted.offered_purposes.0.clone(),
            regimes: wanted.regimes.0.clone(),
            languages: wanted.messages.0.keys().cloned().collect(),
        };
        Ok(event.with(with_url(app, tx, wanted).await?))
    })
    .await
}

fn check_offered(keys: &[String], known: &HashMap<String, purposes::Model>) -> Result<()> {
    let mut seen = HashSet::new();
    for (index, key) in keys.iter().enumerate() {
        let refuse = |reason, message| Err(Error::invalid(format!("offeredPurposes.{index}"), reason, message));
        match known.get(key) {
            _ if !seen.insert(key) => return refuse("DUPLICATE", format!("{key} stands here twice")),
            None => return refuse("UNKNOWN_PURPOSE", format!("there is no purpose {key}")),
            Some(purpose) if purpose.status == PurposeStatus::Retired => {
                return refuse("PURPOSE_RETIRED", format!("{key} is retired"));
            }
            Some(purpose) if purpose.lawful_basis != LawfulBasis::Consent => {
                let message = format!("{key} rests on {}: nobody is asked for consent to it", purpose.lawful_basis);
                return refuse("NOT_CONSENT", message);
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn check_required(required: &[String], offered: &[String]) -> Result<()> {
    match required.iter().position(|key| !offered.contains(key)) {
        None => Ok(()),
        Some(index) => {
            let message = format!("{} is required and not among the offered purposes", required[index]);
            Err(Error::invalid(format!("requiredConsents.{index}"), "NOT_OFFERED", message))
        }
    }
}

fn regimes(mut regimes: Vec<Regime>) -> Result<Strings> {
    regimes.sort_unstable();
    regimes.dedup();
    if regimes.is_empty() {
        return Err(Error::invalid("regimes", "REQUIRED", "name at least one law"));
    }
    Ok(regimes.iter().map(Regime::to_string).collect::<Vec<_>>().into())
}

const LONGEST_MESSAGE: usize = 2_000;

fn messages(given: Vec<(String, String)>) -> Result<Texts> {
    let mut messages = BTreeMap::new();
    for (index, (locale, text)) in given.into_iter().enumerate() {
        let refuse = |part, reason, message| Err(Error::invalid(format!("messages.{index}.{part}"), reason, message));
        let Some(language) = Language::of(&locale) else {
            let known: Vec<_> = Language::all().map(Language::tag).collect();
            return refuse("locale", "UNKNOWN_LANGUAGE", format!("expected one of {}", known.join(", ")));
        };
        let text = text.trim();
        if text.is_empty() {
            return refuse("text", "REQUIRED", "a message says something".to_owned());
        }
        if text.chars().count() > LONGEST_MESSAGE {
            return refuse("text", "TOO_LONG", format!("a message has at most {LONGEST_MESSAGE} characters"));
        }
        if messages.insert(language.tag().to_owned(), text.to_owned()).is_some() {
            return refuse("locale", "DUPLICATE", format!("there are two messages in {}", language.tag()));
        }
    }
    Ok(Texts(messages))
}

impl CentreSettings {
    #[must_use]
    pub fn regimes(&self) -> Vec<Regime> {
        regimes_of(&self.row)
    }
}

/// The laws whose rights a centre offers.
pub(super) fn regimes_of(settings: &Model) -> Vec<Regime> {
    settings.regimes.0.iter().filter_map(|word| Regime::from_str(word).ok()).collect()
}
