//! Signing up. Nothing comes of it until the person confirms it with the link that is mailed to them: what they typed
//! waits sealed, and goes when the link's time is over.

use recital_entities::{AccountLinkKind, LawfulBasis, PurposeStatus, purposes::purposes};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    Visitor, attempts,
    link::{self, Asked},
    sign_in::address_hash,
};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    purposes as register,
    vault::{self, RegisterSubject, normalise_email},
    viewer::Permission,
};

/// What somebody is asked on the page.
pub struct Offer {
    /// Purposes that rest on consent, in the order in which the tenant offers them.
    pub purposes: Vec<purposes::Model>,
    /// Keys of those without which there is no account.
    pub required: Vec<String>,
}

/// What somebody filled in. No `Debug`: it holds personal values.
pub struct SignUp {
    pub name: String,
    pub email: String,
    pub password: Zeroizing<String>,
    pub agreed: Vec<AgreedTo>,
}

/// A consent that was ticked.
#[derive(Clone, Serialize, Deserialize)]
pub struct AgreedTo {
    /// The purpose's key.
    pub purpose: String,
    /// The purpose's version that was shown.
    pub version: i32,
    /// What was shown.
    pub notice: String,
}

/// What waits for the mailed link.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub name: String,
    pub password_hash: String,
    pub agreed: Vec<AgreedTo>,
    /// The privacy policy is made from the register: its day is its version.
    pub policy_version: String,
}

/// The purposes of these keys that people can be asked about now.
pub async fn offer(app: &App, visitor: &Visitor, offered: &[String], required: &[String]) -> Result<Offer> {
    let (stranger, keys) = (visitor.stranger(), offered.iter().map(String::as_str));
    let mut known = app.read(&stranger, Permission::PurposeRead, async |tx| register::by_keys(tx, keys).await).await?;
    let purposes = offered.iter().filter_map(|key| known.remove(key));
    let purposes: Vec<_> = purposes
        .filter(|purpose| purpose.status == PurposeStatus::Active && purpose.lawful_basis == LawfulBasis::Consent)
        .collect();
    let required = required.iter().filter(|key| purposes.iter().any(|purpose| purpose.key == **key)).cloned().collect();
    Ok(Offer { purposes, required })
}

/// Keeps what was filled in and has a mail sent to the address. Whether the address is known is looked up after the
/// answer: it is the same, and as soon, for one that has an account.
///
/// # Errors
/// `BAD_USER_INPUT` on `name`, `email`, `password`, or `consent:<key>` with `CONSENT_REQUIRED` or `PURPOSE_CHANGED`;
/// `RATE_LIMITED` with `TOO_MANY_ATTEMPTS`, saying how long to wait.
pub async fn sign_up(app: &App, visitor: &Visitor, offer: &Offer, form: SignUp) -> Result<()> {
    let (name, email) = (form.name.trim().to_owned(), form.email.trim().to_owned());
    check_name(&name)?;
    let address = normalise_email(&email)?;
    check_agreed(offer, &form.agreed)?;
    let stranger = visitor.stranger();
    app.read(&stranger, Permission::AccountOwn, async |tx| {
        let held = vault::check_registration(tx, &person(&name, &email, &visitor.language)).await;
        held.map_err(|error| if error.field() == Some("attributes.name") { error.on_field("name") } else { error })
    })
    .await?;
    attempts::try_mail(app, visitor, &address).await?;
    let known = vec![name.clone(), email.clone(), visitor.tenant_name.clone()];
    let password_hash = app.core().passwords.choose(&form.password, known).await?;
    app.write(&stranger, Permission::AccountOwn, async |tx| {
        let policy_version = tx.now().date_naive().to_string();
        let password_hash = password_hash.to_string();
        let wanted = Wanted { name, password_hash, agreed: form.agreed, policy_version };
        let asked = Asked { email, language: visitor.language.clone(), wanted: Some(wanted) };
        link::ask(tx, AccountLinkKind::SignUp, &asked).await?;
        let (kind, address) = (AccountLinkKind::SignUp, address_hash(tx, &address).await?);
        Ok(Event::AccountLinkRequested { id: visitor.tenant, kind, address }.with(()))
    })
    .await
}

/// What a new subject is registered with.
pub(super) fn person(name: &str, email: &str, language: &str) -> RegisterSubject {
    RegisterSubject {
        email: Some(email.to_owned()),
        locale: Some(language.to_owned()),
        attributes: Some(serde_json::json!({ "name": name })),
        ..RegisterSubject::default()
    }
}

fn check_name(name: &str) -> Result<()> {
    if (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::invalid("name", "INVALID_NAME", "1 to 200 characters, no control characters"))
}

fn check_agreed(offer: &Offer, agreed: &[AgreedTo]) -> Result<()> {
    for given in agreed {
        let shown = offer.purposes.iter().find(|purpose| purpose.key == given.purpose);
        if shown.is_none_or(|purpose| purpose.version != given.version) {
            let field = format!("consent:{}", given.purpose);
            return Err(Error::invalid(field, "PURPOSE_CHANGED", "what was shown is not what is asked any more"));
        }
    }
    match offer.required.iter().find(|key| !agreed.iter().any(|given| given.purpose == **key)) {
        None => Ok(()),
        Some(key) => {
            let message = "there is no account without this consent";
            Err(Error::invalid(format!("consent:{key}"), "CONSENT_REQUIRED", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line() {
        for (name, is_one) in [
            ("Ada", true),
            ("Ada Augusta King-Noel, comtesse de Lovelace", true),
            ("", false),
            ("Ada\r\nBcc: everybody@example.org", false),
            ("Ada\u{0}", false),
            (&"a".repeat(201), false),
        ] {
            assert_eq!(check_name(name).is_ok(), is_one, "{name:?}");
        }
    }
}
