//! A person's own consents, on a page that knows them: what they agreed to, what else they are asked, and a click to
//! change each (Article 7(3)).

use recital_entities::{
    DecisionReason, LawfulBasis, PurposeStatus,
    consent::{consent_events, consents},
    purposes::purposes,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value;

use super::{
    append, gpc,
    preferences::{Change, Click, change_within, choices},
    receipt,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    purposes as register,
    vault::{SubjectRef, find_subject},
    viewer::{Permission, Viewer},
};

/// One purpose that the person is asked about.
pub struct OwnConsent {
    pub purpose: purposes::Model,
    /// None: never asked before.
    pub consent: Option<consents::Model>,
    pub allowed: bool,
    pub reason: DecisionReason,
    /// None where nothing can be changed here.
    pub change: Option<Change>,
    /// Newest first.
    pub history: Vec<consent_events::Model>,
}

/// What the person agreed to or was asked, in that order, and then what is `offered` besides. `gpc`: the browser said
/// `Sec-GPC: 1`, which is heeded.
pub async fn own_consents(app: &App, viewer: &Viewer, offered: &[String], gpc: bool) -> Result<Vec<OwnConsent>> {
    let subject = viewer.subject()?;
    if gpc
        && app
            .look(viewer, async |tx| gpc::is_news(tx, &find_subject(tx, &SubjectRef::Id(subject)).await?).await)
            .await?
    {
        app.write(viewer, Permission::ConsentAnswer, async |tx| {
            let heeded = gpc::heed(tx, &find_subject(tx, &SubjectRef::Id(subject)).await?).await?;
            Ok(Event::OptOutSignalHeeded { id: subject, purposes: Vec::new() }.with(()).and_all(heeded))
        })
        .await?;
    }
    app.look(viewer, async |tx| {
        let subject = find_subject(tx, &SubjectRef::Id(subject)).await?;
        let mut history = history(tx, subject.id).await?;
        let mut own = Vec::new();
        for choice in choices(tx, &subject, gpc).await? {
            let of_purpose = history.extract_if(.., |event| event.purpose_id == choice.purpose.id).collect();
            own.push(OwnConsent {
                allowed: choice.decision.allowed,
                reason: choice.decision.reason,
                change: choice.change,
                consent: Some(choice.consent),
                history: of_purpose,
                purpose: choice.purpose,
            });
        }
        let mut asked = register::by_keys(tx, offered.iter().map(String::as_str)).await?;
        for key in offered {
            let Some(purpose) = asked.remove(key).filter(is_askable) else { continue };
            if own.iter().all(|known| known.purpose.id != purpose.id) {
                own.push(never_asked(purpose, gpc));
            }
        }
        Ok(own)
    })
    .await
}

fn is_askable(purpose: &purposes::Model) -> bool {
    purpose.status == PurposeStatus::Active && purpose.lawful_basis == LawfulBasis::Consent
}

fn never_asked(purpose: purposes::Model, gpc: bool) -> OwnConsent {
    let change = (!gpc || !purpose.sale_or_sharing).then_some(Change::Give);
    let reason = DecisionReason::NoConsent;
    OwnConsent { purpose, consent: None, allowed: false, reason, change, history: Vec::new() }
}

async fn history(tx: &TenantTx, subject: recital_entities::SubjectId) -> Result<Vec<consent_events::Model>> {
    use consent_events::Column;
    let mine = consent_events::Entity::find().filter(Column::SubjectId.eq(subject));
    tx.all(mine.order_by_desc(Column::RecordedAt).order_by_desc(Column::Id)).await
}

/// What one click on the page says.
pub struct OwnChange<'a> {
    /// The purpose's key.
    pub purpose: &'a str,
    pub change: Change,
    /// Keys of what people are asked here, besides what they were asked before.
    pub offered: &'a [String],
    pub gpc: bool,
    /// Of the privacy policy that was in force, for a first consent.
    pub policy_version: &'a str,
}

/// One click. Asking for what stands already changes nothing. `notice` is what the page told the person.
///
/// # Errors
/// `NOT_FOUND` for a purpose that the person is not asked about; `RATE_LIMITED` with `TOO_MANY_CHANGES`; CONFLICT with
/// `OPTED_OUT`; whatever recording and withdrawing answer.
pub async fn change_own(
    app: &App,
    viewer: &Viewer,
    wanted: OwnChange<'_>,
    notice: impl FnOnce(&purposes::Model) -> String,
) -> Result<()> {
    let subject = viewer.subject()?;
    let changed = app.write(viewer, Permission::ConsentAnswer, async |tx| {
        let subject = find_subject(tx, &SubjectRef::Id(subject)).await?;
        let purpose = register::get(tx, wanted.purpose).await?;
        let is_offered = wanted.offered.contains(&purpose.key);
        let first = Some(wanted.policy_version).filter(|_| is_offered);
        change_within(tx, &subject, &purpose, Click { change: wanted.change, gpc: wanted.gpc, first }, notice).await
    });
    match changed.await {
        Err(error) if !matches!(error.reason(), "ALREADY_WITHDRAWN" | "NO_CONSENT") => Err(error),
        _ => Ok(()),
    }
}

/// The receipt of the person's consent to a purpose; see [`receipt`](super::receipt()).
///
/// # Errors
/// `NOT_FOUND` where there is none.
pub async fn own_receipt(app: &App, viewer: &Viewer, purpose: &str) -> Result<Value> {
    let subject = viewer.subject()?;
    app.look(viewer, async |tx| {
        let purpose = register::get(tx, purpose).await?;
        let consent = append::find(tx, subject, purpose.id).await?;
        let consent = consent.ok_or_else(|| Error::not_found("consent"))?;
        receipt::signed(tx, consent.id).await
    })
    .await
}
