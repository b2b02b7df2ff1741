//! Readers of single values. Each says what is wrong and how to write it, never the value itself.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::reader::Parsed;

/// An IP address with a port.
pub(super) fn listen_address(text: &str) -> Parsed<SocketAddr> {
    let example =
        "is not an address with a port. Write it like 127.0.0.1:8080, or 0.0.0.0:8080 for all interfaces";
    text.parse().map_err(|_| example.to_owned())
}

/// `http` or `https`, with a host, and nothing that a person might hide in it.
pub(super) fn web_url(text: &str) -> Parsed<Url> {
    let url =
        Url::parse(text).map_err(|_| "is not a URL. Write it like https://pins.example.org".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("must start with https:// (or http://) and name a host".to_owned());
    }
    Ok(url)
}

/// A web URL without name, password, query and fragment.
pub(super) fn bare_url(text: &str) -> Parsed<Url> {
    let url = web_url(text)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a name or password. Take out what stands before the @".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end before any ? or #. Take out what follows it".to_owned());
    }
    Ok(url)
}

/// Whether the URL leads to this very machine, whatever a name server says.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// What looks like an e-mail address: something, one @, something with no blanks.
pub(super) fn email(text: &str) -> Parsed<String> {
    let is_plausible = text.len() <= 254
        && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if is_plausible {
        Ok(text.to_owned())
    } else {
        Err("is not an e-mail address. Write it like ada@example.org".to_owned())
    }
}

/// Any text that is not blank.
pub(super) fn some_text(text: &str) -> Parsed<String> {
    if text.trim().is_empty() {
        return Err("is blank. Fill it in, or take it out".to_owned());
    }
    Ok(text.to_owned())
}

/// One of the given words.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Parsed<T> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    found.ok_or_else(|| format!("is not known. Choose {}", names.join(" or ")))
}
