//! Coming in: from the address of a privacy centre to its tenant.

use recital_entities::{Regime, TenantStatus, centre::centre_settings};

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
    let closed = || Error::not_found("privacy centre");
    let tenant = find_tenant_by_slug(app, slug).await?;
    let tenant = tenant.filter(|tenant| tenant.status == TenantStatus::Active).ok_or_else(closed)?;
    let stranger = Viewer::new(tenant.id, Actor::Job("centre.visit"), visit.correlation);
    app.look(&stranger, async |tx| {
        let settings = settings(tx).await?;
        if !settings.enabled {
            return Err(closed());
        }
        Ok(Centre { slug: tenant.slug, sender: Sender::of(tx).await?, settings })
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
