//! What becomes of an ask: a request of the person who is known under the address, or one mail that says that nobody is.

use recital_entities::{
    CentreAskId, Sealed, SubjectId, TenantId,
    centre::centre_asks::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use uuid::Uuid;

use super::ask::REMEMBERED_FOR;
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    mail::{self, Kind, Letter, MailError, Sender, compose},
    requests::{self, OpenRequest},
    vault::{SubjectRef, find_subject_if_any},
    viewer::{Actor, Permission, Viewer},
};

/// Mails in an hour that say that nothing is held.
const MOST_MAILS: u64 = 100;
/// The name they are counted under.
const ROOM: &str = "centre";

/// An ask with what was sealed in it. No `Debug`: it is personal.
struct Opened {
    row: Model,
    address: String,
    note: Option<String>,
    subject: Option<SubjectId>,
}

/// Opens a request, or sends the link of the one that is open once more; or writes to the address that nothing is held
/// under it, once a day. Safe to do again.
///
/// # Errors
/// `RATE_LIMITED` with `MAILS_PER_HOUR`, UNAVAILABLE with `MAIL_NOT_SENT`: try again later.
pub(crate) async fn look_up(app: &App, viewer: &Viewer, id: CentreAskId) -> Result<()> {
    let opened = app.write(viewer, Permission::VaultReveal, async |tx| {
        Ok(Event::AskLookedUp { id: tx.tenant() }.with(open(tx, id).await?))
    });
    let Some(opened) = opened.await? else { return Ok(()) };
    match opened.subject {
        Some(subject) => open_request(app, viewer, &opened, subject).await?,
        None if opened.row.nothing_held => say_nothing_held(app, viewer, &opened).await?,
        None => {}
    }
    app.maintain(viewer, async |tx| answered(tx, opened.row.clone()).await).await
}

/// None where it was answered.
async fn open(tx: &TenantTx, id: CentreAskId) -> Result<Option<Opened>> {
    tx.serialise("centre.asks").await?;
    let row = tx.one(Entity::find().filter(Column::Id.eq(id))).await?;
    let Some(mut row) = row.filter(|row| row.answered_at.is_none()) else { return Ok(None) };
    let keys = tx.keys_for(row.address.iter().chain(&row.note)).await?;
    let text = |column: &'static str, sealed: Option<&Sealed>| {
        sealed.map(|sealed| keys.open_text("centre_asks", column, &id, sealed)).transpose()
    };
    let (address, note) = (text("address", row.address.as_ref())?, text("note", row.note.as_ref())?);
    let address = address.ok_or_else(|| Error::internal("an ask without an address"))?;
    let subject = find_subject_if_any(tx, &SubjectRef::Email(address.clone())).await?.map(|subject| subject.id);
    if subject.is_none() && !was_told(tx, &row).await? {
        row.nothing_held = true;
        tx.put(row.clone().into_active_model()).await?;
    }
    Ok(Some(Opened { row, address, note, subject }))
}

/// Whether the address was told a short while ago.
async fn was_told(tx: &TenantTx, row: &Model) -> Result<bool> {
    let others = Entity::find()
        .filter(Column::AddressHash.eq(row.address_hash.clone()))
        .filter(Column::NothingHeld.eq(true))
        .filter(Column::Id.ne(row.id))
        .filter(Column::AskedAt.gt(tx.now() - REMEMBERED_FOR));
    tx.exists(others).await
}

async fn open_request(app: &App, viewer: &Viewer, opened: &Opened, subject: SubjectId) -> Result<()> {
    let row = &opened.row;
    let input = OpenRequest {
        r#type: row.r#type,
        subject: SubjectRef::Id(subject),
        regime: row.regime,
        received_at: Some(row.asked_at),
        corrections: None,
        purpose: row.purpose.clone(),
        note: opened.note.clone(),
        identity_verified: false,
    };
    match requests::open(app, viewer, input).await {
        // The one that was open before.
        Ok(request) if request.received_at < row.asked_at => requests::send_link_again(app, viewer, request.id).await,
        Ok(_) => Ok(()),
        // Erased meanwhile, or the purpose was retired.
        Err(error) if !error.is_fault() => Ok(()),
        Err(error) => Err(error),
    }
}

async fn say_nothing_held(app: &App, viewer: &Viewer, opened: &Opened) -> Result<()> {
    let (sender, counted) =
        app.maintain(viewer, async |tx| Ok((Sender::of(tx).await?, mail::count(tx, ROOM, MOST_MAILS).await?))).await?;
    let letter = Letter {
        kind: Kind::NothingHeld,
        id: format!("centre-ask-{}", opened.row.id),
        to: opened.address.clone(),
        name: None,
        locale: &opened.row.locale,
        link: None,
        arguments: &[("type", &opened.row.r#type.to_string())],
    };
    match app.core().mailer.send(compose(&sender, letter)?).await {
        // A refusal is final: there is nobody to tell.
        Ok(()) | Err(MailError::Refused(_)) => Ok(()),
        Err(later @ MailError::Later(_)) => {
            mail::uncount(app, viewer, counted).await?;
            Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later))
        }
    }
}

/// What was sealed goes.
async fn answered(tx: &TenantTx, row: Model) -> Result<()> {
    let answered_at = Some(tx.now());
    tx.put(Model { address: None, note: None, answered_at, ..row }.into_active_model()).await
}

/// Job `centre.forget`. Lets go of what was asked more than a day ago and is answered. Answers how many.
pub async fn forget_asks(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("centre.forget"), run);
    app.maintain(&viewer, async |tx| {
        let old = Entity::delete_many()
            .filter(Column::AskedAt.lte(tx.now() - REMEMBERED_FOR))
            .filter(Column::AnsweredAt.is_not_null());
        tx.delete(old).await
    })
    .await
}
