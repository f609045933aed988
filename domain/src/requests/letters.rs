//! What a person is told by mail about their request, in their language (Article 12(1), (3) and (4)).
//!
//! The mail is composed when it is sent: no address and no text waits in the queue. Each is sent once; a crash between
//! sending and recording sends the same mail again under the same Message-ID.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use recital_entities::{
    Sealed, SubjectRequestId, SubjectRequestState, SubjectRequestType,
    requests::{export_packages, last_addresses, request_events, subject_requests::Model},
    vault::subjects,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
};
use serde::{Deserialize, Serialize};

use super::{
    case::{Step, find, record_as},
    export, link, rights,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    mail::{Kind, Letter, MailError, OutgoingMail, Sender, compose},
    vault::{self, SubjectKey, SubjectRef},
    viewer::{Permission, Viewer},
    words::Words,
    work::Work,
};

/// What a mail to the person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Notice {
    /// It came in, who asks is known, and it is answered by that day.
    Received,
    /// It came in: prove who you are.
    Identity,
    Extended,
    Rejected,
    Cancelled,
    /// Nobody proved in time who asked.
    Expired,
    Completed,
    /// It is open already, for whoever asked again.
    Again,
    /// There is a message to read.
    Message,
}

impl Notice {
    /// What the person is told after a step, if anything.
    fn after(step: Step, state: SubjectRequestState) -> Option<Self> {
        match step {
            Step::Opened if state == SubjectRequestState::AwaitingIdentity => Some(Self::Identity),
            Step::Opened | Step::IdentityVerified => Some(Self::Received),
            Step::Extended => Some(Self::Extended),
            Step::Rejected => Some(Self::Rejected),
            Step::Cancelled => Some(Self::Cancelled),
            Step::Expired => Some(Self::Expired),
            Step::Completed | Step::PartiallyCompleted => Some(Self::Completed),
            // A message has a mail of its own.
            Step::Joined
            | Step::Assigned
            | Step::Approved
            | Step::SentBack
            | Step::Downloaded
            | Step::Noted
            | Step::Messaged => None,
        }
    }

    /// How soon the same may be mailed once more; None: never.
    fn again_after(self) -> Option<TimeDelta> {
        match self {
            Self::Again => Some(TimeDelta::hours(1)),
            Self::Message => Some(TimeDelta::minutes(1)),
            _ => None,
        }
    }

    /// Its name in the timeline.
    fn mailed(self) -> String {
        format!("mailed_{}", <&str>::from(self))
    }

    fn bounced(self) -> String {
        format!("bounced_{}", <&str>::from(self))
    }
}

/// Has the person told of a step, after the commit.
pub(super) async fn tell(tx: &TenantTx, request: &Model, step: Step) -> Result<()> {
    if let Some(notice) = Notice::after(step, request.state) {
        tx.enqueue(Work::RequestMail { request: request.id, notice }).await?;
    }
    Ok(())
}

/// Keeps the address for one more mail about a request that erases its subject.
pub(super) async fn keep_address(tx: &TenantTx, request: SubjectRequestId, address: &str) -> Result<()> {
    let keys = tx.keys().await?;
    let row = last_addresses::ActiveModel {
        tenant_id: Set(tx.tenant()),
        request_id: Set(request),
        address: Set(keys.seal_text("last_addresses", "address", &request, address)?),
        created_at: Set(tx.now()),
    };
    tx.put(row).await
}

/// Sends the mail, unless it went already, is no longer true, or there is no address.
///
/// # Errors
/// UNAVAILABLE with `MAIL_NOT_SENT` when the mail server will not have it now: try again.
pub(crate) async fn send_mail(app: &App, viewer: &Viewer, id: SubjectRequestId, notice: Notice) -> Result<()> {
    if !app.read(viewer, Permission::RequestRead, async |tx| is_wanted(tx, id, notice).await).await? {
        return Ok(());
    }
    let mail = app.write(viewer, Permission::VaultReveal, async |tx| {
        let mail = letter(app, tx, id, notice).await?;
        Ok(Event::RequestMailPrepared { id, notice: notice.into() }.with(mail))
    });
    match app.core().mailer.send(mail.await?).await {
        Ok(()) => record_mail(app, viewer, id, notice, true).await,
        Err(MailError::Refused(_)) => record_mail(app, viewer, id, notice, false).await,
        Err(later @ MailError::Later(_)) => {
            Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later))
        }
    }
}

