//! Confirming a sign-up with the mailed link: now there is an account, and the consents count. GET shows what was agreed to
//! and changes nothing; POST confirms, once.
//!
//! Whoever confirms gives the password again. A link alone opens no account whose password somebody else chose: who
//! signs up with another's address, and waits for them to click, gets nothing.

use recital_entities::{
    AccountLinkKind, ConsentMethod, PurposeStatus, SignInMethod, SubjectId, accounts::account_links, vault::subjects,
};
use serde_json::{Map, Value};

use super::{
    AgreedTo, BrowserToken, Visitor, account, attempts,
    link::{self, Asked},
    session,
    sign_up::{Wanted, person},
};
use crate::{
    app::App,
    consent::{self, RecordConsent},
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes as register,
    vault::{self, SubjectRef},
    viewer::Permission,
};

/// A sign-up that waits to be confirmed.
pub struct PendingSignUp {
    /// Names of the purposes that were agreed to.
    pub agreed: Vec<String>,
}

/// What was agreed to. Changes nothing.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn open_sign_up(app: &App, visitor: &Visitor, link: &str) -> Result<PendingSignUp> {
    let (_, Asked { wanted, .. }) = find(app, visitor, link).await?;
    let agreed = wanted.map(|wanted| wanted.agreed).unwrap_or_default();
    app.read(&visitor.stranger(), Permission::PurposeRead, async |tx| {
        let known = register::by_keys(tx, agreed.iter().map(|given| given.purpose.as_str())).await?;
        let names = agreed.iter().filter_map(|given| known.get(&given.purpose));
        Ok(PendingSignUp { agreed: names.map(|purpose| purpose.name.clone()).collect() })
    })
    .await
}

/// Makes the account, of the subject that the tenant knows by this address or of a new one, and signs the browser in.
///
/// # Errors
/// `NOT_FOUND`; FORBIDDEN with `WRONG_CREDENTIALS` for another password; `RATE_LIMITED` with `TOO_MANY_ATTEMPTS`;
/// CONFLICT with `ACCOUNT_EXISTS`, with `PURPOSE_CHANGED` when a purpose asks for more than was agreed to, or with
/// `SUBJECT_LIMIT_REACHED`.
pub async fn confirm_sign_up(app: &App, visitor: &Visitor, link: &str, password: &str) -> Result<BrowserToken> {
    let (row, asked) = find(app, visitor, link).await?;
    let wanted = asked.wanted.as_ref().ok_or_else(|| Error::internal("a sign-up without what was wanted"))?;
    attempts::try_password(app, visitor, &row.id.to_string()).await?;
    if !app.core().passwords.check(password, Some(&wanted.password_hash)).await? {
        let message = "this is not the password of the sign-up";
        return Err(Error::refused("WRONG_CREDENTIALS", message).on_field("password"));
    }
    let address = SubjectRef::Email(asked.email.clone());
    let find = async |tx: &TenantTx| vault::find_subject_if_any(tx, &address).await;
    let known = app.read(&visitor.stranger(), Permission::AccountOwn, find).await?;
    let is_known = known.is_some();
    let id = known.map_or_else(|| app.core().ids.next(app.now()).into(), |subject| subject.id);
    app.write(&visitor.person(id), Permission::AccountOwn, async |tx| {
        link::use_up(tx, &row).await?;
        let subject = if is_known { attach(tx, id, wanted).await? } else { add(tx, id, &asked, wanted).await? };
        account::keep(tx, id, &wanted.password_hash).await?;
        let mut events = subject.map(drop).and(Event::SignedUp { id, is_known });
        let subject = vault::find_subject(tx, &SubjectRef::Id(id)).await?;
        for given in &wanted.agreed {
            events = events.and_all(agree(tx, &subject, given, &wanted.policy_version).await?);
        }
        let (token, signed_in) = session::begin(tx, id, SignInMethod::MailedLink).await?;
        Ok(events.and(signed_in).map(|()| token))
    })
    .await
}

async fn find(app: &App, visitor: &Visitor, link: &str) -> Result<(account_links::Model, Asked)> {
    let row = link::find(app, visitor, link, AccountLinkKind::SignUp).await?;
    let open = async |tx: &TenantTx| link::asked(tx, &row).await;
    let asked = app.read(&visitor.stranger(), Permission::AccountOwn, open).await?;
    Ok((row, asked.ok_or_else(|| Error::not_found("link"))?))
}

async fn add(tx: &TenantTx, id: SubjectId, asked: &Asked, wanted: &Wanted) -> Result<Audited<()>> {
    Ok(vault::add_subject(tx, id, &person(&wanted.name, &asked.email, &asked.language)).await?.map(drop))
}

/// What the tenant knows of the person stays; a name is added where there was none.
async fn attach(tx: &TenantTx, id: SubjectId, wanted: &Wanted) -> Result<Audited<()>> {
    let subject = consent::hold_subject(tx, id).await?;
    if account::find(tx, id).await?.is_some() {
        return Err(Error::conflict("ACCOUNT_EXISTS", "there is an account with this address"));
    }
    let profile = vault::open_profile(tx, &subject).await?;
    let mut changes = Map::new();
    if !profile.attributes.contains_key("name") {
        changes.insert("name".to_owned(), Value::String(wanted.name.clone()));
    }
    let change = vault::change_profile(tx, &subject, changes, None).await?;
    Ok(Event::ProfileUpdated { id, version: change.version, fields: change.changed_fields }.with(()))
}

async fn agree(tx: &TenantTx, subject: &subjects::Model, given: &AgreedTo, policy_version: &str) -> Result<Vec<Event>> {
    let purpose = register::get(tx, &given.purpose).await?;
    if purpose.status == PurposeStatus::Retired || purpose.consent_since_version > given.version {
        return Err(Error::conflict("PURPOSE_CHANGED", "what was agreed to has changed since"));
    }
    let input = RecordConsent {
        subject: SubjectRef::Id(subject.id),
        purpose: given.purpose.clone(),
        given: true,
        policy_version: policy_version.to_owned(),
        method: ConsentMethod::PrivacyCentre,
        special_category_consent: purpose.special_category.then_some(true),
        double_opt_in: false,
        notice_text: Some(given.notice.clone()),
        recorded_at: None,
        idempotency_key: None,
    };
    Ok(consent::record_within(tx, subject, &input).await?.into_parts().0)
}
