//! Whether single keys act, kept in a cookie for a year. They do until somebody switches them off.

use poem::http::{HeaderMap, HeaderValue};

use super::cookie;

const NAME: &str = "countersign_keys";
const YEAR: u64 = 31_536_000;

/// Whether they act in this browser.
pub fn read(headers: &HeaderMap) -> bool {
    cookie::read(headers, NAME).as_deref() != Some("off")
}

/// The `Set-Cookie` value for a choice.
pub fn write(has_shortcuts: bool, is_secure: bool) -> HeaderValue {
    let (value, seconds) = if has_shortcuts { ("on", 0) } else { ("off", YEAR) };
    cookie::write(NAME, value, seconds, is_secure)
}

#[cfg(test)]
mod tests {
    use poem::http::header;

    use super::*;

    #[test]
    fn they_act_until_they_are_switched_off() {
        let mut headers = HeaderMap::new();
        assert!(read(&headers));
        headers.insert(header::COOKIE, HeaderValue::from_static("countersign_keys=off"));
        assert!(!read(&headers));
        assert!(write(true, false).to_str().unwrap().contains("Max-Age=0"));
    }
}
