//! Tokens at rest: sealed, and bound to their row and column, so that a record copied elsewhere does not open.

use countersign_entities::ids::{FlowId, GrantId};

use super::store::Grant;
use crate::{
    app::App,
    error::Fault,
    keys::{Aad, KeyError},
    secret::Secret,
};

const GRANTS: &str = "token_grant";
const ACCESS: &str = "access_sealed";
const REFRESH: &str = "refresh_sealed";

fn aad<'a>(table: &'a str, row: &'a str, column: &'a str) -> Aad<'a> {
    Aad { table, row, column }
}

fn seal(app: &App, place: &Aad<'_>, secret: &Secret) -> Vec<u8> {
    app.keys.seal(&*app.rng, place, secret.expose().as_bytes())
}

fn open(app: &App, place: &Aad<'_>, sealed: &[u8]) -> Result<Secret, Fault> {
    let fault = |error: KeyError| Fault::Sealed(error.to_string());
    let bytes = app.keys.open(place, sealed).map_err(fault)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Fault::Sealed("it is no text".to_owned()))?;
    Ok(Secret::from(text))
}

pub(super) fn seal_access(app: &App, grant: &GrantId, token: &Secret) -> Vec<u8> {
    seal(app, &aad(GRANTS, grant.as_str(), ACCESS), token)
}

pub(super) fn seal_refresh(app: &App, grant: &GrantId, token: &Secret) -> Vec<u8> {
    seal(app, &aad(GRANTS, grant.as_str(), REFRESH), token)
}

pub(super) fn open_access(app: &App, grant: &Grant) -> Result<Secret, Fault> {
    open(app, &aad(GRANTS, grant.id.as_str(), ACCESS), &grant.access_sealed)
}

/// The refresh token; none where Pinterest gave none.
pub(super) fn open_refresh(app: &App, grant: &Grant) -> Result<Option<Secret>, Fault> {
    let place = aad(GRANTS, grant.id.as_str(), REFRESH);
    grant.refresh_sealed.as_deref().map(|sealed| open(app, &place, sealed)).transpose()
}

pub(super) fn seal_verifier(app: &App, flow: &FlowId, verifier: &Secret) -> Vec<u8> {
    seal(app, &aad("oauth_flow", flow.as_str(), "pkce_sealed"), verifier)
}

pub(super) fn open_verifier(app: &App, flow: &FlowId, sealed: &[u8]) -> Result<Secret, Fault> {
    open(app, &aad("oauth_flow", flow.as_str(), "pkce_sealed"), sealed)
}
