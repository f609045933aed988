//! A person's own page: what they agreed to, and a click to change each (Article 7(3)). Whoever has the link is the
//! person; it works until it expires.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    ConsentMethod, ConsentState, LawfulBasis, PurposeStatus, SubjectId, SubjectStatus,
    consent::{consent_events, consents, preference_links},
    purposes::purposes,
    vault::subjects,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _};

use super::{
    Decision, RecordConsent, Standing, WithdrawConsent, append, decide::Case, gpc, link, record,
    withdraw::withdraw_within,
};
use crate::{
    accuracy::{Asker, LinkError, LinkProblem, LinkResult, Visit},
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    mail::Sender,
    purposes as register,
    vault::{SubjectRef, find_subject},
    viewer::{Actor, Permission, Viewer},
};

/// A link that was made. No `Debug`: whoever has it is the person.
pub struct CreatedPreferenceLink {
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

const USUAL_LIFE: u32 = 30;
const LONGEST_LIFE: u32 = 365;
/// More than anybody changes by hand in an hour.
const MOST_CHANGES: u64 = 60;

/// Makes a link to the subject's page. It is shown once; only its hash is kept.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `SUBJECT_ERASED`; `BAD_USER_INPUT` on `validForDays` with `OUT_OF_RANGE`.
pub async fn create_preference_link(
    app: &App,
    viewer: &Viewer,
    subject: SubjectRef,
    days: Option<u32>,
) -> Result<CreatedPreferenceLink> {
    app.write(viewer, Permission::ConsentLink, async |tx| {
        let days = days.unwrap_or(USUAL_LIFE);
        if !(1..=LONGEST_LIFE).contains(&days) {
            let message = format!("a link works for 1 to {LONGEST_LIFE} days");
            return Err(Error::invalid("validForDays", "OUT_OF_RANGE", message));
        }
        let subject = find_subject(tx, &subject).await?;
        append::hold_subject(tx, subject.id).await?;
        let expires_at = tx.now() + TimeDelta::days(days.into());
        let row = link_row(tx, subject.id, expires_at).await?;
        let url = link::address(app, "preferences", &link::to_preferences(tx, row.id).await?);
        tx.insert(row.into_active_model()).await?;
        let event = Event::PreferenceLinkCreated { id: subject.id, expires_at: expires_at.to_rfc3339() };
        Ok(event.with(CreatedPreferenceLink { url, expires_at }))
    })
    .await
}

/// The row of a new link.
pub(super) async fn link_row(
    tx: &TenantTx,
    subject: SubjectId,
    expires_at: DateTime<Utc>,
) -> Result<preference_links::Model> {
    let id = tx.new_id();
    Ok(preference_links::Model {
        tenant_id: tx.tenant(),
        id,
        subject_id: subject,
        link_hash: link::to_preferences(tx, id).await?.hash(),
        created_at: tx.now(),
        created_by: tx.actor(),
        expires_at,
    })
}

/// What a person sees.
pub struct PreferencesView {
    pub asker: Asker,
    pub expires_at: DateTime<Utc>,
    /// In the order they were first asked.
    pub choices: Vec<Choice>,
}

/// One purpose that the person was asked about, and where their consent stands.
pub struct Choice {
    pub purpose: purposes::Model,
    pub consent: consents::Model,
    pub decision: Decision,
    /// None where nothing can be changed here.
    pub change: Option<Change>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Give,
    Withdraw,
}

/// A visit to the page.
#[derive(Clone, Debug)]
pub struct PreferencesVisit<'a> {
    pub token: &'a str,
    pub visit: Visit,
    /// The browser sent `Sec-GPC: 1`.
    pub gpc: bool,
}

