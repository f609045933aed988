//! Asking without an account: somebody names an address, and whoever reads the mail there proves that it is theirs.

use chrono::TimeDelta;
use recital_entities::{
    CentreAskId, PurposeStatus, Regime, SubjectRequestType,
    centre::centre_asks::{Column, Entity, Model},
    purposes::purposes,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _};

use super::Centre;
use crate::{
    accuracy::Visit,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    requests::rights,
    vault::normalise_email,
    viewer::Permission,
    work::Work,
};

/// What somebody asks for. No `Debug`: address and note are personal.
#[derive(Clone)]
pub struct Ask {
    pub r#type: SubjectRequestType,
    pub regime: Regime,
    pub email: String,
    /// For OBJECTION: the key of the purpose.
    pub purpose: Option<String>,
    /// For RECTIFICATION: what is wrong, and what would be right.
    pub note: Option<String>,
    /// In which to answer an address that nothing is held under (BCP 47).
    pub locale: String,
}

/// Asks with one address in an hour.
const MOST_ASKS: u64 = 5;
const LONGEST_NOTE: usize = 2_000;
/// How long a hash of the address is kept.
pub(super) const REMEMBERED_FOR: TimeDelta = TimeDelta::hours(24);

/// Takes it in. Whether anybody is known under the address is looked up afterwards, so that neither the answer nor its
/// time tells.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field: `INVALID_EMAIL`, `RIGHT_NOT_APPLICABLE`, `REQUIRED`, `TOO_LONG`; `RATE_LIMITED`
/// with `TOO_MANY_ASKS` for an address that was named too often.
pub async fn ask(app: &App, centre: &Centre, visit: &Visit, input: Ask) -> Result<()> {
    let email = normalise_email(&input.email)?;
    let note = note(&input)?;
    if !centre.regimes().contains(&input.regime) || rights::right(input.r#type, input.regime).is_none() {
        let message = rights::unknown(input.r#type, input.regime);
        return Err(Error::invalid("regime", "RIGHT_NOT_APPLICABLE", message));
    }
    app.write(&centre.stranger(visit), Permission::RequestOwn, async |tx| {
        check_purpose(tx, &input).await?;
        let keys = tx.keys().await?;
        let address_hash = keys.index("centre.ask", &email);
        limit(tx, &address_hash).await?;
        let id: CentreAskId = tx.new_id();
        let row = Model {
            tenant_id: tx.tenant(),
            id,
            address_hash,
            address: Some(keys.seal_text("centre_asks", "address", &id, input.email.trim())?),
            note: note.as_deref().map(|note| keys.seal_text("centre_asks", "note", &id, note)).transpose()?,
            r#type: input.r#type,
            regime: input.regime,
            purpose: input.purpose.clone(),
            locale: input.locale.clone(),
            asked_at: tx.now(),
            nothing_held: false,
            answered_at: None,
        };
        tx.insert_all(vec![row.into_active_model()]).await?;
        tx.enqueue(Work::CentreAsk { ask: id }).await?;
        let (r#type, regime) = (input.r#type.to_string(), input.regime.to_string());
        Ok(Event::RightAskedFor { id: tx.tenant(), r#type, regime }.with(()))
    })
    .await
}

fn note(input: &Ask) -> Result<Option<String>> {
    let note = input.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_none() && input.r#type == SubjectRequestType::Rectification {
        return Err(Error::invalid("note", "REQUIRED", "say what is wrong, and what would be right"));
    }
    if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Error::invalid("note", "TOO_LONG", format!("at most {LONGEST_NOTE} characters")));
    }
    Ok(note.map(str::to_owned))
}

async fn check_purpose(tx: &TenantTx, input: &Ask) -> Result<()> {
    if input.r#type != SubjectRequestType::Objection {
        return Ok(());
    }
    let open = objectionable(tx, input.regime).await?;
    if open.iter().any(|purpose| Some(&purpose.key) == input.purpose.as_ref()) {
        return Ok(());
    }
    Err(Error::invalid("purpose", "REQUIRED", "name a purpose that can be objected to"))
}

async fn limit(tx: &TenantTx, address_hash: &[u8]) -> Result<()> {
    let recent = Entity::find()
        .filter(Column::AddressHash.eq(address_hash))
        .filter(Column::AskedAt.gt(tx.now() - TimeDelta::hours(1)));
    if tx.count(recent).await? >= MOST_ASKS {
        return Err(Error::rate_limited("TOO_MANY_ASKS", format!("at most {MOST_ASKS} an hour for one address")));
    }
    Ok(())
}

/// The purposes in use that can be objected to (Article 21(1)), oldest first.
///
/// # Errors
/// UNAVAILABLE without a database.
pub async fn objectionable_purposes(app: &App, centre: &Centre, visit: &Visit) -> Result<Vec<purposes::Model>> {
    let stranger = centre.stranger(visit);
    app.read(&stranger, Permission::PurposeRead, async |tx| objectionable(tx, Regime::Gdpr).await).await
}

async fn objectionable(tx: &TenantTx, regime: Regime) -> Result<Vec<purposes::Model>> {
    let right = rights::right(SubjectRequestType::Objection, regime);
    let bases = right.map(|right| right.bases).unwrap_or_default();
    let select = purposes::Entity::find()
        .filter(purposes::Column::Status.eq(PurposeStatus::Active))
        .filter(purposes::Column::LawfulBasis.is_in(bases.iter().copied()))
        .order_by_asc(purposes::Column::Id);
    tx.all(select).await
}
