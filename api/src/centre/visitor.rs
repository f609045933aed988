//! Whoever opens a page of a privacy centre, before anything is known of them.

use axum::{
    extract::{FromRequestParts, OriginalUri, Query, RawPathParams},
    http::{StatusCode, request::Parts},
    response::Response,
};
use recital_domain::{
    accuracy::Asker,
    centre::{self, Centre},
    error::Code,
    words::{Language, Words},
};
use serde::Deserialize;

use super::frame::Frame;
use crate::{
    http::ApiState,
    pages::{Caller, Message, Say, failed, page},
};

/// A visitor with the centre they came to; who comes to none gets a polite page.
pub struct Visitor {
    pub centre: Centre,
    pub frame: Frame,
    pub caller: Caller,
}

impl Visitor {
    /// For dates where the tenant is, and in the page's language.
    pub fn asker(&self) -> Asker {
        Asker { sender: self.centre.sender.clone(), locale: self.frame.say.language().to_owned() }
    }

    /// The answer for what is not there.
    pub fn nothing_here(&self) -> Response {
        page(StatusCode::NOT_FOUND, &Message::new(self.frame.say.clone(), "centre-unknown"))
    }
}

#[derive(Default, Deserialize)]
struct Chosen {
    lang: Option<String>,
}

impl FromRequestParts<ApiState> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Response> {
        let Ok(caller) = Caller::from_request_parts(parts, state).await;
        let slug = RawPathParams::from_request_parts(parts, state).await.ok();
        let slug = slug.and_then(|path| path.iter().find(|(name, _)| *name == "slug").map(|(_, slug)| slug.to_owned()));
        let path =
            parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.path(), |uri| uri.0.path()).to_owned();
        let Query(Chosen { lang }) = Query::try_from_uri(&parts.uri).unwrap_or_default();
        let chosen = lang.as_deref().and_then(Language::of);
        let preferred = Words::preferred(&caller.accept_language).language();
        // Whichever of a handler's extractors comes first looks it up for all.
        let centre = match parts.extensions.get::<Centre>() {
            Some(centre) => Ok(centre.clone()),
            None => centre::enter(&state.app, &slug.unwrap_or_default(), &caller.visit).await,
        };
        match centre {
            Ok(centre) => {
                parts.extensions.insert(centre.clone());
                let frame = Frame::new(&centre, &path, chosen, preferred);
                Ok(Self { centre, frame, caller })
            }
            Err(error) if error.code() == Code::NotFound => {
                let say = Say::to_stranger(&caller.accept_language);
                Err(page(StatusCode::NOT_FOUND, &Message::new(say, "centre-unknown")))
            }
            Err(error) => Err(failed(&error, &caller)),
        }
    }
}
