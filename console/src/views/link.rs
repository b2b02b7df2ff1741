//! Links that lead out of the console. Only http(s) becomes a link; anything else is shown as text.

use maud::{Markup, html};

use super::icon::icon;

/// Whether an address may be followed.
pub fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// A link in a text.
pub fn outside(address: &str, words: &str) -> Markup {
    html! { @if is_web(address) { a href=(address) rel="noreferrer" { (words) " " (icon("out")) } } @else { (words) } }
}

/// A link that looks like a button; nothing if the address may not be followed.
pub fn button(address: &str, words: &str) -> Markup {
    html! { @if is_web(address) { a.btn href=(address) rel="noreferrer" { (icon("out")) (words) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_runs_is_no_link() {
        assert!(!outside("javascript:alert(1)", "x").into_string().contains("href=\"javascript"));
        assert!(
            outside("https://pin.example/1", "x").into_string().contains("href=\"https://pin.example/1\"")
        );
    }
}
