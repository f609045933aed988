//! What is held about the person, at a glance.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::{
    accuracy::{self, Asker},
    centre::{self, Held, OwnData},
};
use recital_entities::{Period, PurposeId, SubjectStatus};

use super::{Done, refuse};
use crate::{
    centre::{
        account::session::{CsrfToken, SignedIn},
        frame::Frame,
        rights::{self, RightView},
        visitor::Visitor,
    },
    http::ApiState,
    pages::{held as in_words, page},
};

#[derive(Template)]
#[template(path = "centre/me/overview.html")]
struct Overview {
    frame: Frame,
    csrf: CsrfToken,
    done: Option<String>,
    is_restricted: bool,
    is_asked: bool,
    /// Name and value of each attribute.
    details: Vec<(String, String)>,
    purposes: Vec<PurposeView>,
    /// The language of what the tenant wrote.
    tenants_language: String,
    rights: Vec<RightView>,
}

/// What is held for one purpose.
struct PurposeView {
    name: String,
    description: String,
    basis: String,
    recipients: String,
    has_objection: bool,
    data: Vec<DataView>,
}

struct DataView {
    name: String,
    count: String,
    until: String,
}

pub async fn show(State(state): State<ApiState>, visitor: Visitor, Query(done): Query<Done>, me: SignedIn) -> Response {
    match centre::own_data(&state.app, &me.viewer).await {
        Ok(own) => page(StatusCode::OK, &Overview::new(visitor, &own, &done, me.csrf)),
        Err(error) => refuse(&error, &visitor),
    }
}

impl Overview {
    fn new(Visitor { centre, frame, .. }: Visitor, own: &OwnData, done: &Done, csrf: CsrfToken) -> Self {
        let fields = accuracy::fields(&own.attributes);
        let details = fields.iter().map(|field| (frame.say.label(&field.path), in_words(&frame.say, field))).collect();
        let asker = Asker { sender: centre.sender.clone(), locale: frame.say.language().to_owned() };
        Self {
            done: done.words(&frame),
            is_restricted: own.subject.status == SubjectStatus::Restricted,
            is_asked: own.is_asked,
            details,
            purposes: purposes(&frame, &asker, own),
            tenants_language: centre.sender.locale.clone(),
            rights: rights::views(&frame.say, &centre.regimes()),
            csrf,
            frame,
        }
    }
}

/// Grouped by purpose, in the order of their data types.
fn purposes(frame: &Frame, asker: &Asker, own: &OwnData) -> Vec<PurposeView> {
    let mut views: BTreeMap<PurposeId, PurposeView> = BTreeMap::new();
    for held in &own.held {
        let purpose = &held.purpose;
        let view = views.entry(purpose.id).or_insert_with(|| PurposeView {
            name: purpose.name.clone(),
            description: purpose.description.clone(),
            basis: frame.say.basis(purpose.lawful_basis),
            recipients: purpose.recipients.0.join(", "),
            has_objection: own.objected.contains(&purpose.id),
            data: Vec::new(),
        });
        view.data.push(DataView {
            name: frame.say.label(&held.data_type),
            count: held.count.to_string(),
            until: until(frame, asker, held),
        });
    }
    views.into_values().collect()
}

fn until(frame: &Frame, asker: &Asker, held: &Held) -> String {
    match (held.until, held.purpose.retention) {
        (Some(until), _) => frame.say.date(asker.date(until)),
        (None, Period::Indefinite) => frame.say.text("period-indefinite"),
        (None, _) => frame.say.text("period-until-account-deletion"),
    }
}
