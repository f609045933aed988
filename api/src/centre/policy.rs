//! The privacy policy, as it is generated from the register.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use recital_domain::evidence::{self, Policy};

use super::{frame::Frame, visitor::Visitor};
use crate::{
    http::ApiState,
    pages::{failed, page},
};

#[derive(Template)]
#[template(path = "centre/policy.html")]
struct PolicyPage {
    frame: Frame,
    /// The language of what the tenant wrote.
    tenants_language: String,
    policy: Policy,
}

pub async fn show(State(state): State<ApiState>, Visitor { centre, frame, caller }: Visitor) -> Response {
    match evidence::policy_parts(&state.app, &centre.stranger(&caller.visit), frame.say.language()).await {
        Ok(policy) => {
            let tenants_language = centre.sender.locale;
            page(StatusCode::OK, &PolicyPage { frame, tenants_language, policy })
        }
        Err(error) => failed(&error, &caller),
    }
}
