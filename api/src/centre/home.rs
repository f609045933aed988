//! The first page: what can be done here.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use recital_domain::requests::rights;
use recital_entities::{Regime, SubjectRequestType};

use super::{frame::Frame, visitor::Visitor};
use crate::pages::{Say, page};

#[derive(Template)]
#[template(path = "centre/home.html")]
struct Home {
    frame: Frame,
    message: Option<Message>,
    rights: Vec<RightView>,
}

/// What the tenant says.
struct Message {
    /// BCP 47.
    language: String,
    paragraphs: Vec<String>,
}

/// A right, in words.
pub struct RightView {
    pub name: String,
    pub explanation: String,
    /// The provisions that give it.
    pub references: String,
}

pub async fn show(Visitor { centre, frame, .. }: Visitor) -> Response {
    let message = centre.message(frame.say.language()).map(|(language, text)| Message {
        language: language.to_owned(),
        paragraphs: text.split("\n\n").map(str::to_owned).collect(),
    });
    page(StatusCode::OK, &Home { message, rights: rights_under(&frame.say, &centre.regimes()), frame })
}

/// Each right that these laws give, once.
fn rights_under(say: &Say, regimes: &[Regime]) -> Vec<RightView> {
    let view = |request: SubjectRequestType| {
        let given = regimes.iter().filter_map(|regime| rights::right(request, *regime));
        let references: Vec<String> = given.map(|right| say.provision(right.reference)).collect();
        (!references.is_empty()).then(|| RightView {
            name: say.text(&format!("centre-right-{request}")),
            explanation: say.text(&format!("centre-right-{request}-text")),
            references: references.join(", "),
        })
    };
    rights::types().filter_map(view).collect()
}
