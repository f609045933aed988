//! How the pages look: one style sheet for all, and one for each colour there is.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use recital_domain::mail::Colour;

const CSS: &str = "text/css; charset=utf-8";

pub async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, CSS), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("../../assets/centre.css"))
}

/// `--page` in light, the darker of what text stands on, and `--card` in dark, the lighter, as `style.css` has them.
const LIGHT: &str = "#f2f4f7";
const DARK: &str = "#1d232c";

/// The colours that follow from a tenant's own, `1f4fd1.css`: in shades that text can have in light and in dark. The
/// same for ever, and of no tenant in particular.
pub async fn accent(Path(file): Path<String>) -> Response {
    let colour = file.strip_suffix(".css").and_then(|digits| format!("#{digits}").parse::<Colour>().ok());
    let (Some(colour), Ok(light), Ok(dark)) = (colour, LIGHT.parse(), DARK.parse()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (on_light, on_dark) = (colour.readable_on(light), colour.readable_on(dark));
    let sheet = format!(
        ":root{{--brand:{colour};--accent:{on_light};--on-accent:{}}}\
         @media (prefers-color-scheme:dark){{:root{{--accent:{on_dark};--on-accent:{}}}}}\n",
        on_light.text(),
        on_dark.text(),
    );
    let headers = [(header::CONTENT_TYPE, CSS), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, sheet).into_response()
}
