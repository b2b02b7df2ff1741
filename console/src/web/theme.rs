//! The chosen look, kept in a cookie for a year: it must be known before anybody signs in.

use poem::http::{HeaderMap, HeaderValue};

use super::cookie;
use crate::views::frame::Theme;

const NAME: &str = "countersign_theme";
const YEAR: u64 = 31_536_000;

/// The theme that this browser chose; that of the system if none.
pub fn read(headers: &HeaderMap) -> Theme {
    cookie::read(headers, NAME).map(|value| Theme::parse(&value)).unwrap_or_default()
}

/// The `Set-Cookie` value for a choice.
pub fn write(theme: Theme, is_secure: bool) -> HeaderValue {
    let seconds = if theme == Theme::System { 0 } else { YEAR };
    cookie::write(NAME, theme.code(), seconds, is_secure)
}

/// Where to go after a choice, or after signing in: `wanted` if it is a path of ours, else `/`. Never another host:
/// `//host`, `/\host` and addresses with a scheme lead home.
pub fn return_path(wanted: &str) -> &str {
    let is_ours = wanted.starts_with('/') && !wanted.starts_with("//") && !wanted.contains('\\');
    if is_ours && wanted.bytes().all(|byte| byte.is_ascii_graphic()) { wanted } else { "/" }
}

#[cfg(test)]
mod tests {
    use poem::http::header;

    use super::*;

    #[test]
    fn a_choice_is_remembered_and_the_system_is_no_choice() {
        let mut headers = HeaderMap::new();
        assert_eq!(read(&headers), Theme::System);
        headers.insert(header::COOKIE, HeaderValue::from_static("countersign_theme=dark"));
        assert_eq!(read(&headers), Theme::Dark);
        assert!(write(Theme::System, false).to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn no_return_leads_to_another_host() {
        assert_eq!(return_path("/?tab=review&q=a%20b"), "/?tab=review&q=a%20b");
        for foreign in
            ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nb", "javascript:x"]
        {
            assert_eq!(return_path(foreign), "/", "{foreign:?}");
        }
    }
}
