//! The page behind a mailed link: a person sees what is held about them and answers. GET and HEAD change nothing.

use std::{collections::BTreeMap, net::SocketAddr};

use askama::Template;
use axum::{
    extract::{ConnectInfo, Form, FromRequestParts, Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use recital_domain::{
    accuracy::{self, Answer, Answered, FieldKind, LinkError, LinkProblem, LinkView, Visit, fields},
    error::{Code, Error},
};

use super::{
    respond::{Message, page},
    say::Say,
};
use crate::{
    client::client,
    http::{ApiState, Correlation},
};

/// What a handler knows of its caller.
pub struct Caller {
    pub visit: Visit,
    pub accept_language: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let correlation = parts.extensions.get::<Correlation>().map(|id| id.0).unwrap_or_default();
        Ok(Self {
            visit: Visit { client: client(peer, &parts.headers), correlation },
            accept_language: accept_language(&parts.headers),
        })
    }
}

pub(super) fn accept_language(headers: &HeaderMap) -> String {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// Shows the data, to a person: a browser that fetches ahead of its reader gets nothing.
pub async fn show(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    caller: Caller,
) -> Response {
    if headers.contains_key("sec-purpose") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match accuracy::open_link(&state.app, &token, &caller.visit).await {
        Ok(view) => page(StatusCode::OK, &VerifyPage::new(&view, None, &BTreeMap::new())),
        Err(error) => refusal(error, &caller),
    }
}

/// Says whether the link works, and opens nothing.
pub async fn check(State(state): State<ApiState>, Path(token): Path<String>, caller: Caller) -> StatusCode {
    match accuracy::check_link(&state.app, &token, &caller.visit).await {
        Ok(_) => StatusCode::OK,
        Err(error) => refusal(error, &caller).status(),
    }
}

/// Takes the answer.
pub async fn answer(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    caller: Caller,
    form: Result<Form<BTreeMap<String, String>>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return failure(StatusCode::BAD_REQUEST, &caller) };
    let action = form.get("action").map(String::as_str);
    let (answer, done) = match action {
        Some("confirm") => (Answer::Confirm, "verify-confirmed"),
        Some("correct") => (correction(&form), "verify-corrected"),
        Some("dispute") => (Answer::Dispute, "verify-disputed"),
        Some("resend") => return resend(state, token, caller),
        _ => return failure(StatusCode::BAD_REQUEST, &caller),
    };
    match accuracy::answer(&state.app, &token, &caller.visit, answer).await {
        Ok(answered) => page(StatusCode::OK, &thanks(&answered, done)),
        Err(LinkError::Failed(error)) if can_be_mended(&error) => {
            show_again(&state, &token, &caller, &error, &form).await
        }
        Err(error) => refusal(error, &caller),
    }
}

/// The fields' names carry a prefix, so that no attribute is taken for the form's own.
const PREFIX: &str = "field:";

fn correction(form: &BTreeMap<String, String>) -> Answer {
    let named = form.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.clone())));
    // No version at all is one that nobody has seen.
    let version = form.get("version").and_then(|version| version.parse().ok()).unwrap_or(-1);
    Answer::Correct { version, form: named.collect() }
}

fn thanks(answered: &Answered, key: &str) -> Message {
    let say = Say::of(&answered.asker);
    let corrected = answered.corrected_fields.iter().map(|field| say.label(&field.replace('.', "/"))).collect();
    Message::new(say, key).listing(corrected)
}

/// A person can put it right on the page.
fn can_be_mended(error: &Error) -> bool {
    error.code() == Code::BadUserInput || error.reason() == "VERSION_CONFLICT"
}

/// The page with what was wrong. What was entered stays, unless the data beneath it has changed.
async fn show_again(
    state: &ApiState,
    token: &str,
    caller: &Caller,
    error: &Error,
    form: &BTreeMap<String, String>,
) -> Response {
    let (status, entered) = match error.code() {
        Code::Conflict => (StatusCode::CONFLICT, &BTreeMap::new()),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, form),
    };
    match accuracy::open_link(&state.app, token, &caller.visit).await {
        Ok(view) => page(status, &VerifyPage::new(&view, Some(error), entered)),
        Err(error) => refusal(error, caller),
    }
}

