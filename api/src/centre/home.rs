//! The first page: what can be done here.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    frame::Frame,
    rights::{self, RightView},
    visitor::Visitor,
};
use crate::pages::page;

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

pub async fn show(Visitor { centre, frame, .. }: Visitor) -> Response {
    let message = centre.message(frame.say.language()).map(|(language, text)| Message {
        language: language.to_owned(),
        paragraphs: text.split("\n\n").map(str::to_owned).collect(),
    });
    page(StatusCode::OK, &Home { message, rights: rights::views(&frame.say, &centre.regimes()), frame })
}
