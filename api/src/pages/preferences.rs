//! A person's own page: what they agreed to, and one click to change each. Without JavaScript.
//!
//! The link is all that lets anybody in: there is no cookie that another site's form could ride on. A browser that says
//! where a form comes from is believed all the same.

use askama::Template;
use axum::{
    extract::{Form, Path, Query, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use recital_domain::{
    accuracy::{Asker, LinkError},
    consent::{self, Change, Choice, PreferencesView, PreferencesVisit},
};
use recital_entities::{DecisionReason, purposes::purposes};
use serde::Deserialize;

use super::{
    respond::{has_gpc, is_foreign, page, see_other},
    say::Say,
    verify::{Caller, failure, refusal},
};
use crate::http::ApiState;

/// Which purpose was changed just now.
#[derive(Default, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

/// Shows the choices.
pub async fn show(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    Query(saved): Query<Saved>,
    headers: HeaderMap,
    caller: Caller,
) -> Response {
    match consent::open_preferences(&state.app, &visit(&token, &headers, &caller)).await {
        Ok(view) => page(StatusCode::OK, &PreferencesPage::new(view, has_gpc(&headers), saved.saved.as_deref())),
        Err(error) => refusal(error, &caller),
    }
}

#[derive(Deserialize)]
pub struct ChangeForm {
    purpose: String,
    change: Wanted,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wanted {
    Give,
    Withdraw,
}

/// Makes the change and shows the page again.
pub async fn change(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    caller: Caller,
    form: Result<Form<ChangeForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return failure(StatusCode::BAD_REQUEST, &caller) };
    if is_foreign(&headers) {
        return failure(StatusCode::FORBIDDEN, &caller);
    }
    let change = match form.change {
        Wanted::Give => Change::Give,
        Wanted::Withdraw => Change::Withdraw,
    };
    let visit = visit(&token, &headers, &caller);
    match consent::change_preference(&state.app, &visit, &form.purpose, change, notice).await {
        Ok(()) => back_to(&token, &form.purpose),
        // The page says why.
        Err(LinkError::Failed(error)) if error.reason() == "OPTED_OUT" => back_to(&token, &form.purpose),
        Err(error) => refusal(error, &caller),
    }
}

fn back_to(token: &str, purpose: &str) -> Response {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("saved", purpose).finish();
    see_other(&format!("/preferences/{token}?{query}"))
}

/// What the page told the person before they said yes, in their language.
fn notice(asker: &Asker, purpose: &purposes::Model) -> String {
    let say = Say::of(asker).with_text("purpose", purpose.name.clone());
    let asked = if purpose.special_category { "preferences-give-special" } else { "preferences-give" };
    format!("{}\n\n{}\n\n{}\n\n[{}]", say.text("preferences-intro"), purpose.name, purpose.description, say.text(asked))
}

fn visit<'a>(token: &'a str, headers: &HeaderMap, caller: &Caller) -> PreferencesVisit<'a> {
    PreferencesVisit { token, visit: caller.visit.clone(), gpc: has_gpc(headers) }
}

#[derive(Template)]
#[template(path = "preferences.html")]
struct PreferencesPage {
    say: Say,
    /// The language of what the tenant wrote.
    tenants_language: String,
    /// What was changed just now, and where it stands.
    saved: Option<(String, String)>,
    gpc: bool,
    choices: Vec<ChoiceView>,
}

struct ChoiceView {
    key: String,
    name: String,
    description: String,
    is_on: bool,
    status: String,
    special_category: bool,
    /// None where the browser does not allow it.
    change: Option<Change>,
}

impl ChoiceView {
    fn gives(&self) -> bool {
        self.change == Some(Change::Give)
    }

    fn withdraws(&self) -> bool {
        self.change == Some(Change::Withdraw)
    }
}

impl PreferencesPage {
    fn new(view: PreferencesView, gpc: bool, saved: Option<&str>) -> Self {
        let say = Say::of(&view.asker).with_date("until", view.asker.date(view.expires_at));
        let choices: Vec<ChoiceView> = view.choices.iter().map(|choice| choice_view(&view.asker, choice)).collect();
        let saved = choices.iter().find(|choice| Some(choice.key.as_str()) == saved);
        let saved = saved.map(|choice| (choice.name.clone(), choice.status.clone()));
        let gpc = gpc && view.choices.iter().any(|choice| choice.purpose.sale_or_sharing);
        Self { say, tenants_language: view.asker.sender.locale, saved, gpc, choices }
    }
}

fn choice_view(asker: &Asker, choice: &Choice) -> ChoiceView {
    ChoiceView {
        key: choice.purpose.key.clone(),
        name: choice.purpose.name.clone(),
        description: choice.purpose.description.clone(),
        is_on: choice.decision.allowed,
        status: status(asker, choice),
        special_category: choice.purpose.special_category,
        change: choice.change,
    }
}

/// Where the consent stands, in a sentence.
fn status(asker: &Asker, choice: &Choice) -> String {
    let (key, at) = match choice.decision.reason {
        DecisionReason::ConsentGiven => ("preferences-on", choice.consent.given_at),
        DecisionReason::ConsentPending => ("preferences-pending", None),
        DecisionReason::ConsentWithdrawn => ("preferences-withdrawn", choice.consent.withdrawn_at),
        DecisionReason::ConsentExpired => ("preferences-expired", choice.consent.expires_at),
        DecisionReason::ReconsentNeeded => ("preferences-changed", None),
        _ => ("preferences-off", None),
    };
    let say = Say::of(asker);
    match at {
        Some(at) => say.with_date("date", asker.date(at)).text(key),
        None => say.text(key),
    }
}
