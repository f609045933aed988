//! Coming in: from the address of a privacy centre to its tenant.

use recital_entities::{Regime, TenantId, TenantStatus, access::tenants, centre::centre_settings};
use sea_orm::EntityTrait as _;

use super::settings::{regimes_of, settings};
use crate::{
    access::find_tenant_by_slug,
    accuracy::Visit,
    app::App,
    error::{Error, Result},
    mail::Sender,
    viewer::{Actor, Viewer},
};

/// A privacy centre that is open.
#[derive(Clone, Debug)]
pub struct Centre {
    pub slug: String,
    /// Whom it speaks for.
    pub sender: Sender,
    pub settings: centre_settings::Model,
}

/// Finds the privacy centre of the tenant with that slug.
///
/// # Errors
/// `NOT_FOUND`, the same for a slug that nobody has, a tenant that is not served, and a centre that is switched off.
pub async fn enter(app: &App, slug: &str, visit: &Visit) -> Result<Centre> {
    let tenant = find_tenant_by_slug(app, slug).await?;
    let tenant = tenant.filter(|tenant| tenant.status == TenantStatus::Active);
    let open = match tenant {
        Some(tenant) => find_open(app, tenant.id, visit).await?,
        None => None,
    };
    open.ok_or_else(|| Error::not_found("privacy centre"))
}

/// The privacy centre of a tenant that is served; None where it is switched off.
///
/// # Errors
/// UNAVAILABLE without a database.
pub async fn find_open(app: &App, tenant: TenantId, visit: &Visit) -> Result<Option<Centre>> {
    let stranger = Viewer::new(tenant, Actor::Job("centre.visit"), visit.correlation);
    app.look(&stranger, async |tx| {
        let settings = settings(tx).await?;
        if !settings.enabled {
            return Ok(None);
        }
        let tenant = tx.one_global(tenants::Entity::find_by_id(tenant)).await?;
        let slug = tenant.ok_or_else(|| Error::not_found("tenant"))?.slug;
        Ok(Some(Centre { slug, sender: Sender::of(tx).await?, settings }))
    })
    .await
}

impl Centre {
    /// Whoever came in, before anything is known of them.
    #[must_use]
    pub fn stranger(&self, visit: &Visit) -> Viewer {
        Viewer::new(self.sender.tenant, Actor::Job("centre.visit"), visit.correlation).from_client(visit.client.clone())
    }

    /// The laws whose rights can be exercised here.
    #[must_use]
    pub fn regimes(&self) -> Vec<Regime> {
        regimes_of(&self.settings)
    }

    /// What the tenant says on the first page, in that language or else its own, with the language it is in.
    #[must_use]
    pub fn message(&self, language: &str) -> Option<(&str, &str)> {
        let messages = &self.settings.messages.0;
        let own = self.sender.locale.split('-').next().unwrap_or_default();
        [language, own].into_iter().find_map(|tag| messages.get_key_value(tag)).map(|(tag, text)| (&**tag, &**text))
    }
}
