//! Answers of handlers: a page, a page that says what is wrong, a redirect with a message.

use maud::Markup;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse as _, Response};

use super::flash::{Flash, Message};
use super::refused::Refused;
use super::visit::Visit;

/// A page.
pub fn page(markup: Markup) -> Response {
    markup.into_response()
}

/// A page with another status than 200: 422 for a form with errors.
pub fn page_as(status: u16, markup: Markup) -> Response {
    let mut response = markup.into_response();
    response.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    response
}

/// A redirect after a form: 303, to a path of ours. A path that cannot stand in a header leads home.
pub fn see(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish()
}

/// As [`see`], with a message that the next page shows.
pub fn see_with(visit: &Visit, path: &str, message: Message) -> Response {
    see_about(visit, path, &Flash::new(message))
}

/// As [`see_with`], about one thing.
pub fn see_about(visit: &Visit, path: &str, flash: &Flash) -> Response {
    with_cookie(see(path), flash.set(visit.is_secure()))
}

/// The same answer with a cookie.
#[must_use]
pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Reads an id from an address; one of another kind names nothing.
///
/// # Errors
/// [`Refused::Page`] with 404.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, Refused> {
    text.parse().map_err(|_| Refused::not_found())
}
