//! Sessions: a random secret in a cookie, its SHA-256 in a row, an end after 30 idle minutes or 12 hours.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_entities::{
    Timestamp,
    ids::{OperatorId, SessionId},
};
use zeroize::Zeroizing;

use super::{
    error::OperatorError,
    fingerprint,
    people::Operator,
    role::{Principal, Reader},
    store as people_store,
};
use crate::{
    actor::{Actor, Net, Via},
    app::App,
    audit::{AuditedTx, Event, Happening, Housekeeping, HousekeepingTx, secret_gate::scrub},
    error::Fault,
    keys::{RawKey, keyed_digest},
    secret::Secret,
};

mod store;

/// Characters of a user agent or an address that are kept.
const NET_CHARS: usize = 200;

/// A session that has just begun.
#[derive(Clone)]
pub struct Session {
    /// Names it in lists.
    pub id: SessionId,
    /// What the cookie holds.
    pub secret: Secret,
    /// What forms and the API send along.
    pub csrf_token: Secret,
    /// Whose it is.
    pub operator: Operator,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// Whether the person came by a link and is to set a password now.
    pub asks_password: bool,
    /// Whether a recovery code stood for the second factor.
    pub by_recovery_code: bool,
}

/// A session that a request came with.
#[derive(Clone)]
pub struct SessionInfo {
    /// Names it in lists.
    pub id: SessionId,
    /// Whose it is.
    pub operator_id: OperatorId,
    /// What forms and the API send along; the same for the session's life.
    pub csrf_token: Secret,
    /// Came by a one-time link, so a password may be set without the present one.
    pub is_from_link: bool,
    /// Whether the person is to set a password, for having come by a link.
    pub asks_password: bool,
    /// Whether that may be left for later: in rehearsal.
    pub may_skip_password: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
}

/// A session in the list of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// Its name.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// With what it was begun.
    pub user_agent: Option<String>,
    /// From where it was begun.
    pub address: Option<String>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// What a session's row says.
struct Row {
    id: SessionId,
    operator_id: OperatorId,
    created_at: Timestamp,
    seen_at: Timestamp,
    expires_at: Timestamp,
    has_ended: bool,
    is_from_link: bool,
}

impl Row {
    fn is_live(&self, app: &App) -> bool {
        let (now, timing) = (app.now(), &app.timing.sign_in);
        // Where the clock was set back nobody knows how old a session is: it would live that much longer.
        let is_of_the_future = self.seen_at.since(now) > app.timing.process.clock_jump;
        !self.has_ended
            && !is_of_the_future
            && now < self.expires_at
            && now < self.seen_at.plus(timing.session_idle_ttl)
    }
}

/// Begins a session. The caller commits, with the event of the sign-in.
pub(super) async fn begin(
    app: &App,
    tx: &AuditedTx<'_>,
    operator: Operator,
    net: &Net,
    is_from_link: bool,
) -> Result<Session, Fault> {
    let key: RawKey = Zeroizing::new(app.rng.bytes());
    let secret = Secret::from(URL_SAFE_NO_PAD.encode(key.as_slice()));
    let (id, now) = (SessionId::from_random(app.random_id()), app.now());
    let expires_at = now.plus(app.timing.sign_in.session_absolute_ttl);
    let row = Row {
        id: id.clone(),
        operator_id: operator.id.clone(),
        created_at: now,
        seen_at: now,
        expires_at,
        has_ended: false,
        is_from_link,
    };
    let kept = |text: &Option<String>| text.as_deref().map(|text| scrub(text, NET_CHARS));
    store::insert(tx, row, fingerprint(secret.expose()), kept(&net.address), kept(&net.user_agent)).await?;
    let csrf_token = csrf_token(&key, &id);
    let by_recovery_code = false;
    Ok(Session {
        id,
        secret,
        csrf_token,
        operator,
        expires_at,
        asks_password: is_from_link,
        by_recovery_code,
    })
}

/// Whether a session is live, in the transaction that writes what its person asked for.
pub(super) async fn is_live(app: &App, tx: &AuditedTx<'_>, id: &SessionId) -> Result<bool, Fault> {
    Ok(store::find_by_id(tx, id).await?.is_some_and(|row| row.is_live(app)))
}

/// Whether the session still stands for a one-time link: no password was set or proven in it since.
pub(super) async fn is_from_link(tx: &AuditedTx<'_>, id: &SessionId) -> Result<bool, Fault> {
    Ok(store::find_by_id(tx, id).await?.is_some_and(|row| row.is_from_link))
}

/// Whose session a cookie's secret names; `None` if none that is live. A disabled person's sessions are dead.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn resume(
    app: &App,
    cookie_secret: &Secret,
    net: Net,
    via: Via,
) -> Result<Option<(Principal, SessionInfo)>, Fault> {
    let Some(row) = live(app, cookie_secret).await? else { return Ok(None) };
    touch(app, &row).await;
    known(app, cookie_secret, row, net, via).await
}

/// As [`resume`], for what a script asks by itself: that is no use of the session, which ends as if it had not come.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn look(
    app: &App,
    cookie_secret: &Secret,
    net: Net,
    via: Via,
) -> Result<Option<(Principal, SessionInfo)>, Fault> {
    let Some(row) = live(app, cookie_secret).await? else { return Ok(None) };
    known(app, cookie_secret, row, net, via).await
}

