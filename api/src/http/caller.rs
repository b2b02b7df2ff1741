//! Who a request comes from: a session's cookie, an API token, or nobody.

use std::net::IpAddr;

use ipnet::IpNet;
use poem::{Request, http::HeaderMap};

use super::cookie;
use crate::{
    actor::{Actor, Net, Via},
    app::App,
    error::{Fault, Kind, Refusal},
    operators::{
        Principal, SessionInfo, session,
        token::{self, DeadToken},
    },
    secret::Secret,
};

/// Where the API is; all else is pages.
const API: &str = "/api/";

/// Who a request comes from. A middleware resolves it once; handlers of the API and of pages read it.
#[derive(Clone)]
pub struct Caller {
    /// Who it is, if they proved it.
    pub principal: Option<Principal>,
    /// The session, where a cookie was the proof.
    pub session: Option<SessionInfo>,
    /// From where.
    pub net: Net,
    /// Through which door.
    pub via: Via,
    /// What was brought as proof, good or not.
    pub proof: Proof,
}

/// What a request brought as proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    None,
    /// A session's cookie.
    Cookie,
    /// An API token whose time is over.
    ExpiredBearer,
    /// An API token. A browser never sends one by itself, so no other site can make it do so.
    Bearer,
}

/// Nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// Nothing was brought.
    #[error("sign in first")]
    Nobody,
    /// The session is over.
    #[error("your session ended. Sign in again")]
    SessionEnded,
    /// The token is not (or no more) one of ours.
    #[error("this API token is unknown or revoked, or its owner is disabled. Ask an admin for another one")]
    TokenDead,
    /// The token's time is over.
    #[error("this API token has expired. Make another one, or ask an admin for one")]
    TokenExpired,
}

impl Refusal for Unauthenticated {
    fn code(&self) -> &'static str {
        match self {
            Self::Nobody => "not_signed_in",
            Self::SessionEnded => "session_ended",
            Self::TokenDead => "token_invalid",
            Self::TokenExpired => "token_expired",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unauthenticated
    }
}

impl Caller {
    /// Who it is.
    ///
    /// # Errors
    /// [`Unauthenticated`], by what was brought.
    pub fn principal(&self) -> Result<&Principal, Unauthenticated> {
        self.principal.as_ref().ok_or(match self.proof {
            Proof::None => Unauthenticated::Nobody,
            Proof::Cookie => Unauthenticated::SessionEnded,
            Proof::Bearer => Unauthenticated::TokenDead,
            Proof::ExpiredBearer => Unauthenticated::TokenExpired,
        })
    }

    /// Who acts, for the audit log: the person, or the public.
    pub fn actor(&self) -> Actor {
        match &self.principal {
            Some(principal) => principal.actor().clone(),
            None => Actor::public(self.via, self.net.clone()),
        }
    }
}

/// Finds out who a request comes from. A request with an API token is that token's, whatever cookie it carries; pages
/// take no tokens.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn resolve(app: &App, request: &Request) -> Result<Caller, Fault> {
    find(app, request, IsUse(true)).await
}

/// As [`resolve`], for what a script asks by itself: that is no use of the session.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn resolve_look(app: &App, request: &Request) -> Result<Caller, Fault> {
    find(app, request, IsUse(false)).await
}

/// Whether a request counts as use of its session.
struct IsUse(bool);

async fn find(app: &App, request: &Request, is_use: IsUse) -> Result<Caller, Fault> {
    let headers = request.headers();
    let peer = request.remote_addr().as_socket_addr().map(|address| address.ip());
    let net = net(peer, headers, &app.config.server.trusted_proxies);
    // Under a nested route only the original address is whole.
    let is_api = [request.original_uri(), request.uri()].iter().any(|uri| uri.path().starts_with(API));
    if let Some(bearer) = bearer(headers).filter(|_| is_api) {
        let found = token::resume(app, &bearer, net.clone()).await?;
        let is_over = matches!(found, Err(DeadToken::Expired));
        let proof = if is_over { Proof::ExpiredBearer } else { Proof::Bearer };
        return Ok(Caller { principal: found.ok(), session: None, net, via: Via::Token, proof });
    }
    let via = if is_api { Via::Api } else { Via::Page };
    let Some(secret) = cookie::read(headers, app.config.server.is_https()) else {
        return Ok(Caller { principal: None, session: None, net, via, proof: Proof::None });
    };
    let found = match is_use {
        IsUse(true) => session::resume(app, &secret, net.clone(), via).await?,
        IsUse(false) => session::look(app, &secret, net.clone(), via).await?,
    };
    let (principal, session) = found.unzip();
    Ok(Caller { principal, session, net, via, proof: Proof::Cookie })
}

/// The token of an `Authorization: Bearer` header, also an empty one.
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::from(rest.trim()))
}

fn net(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Net {
    let user_agent = headers.get("user-agent").map(|value| String::from_utf8_lossy(value.as_bytes()).into());
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let forwarded: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
    let address = peer.map(|peer| client_address(peer, &forwarded, trusted).to_string());
    Net { address, user_agent }
}

/// The client's address: the socket's, unless that is a trusted proxy; then what the nearest untrusted hop said it is.
/// What stands before the first hop that we do not trust was written by whoever wanted to.
fn client_address(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut client = peer.to_canonical();
    for hop in forwarded.iter().rev() {
        match hop.parse::<IpAddr>() {
            Ok(address) if is_trusted(client) => client = address.to_canonical(),
            _ => break,
        }
    }
    client
}

#[cfg(test)]
mod tests;