async fn is_wanted(tx: &TenantTx, id: SubjectRequestId, notice: Notice) -> Result<bool> {
    use request_events::Column;
    let request = tx.get("subject request", find(id)).await?;
    let is_true = match notice {
        Notice::Identity => request.state == SubjectRequestState::AwaitingIdentity,
        Notice::Again => request.closed_at.is_none(),
        _ => true,
    };
    let went = request_events::Entity::find()
        .filter(Column::RequestId.eq(id))
        .filter(Column::What.is_in([notice.mailed(), notice.bounced()]))
        .apply_if(notice.again_after(), |select, pause| select.filter(Column::At.gt(tx.now() - pause)));
    Ok(is_true && !tx.exists(went).await? && has_address(tx, &request, notice).await?)
}

/// The last address is for the last mail.
async fn has_address(tx: &TenantTx, request: &Model, notice: Notice) -> Result<bool> {
    let has_last = notice == Notice::Completed && tx.exists(last_address(request.id)).await?;
    Ok(has_last || subject_of(tx, request).await?.email.is_some())
}

fn last_address(request: SubjectRequestId) -> sea_orm::Select<last_addresses::Entity> {
    last_addresses::Entity::find().filter(last_addresses::Column::RequestId.eq(request))
}

pub(super) async fn subject_of(tx: &TenantTx, request: &Model) -> Result<subjects::Model> {
    let id = request.subject_id.ok_or_else(|| Error::internal("a request without a subject"))?;
    vault::find_subject(tx, &SubjectRef::Id(id)).await
}

async fn address(tx: &TenantTx, request: &Model, subject: &subjects::Model) -> Result<String> {
    let address = match tx.one(last_address(request.id)).await? {
        Some(last) => {
            let keys = tx.keys_for([&last.address]).await?;
            Some(keys.open_text("last_addresses", "address", &request.id, &last.address)?)
        }
        None => vault::open_email(tx, subject).await?,
    };
    address.ok_or_else(|| Error::conflict("NO_ADDRESS", "this subject has no e-mail address"))
}

