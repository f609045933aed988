//! Which room does which work.

use super::{Claimed, Work};
use crate::{
    access, accounts, accuracy,
    app::App,
    centre, consent,
    error::Result,
    requests, retention, vault,
    viewer::{Actor, Viewer},
};

/// Performs an item. Safe to do again after a crash at any point.
pub async fn perform(app: &App, item: &Claimed) -> Result<()> {
    let viewer = Viewer::new(item.tenant, Actor::Job("work"), item.id.0);
    match &item.work()? {
        Work::RestampVerification { after } => accuracy::restamp(app, &viewer, *after).await,
        Work::Restamp { data_type } => retention::restamp(app, &viewer, data_type).await,
        Work::Sweep { run } => retention::carry_on(app, &viewer, *run, retention::BATCH).await,
        Work::FulfilRequest { request } => requests::fulfil(app, &viewer, *request).await,
        Work::RequestMail { request, notice } => requests::send_mail(app, &viewer, *request, *notice).await,
        Work::CentreAsk { ask } => centre::look_up(app, &viewer, *ask).await,
        Work::RequestReminder { request, member, stage } => {
            requests::send_reminder(app, &viewer, *request, *member, *stage).await
        }
        Work::LiftRestriction { subject } => requests::tell_and_lift(app, &viewer, *subject).await,
        Work::WebhookDelivery(delivery) => access::deliver(app, &viewer, item, delivery).await,
        Work::WebhookDisabledMail(mail) => access::tell_owner(app, &viewer, mail).await,
        Work::DiscardFiles { files } => vault::discard(app, &viewer, files).await,
        Work::RecordErasures => vault::record_erasures(app, &viewer).await,
        Work::AccountMail { link } => accounts::mail_link(app, &viewer, *link).await,
        Work::PasswordChangedMail { subject, at } => accounts::tell_of_new_password(app, &viewer, *subject, *at).await,
        Work::RewrapKeys => vault::rewrap(app, &viewer).await.map(drop),
        Work::ConfirmationMail { confirmation, number, .. } => {
            consent::mail_confirmation(app, &viewer, *confirmation, *number).await
        }
        Work::ExpiryMail { consent, expires_at, link, .. } => {
            consent::mail_expiry(app, &viewer, *consent, *expires_at, *link).await
        }
        Work::ReverificationMail { reverification, reminder } => {
            accuracy::send_mail(app, &viewer, *reverification, *reminder).await
        }
    }
}
