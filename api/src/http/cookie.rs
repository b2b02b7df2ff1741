//! The session's cookie.
//!
//! With https it is `__Host-countersign`: `Secure`, for this host alone, all paths, so that no neighbouring host or
//! plain-text page can plant one. On plain http, which only a loopback address may have, it cannot be so.

use std::time::Duration;

use poem::http::{HeaderMap, HeaderValue, header};

use crate::{operators::Session, secret::Secret, timing::SignIn};

/// The cookie's name.
pub fn name(is_https: bool) -> &'static str {
    if is_https { "__Host-countersign" } else { "countersign" }
}

/// The session's secret that a request brings.
pub fn read(headers: &HeaderMap, is_https: bool) -> Option<Secret> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = pairs.find(|(found, _)| *found == name(is_https))?;
    (!secret.is_empty()).then(|| Secret::from(secret))
}

/// The `Set-Cookie` that begins a session in a browser.
pub fn set(session: &Session, timing: &SignIn, is_https: bool) -> HeaderValue {
    line(session.secret.expose(), timing.session_absolute_ttl, is_https)
}

/// The `Set-Cookie` that takes the cookie away.
pub fn clear(is_https: bool) -> HeaderValue {
    line("", Duration::ZERO, is_https)
}

fn line(value: &str, age: Duration, is_https: bool) -> HeaderValue {
    let (name, age, secure) = (name(is_https), age.as_secs(), if is_https { "; Secure" } else { "" });
    let line = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    // The secret is base64url, so this cannot fail; an empty value would sign nobody in.
    let mut line = HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""));
    line.set_sensitive(true);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_the_cookie_belongs_to_this_host_alone() {
        let line = line("abc", Duration::from_secs(5), true);
        assert_eq!(
            line.to_str().unwrap(),
            "__Host-countersign=abc; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(!format!("{line:?}").contains("abc"), "it is not shown in logs");
        let plain = clear(false);
        assert_eq!(plain.to_str().unwrap(), "countersign=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_cookie_that_plain_http_could_plant_is_not_read_over_https() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; countersign=planted"));
        assert!(read(&headers, true).is_none());
        assert!(read(&headers, false).unwrap().matches("planted"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-countersign=own"));
        assert!(read(&headers, true).unwrap().matches("own"));
    }
}
