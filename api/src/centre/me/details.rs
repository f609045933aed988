//! The person's details: looked through, confirmed, corrected.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::{
    accuracy::{self, FieldKind},
    centre,
    error::{Code, Error},
};

use super::{Done, refuse};
use crate::{
    centre::{
        account::session::{CsrfToken, Posted, SignedIn},
        frame::Frame,
        visitor::Visitor,
    },
    http::ApiState,
    pages::{FieldView, PREFIX, field_views, page, problem_of, see_other},
};

#[derive(Template)]
#[template(path = "centre/me/details.html")]
struct Details {
    frame: Frame,
    csrf: CsrfToken,
    done: Option<String>,
    version: i32,
    fields: Vec<FieldView>,
    problem: Option<String>,
    verified: String,
}

pub async fn show(State(state): State<ApiState>, visitor: Visitor, Query(done): Query<Done>, me: SignedIn) -> Response {
    details_page(&state, &visitor, me, done.words(&visitor.frame), None, &BTreeMap::new()).await
}

/// Saves what was corrected.
pub async fn correct(State(state): State<ApiState>, me: SignedIn, posted: Posted) -> Response {
    let visitor = posted.browser.visitor;
    // No version at all is one that nobody has seen.
    let version = posted.form.get("version").and_then(|version| version.parse().ok()).unwrap_or(-1);
    let named =
        posted.form.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.clone())));
    match accuracy::correct_own(&state.app, &me.viewer, version, &named.collect()).await {
        Ok(_) => see_other(&visitor.frame.path_with("/me/details", &[("done", "corrected")])),
        Err(error) if error.code() == Code::BadUserInput => {
            details_page(&state, &visitor, me, None, Some(&error), &posted.form).await
        }
        // The data beneath the form has changed: what was entered may not fit it any more.
        Err(error) if error.reason() == "VERSION_CONFLICT" => {
            details_page(&state, &visitor, me, None, Some(&error), &BTreeMap::new()).await
        }
        Err(error) => refuse(&error, &visitor),
    }
}

/// All is right.
pub async fn confirm(State(state): State<ApiState>, me: SignedIn, posted: Posted) -> Response {
    let visitor = posted.browser.visitor;
    match accuracy::confirm_own(&state.app, &me.viewer).await {
        Ok(()) => see_other(&visitor.frame.path_with("/me/details", &[("done", "confirmed")])),
        Err(error) => refuse(&error, &visitor),
    }
}

async fn details_page(
    state: &ApiState,
    visitor: &Visitor,
    me: SignedIn,
    done: Option<String>,
    error: Option<&Error>,
    entered: &BTreeMap<String, String>,
) -> Response {
    let own = match centre::own_data(&state.app, &me.viewer).await {
        Ok(own) => own,
        Err(error) => return refuse(&error, visitor),
    };
    let frame = visitor.frame.clone();
    let fields = field_views(&frame.say, &own.attributes, error, entered, |_| None);
    let status = match error.map(Error::code) {
        None => StatusCode::OK,
        Some(Code::Conflict) => StatusCode::CONFLICT,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let problem = error.map(|error| problem_of(&frame.say, &fields, error));
    let verified = frame.say.date(visitor.asker().date(own.subject.last_verified_at));
    page(status, &Details { frame, csrf: me.csrf, done, version: own.version, fields, problem, verified })
}
