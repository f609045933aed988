//! An endpoint that is told no more: switched off, its owners written to, and switched on again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    MemberId, Role, WebhookDisabledReason, WebhookEndpointId,
    access::{members, webhook_endpoints},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::list::find;
use crate::{
    access::members::reveal_members,
    app::App,
    error::{Error, Result},
    evidence::Event,
    mail::{Kind, Letter, MailError, OutgoingMail, Sender, compose},
    viewer::{Permission, Viewer},
    words::Words,
    work::Work,
};

/// One mail to one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDisabledMail {
    pub endpoint: WebhookEndpointId,
    pub member: MemberId,
    pub disabled_at: DateTime<Utc>,
}

/// Tells it nothing from now on, and its tenant's owners so by mail.
pub(super) async fn disable(
    app: &App,
    viewer: &Viewer,
    id: WebhookEndpointId,
    reason: WebhookDisabledReason,
) -> Result<()> {
    app.write(viewer, Permission::WebhookManage, async |tx| {
        let endpoint = tx.get("WebhookEndpoint", find(id).lock_exclusive()).await?;
        let first = endpoint.disabled_at.is_none();
        let disabled_at = endpoint.disabled_at.unwrap_or(tx.now());
        let mut row = endpoint.into_active_model();
        row.disabled_at = Set(Some(disabled_at));
        row.disabled_reason = Set(Some(reason));
        tx.update(row).await?;
        // Two deliveries that fail side by side write one mail.
        if first {
            let owners = members::Entity::find()
                .filter(members::Column::Role.eq(Role::Owner))
                .filter(members::Column::RemovedAt.is_null());
            let owners = tx.all(owners).await?.into_iter();
            let mails = owners.map(|owner| WebhookDisabledMail { endpoint: id, member: owner.id, disabled_at });
            tx.enqueue_all(mails.map(Work::WebhookDisabledMail)).await?;
        }
        Ok(Event::WebhookEndpointDisabled { id, reason }.with(()))
    })
    .await
}

/// Tells it of what happens from now on. What happened while it was off is in the histories.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `NOT_DISABLED`.
pub async fn enable_webhook_endpoint(
    app: &App,
    viewer: &Viewer,
    id: WebhookEndpointId,
) -> Result<webhook_endpoints::Model> {
    app.write(viewer, Permission::WebhookManage, async |tx| {
        let endpoint = tx.get("WebhookEndpoint", find(id).lock_exclusive()).await?;
        if endpoint.disabled_at.is_none() {
            return Err(Error::conflict("NOT_DISABLED", "this endpoint is told of events already"));
        }
        let mut row = endpoint.into_active_model();
        row.disabled_at = Set(None);
        row.disabled_reason = Set(None);
        row.failing_since = Set(None);
        Ok(Event::WebhookEndpointEnabled { id }.with(tx.update(row).await?))
    })
    .await
}

/// Writes to one owner, unless they left or the endpoint is gone or works again.
///
/// # Errors
/// UNAVAILABLE with `MAIL_NOT_SENT`: try again.
pub(crate) async fn tell_owner(app: &App, viewer: &Viewer, mail: &WebhookDisabledMail) -> Result<()> {
    let still = app.read(viewer, Permission::WebhookRead, async |tx| tx.one(find(mail.endpoint)).await).await?;
    let Some(endpoint) = still.filter(|endpoint| endpoint.disabled_at == Some(mail.disabled_at)) else { return Ok(()) };
    let Some(letter) = letter(app, viewer, mail, &endpoint).await? else { return Ok(()) };
    match app.core().mailer.send(letter).await {
        Err(later @ MailError::Later(_)) => {
            Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later))
        }
        Err(MailError::Refused(_)) => {
            tracing::warn!(member = %mail.member, "an owner's address takes no mail");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

async fn letter(
    app: &App,
    viewer: &Viewer,
    mail: &WebhookDisabledMail,
    endpoint: &webhook_endpoints::Model,
) -> Result<Option<OutgoingMail>> {
    let mut contacts: HashMap<_, _> = reveal_members(app, viewer, vec![mail.member]).await?;
    let Some(contact) = contacts.remove(&mail.member) else { return Ok(None) };
    let sender = app.read(viewer, Permission::TenantRead, async |tx| Sender::of(tx).await).await?;
    let day = |at: DateTime<Utc>| Words::of(&sender.locale).date(at.with_timezone(&sender.time_zone).date_naive());
    // The rest of the address may hold a secret of the tenant's.
    let host = Url::parse(&endpoint.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let letter = Letter {
        kind: Kind::WebhookDisabled,
        id: format!("webhook-disabled-{}-{}-{}", mail.endpoint, mail.member, mail.disabled_at.timestamp()),
        to: contact.email,
        name: Some(&contact.name),
        locale: &sender.locale,
        link: None,
        arguments: &[
            ("host", &host),
            ("since", &day(endpoint.failing_since.unwrap_or(mail.disabled_at))),
            ("until", &day(mail.disabled_at)),
        ],
    };
    compose(&sender, letter).map(Some)
}
