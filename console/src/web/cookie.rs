//! Small cookies that carry no secret: a name, a value of letters, digits, dots, dashes and underscores, nothing else.

use poem::http::{HeaderMap, HeaderValue, header};

/// The value of the cookie `name`; `None` if it is absent or has a character that we never write.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    is_plain(value).then(|| value.to_owned())
}

/// A `Set-Cookie` value for all paths, hidden from scripts, for `seconds`; 0 deletes it. A value that is not plain
/// is written as empty.
pub fn write(name: &str, value: &str, seconds: u64, is_secure: bool) -> HeaderValue {
    let value = if is_plain(value) { value } else { "" };
    let secure = if is_secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn is_plain(value: &str) -> bool {
    value.len() <= 200 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_values_come_in_or_go_out() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; theme=dark; b=<x>"));
        assert_eq!(read(&headers, "theme").as_deref(), Some("dark"));
        assert_eq!(read(&headers, "b"), None);
        assert_eq!(read(&headers, "c"), None);
        assert!(write("x", "a\r\nSet-Cookie: y=1", 5, false).to_str().unwrap().starts_with("x=; Path=/"));
        assert!(write("x", "ok", 5, true).to_str().unwrap().ends_with("; Secure"));
    }
}
