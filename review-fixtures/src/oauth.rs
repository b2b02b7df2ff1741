//! Codes and tokens: `POST /oauth/token`, `POST /oauth/token/revoke`, and the check of a bearer token.
//!
//! Codes work once, within ten minutes, at either environment: the one that exchanges it is the one whose
//! token is made. Access lasts 30 days; refresh lasts 60 and rotates. Only digests of them are kept.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::answer::{Answer, ApiError};
use crate::call::{Call, Identity};
use crate::clock::SECOND;
use crate::environment::Environment;
use crate::world::World;

const CODE_TTL: i64 = 600;
const ACCESS_TTL: i64 = 2_592_000;
const REFRESH_TTL: i64 = 5_184_000;

/// Scopes that exist. The consent page refuses others.
pub(crate) const SCOPES: &[(&str, &str)] = &[
    ("user_accounts:read", "See your account: its name and its counts"),
    ("user_accounts:write", "Change your account and whom you follow"),
    ("boards:read", "See your public boards"),
    ("boards:read_secret", "See your secret boards"),
    ("boards:write", "Create, change and delete your public boards"),
    ("boards:write_secret", "Create, change and delete your secret boards"),
    ("pins:read", "See your public Pins"),
    ("pins:read_secret", "See your secret Pins"),
    ("pins:write", "Create, change and delete your public Pins"),
    ("pins:write_secret", "Create, change and delete your secret Pins"),
    ("ads:read", "See your advertising"),
    ("ads:write", "Change your advertising"),
    ("billing:read", "See your billing"),
    ("billing:write", "Change your billing"),
    ("biz_access:read", "See who has access to your business"),
    ("biz_access:write", "Change who has access to your business"),
    ("catalogs:read", "See your catalogues"),
    ("catalogs:write", "Change your catalogues"),
];

/// All that was granted and is not spent.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct Grants {
    codes: Vec<Code>,
    access: Vec<Token>,
    refresh: Vec<Token>,
}

/// A consent on its way back to the app.
#[derive(Deserialize, Serialize)]
struct Code {
    sha256: String,
    account_id: String,
    redirect_uri: String,
    scopes: Vec<String>,
    /// PKCE, if the app uses it: the method and the challenge.
    challenge: Option<(String, String)>,
    /// Unix microseconds.
    expires_at: i64,
}

/// An access or refresh token.
#[derive(Clone, Deserialize, Serialize)]
struct Token {
    sha256: String,
    environment: Environment,
    account_id: String,
    scopes: Vec<String>,
    /// Unix microseconds.
    expires_at: i64,
}

/// What somebody consented to.
pub(crate) struct Consent {
    pub(crate) account_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) challenge: Option<(String, String)>,
}

/// Makes the code that goes back with the browser.
pub(crate) fn issue_code(world: &mut World, consent: Consent) -> String {
    let code = world.rng.word(40);
    let now = world.now();
    let approved = world.state.consents.entry(consent.account_id.clone()).or_default();
    approved.extend(consent.scopes.iter().cloned());
    world.state.grants.codes.retain(|code| code.expires_at > now);
    world.state.grants.codes.push(Code {
        sha256: digest(&code),
        account_id: consent.account_id,
        redirect_uri: consent.redirect_uri,
        scopes: consent.scopes,
        challenge: consent.challenge,
        expires_at: now + CODE_TTL * SECOND,
    });
    code
}

/// Whose bearer token this is. Absent, unknown, expired or of the other environment: 401 code 2.
pub(crate) fn authenticate(world: &World, call: &Call) -> Result<Identity, ApiError> {
    let header = call.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = header.and_then(|header| credentials(header, "bearer")).map(digest);
    let token = world.state.grants.access.iter().find(|token| {
        Some(&token.sha256) == given.as_ref()
            && token.environment == call.environment
            && token.expires_at > world.now()
    });
    let token = token.ok_or_else(ApiError::authentication)?;
    Ok(Identity { account_id: token.account_id.clone(), scopes: token.scopes.clone() })
}

/// Whether the app identified itself with its id and secret.
pub(crate) fn authenticate_app(world: &World, call: &Call) -> Result<(), ApiError> {
    let header = call.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = header.and_then(|header| credentials(header, "basic"));
    let given = given.and_then(|given| STANDARD.decode(given).ok()).unwrap_or_default();
    let wanted = format!("{}:{}", world.state.app.id, world.state.app.secret);
    if bool::from(given.ct_eq(wanted.as_bytes())) { Ok(()) } else { Err(ApiError::authentication()) }
}

fn credentials<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (named, rest) = header.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// `POST /oauth/token`.
pub(crate) fn token(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let form = call.form()?;
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let required = |name: &str| {
        field(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| ApiError::invalid(format!("'{name}' is a required property")))
    };
    let grant = match required("grant_type")? {
        "authorization_code" => {
            exchange(world, call, required("code")?, required("redirect_uri")?, field("code_verifier"))?
        }
        "refresh_token" => refresh(world, call, required("refresh_token")?, field("scope"))?,
        "client_credentials" => return own_token(world, call, required("scope")?),
        other => return Err(ApiError::invalid(format!("'{other}' is not one of the grant types"))),
    };
    let kind = if field("code").is_some() { "authorization_code" } else { "refresh_token" };
    let kept = field("refresh_token").filter(|_| world.state.dialect.keeps_refresh_token);
    Ok(Answer::ok(issue(world, grant, kind, kept)))
}

