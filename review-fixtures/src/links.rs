//! The link of a Pin. Nothing is fetched; three reserved hosts stand for what Pinterest says about a site:
//! `nopin.example` forbids saving, `spam.example` is blocked, `busy.example` hits the block on the account.

use url::Url;

use crate::answer::ApiError;

/// Judges a link as Pinterest would.
pub(crate) fn check(link: Option<&str>) -> Result<(), ApiError> {
    let Some(link) = link.filter(|link| !link.is_empty()) else { return Ok(()) };
    let url = Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    match url.as_ref().map(|url| url.host_str().unwrap_or_default()) {
        None | Some("") => Err(ApiError::new(
            400,
            1,
            "Whoops! It looks like you entered an invalid URL. Try creating a Pin again with a valid URL.",
        )),
        Some("nopin.example") => {
            Err(ApiError::new(400, 1, "Sorry! This site doesn't allow you to save Pins."))
        }
        Some("spam.example") => {
            Err(ApiError::new(429, 9, "Sorry! We blocked this link because it may lead to spam."))
        }
        Some("busy.example") => Err(ApiError::new(
            429,
            9,
            "Sorry! You've hit a block (Pins) we have in place to combat spam. Please try again later.",
        )),
        Some(_) => Ok(()),
    }
}