async fn letter(app: &App, tx: &TenantTx, id: SubjectRequestId, notice: Notice) -> Result<OutgoingMail> {
    let request = tx.get("subject request", find(id)).await?;
    let subject = subject_of(tx, &request).await?;
    let sender = Sender::of(tx).await?;
    let facts = Facts::of(app, tx, &request, notice, sender.time_zone).await?;
    let (r#type, regime) = (request.r#type.to_string(), request.regime.to_string());
    let right = rights::right(request.r#type, request.regime).map(|right| right.reference).unwrap_or_default();
    let partial = if request.state == SubjectRequestState::PartiallyCompleted { "yes" } else { "no" };
    let until = facts.until.map(|until| Words::of(&subject.locale).date(until)).unwrap_or_default();
    let letter = Letter {
        kind: facts.kind,
        id: message_id(tx, id, notice).await?,
        to: address(tx, &request, &subject).await?,
        name: None,
        locale: &subject.locale,
        link: Some(&facts.link),
        arguments: &[
            ("type", &r#type),
            ("regime", &regime),
            ("right", right),
            ("partial", partial),
            ("until", &until),
            ("text", facts.text.as_deref().unwrap_or_default()),
        ],
    };
    compose(&sender, letter)
}

/// The same for every try at the same mail.
async fn message_id(tx: &TenantTx, id: SubjectRequestId, notice: Notice) -> Result<String> {
    use request_events::Column;
    let name = <&str>::from(notice);
    if notice.again_after().is_none() {
        return Ok(format!("request-{id}-{name}"));
    }
    let sent = request_events::Entity::find().filter(Column::RequestId.eq(id)).filter(Column::What.eq(notice.mailed()));
    Ok(format!("request-{id}-{name}-{}", tx.count(sent).await?))
}

/// What one mail says.
struct Facts {
    kind: Kind,
    link: String,
    until: Option<NaiveDate>,
    /// What the tenant wrote to the person.
    text: Option<String>,
}

impl Facts {
    async fn of(app: &App, tx: &TenantTx, request: &Model, notice: Notice, zone: chrono_tz::Tz) -> Result<Self> {
        let local = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        let page = link::of(tx, request.id).await?.address(app);
        let due = request.extended_to.unwrap_or(request.due_on);
        let plain = |kind, until, text| Self { kind, link: page, until, text };
        Ok(match notice {
            Notice::Received => plain(Kind::RequestReceived, Some(due), None),
            Notice::Again if request.state != SubjectRequestState::AwaitingIdentity => {
                plain(Kind::RequestReceived, Some(due), None)
            }
            Notice::Message => plain(Kind::RequestMessage, None, None),
            Notice::Identity | Notice::Again => plain(Kind::RequestIdentity, request.identity_until.map(local), None),
            Notice::Extended => {
                let reason = open(tx, request, "extension_reason", request.extension_reason.as_ref()).await?;
                plain(Kind::RequestExtended, Some(due), reason)
            }
            Notice::Rejected => {
                let column = "rejection_explanation";
                let explanation = open(tx, request, column, request.rejection_explanation.as_ref()).await?;
                plain(Kind::RequestRejected, None, explanation)
            }
            Notice::Cancelled => plain(Kind::RequestCancelled, None, None),
            Notice::Expired => plain(Kind::RequestExpired, None, None),
            Notice::Completed if request.r#type == SubjectRequestType::Erasure => {
                plain(Kind::RequestErased, None, None)
            }
            Notice::Completed => match package(tx, request.id).await? {
                Some((id, expires_at)) => Self {
                    kind: Kind::RequestPackage,
                    link: export::address(app, tx, id).await?,
                    until: Some(local(expires_at)),
                    text: None,
                },
                None => plain(Kind::RequestCompleted, None, None),
            },
        })
    }
}

async fn package(
    tx: &TenantTx,
    request: SubjectRequestId,
) -> Result<Option<(recital_entities::ExportPackageId, DateTime<Utc>)>> {
    use export_packages::Column;
    let select = export_packages::Entity::find().select_only().columns([Column::Id, Column::ExpiresAt]);
    Ok(tx.tuples(select.filter(Column::RequestId.eq(request))).await?.pop())
}

async fn open(tx: &TenantTx, request: &Model, column: &'static str, sealed: Option<&Sealed>) -> Result<Option<String>> {
    let (Some(sealed), Some(subject)) = (sealed, request.subject_id) else { return Ok(None) };
    let key = SubjectKey::of(tx, subject).await?;
    let clear = key.open("subject_requests", column, &request.id, sealed)?;
    String::from_utf8(clear.to_vec()).map(Some).map_err(|_| Error::internal("a sealed text is not UTF-8"))
}

/// In the timeline; after the last mail the last address goes.
async fn record_mail(app: &App, viewer: &Viewer, id: SubjectRequestId, notice: Notice, sent: bool) -> Result<()> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let request = tx.get("subject request", find(id)).await?;
        record_as(tx, &request, &if sent { notice.mailed() } else { notice.bounced() }, None).await?;
        if notice == Notice::Completed {
            tx.delete(last_addresses::Entity::delete_many().filter(last_addresses::Column::RequestId.eq(id))).await?;
        }
        let notice = notice.into();
        let event = if sent { Event::RequestMailSent { id, notice } } else { Event::RequestMailBounced { id, notice } };
        Ok(event.with(()))
    })
    .await
}
