//! The HTTP clients, built in one place: with time limits, without redirects, without retries of their own.
//!
//! Only `pinterest/client.rs` sends with them.

use reqwest::{Client, ClientBuilder, redirect, retry};

use crate::timing::Calls;

/// The two clients.
pub struct Outbound {
    /// For the one call that creates a Pin: HTTP/1.1, a fresh connection each time, so that no layer below us can
    /// ever send a request twice.
    pub once: Client,
    /// For everything else.
    pub calls: Client,
}

impl Outbound {
    /// Builds the clients; rustls' ring provider must be installed.
    ///
    /// # Errors
    /// Where the TLS set-up fails.
    pub fn new(calls: &Calls) -> Result<Self, reqwest::Error> {
        Self::build(calls, |builder| builder)
    }

    /// The same, where an authority of a test's own is trusted too.
    #[cfg(test)]
    pub(crate) fn trusting(calls: &Calls, authority: &[u8]) -> Result<Self, reqwest::Error> {
        let authority = reqwest::Certificate::from_der(authority)?;
        Self::build(calls, |builder| builder.tls_certs_only([authority.clone()]))
    }

    fn build(calls: &Calls, with: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<Self, reqwest::Error> {
        let base = || {
            with(Client::builder())
                .connect_timeout(calls.connect)
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .no_proxy()
                .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            once: base().timeout(calls.send).http1_only().pool_max_idle_per_host(0).build()?,
            calls: base().timeout(calls.other).build()?,
        })
    }
}
