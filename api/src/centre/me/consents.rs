//! The person's consents: each with its history, its receipt, and one click to change it.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use recital_domain::{
    accuracy::Asker,
    consent::{self, Change, OwnChange, OwnConsent},
};
use recital_entities::{DecisionReason, purposes::purposes};
use serde::Deserialize;

use super::{Done, refuse};
use crate::{
    centre::{
        account::session::{CsrfToken, Posted, SignedIn},
        frame::Frame,
        visitor::Visitor,
    },
    http::ApiState,
    pages::{has_gpc, page, see_other},
};

#[derive(Template)]
#[template(path = "centre/me/consents.html")]
struct Consents {
    frame: Frame,
    csrf: CsrfToken,
    done: Option<String>,
    gpc: bool,
    /// The language of what the tenant wrote.
    tenants_language: String,
    choices: Vec<ChoiceView>,
}

struct ChoiceView {
    key: String,
    name: String,
    description: String,
    is_on: bool,
    status: String,
    special_category: bool,
    change: Option<Change>,
    /// Day and what happened, newest first.
    history: Vec<(String, String)>,
    /// None where there is nothing to have a receipt of.
    receipt: Option<String>,
}

impl ChoiceView {
    fn new(frame: &Frame, asker: &Asker, own: &OwnConsent) -> Self {
        let key = &own.purpose.key;
        let step = |event: &recital_entities::consent::consent_events::Model| {
            let words = frame.say.text(&format!("own-consent-{}", event.state));
            (frame.say.date(asker.date(event.recorded_at)), words)
        };
        Self {
            key: key.clone(),
            name: own.purpose.name.clone(),
            description: own.purpose.description.clone(),
            is_on: own.allowed,
            status: status(frame, asker, own),
            special_category: own.purpose.special_category,
            change: own.change,
            history: own.history.iter().map(step).collect(),
            receipt: own.consent.as_ref().map(|_| frame.path(&format!("/me/consents/{key}/receipt"))),
        }
    }

    fn gives(&self) -> bool {
        self.change == Some(Change::Give)
    }
}

/// Where the consent stands, in a sentence.
fn status(frame: &Frame, asker: &Asker, own: &OwnConsent) -> String {
    let consent = own.consent.as_ref();
    let (key, at) = match own.reason {
        DecisionReason::ConsentGiven => ("preferences-on", consent.and_then(|consent| consent.given_at)),
        DecisionReason::ConsentPending => ("preferences-pending", None),
        DecisionReason::ConsentWithdrawn => ("preferences-withdrawn", consent.and_then(|consent| consent.withdrawn_at)),
        DecisionReason::ConsentExpired => ("preferences-expired", consent.and_then(|consent| consent.expires_at)),
        DecisionReason::ReconsentNeeded => ("preferences-changed", None),
        _ => ("preferences-off", None),
    };
    match at {
        Some(at) => frame.say.clone().with_date("date", asker.date(at)).text(key),
        None => frame.say.text(key),
    }
}

pub async fn show(
    State(state): State<ApiState>,
    visitor: Visitor,
    Query(done): Query<Done>,
    headers: HeaderMap,
    me: SignedIn,
) -> Response {
    let (offered, gpc) = (&visitor.centre.settings.offered_purposes.0, has_gpc(&headers));
    let own = match consent::own_consents(&state.app, &me.viewer, offered, gpc).await {
        Ok(own) => own,
        Err(error) => return refuse(&error, &visitor),
    };
    let asker = visitor.asker();
    let frame = visitor.frame;
    let view = Consents {
        done: done.words(&frame),
        gpc: gpc && own.iter().any(|own| own.purpose.sale_or_sharing),
        tenants_language: asker.sender.locale.clone(),
        choices: own.iter().map(|own| ChoiceView::new(&frame, &asker, own)).collect(),
        csrf: me.csrf,
        frame,
    };
    page(StatusCode::OK, &view)
}

/// One click.
pub async fn change(State(state): State<ApiState>, me: SignedIn, headers: HeaderMap, posted: Posted) -> Response {
    let change = match posted.field("change") {
        "give" => Change::Give,
        "withdraw" => Change::Withdraw,
        _ => return posted.browser.visitor.nothing_here(),
    };
    let (visitor, purpose) = (&posted.browser.visitor, posted.field("purpose"));
    let wanted = OwnChange {
        purpose,
        change,
        offered: &visitor.centre.settings.offered_purposes.0,
        gpc: has_gpc(&headers),
        // The policy that the centre shows is generated each day from the register.
        policy_version: &visitor.asker().date(state.app.now()).to_string(),
    };
    match consent::change_own(&state.app, &me.viewer, wanted, |purpose| notice(&visitor.frame, purpose)).await {
        Ok(()) => see_other(&visitor.frame.path_with("/me/consents", &[("done", "consent")])),
        // The page says why.
        Err(error) if error.reason() == "OPTED_OUT" => see_other(&visitor.frame.path("/me/consents")),
        Err(error) => refuse(&error, visitor),
    }
}

/// What the page told the person before they said yes, in their language.
fn notice(frame: &Frame, purpose: &purposes::Model) -> String {
    let asked = if purpose.special_category { "preferences-give-special" } else { "preferences-give" };
    let (intro, asked) = (frame.say.text("preferences-intro"), frame.say.text(asked));
    format!("{intro}\n\n{}\n\n{}\n\n[{asked}]", purpose.name, purpose.description)
}

#[derive(Deserialize)]
pub struct OfPurpose {
    purpose: String,
}

/// The receipt, to keep.
pub async fn receipt(
    State(state): State<ApiState>,
    visitor: Visitor,
    Path(of): Path<OfPurpose>,
    me: SignedIn,
) -> Response {
    match consent::own_receipt(&state.app, &me.viewer, &of.purpose).await {
        Ok(receipt) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/ld+json")),
                (
                    header::CONTENT_DISPOSITION,
                    HeaderValue::from_static("attachment; filename=\"consent-receipt.jsonld\""),
                ),
            ];
            (headers, format!("{receipt:#}")).into_response()
        }
        Err(error) => refuse(&error, &visitor),
    }
}