/// The live session that a cookie's secret names.
async fn live(app: &App, cookie_secret: &Secret) -> Result<Option<Row>, Fault> {
    let row = store::find(&app.db, fingerprint(cookie_secret.expose())).await?;
    Ok(row.filter(|row| row.is_live(app)))
}

/// Who is in a live session; nobody once the person was disabled.
async fn known(
    app: &App,
    cookie_secret: &Secret,
    row: Row,
    net: Net,
    via: Via,
) -> Result<Option<(Principal, SessionInfo)>, Fault> {
    let Some(key) = key_of(cookie_secret) else { return Ok(None) };
    let operator = people_store::find(&app.db, &row.operator_id).await?;
    let Some(operator) = operator.filter(|operator| !operator.is_disabled()) else { return Ok(None) };
    let actor = Actor::person(operator.person(), via, None, net);
    // Also where there is one: a new one ends all other sessions, so nobody comes in by a link of others unnoticed.
    let asks_password = row.is_from_link;
    let may_skip_password = app.config.is_rehearsal();
    let principal = Principal::new(actor, operator.person(), operator.roles.clone(), None);
    let principal = principal.owing_password(asks_password && !may_skip_password).in_session(row.id.clone());
    let info = SessionInfo {
        csrf_token: csrf_token(&key, &row.id),
        id: row.id,
        operator_id: row.operator_id,
        is_from_link: row.is_from_link,
        asks_password,
        may_skip_password,
        created_at: row.created_at,
        expires_at: row.expires_at,
    };
    Ok(Some((principal, info)))
}

/// Ends the session that the person is in. Ending it twice changes nothing.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn sign_out(app: &App, principal: &Principal, session: &SessionId) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    if store::end(&tx, principal.id(), session, app.now()).await? {
        let event = Event::installation(app, principal.actor(), Happening::SignedOut {});
        tx.commit_one(event.about("session", session)).await?;
    }
    Ok(())
}

/// A person's own live sessions, newest first; `current` is the one that asks.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn list_own(
    app: &App,
    person: &Reader,
    current: Option<&SessionId>,
) -> Result<Vec<OwnSession>, Fault> {
    let (now, idle) = (app.now(), app.timing.sign_in.session_idle_ttl);
    let mut sessions = store::list_live(&app.db, person.id(), now, now.minus(idle)).await?;
    for session in &mut sessions {
        session.is_current = Some(&session.id) == current;
    }
    Ok(sessions)
}

/// Ends one of a person's own sessions.
///
/// # Errors
/// [`OperatorError::SessionNotFound`] where it is another's or has ended.
pub async fn revoke_own(app: &App, person: &Reader, session: &SessionId) -> Result<(), OperatorError> {
    let tx = AuditedTx::begin(app).await?;
    if !store::end(&tx, person.id(), session, app.now()).await? {
        return Err(OperatorError::SessionNotFound);
    }
    let event = Event::installation(app, person.actor(), Happening::SessionRevoked {});
    tx.commit_one(event.about("session", session)).await?;
    Ok(())
}

/// Ends all of a person's own sessions but the one that asks.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn revoke_others(app: &App, person: &Reader, current: &SessionId) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    let events = end_all(app, &tx, person.actor(), person.id(), Some(current)).await?;
    if !events.is_empty() {
        tx.commit(events).await?;
    }
    Ok(())
}

/// Ends a person's live sessions but one. The caller commits, with the events that this returns.
pub(super) async fn end_all(
    app: &App,
    tx: &AuditedTx<'_>,
    by: &Actor,
    owner: &OperatorId,
    except: Option<&SessionId>,
) -> Result<Vec<Event>, Fault> {
    let (now, idle) = (app.now(), app.timing.sign_in.session_idle_ttl);
    let mut events = Vec::new();
    for session in store::list_live(tx, owner, now, now.minus(idle)).await? {
        if Some(&session.id) != except && store::end(tx, owner, &session.id, now).await? {
            let event = Event::installation(app, by, Happening::SessionRevoked {});
            events.push(event.about("session", &session.id));
        }
    }
    Ok(events)
}

/// Says that the session's person has proven a password. The caller commits.
pub(super) async fn forget_link(tx: &AuditedTx<'_>, session: &SessionId) -> Result<(), Fault> {
    store::forget_link(tx, session).await
}

/// Sweeps sessions a day after their absolute end.
pub(super) async fn sweep(app: &App, tx: &HousekeepingTx) -> Result<u64, Fault> {
    store::purge_expired(tx, app.now().minus(app.timing.sign_in.link_ttl)).await
}

/// Writes down that the session is in use, now and then. That it could not be written is no reason to turn the
/// person away.
async fn touch(app: &App, row: &Row) {
    if app.now().since(row.seen_at) < app.timing.sign_in.session_touch {
        return;
    }
    let touched = async {
        let tx = AuditedTx::housekeeping(app, Housekeeping::SessionTouch).await?;
        store::touch(&tx, &row.id, app.now()).await?;
        tx.commit().await
    };
    if let Err(fault) = touched.await {
        tracing::debug!(%fault, "session.touch");
    }
}

/// The 32 bytes that a cookie's secret writes down; `None` if it is none of ours.
fn key_of(secret: &Secret) -> Option<RawKey> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(secret.expose()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

/// The CSRF token follows from the secret, which the database does not have.
fn csrf_token(key: &RawKey, id: &SessionId) -> Secret {
    Secret::from(keyed_digest(key, "countersign/csrf/v1", id.as_str()))
}

#[cfg(test)]
mod tests;