/// Shows the choices. Changes nothing, unless the browser says no to sale and sharing: that is heeded.
pub async fn open_preferences(app: &App, visit: &PreferencesVisit<'_>) -> LinkResult<PreferencesView> {
    let found = find(app, visit).await?;
    if visit.gpc && found.gpc_is_news {
        app.write(&found.viewer(visit), Permission::ConsentAnswer, async |tx| {
            let heeded = gpc::heed(tx, &found.subject).await?;
            Ok(Event::OptOutSignalHeeded { id: found.subject.id, purposes: Vec::new() }.with(()).and_all(heeded))
        })
        .await?;
    }
    let stranger = Viewer::new(found.link.tenant_id, Actor::Job("consent.link"), visit.visit.correlation);
    let choices = app.read(&stranger, Permission::ConsentRead, async |tx| choices(tx, &found.subject, visit.gpc).await);
    Ok(PreferencesView { choices: choices.await?, expires_at: found.link.expires_at, asker: found.asker })
}

/// One click. Asking for what stands already changes nothing. `notice` is what the page told the person about the
/// purpose.
///
/// # Errors
/// A [`LinkProblem`]; `RATE_LIMITED` with `TOO_MANY_CHANGES`; CONFLICT with `OPTED_OUT` for a sale that the browser says
/// no to in the same breath; whatever recording and withdrawing answer.
pub async fn change_preference(
    app: &App,
    visit: &PreferencesVisit<'_>,
    purpose: &str,
    change: Change,
    notice: impl FnOnce(&Asker, &purposes::Model) -> String,
) -> LinkResult<()> {
    let found = find(app, visit).await?;
    let viewer = found.viewer(visit);
    let changed = app.write(&viewer, Permission::ConsentAnswer, async |tx| {
        let purpose = register::get(tx, purpose).await?;
        let notice = |purpose: &purposes::Model| notice(&found.asker, purpose);
        change_within(tx, &found.subject, &purpose, Click { change, gpc: visit.gpc, first: None }, notice).await
    });
    match changed.await {
        Err(error) if !matches!(error.reason(), "ALREADY_WITHDRAWN" | "NO_CONSENT") => Err(error.into()),
        _ => Ok(()),
    }
}

/// A click on a button.
pub(super) struct Click<'a> {
    pub change: Change,
    /// The browser sent `Sec-GPC: 1`.
    pub gpc: bool,
    /// Which policy is in force, for whoever is asked for the first time; None where only the old is changed.
    pub first: Option<&'a str>,
}

/// What the click asks for, within another change.
pub(super) async fn change_within(
    tx: &TenantTx,
    subject: &subjects::Model,
    purpose: &purposes::Model,
    click: Click<'_>,
    notice: impl FnOnce(&purposes::Model) -> String,
) -> Result<Audited<()>> {
    limit(tx, subject.id).await?;
    match click.change {
        Change::Give if click.gpc && purpose.sale_or_sharing => {
            Err(Error::conflict("OPTED_OUT", "the browser says no to sale and sharing"))
        }
        Change::Give => give(tx, subject, purpose, click.first, notice(purpose)).await,
        Change::Withdraw => withdraw(tx, subject, purpose).await,
    }
}

async fn give(
    tx: &TenantTx,
    subject: &subjects::Model,
    purpose: &purposes::Model,
    first: Option<&str>,
    notice: String,
) -> Result<Audited<()>> {
    let asked = append::find(tx, subject.id, purpose.id).await?;
    // Whoever was never asked was never told.
    let policy_version = asked.map(|asked| asked.policy_version).or(first.map(str::to_owned));
    let policy_version = policy_version.ok_or_else(|| Error::not_found("consent"))?;
    let input = RecordConsent {
        subject: SubjectRef::Id(subject.id),
        purpose: purpose.key.clone(),
        given: true,
        policy_version,
        method: ConsentMethod::PrivacyCentre,
        special_category_consent: purpose.special_category.then_some(true),
        double_opt_in: false,
        notice_text: Some(notice),
        recorded_at: None,
        idempotency_key: None,
    };
    Ok(record::keep(tx, subject, &input).await?.map(drop))
}

async fn withdraw(tx: &TenantTx, subject: &subjects::Model, purpose: &purposes::Model) -> Result<Audited<()>> {
    let input = WithdrawConsent {
        subject: SubjectRef::Id(subject.id),
        purpose: purpose.key.clone(),
        method: ConsentMethod::PrivacyCentre,
        reason: None,
    };
    Ok(withdraw_within(tx, subject.id, purpose, &input).await?.map(drop))
}

