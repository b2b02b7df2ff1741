//! No other site acts through a signed-in browser.
//!
//! Whatever changes something needs the session's token, which no other site can read: in a form the field `csrf`, in
//! the API the header `X-CSRF-Token`. Besides, `Origin` and `Sec-Fetch-Site` must be ours where they are sent; that also
//! covers forms before there is a session, which need a proof of their own where neither says that they are ours ([`is_vouched_for`]). A
//! request with an API token needs none of it.

use poem::http::{HeaderMap, Method, header};
use url::Url;

use super::caller::{Caller, Proof};
use crate::error::{Kind, Refusal};

/// The header that carries the token in the API.
pub const HEADER: &str = "X-CSRF-Token";

/// The field that carries the token in forms.
pub const FIELD: &str = "csrf";

/// Why a request is not taken to be its session's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrfError {
    /// It says that it comes from another site.
    #[error("this request comes from another site. Open the console at {ours} and try again there")]
    Foreign {
        /// Our origin.
        ours: String,
    },
    /// It has no token.
    #[error("the session's CSRF token is missing: send it as {HEADER}; POST /session and GET /me tell it")]
    Missing,
    /// Its token is of another session: somebody signed in again in between.
    #[error("this page is from an earlier session. Load it again and repeat what you did")]
    Wrong,
    /// It must be JSON, which no form of another site can send.
    #[error("send JSON, with the header Content-Type: application/json")]
    NotJson,
}

impl Refusal for CsrfError {
    fn code(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "foreign_origin",
            Self::Missing => "csrf_token_missing",
            Self::Wrong => "csrf_token_wrong",
            Self::NotJson => "json_required",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotJson => Kind::UnsupportedType,
            _ => Kind::Forbidden,
        }
    }
}

/// The rule of the API, for every operation but those of [`check_open`].
///
/// # Errors
/// [`CsrfError`].
pub fn check_api(ours: &Url, method: &Method, headers: &HeaderMap, caller: &Caller) -> Result<(), CsrfError> {
    if method.is_safe() || matches!(caller.proof, Proof::Bearer | Proof::ExpiredBearer) {
        return Ok(());
    }
    check_origin(ours, headers)?;
    let sent = headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
    check_token(caller, sent)
}

/// The rule of operations that want no session: `POST /session` and the public ones. JSON keeps other sites' forms out.
///
/// # Errors
/// [`CsrfError`].
pub fn check_open(ours: &Url, headers: &HeaderMap) -> Result<(), CsrfError> {
    check_origin(ours, headers)?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(CsrfError::NotJson) }
}

/// The rule of a page's form; `sent` is its field [`FIELD`].
///
/// # Errors
/// [`CsrfError`].
pub fn check_form(
    ours: &Url,
    headers: &HeaderMap,
    caller: &Caller,
    sent: Option<&str>,
) -> Result<(), CsrfError> {
    check_origin(ours, headers)?;
    check_token(caller, sent)
}

/// Whether the browser itself says that a page of ours sent this: by `Origin` or `Sec-Fetch-Site`, which no page can
/// forge. Of whatever sends neither, a form before there is a session needs another proof.
pub fn is_vouched_for(ours: &Url, headers: &HeaderMap) -> bool {
    let (sites, origins) = (all(headers, "sec-fetch-site"), all(headers, header::ORIGIN.as_str()));
    let says_ours = origins.iter().any(|origin| *origin != "null") || sites.contains(&"same-origin");
    says_ours && check_origin(ours, headers).is_ok()
}

/// Where there is no session, its token cannot be asked for: [`is_vouched_for`] tells of forms before there is one.
fn check_token(caller: &Caller, sent: Option<&str>) -> Result<(), CsrfError> {
    match (&caller.session, sent) {
        (None, _) => Ok(()),
        (Some(_), None | Some("")) => Err(CsrfError::Missing),
        (Some(session), Some(sent)) if session.csrf_token.matches(sent) => Ok(()),
        (Some(_), Some(_)) => Err(CsrfError::Wrong),
    }
}

/// `Origin` and `Sec-Fetch-Site`, where sent, must be ours. Under a strict referrer policy browsers send `Origin: null`
/// with forms of our own, too: that is taken if `Sec-Fetch-Site`, which no page can forge, vouches for it. Of a header
/// that is there more than once every one counts.
fn check_origin(ours: &Url, headers: &HeaderMap) -> Result<(), CsrfError> {
    let ours = ours.origin().ascii_serialization();
    let sites = all(headers, "sec-fetch-site");
    let is_own_site = sites.iter().all(|site| matches!(*site, "same-origin" | "none"));
    let is_same_origin = !sites.is_empty() && sites.iter().all(|site| *site == "same-origin");
    let is_own = |origin: &&str| if *origin == "null" { is_same_origin } else { *origin == ours };
    let is_own_origin = all(headers, header::ORIGIN.as_str()).iter().all(is_own);
    if is_own_site && is_own_origin { Ok(()) } else { Err(CsrfError::Foreign { ours }) }
}

fn all<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests;
