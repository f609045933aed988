//! Signing up: name, address, password, and a consent for each purpose that is asked about, none of them ticked.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use recital_domain::{
    accounts::{self, AgreedTo, Offer, SignUp},
    error::{Code, Error},
};
use recital_entities::purposes::purposes;

use super::session::{Browser, CsrfToken, Posted, problem};
use crate::{centre::frame::Frame, http::ApiState, pages::Say};

#[derive(Template)]
#[template(path = "centre/account/sign_up.html")]
struct SignUpPage {
    frame: Frame,
    csrf: CsrfToken,
    /// The language of what the tenant wrote.
    tenants_language: String,
    /// As they were entered. A password is entered anew.
    name: String,
    email: String,
    asked: Vec<AskedView>,
    /// The field at fault, and why.
    problem: Option<(String, String)>,
}

/// A consent that is asked for.
struct AskedView {
    /// Names the field.
    field: String,
    /// Of the purpose that is shown.
    version: i32,
    name: String,
    description: String,
    label: String,
    is_required: bool,
    /// By the person, in what they sent before.
    is_ticked: bool,
}

/// The consents' fields carry a prefix, so that no purpose is taken for the form's own.
const PREFIX: &str = "consent:";

impl SignUpPage {
    fn new(browser: &Browser, offer: &Offer, filled: Option<(&Posted, &Error)>) -> Self {
        let frame = browser.visitor.frame.clone();
        let entered = |name: &str| filled.map_or_else(String::new, |(posted, _)| posted.field(name).to_owned());
        let asked = offer.purposes.iter().map(|purpose| {
            let field = format!("{PREFIX}{}", purpose.key);
            let is_required = offer.required.contains(&purpose.key);
            let is_ticked = entered(&field) == purpose.version.to_string();
            let (name, description) = (purpose.name.clone(), purpose.description.clone());
            let label = label(&frame.say, purpose);
            AskedView { field, version: purpose.version, name, description, label, is_required, is_ticked }
        });
        let problem = filled
            .map(|(_, error)| (error.field().unwrap_or_default().to_owned(), problem(&frame.say, error.reason())));
        Self {
            asked: asked.collect(),
            csrf: browser.csrf(),
            tenants_language: browser.visitor.centre.sender.locale.clone(),
            name: entered("name"),
            email: entered("email"),
            problem,
            frame,
        }
    }

    /// Why that field was not accepted.
    fn wrong(&self, field: &str) -> Option<&str> {
        self.problem.as_ref().filter(|(found, _)| found == field).map(|(_, why)| &**why)
    }
}

/// What a person says with the tick.
fn label(say: &Say, purpose: &purposes::Model) -> String {
    let key = if purpose.special_category { "account-agree-special" } else { "account-agree" };
    say.clone().with_text("purpose", purpose.name.clone()).text(key)
}

/// What the page told the person before they agreed, in their language.
fn notice(say: &Say, purpose: &purposes::Model) -> String {
    let parts = [say.text("account-consents-intro"), purpose.name.clone(), purpose.description.clone()];
    format!("{}\n\n[x] {}", parts.join("\n\n"), label(say, purpose))
}

pub async fn show(State(state): State<ApiState>, browser: Browser) -> Response {
    match offer(&state, &browser).await {
        Ok(offer) => browser.page(StatusCode::OK, &SignUpPage::new(&browser, &offer, None)),
        Err(error) => browser.refuse(&error),
    }
}

/// Answers the same whoever has the address.
pub async fn submit(State(state): State<ApiState>, posted: Posted) -> Response {
    let browser = &posted.browser;
    let offer = match offer(&state, browser).await {
        Ok(offer) => offer,
        Err(error) => return browser.refuse(&error),
    };
    let filled = SignUp {
        name: posted.field("name").to_owned(),
        email: posted.field("email").to_owned(),
        password: posted.field("password").to_owned().into(),
        agreed: agreed(&posted, &offer),
    };
    match accounts::sign_up(&state.app, &browser.at_the_door(), &offer, filled).await {
        Ok(()) => browser.page(StatusCode::OK, &SignedUp { frame: browser.visitor.frame.clone() }),
        Err(error) if error.code() == Code::BadUserInput => {
            let again = SignUpPage::new(browser, &offer, Some((&posted, &error)));
            browser.page(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(error) => browser.refuse(&error),
    }
}

#[derive(Template)]
#[template(path = "centre/account/signed_up.html")]
struct SignedUp {
    frame: Frame,
}

/// # Errors
/// `NOT_FOUND` where the tenant lets nobody sign up.
async fn offer(state: &ApiState, browser: &Browser) -> Result<Offer, Error> {
    let settings = &browser.visitor.centre.settings;
    if !settings.sign_up {
        return Err(Error::not_found("page"));
    }
    let door = browser.at_the_door();
    accounts::offer(&state.app, &door, &settings.offered_purposes.0, &settings.required_consents.0).await
}

/// What was ticked, with the words that stood there.
fn agreed(posted: &Posted, offer: &Offer) -> Vec<AgreedTo> {
    let say = &posted.browser.visitor.frame.say;
    let ticked = posted.form.iter().filter_map(|(name, version)| Some((name.strip_prefix(PREFIX)?, version)));
    let given = ticked.map(|(key, version)| {
        let shown = offer.purposes.iter().find(|purpose| purpose.key == key);
        AgreedTo {
            purpose: key.to_owned(),
            // No version at all is one that nobody was shown.
            version: version.parse().unwrap_or(-1),
            notice: shown.map(|purpose| notice(say, purpose)).unwrap_or_default(),
        }
    });
    given.collect()
}