async fn limit(tx: &TenantTx, subject: SubjectId) -> Result<()> {
    use consent_events::Column;
    let recent = consent_events::Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::RecordedBy.eq(tx.actor()))
        .filter(Column::AppendedAt.gt(tx.now() - TimeDelta::hours(1)));
    if tx.count(recent).await? >= MOST_CHANGES {
        return Err(Error::rate_limited("TOO_MANY_CHANGES", format!("at most {MOST_CHANGES} changes an hour")));
    }
    Ok(())
}

struct Found {
    link: preference_links::Model,
    subject: subjects::Model,
    asker: Asker,
    gpc_is_news: bool,
}

impl Found {
    fn viewer(&self, visit: &PreferencesVisit<'_>) -> Viewer {
        let viewer = Viewer::new(self.link.tenant_id, Actor::Subject(self.subject.id), visit.visit.correlation);
        viewer.from_client(visit.visit.client.clone())
    }
}

async fn find(app: &App, visit: &PreferencesVisit<'_>) -> LinkResult<Found> {
    let found = link::follow(app, visit.token, &visit.visit, async |tx, hash| {
        let of_link = preference_links::Entity::find().filter(preference_links::Column::LinkHash.eq(hash));
        let Some(link) = tx.one(of_link).await? else { return Ok(None) };
        let subject = find_subject(tx, &SubjectRef::Id(link.subject_id)).await?;
        if subject.status == SubjectStatus::Erased {
            return Ok(None);
        }
        let gpc_is_news = visit.gpc && gpc::is_news(tx, &subject).await?;
        let asker = Asker { sender: Sender::of(tx).await?, locale: subject.locale.clone() };
        Ok(Some(Found { link, subject, asker, gpc_is_news }))
    });
    let found = found.await?.ok_or(LinkError::Problem(LinkProblem::Unknown))?;
    if found.link.expires_at <= app.now() {
        let (asker, expires_at) = (found.asker, found.link.expires_at);
        return Err(LinkError::Problem(LinkProblem::Expired { asker, expires_at }));
    }
    Ok(found)
}

/// What the person was asked about, as long as it rests on consent and can still be changed or is in force.
pub(super) async fn choices(tx: &TenantTx, subject: &subjects::Model, gpc: bool) -> Result<Vec<Choice>> {
    let mine =
        consents::Entity::find().filter(consents::Column::SubjectId.eq(subject.id)).order_by_asc(consents::Column::Id);
    let mine = tx.all(mine).await?;
    let mut purposes = register::by_ids(tx, mine.iter().map(|consent| consent.purpose_id)).await?;
    let mut choices = Vec::new();
    for consent in mine {
        let Some(purpose) = purposes.remove(&consent.purpose_id) else { continue };
        let change = change_for(&purpose, &consent, tx.now(), gpc);
        let retired = purpose.status == PurposeStatus::Retired;
        if purpose.lawful_basis != LawfulBasis::Consent || (retired && change.is_none()) {
            continue;
        }
        let standing = ((&consent).into(), Standing::Now(consent.id));
        let case = Case::new(Some(SubjectStatus::Active), &purpose, false).with_consent(Some(standing));
        let decision = case.decide(tx.now());
        choices.push(Choice { purpose, consent, decision, change });
    }
    Ok(choices)
}

/// The one button: whoever has said yes can take it back, everybody else can say yes.
fn change_for(purpose: &purposes::Model, consent: &consents::Model, now: DateTime<Utc>, gpc: bool) -> Option<Change> {
    let over = consent.expires_at.is_some_and(|end| end <= now)
        || (consent.purpose_version < purpose.consent_since_version && purpose.status == PurposeStatus::Active);
    let stands = match consent.state {
        ConsentState::Given => !over,
        state => state == ConsentState::PendingConfirmation,
    };
    if stands {
        Some(Change::Withdraw)
    } else if purpose.status == PurposeStatus::Retired || (gpc && purpose.sale_or_sharing) {
        None
    } else {
        Some(Change::Give)
    }
}
