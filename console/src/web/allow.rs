//! Which methods an address of a page takes, for who came with another one.

use countersign_api::http::document::listed;
use poem::http::HeaderValue;
use poem::{Error, PathPattern};

use crate::pages::PAGES;

/// What the address takes whose route refused the method; what is no page is only shown.
pub(super) fn taken(error: &Error) -> HeaderValue {
    let pattern = error.data::<PathPattern>().map(|pattern| &*pattern.0);
    let methods: Vec<&str> =
        PAGES.iter().filter(|(_, path)| Some(*path) == pattern).map(|(method, _)| *method).collect();
    listed(if methods.is_empty() { vec!["get"] } else { methods })
}
