//! The cookie, what it stands for, and forms that came from the browser that has it.
//!
//! A browser has one cookie. Before somebody signs in it ties our forms to the browser; signing in puts a session's in its
//! place, under a token that nobody had before. `SameSite=Lax`: whoever comes from a mail stays signed in, and no other
//! site's form takes it along.

use std::{collections::BTreeMap, fmt, net::SocketAddr};

use askama::Template;
use axum::{
    extract::{ConnectInfo, Form, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use recital_domain::{
    accounts::{self, BrowserToken, Session},
    error::{Code, Error},
    viewer::{Actor, Viewer},
};
use recital_entities::SubjectId;

use crate::{
    centre::{frame::Frame, visitor::Visitor},
    http::ApiState,
    pages::{Say, failed, network, page},
};

/// What each form carries, as the field `form`.
#[derive(Clone)]
pub struct CsrfToken(String);

impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A browser at a tenant's privacy centre, signed in or not.
pub struct Browser {
    pub visitor: Visitor,
    pub(super) token: BrowserToken,
    /// It came without a cookie.
    is_new: bool,
    is_secure: bool,
    network: String,
}

impl FromRequestParts<ApiState> for Browser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let is_secure = state.app.core().settings.public_url.starts_with("https://");
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| network(peer.0.ip()).to_string());
        let had = cookie(&parts.headers, cookie_name(is_secure));
        let is_new = had.is_none();
        let token = had.map_or_else(BrowserToken::generate, Ok).map_err(|error| failed(&error, &visitor.caller))?;
        Ok(Self { visitor, token, is_new, is_secure, network: peer.unwrap_or_default() })
    }
}

impl Browser {
    pub fn csrf(&self) -> CsrfToken {
        CsrfToken(self.token.form_token())
    }

    /// As the domain knows it.
    pub fn at_the_door(&self) -> accounts::Visitor {
        let sender = &self.visitor.centre.sender;
        accounts::Visitor {
            tenant: sender.tenant,
            tenant_name: sender.name.clone(),
            language: self.visitor.frame.say.language().to_owned(),
            network: self.network.clone(),
            visit: self.visitor.caller.visit.clone(),
        }
    }

    /// A page, with the cookie for whoever has none yet.
    pub fn page(&self, status: StatusCode, template: &impl Template) -> Response {
        let answer = page(status, template);
        if self.is_new { self.keeping(answer, &self.token) } else { answer }
    }

    /// Where somebody goes who has signed in.
    pub fn home(&self) -> String {
        self.visitor.frame.path("/me")
    }

    /// Sends the browser on, with another token.
    pub fn signed_in(&self, token: &BrowserToken) -> Response {
        self.keeping(see(&self.home()), token)
    }

    /// Sends the browser on, without its cookie.
    pub fn signed_out(&self) -> Response {
        let gone = format!("{}; Max-Age=0", self.set_cookie(""));
        with_cookie(see(&self.visitor.frame.path("/account/sign-in")), &gone)
    }

    /// What the browser keeps from now on.
    pub fn keeping(&self, answer: Response, token: &BrowserToken) -> Response {
        with_cookie(answer, &self.set_cookie(&token.reveal()))
    }

    fn set_cookie(&self, value: &str) -> String {
        let (name, slug) = (cookie_name(self.is_secure), &self.visitor.centre.slug);
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/privacy/{slug}; HttpOnly; SameSite=Lax{secure}")
    }

    /// A page with the texts `{key}-title` and `{key}`.
    pub fn say(&self, status: StatusCode, key: &str) -> Response {
        self.page(status, &Notice::new(self.visitor.frame.clone(), key))
    }

    /// Why it came to nothing, for what a form cannot mend.
    pub fn refuse(&self, error: &Error) -> Response {
        match (error.code(), error.reason()) {
            (Code::RateLimited, _) => self.wait(error),
            (Code::NotFound, _) => self.say(StatusCode::NOT_FOUND, "account-link-dead"),
            _ => failed(error, &self.visitor.caller),
        }
    }

    fn wait(&self, error: &Error) -> Response {
        let seconds = error.wait().map_or(60, |wait| wait.num_seconds().max(1));
        let mut frame = self.visitor.frame.clone();
        frame.say = frame.say.with_text("minutes", (seconds.cast_unsigned().div_ceil(60)).to_string());
        let mut answer = self.page(StatusCode::TOO_MANY_REQUESTS, &Notice::new(frame, "account-wait"));
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        answer
    }
}

/// Somebody who is signed in. Whoever is not is sent to the page for it.
pub struct SignedIn {
    pub viewer: Viewer,
    pub subject: SubjectId,
    pub csrf: CsrfToken,
    pub session: Session,
}

impl FromRequestParts<ApiState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Response> {
        let browser = Browser::from_request_parts(parts, state).await?;
        let door = browser.visitor.frame.path("/account/sign-in");
        Self::find(state, &browser).await?.ok_or_else(|| see(&door))
    }
}

