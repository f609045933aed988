//! Asking without an account: what for, and under which address. The answer is the same whether anybody is known there.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use recital_domain::{
    centre::{self, Ask},
    error::{Code, Error},
};
use recital_entities::{Regime, SubjectRequestType, purposes::purposes};
use serde::Deserialize;

use super::{
    frame::Frame,
    rights::{RightView, laws, named, view},
    visitor::Visitor,
};
use crate::{
    http::ApiState,
    pages::{failed, failure, is_foreign, page, see_other},
};

/// The right in the path.
#[derive(Deserialize)]
pub struct Asked {
    right: String,
}

type Entered = BTreeMap<String, String>;

/// The form.
pub async fn show(State(state): State<ApiState>, visitor: Visitor, Path(asked): Path<Asked>) -> Response {
    match named(&asked.right) {
        Some(request) => form_page(&state, visitor, request, Entered::new(), None).await,
        None => visitor.nothing_here(),
    }
}

/// Takes the request in.
pub async fn send(
    State(state): State<ApiState>,
    visitor: Visitor,
    Path(asked): Path<Asked>,
    headers: HeaderMap,
    form: Result<Form<Entered>, FormRejection>,
) -> Response {
    let Some(request) = named(&asked.right) else { return visitor.nothing_here() };
    let Ok(Form(entered)) = form else { return failure(StatusCode::BAD_REQUEST, &visitor.caller) };
    if is_foreign(&headers) {
        return failure(StatusCode::FORBIDDEN, &visitor.caller);
    }
    let ask = ask(&visitor, request, &entered);
    match centre::ask(&state.app, &visitor.centre, &visitor.caller.visit, ask).await {
        Ok(()) => see_other(&visitor.frame.path("/asked")),
        // Who names an address too often learns no more than everybody.
        Err(error) if error.code() == Code::RateLimited => see_other(&visitor.frame.path("/asked")),
        Err(error) if error.code() == Code::BadUserInput => {
            form_page(&state, visitor, request, entered, Some(&error)).await
        }
        Err(error) => failed(&error, &visitor.caller),
    }
}

fn ask(visitor: &Visitor, request: SubjectRequestType, entered: &Entered) -> Ask {
    let field = |name: &str| entered.get(name).filter(|text| !text.trim().is_empty()).cloned();
    let first = laws(&visitor.centre.regimes(), request).first().copied().unwrap_or(Regime::Gdpr);
    Ask {
        r#type: request,
        regime: field("regime").and_then(|word| word.parse().ok()).unwrap_or(first),
        email: field("email").unwrap_or_default(),
        purpose: field("purpose"),
        note: field("note"),
        locale: visitor.frame.say.language().to_owned(),
    }
}

#[derive(Template)]
#[template(path = "centre/ask.html")]
struct AskPage {
    frame: Frame,
    right: RightView,
    request: SubjectRequestType,
    /// To choose from, where several know the right.
    laws: Vec<Regime>,
    /// To choose from, for an objection.
    purposes: Vec<purposes::Model>,
    /// The language of what the tenant wrote.
    tenants_language: String,
    entered: Entered,
    /// The field at fault, and what is wrong with it.
    problem: Option<(String, String)>,
}

impl AskPage {
    fn value_of(&self, name: &str) -> &str {
        self.entered.get(name).map_or("", String::as_str)
    }

    fn problem_of(&self, name: &str) -> Option<&str> {
        self.problem.as_ref().filter(|(field, _)| field == name).map(|(_, problem)| problem.as_str())
    }
}

async fn form_page(
    state: &ApiState,
    visitor: Visitor,
    request: SubjectRequestType,
    entered: Entered,
    error: Option<&Error>,
) -> Response {
    let regimes = visitor.centre.regimes();
    let Some(right) = view(&visitor.frame.say, &regimes, request) else { return visitor.nothing_here() };
    let purposes = match request {
        SubjectRequestType::Objection => {
            centre::objectionable_purposes(&state.app, &visitor.centre, &visitor.caller.visit).await
        }
        _ => Ok(Vec::new()),
    };
    let purposes = match purposes {
        Ok(purposes) => purposes,
        Err(error) => return failed(&error, &visitor.caller),
    };
    let Visitor { centre, frame, .. } = visitor;
    let problem = |error: &Error| {
        let field = error.field().unwrap_or_default().to_owned();
        let words = frame.say.text(&format!("centre-ask-problem-{field}"));
        (field, words)
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let problem = error.map(problem);
    let laws = laws(&regimes, request);
    let tenants_language = centre.sender.locale;
    page(status, &AskPage { frame, right, request, laws, purposes, tenants_language, entered, problem })
}

#[derive(Template)]
#[template(path = "centre/asked.html")]
struct AskedPage {
    frame: Frame,
}

/// That it was taken in.
pub async fn sent(Visitor { frame, .. }: Visitor) -> Response {
    page(StatusCode::OK, &AskedPage { frame })
}
