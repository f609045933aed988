//! A new tenant: its keys, its controller, its first owner and a first API key.

use recital_entities::{
    Role, TenantId, TenantStatus,
    access::{controllers, tenants},
};
use sea_orm::ActiveValue::Set;

use super::{
    api_keys::{CreateApiKey, add_api_key},
    members::{InviteMember, add_member},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    vault::normalise_email,
    viewer::{Actor, Viewer},
};

/// What an operator says about a new tenant.
#[derive(Clone, Debug)]
pub struct CreateTenant {
    /// Lower-case letters, digits and hyphens; part of addresses.
    pub slug: String,
    pub name: String,
    pub owner_email: String,
    pub owner_name: String,
    pub controller_name: String,
    /// Published: where people reach the controller.
    pub contact_email: String,
    /// BCP 47.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
}

/// The tenant and the one showing of its first key's secret.
pub struct CreatedTenant {
    pub tenant: tenants::Model,
    pub api_key_secret: String,
}

/// # Errors
/// `BAD_USER_INPUT` naming the field; CONFLICT with `SLUG_TAKEN`.
pub async fn create_tenant(app: &App, input: CreateTenant) -> Result<CreatedTenant> {
    validate(&input)?;
    let correlation = app.core().ids.next(app.now());
    let id: TenantId = app.core().ids.next(app.now()).into();
    let operator = Viewer::new(id, Actor::Operator, correlation);
    let slug = input.slug.clone();
    let created = app
        .attempt(&operator, async |tx| {
            let tenant = add_tenant(tx, &input).await?;
            tx.core().keys.create(tx).await?;
            let owner =
                InviteMember { email: input.owner_email.clone(), name: input.owner_name.clone(), role: Role::Owner };
            let (member, invited) = add_member(tx, &owner).await?;
            let key = CreateApiKey { name: "first key".into(), role: Role::Owner, expires_at: None };
            let (key, key_created) = add_api_key(tx, &key).await?;
            tracing::debug!(tenant = %id, owner = %member.id, "tenant created");
            let created = CreatedTenant { tenant, api_key_secret: key.secret };
            Ok(Event::TenantCreated { id, slug }.with(created).and(invited).and(key_created))
        })
        .await;
    created.map_err(|error| {
        if error.is_duplicate() { Error::conflict("SLUG_TAKEN", "another tenant has this slug") } else { error }
    })
}

async fn add_tenant(tx: &TenantTx, input: &CreateTenant) -> Result<tenants::Model> {
    let tenant = tenants::Model {
        id: tx.tenant(),
        slug: input.slug.clone(),
        name: input.name.trim().to_owned(),
        locale: input.locale.clone(),
        time_zone: input.time_zone.clone(),
        status: TenantStatus::Active,
        cleanup_schedule: "daily".into(),
        cleanup_time: "02:00_UTC".into(),
        requests_per_minute: 60_000,
        max_subjects: 10_000_000,
        mails_per_hour: 10_000,
        kms_key: None,
        created_at: tx.now(),
        closes_at: None,
    };
    tx.insert_global(tenants::ActiveModel::from(tenant.clone())).await?;
    tx.insert_all(vec![controllers::ActiveModel {
        tenant_id: Set(tx.tenant()),
        name: Set(input.controller_name.trim().to_owned()),
        contact: Set(input.contact_email.clone()),
        contact_email: Set(input.contact_email.clone()),
        representative: Set(None),
        data_protection_officer: Set(None),
    }])
    .await?;
    Ok(tenant)
}

fn validate(input: &CreateTenant) -> Result<()> {
    let slug = &input.slug;
    let plain = slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !(2..=63).contains(&slug.len()) || !plain || slug.starts_with('-') || slug.ends_with('-') {
        let message = "2 to 63 lower-case letters, digits and inner hyphens";
        return Err(Error::invalid("slug", "INVALID_SLUG", message));
    }
    for (field, text) in [("name", &input.name), ("controllerName", &input.controller_name)] {
        super::members::check_name(field, text)?;
    }
    for (field, email) in [("ownerEmail", &input.owner_email), ("contactEmail", &input.contact_email)] {
        normalise_email(email).map_err(|_| Error::invalid(field, "INVALID_EMAIL", "not an e-mail address"))?;
    }
    if input.time_zone.parse::<chrono_tz::Tz>().is_err() {
        return Err(Error::invalid("timeZone", "UNKNOWN_TIME_ZONE", "expected an IANA name such as Europe/Berlin"));
    }
    check_locale(&input.locale)
}

/// A BCP 47 tag in its common form: `en`, `de-AT`.
fn check_locale(locale: &str) -> Result<()> {
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or_default();
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if (2..=3).contains(&language.len()) && letters(language) && rest && locale.len() <= 35 {
        return Ok(());
    }
    Err(Error::invalid("locale", "INVALID_LOCALE", "expected a BCP 47 tag such as en or de-AT"))
}