impl SignedIn {
    async fn find(state: &ApiState, browser: &Browser) -> Result<Option<Self>, Response> {
        if browser.is_new {
            return Ok(None);
        }
        let door = browser.at_the_door();
        let found = accounts::find_session(&state.app, &door, &browser.token).await;
        let found = found.map_err(|error| failed(&error, &browser.visitor.caller))?;
        Ok(found.map(|session| {
            let viewer = Viewer::new(door.tenant, Actor::Subject(session.subject_id), door.visit.correlation);
            Self {
                viewer: viewer.from_client(door.visit.client),
                subject: session.subject_id,
                csrf: browser.csrf(),
                session,
            }
        }))
    }
}

/// Somebody, signed in or not.
pub struct MaybeSignedIn(pub Option<SignedIn>);

impl FromRequestParts<ApiState> for MaybeSignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Response> {
        let browser = Browser::from_request_parts(parts, state).await?;
        SignedIn::find(state, &browser).await.map(Self)
    }
}

/// A form that this browser got from us. One that did not come from our own page, or was made for another browser, is
/// refused.
pub struct Posted {
    pub browser: Browser,
    pub form: BTreeMap<String, String>,
}

impl FromRequest<ApiState> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let browser = Browser::from_request_parts(&mut parts, state).await?;
        let from_here = is_from_here(&parts.headers, &state.app.core().settings.public_url);
        let form = Form::from_request(Request::from_parts(parts, body), state).await;
        let Form(form): Form<BTreeMap<String, String>> = form.unwrap_or_default();
        let given = form.get("form").map(String::as_str).unwrap_or_default();
        if from_here && !browser.is_new && browser.token.made_form(given) {
            Ok(Self { browser, form })
        } else {
            Err(browser.say(StatusCode::FORBIDDEN, "account-form-old"))
        }
    }
}

impl Posted {
    /// What was entered; nothing for a field that is not there.
    pub fn field(&self, name: &str) -> &str {
        self.form.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// Whether a page of ours sent the form, as far as the browser says: by Fetch Metadata, or else by `Origin`. A browser that
/// says neither is held by the form's token alone.
fn is_from_here(headers: &HeaderMap, public_url: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    // Without a referrer browsers name no origin.
    origin == "null"
        || url::Url::parse(public_url).is_ok_and(|ours| origin == ours.origin().ascii_serialization().as_str())
}

fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Secure-recital" } else { "recital" }
}

/// The first cookie of that name that is a token of ours.
fn cookie(headers: &HeaderMap, name: &str) -> Option<BrowserToken> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = sent.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(found, value)| (found == name).then(|| BrowserToken::parse(value)).flatten())
}

fn with_cookie(mut answer: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// Sends the browser to another page of ours.
pub fn see(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Why something was not accepted, in words.
pub fn problem(say: &Say, reason: &str) -> String {
    let known = PROBLEMS.contains(&reason);
    say.text(&format!("account-problem-{}", if known { reason } else { "other" }))
}

/// The reasons that have a text of their own.
const PROBLEMS: [&str; 8] = [
    "INVALID_NAME",
    "INVALID_EMAIL",
    "TOO_SHORT",
    "TOO_LONG",
    "TOO_COMMON",
    "CONSENT_REQUIRED",
    "PURPOSE_CHANGED",
    "WRONG_CREDENTIALS",
];

/// A page that says something.
#[derive(Template)]
#[template(path = "centre/account/notice.html")]
struct Notice {
    frame: Frame,
    title: String,
    text: String,
}

impl Notice {
    fn new(frame: Frame, key: &str) -> Self {
        Self { title: frame.say.text(&format!("{key}-title")), text: frame.say.text(key), frame }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_form_of_another_site_is_known_by_what_the_browser_says() {
        for (sent, ours) in [
            (vec![("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "https://privacy.example.org")], false),
            (vec![("origin", "https://privacy.example.org")], true),
            (vec![("origin", "https://privacy.example.org:8443")], false),
            (vec![("origin", "http://privacy.example.org")], false),
            (vec![("origin", "https://evil.example.org")], false),
            (vec![], true),
        ] {
            assert_eq!(is_from_here(&headers(&sent), "https://privacy.example.org"), ours, "{sent:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let token = BrowserToken::generate().unwrap();
        let text = token.reveal();
        for (sent, found) in [
            (format!("recital={text}"), true),
            (format!("a=b; recital=planted; recital={text};x"), true),
            (format!("xrecital={text}; recitals={text}"), false),
            (format!("__Secure-recital={text}"), false),
            (String::new(), false),
        ] {
            let read = cookie(&headers(&[("cookie", &sent)]), "recital");
            assert_eq!(read.is_some_and(|read| read.hash() == token.hash()), found, "{sent}");
        }
    }
}