/// Spends a code. Whatever is wrong with it, the answer is the same.
fn exchange(
    world: &mut World,
    call: &Call,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<Token, ApiError> {
    let (sha256, now) = (digest(code), world.now());
    let codes = &mut world.state.grants.codes;
    let place = codes.iter().position(|code| code.sha256 == sha256);
    let code = codes.remove(place.ok_or_else(ApiError::authentication)?);
    let is_proven = match (&code.challenge, verifier) {
        (Some((method, challenge)), Some(verifier)) => answers(method, challenge, verifier),
        // The real API knows no PKCE, so a verifier that does not come is not missed.
        _ => true,
    };
    if code.expires_at <= now || code.redirect_uri != redirect_uri || !is_proven {
        return Err(ApiError::authentication());
    }
    Ok(Token {
        sha256: String::new(),
        environment: call.environment,
        account_id: code.account_id,
        scopes: code.scopes,
        expires_at: 0,
    })
}

fn answers(method: &str, challenge: &str, verifier: &str) -> bool {
    let computed = match method {
        "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        _ => verifier.to_owned(),
    };
    bool::from(computed.as_bytes().ct_eq(challenge.as_bytes()))
}

/// Spends a refresh token: it works once.
fn refresh(world: &mut World, call: &Call, token: &str, scope: Option<&str>) -> Result<Token, ApiError> {
    let (sha256, now) = (digest(token), world.now());
    let tokens = &mut world.state.grants.refresh;
    let is_it = |token: &Token| {
        token.sha256 == sha256 && token.environment == call.environment && token.expires_at > now
    };
    let place = tokens.iter().position(is_it).ok_or_else(ApiError::authentication)?;
    let narrowed = scope.map(split_scopes).unwrap_or_default();
    if let Some(other) = narrowed.iter().find(|scope| !tokens[place].scopes.contains(scope)) {
        return Err(ApiError::invalid(format!("scope '{other}' was not granted")));
    }
    let mut token = tokens.remove(place);
    if !narrowed.is_empty() {
        token.scopes = narrowed;
    }
    Ok(token)
}

/// A token for the app's owner: the main account. It has no refresh token.
fn own_token(world: &mut World, call: &Call, scope: &str) -> Result<Answer, ApiError> {
    let scopes = split_scopes(scope);
    let owner = world.state.accounts.first().map(|account| account.id.clone()).unwrap_or_default();
    let access = format!("pinc_{}", world.rng.word(64));
    let token = Token {
        sha256: digest(&access),
        environment: call.environment,
        account_id: owner,
        scopes: scopes.clone(),
        expires_at: world.now() + ACCESS_TTL * SECOND,
    };
    world.state.grants.access.push(token);
    Ok(Answer::ok(json!({
        "response_type": "client_credentials",
        "access_token": access,
        "token_type": "bearer",
        "expires_in": ACCESS_TTL,
        "scope": join(world, &scopes),
    })))
}

/// A new pair in place of `grant`; with `kept`, that refresh token stays.
fn issue(world: &mut World, grant: Token, kind: &str, kept: Option<&str>) -> Value {
    let now = world.now();
    let access = format!("pina_{}", world.rng.word(64));
    let refresh = kept.map_or_else(|| format!("pinr_{}", world.rng.word(64)), str::to_owned);
    let token = |value: &str, ttl: i64| Token {
        sha256: digest(value),
        expires_at: now + ttl * SECOND,
        ..grant.clone()
    };
    let (new_access, new_refresh) = (token(&access, ACCESS_TTL), token(&refresh, REFRESH_TTL));
    let grants = &mut world.state.grants;
    grants.access.retain(|token| token.expires_at > now);
    grants.refresh.retain(|token| token.expires_at > now);
    grants.access.push(new_access);
    grants.refresh.push(new_refresh);
    let approved = world.state.consents.get(&grant.account_id).into_iter().flatten();
    let scopes: Vec<String> = approved.cloned().collect();
    json!({
        "response_type": kind,
        "access_token": access,
        "token_type": "bearer",
        "expires_in": ACCESS_TTL,
        "scope": join(world, &scopes),
        "refresh_token": refresh,
        "refresh_token_expires_in": REFRESH_TTL,
        "refresh_token_expires_at": now / SECOND + REFRESH_TTL,
    })
}

fn join(world: &World, scopes: &[String]) -> String {
    scopes.join(if world.state.dialect.separates_by_comma { "," } else { " " })
}

/// `POST /oauth/token/revoke`: works for system users only, so never for the tokens made here.
pub(crate) fn revoke_token(_: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let form = call.form()?;
    if !form.iter().any(|(key, value)| key == "token" && !value.is_empty()) {
        return Err(ApiError::invalid("'token' is a required property"));
    }
    Err(ApiError::forbidden())
}

/// The account took the app's access away in its settings: every token and open code of it dies.
pub(crate) fn revoke(world: &mut World, account_id: &str) {
    let grants = &mut world.state.grants;
    grants.codes.retain(|code| code.account_id != account_id);
    grants.access.retain(|token| token.account_id != account_id);
    grants.refresh.retain(|token| token.account_id != account_id);
    world.state.consents.remove(account_id);
}

/// Scopes as apps write them: separated by commas or spaces.
pub(crate) fn split_scopes(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

fn digest(secret: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(secret))
}