/// Answers the same, and as soon, whatever the link was: the answer waits for nothing that is looked up.
fn resend(state: ApiState, token: String, caller: Caller) -> Response {
    let message = Message::new(Say::to_stranger(&caller.accept_language), "verify-resent");
    tokio::spawn(async move {
        if let Err(error) = accuracy::resend(&state.app, &token, &caller.visit).await {
            tracing::warn!(?error, "a new link was asked for and not queued");
        }
    });
    page(StatusCode::OK, &message)
}

/// Why a link does not work, and what to do about it.
pub(super) fn refusal(error: LinkError, caller: &Caller) -> Response {
    let problem = match error {
        LinkError::Problem(problem) => problem,
        LinkError::Failed(error) => return failed(&error, caller),
    };
    let (status, message) = match problem {
        LinkProblem::Unknown => {
            (StatusCode::NOT_FOUND, Message::new(Say::to_stranger(&caller.accept_language), "verify-unknown"))
        }
        LinkProblem::Used { asker, answered_at } => {
            let say = Say::of(&asker).with_date("answered", asker.date(answered_at));
            (StatusCode::GONE, Message::new(say, "verify-used"))
        }
        LinkProblem::Expired { asker, expires_at } => {
            let say = Say::of(&asker).with_date("until", asker.date(expires_at));
            (StatusCode::GONE, Message::new(say, "verify-expired").offering_resend())
        }
        LinkProblem::Closed { asker } => (StatusCode::GONE, Message::new(Say::of(&asker), "verify-closed")),
    };
    page(status, &message)
}

/// What went wrong, without what it was.
pub fn failed(error: &Error, caller: &Caller) -> Response {
    failure(status(error), caller)
}

fn status(error: &Error) -> StatusCode {
    match error.code() {
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Conflict => StatusCode::CONFLICT,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(super) fn failure(status: StatusCode, caller: &Caller) -> Response {
    page(status, &Message::new(Say::to_stranger(&caller.accept_language), "verify-failed"))
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    say: Say,
    version: i32,
    fields: Vec<FieldView>,
    problem: Option<String>,
}

/// A field on the page.
struct FieldView {
    id: String,
    name: String,
    label: String,
    kind: FieldKind,
    /// As it is held, readable.
    held: String,
    /// That it is not what the person saw last.
    changed: Option<String>,
    /// As the form shows it.
    entered: String,
    problem: Option<String>,
}

impl FieldView {
    /// Ties a problem to its field for those who do not see it.
    fn described(&self) -> askama::filters::Safe<String> {
        let tie = |_: &String| format!(" aria-invalid=\"true\" aria-describedby=\"{}-wrong\"", self.id);
        askama::filters::Safe(self.problem.as_ref().map(tie).unwrap_or_default())
    }
}

impl VerifyPage {
    fn new(view: &LinkView, error: Option<&Error>, entered: &BTreeMap<String, String>) -> Self {
        let say = Say::of(&view.asker).with_date("until", view.asker.date(view.expires_at));
        // The form's own faults name the field as the form does, those of the vault as the API does.
        let at_fault = error.and_then(Error::field).unwrap_or_default();
        let at_fault = at_fault.strip_prefix("attributes.").unwrap_or(at_fault).replace('/', ".");
        let fields = fields(&view.attributes).into_iter().enumerate().map(|(index, field)| {
            let name = format!("{PREFIX}{}", field.path);
            let entered = entered.get(&name).unwrap_or(&field.value).clone();
            let problem =
                error.filter(|_| field.path.replace('/', ".") == at_fault).map(|error| say.problem(error.reason()));
            let (id, label) = (format!("field-{index}"), say.label(&field.path));
            let changed = view.changed_at(&field).map(|at| say.changed_on(view.asker.date(at)));
            FieldView { id, label, held: held(&say, &field), changed, name, kind: field.kind, entered, problem }
        });
        let fields: Vec<FieldView> = fields.collect();
        let where_it_is = fields.iter().find_map(|field| Some(format!("{}: {}", field.label, field.problem.as_ref()?)));
        let problem = where_it_is.or_else(|| error.map(|error| say.problem(error.reason())));
        Self { problem, version: view.version, fields, say }
    }
}

/// A value as people read it.
fn held(say: &Say, field: &accuracy::Field) -> String {
    match (field.kind, field.value.as_str()) {
        (FieldKind::YesOrNo, "true") => say.text("verify-yes"),
        (FieldKind::YesOrNo, _) => say.text("verify-no"),
        (FieldKind::Date, date) => date.parse().map_or_else(|_| date.to_owned(), |date| say.date(date)),
        (_, value) => value.to_owned(),
    }
}
