//! Exercising a right: what it does and what it does not reach, and one button. Whoever has signed in need not prove
//! anything more.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::{
    centre,
    error::Code,
    requests::{self, rights::ERASABLE},
};
use recital_entities::{Regime, SubjectRequestType, purposes::purposes};
use serde::Deserialize;

use super::refuse;
use crate::{
    centre::{
        account::session::{CsrfToken, Posted, SignedIn},
        frame::Frame,
        rights::{RightView, laws, named, view},
        visitor::Visitor,
    },
    http::ApiState,
    pages::{page, see_other},
};

#[derive(Deserialize)]
pub struct Asked {
    right: String,
}

#[derive(Template)]
#[template(path = "centre/me/ask.html")]
struct AskPage {
    frame: Frame,
    csrf: CsrfToken,
    right: RightView,
    request: SubjectRequestType,
    /// What the button says.
    button: String,
    /// To choose from, where several know the right.
    laws: Vec<Regime>,
    /// To choose from, for an objection.
    purposes: Vec<purposes::Model>,
    /// What an erasure leaves, and the language that it is named in.
    kept: Vec<String>,
    tenants_language: String,
    /// Somebody looks at an erasure before it begins.
    is_examined: bool,
    /// Nothing was chosen.
    is_wrong: bool,
}

/// What the right does, and the button.
pub async fn show(State(state): State<ApiState>, visitor: Visitor, Path(asked): Path<Asked>, me: SignedIn) -> Response {
    match named(&asked.right) {
        // Corrections are made where the details are.
        Some(SubjectRequestType::Rectification) => see_other(&visitor.frame.path("/me/details")),
        Some(request) => ask_page(&state, &visitor, me, request, false).await,
        None => visitor.nothing_here(),
    }
}

/// Opens the request.
pub async fn open(State(state): State<ApiState>, me: SignedIn, Path(asked): Path<Asked>, posted: Posted) -> Response {
    let visitor = &posted.browser.visitor;
    let Some(request) = named(&asked.right).filter(|request| *request != SubjectRequestType::Rectification) else {
        return visitor.nothing_here();
    };
    if request == SubjectRequestType::Erasure && posted.field("sure").is_empty() {
        return ask_page(&state, visitor, me, request, true).await;
    }
    let laws = laws(&visitor.centre.regimes(), request);
    let chosen = posted.field("regime").parse().ok().filter(|law| laws.contains(law));
    let Some(regime) = chosen.or(laws.first().copied()) else { return visitor.nothing_here() };
    let purpose = Some(posted.field("purpose").to_owned()).filter(|key| !key.is_empty());
    match requests::open_own(&state.app, &me.viewer, request, regime, purpose).await {
        Ok(_) => see_other(&visitor.frame.path_with("/me/requests", &[("done", "opened")])),
        Err(error) if matches!(error.code(), Code::BadUserInput | Code::NotFound) => {
            ask_page(&state, visitor, me, request, true).await
        }
        Err(error) => refuse(&error, visitor),
    }
}

async fn ask_page(
    state: &ApiState,
    visitor: &Visitor,
    me: SignedIn,
    request: SubjectRequestType,
    is_wrong: bool,
) -> Response {
    let Visitor { centre, frame, caller } = visitor;
    let Some(right) = view(&frame.say, &centre.regimes(), request) else { return visitor.nothing_here() };
    let facts = async {
        let purposes = match request {
            SubjectRequestType::Objection => centre::objectionable_purposes(&state.app, centre, &caller.visit).await?,
            _ => Vec::new(),
        };
        let kept = match request {
            SubjectRequestType::Erasure => centre::own_data(&state.app, &me.viewer).await?.held,
            _ => Vec::new(),
        };
        Ok((purposes, kept, requests::erasure_is_examined(&state.app, &me.viewer).await?))
    };
    match facts.await {
        Ok((purposes, held, is_examined)) => {
            let kept = held.into_iter().filter(|held| !ERASABLE.contains(&held.purpose.lawful_basis));
            let mut kept: Vec<String> = kept.map(|held| held.purpose.name).collect();
            kept.dedup();
            let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let view = AskPage {
                frame: frame.clone(),
                csrf: me.csrf,
                button: frame.say.text(&format!("own-ask-{request}")),
                right,
                request,
                laws: laws(&centre.regimes(), request),
                purposes,
                kept,
                tenants_language: centre.sender.locale.clone(),
                is_examined,
                is_wrong,
            };
            page(status, &view)
        }
        Err(error) => refuse(&error, visitor),
    }
}
