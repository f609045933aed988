//! Global Privacy Control: a browser's `Sec-GPC: 1` says no to sale and sharing (CCPA 1798.135(e), 11 CCR 7025).
//!
//! It reaches every purpose in use that is marked as sale or sharing: a consent ends, and what rests on legitimate
//! interests or a public task is objected to. It is an event of its own, also where nothing was agreed to, and wins over
//! every older yes; a yes that the person gives later, knowing of it, counts again.

use recital_entities::{
    ConsentMethod, ConsentState, LawfulBasis, PurposeStatus, SubjectId, consent::consents, purposes::purposes,
    vault::subjects,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{
    append::{self, Decided},
    consequences, history, list,
    object::{self, object},
    rule, withdraw,
};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    vault::{SubjectRef, find_subject},
    viewer::{Permission, Viewer},
};

/// What a signal led to.
#[derive(Clone, Debug)]
pub struct OptedOut {
    pub subject: SubjectId,
    /// Where the consents stand that it is about.
    pub consents: Vec<consents::Model>,
    /// The keys of all purposes that it reaches.
    pub purposes: Vec<String>,
}

/// The signal is no consent to any policy; a consent that was never asked for has none.
const NO_POLICY: &str = "none";

/// Heeds the signal of a person's browser. The same signal again changes nothing.
///
/// # Errors
/// `NOT_FOUND` for the subject; CONFLICT with `SUBJECT_ERASED`.
pub async fn opt_out(app: &App, viewer: &Viewer, subject: SubjectRef) -> Result<OptedOut> {
    app.write(viewer, Permission::ConsentWithdraw, async |tx| {
        let subject = find_subject(tx, &subject).await?;
        let heeded = heed(tx, &subject).await?;
        let purposes = reached(tx).await?;
        let ids = purposes.iter().map(|purpose| purpose.id);
        let consents = list::standing(tx, subject.id, ids).await?;
        let purposes: Vec<String> = purposes.into_iter().map(|purpose| purpose.key).collect();
        let signal = Event::OptOutSignalHeeded { id: subject.id, purposes: purposes.clone() };
        Ok(signal.with(OptedOut { subject: subject.id, consents, purposes }).and_all(heeded))
    })
    .await
}

/// Whether the signal would change anything.
pub(super) async fn is_news(tx: &TenantTx, subject: &subjects::Model) -> Result<bool> {
    for purpose in reached(tx).await? {
        let news = match purpose.lawful_basis {
            LawfulBasis::Consent => !is_heeded(tx, subject, &purpose).await?,
            _ => !tx.exists(object::open(subject, &purpose)).await?,
        };
        if news {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The same within another change; answers what changed.
pub(super) async fn heed(tx: &TenantTx, subject: &subjects::Model) -> Result<Vec<Event>> {
    append::hold_subject(tx, subject.id).await?;
    let mut events = Vec::new();
    for purpose in reached(tx).await? {
        if purpose.lawful_basis == LawfulBasis::Consent {
            events.extend(end_consent(tx, subject, &purpose).await?);
        } else if !tx.exists(object::open(subject, &purpose)).await? {
            object(tx, subject, &purpose).await?;
            events.push(Event::PurposeObjectedTo { id: subject.id, purpose: purpose.key });
        }
    }
    Ok(events)
}

/// The purposes in use that sell or share, and that a person can say no to.
async fn reached(tx: &TenantTx) -> Result<Vec<purposes::Model>> {
    let select = purposes::Entity::find()
        .filter(purposes::Column::SaleOrSharing.eq(true))
        .filter(purposes::Column::Status.eq(PurposeStatus::Active))
        .order_by_asc(purposes::Column::Id);
    let purposes = tx.all(select).await?.into_iter();
    let can_refuse = |basis| basis == LawfulBasis::Consent || rule::can_be_objected_to(basis);
    Ok(purposes.filter(|purpose| can_refuse(purpose.lawful_basis)).collect())
}

async fn is_heeded(tx: &TenantTx, subject: &subjects::Model, purpose: &purposes::Model) -> Result<bool> {
    let newest = history::newest(tx, subject.id, purpose.id, None).await?;
    Ok(newest.is_some_and(|newest| newest.method == ConsentMethod::Gpc))
}

async fn end_consent(tx: &TenantTx, subject: &subjects::Model, purpose: &purposes::Model) -> Result<Option<Event>> {
    if is_heeded(tx, subject, purpose).await? {
        return Ok(None);
    }
    let newest = history::newest(tx, subject.id, purpose.id, None).await?;
    let withdraws = newest.as_ref().is_some_and(|newest| withdraw::can_be_withdrawn(newest.state));
    let decided = Decided {
        id: tx.new_id(),
        state: if withdraws { ConsentState::Withdrawn } else { ConsentState::Refused },
        purpose_version: newest.as_ref().map_or(purpose.version, |newest| newest.purpose_version),
        policy_version: newest.as_ref().map_or_else(|| NO_POLICY.to_owned(), |newest| newest.policy_version.clone()),
        method: ConsentMethod::Gpc,
        special_category_consent: None,
        expires_at: None,
        notice_hash: None,
        reason: None,
        recorded_at: append::present(tx.now(), newest.as_ref()),
        repeats: false,
    };
    let purpose_version = decided.purpose_version;
    let id = append::append(tx, subject.id, purpose.id, decided).await?.consent.id;
    let due_for_erasure = consequences::follow(tx, subject.id, purpose).await?;
    let (subject, purpose) = (subject.id, purpose.key.clone());
    Ok(Some(if withdraws {
        Event::ConsentWithdrawn { id, subject, purpose, due_for_erasure }
    } else {
        Event::ConsentRefused { id, subject, purpose, purpose_version, due_for_erasure }
    }))
}
