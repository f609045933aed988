//! The person's requests: how each stands, what was written to them about it, what there is to fetch.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::{
    accuracy::Asker,
    requests::{self, OwnRequest},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{Done, refuse};
use crate::{
    centre::{
        account::session::{CsrfToken, Posted, SignedIn},
        frame::Frame,
        visitor::Visitor,
    },
    http::ApiState,
    pages::{page, see_other},
};

#[derive(Template)]
#[template(path = "centre/me/requests.html")]
struct RequestsPage {
    frame: Frame,
    csrf: CsrfToken,
    done: Option<String>,
    requests: Vec<RequestView>,
}

struct RequestView {
    /// Where the form leads that takes it back.
    cancel: String,
    what: String,
    state: String,
    received: String,
    due: String,
    is_open: bool,
    explanation: Option<String>,
    steps: Vec<StepView>,
    package: Option<PackageView>,
}

struct StepView {
    day: String,
    words: String,
    message: Option<String>,
}

struct PackageView {
    path: String,
    until: String,
    sha256: String,
}

impl RequestView {
    fn new(frame: &Frame, asker: &Asker, own: &OwnRequest) -> Self {
        let request = &own.request;
        let say = frame.say.clone().with("type", request.r#type.to_string());
        // Steps that have no words are the tenant's own affair.
        let step = |step: &recital_entities::requests::request_events::Model| {
            let words = say.find(&format!("own-step-{}", step.what.replace('_', "-")))?;
            let day = say.date(asker.date(step.at));
            Some(StepView { day, words, message: own.messages.get(&step.id).cloned() })
        };
        let package = own.package.as_ref().map(|(facts, path)| PackageView {
            path: path.clone(),
            until: say.date(asker.date(facts.expires_at)),
            sha256: hex::encode(&facts.sha256),
        });
        Self {
            cancel: frame.path(&format!("/me/requests/{}/cancel", request.id)),
            what: say.text("request-type"),
            state: say.text(&format!("request-page-state-{}", request.state)),
            received: say.date(asker.date(request.received_at)),
            due: say.date(request.extended_to.unwrap_or(request.due_on)),
            is_open: request.closed_at.is_none(),
            steps: own.steps.iter().filter_map(step).collect(),
            explanation: own.explanation.clone(),
            package,
        }
    }
}

pub async fn show(State(state): State<ApiState>, visitor: Visitor, Query(done): Query<Done>, me: SignedIn) -> Response {
    match requests::own_requests(&state.app, &me.viewer).await {
        Ok(own) => {
            let asker = visitor.asker();
            let frame = visitor.frame;
            let requests = own.iter().map(|own| RequestView::new(&frame, &asker, own)).collect();
            page(StatusCode::OK, &RequestsPage { done: done.words(&frame), csrf: me.csrf, requests, frame })
        }
        Err(error) => refuse(&error, &visitor),
    }
}

#[derive(Deserialize)]
pub struct OfRequest {
    request: Uuid,
}

/// Takes one back.
pub async fn cancel(
    State(state): State<ApiState>,
    me: SignedIn,
    Path(of): Path<OfRequest>,
    posted: Posted,
) -> Response {
    let visitor = &posted.browser.visitor;
    match requests::take_back(&state.app, &me.viewer, of.request.into()).await {
        Ok(_) => see_other(&visitor.frame.path_with("/me/requests", &[("done", "cancelled")])),
        // Somebody was faster: the page says how it stands.
        Err(error) if error.reason() == "REQUEST_CLOSED" => see_other(&visitor.frame.path("/me/requests")),
        Err(error) => refuse(&error, visitor),
    }
}
