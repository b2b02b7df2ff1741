//! A call with an account's token: the intent is in the log before, exactly one outcome after.
//!
//! No intent, no call. Where the outcome cannot be written, the intent stays open and becomes `api.unknown` in time.

use std::time::Duration;

use countersign_entities::{
    ids::{ConnectionId, EventId, GrantId},
    vocabulary::Environment,
};
use http::Method;

use super::{
    client::{self, Answer, Auth, Body, Lost, Request, TrialBarred},
    error::UpstreamError,
    scope::Scopes,
    store,
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening, Outcome, Stream, Value, header::object},
    clock::{self, Elapsed},
    error::Fault,
    secret::Secret,
};

/// An account's token and what it is good for. Ask `connections` for one.
pub struct Usable {
    /// The account.
    pub connection_id: ConnectionId,
    /// Which Pinterest.
    pub environment: Environment,
    /// The access token.
    pub token: Secret,
    /// Whose consent.
    pub grant: GrantId,
    /// Which generation of it.
    pub generation: i32,
    /// What was granted.
    pub scopes: Scopes,
}

/// What to call.
pub(crate) struct Call {
    /// The OpenAPI operation, such as `boards/list`.
    pub(crate) operation: &'static str,
    /// The method.
    pub(crate) method: Method,
    /// The path below the API's root.
    pub(crate) path: String,
    /// The path with names in place of ids.
    pub(crate) template: &'static str,
    /// The query.
    pub(crate) query: Vec<(&'static str, String)>,
    /// JSON.
    pub(crate) body: Option<Vec<u8>>,
    /// A publication or a pass through OAuth that it belongs to.
    pub(crate) flow: Option<String>,
}

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Trial access does not allow it.
    #[error(transparent)]
    Trial(#[from] TrialBarred),
    /// The environment is not configured.
    #[error("this environment is not configured")]
    Environment,
    /// The token was renewed or deleted in between: ask for a usable one again.
    #[error("the token was renewed in between")]
    Superseded,
    /// The log did not take the intent in time, so nothing was sent.
    #[error("the audit log does not take the request just now")]
    LogBusy,
    /// There is no answer.
    #[error(transparent)]
    Lost(Lost),
    /// Pinterest refused.
    #[error(transparent)]
    Upstream(UpstreamError),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CallError {
    /// A stable word for it.
    pub(crate) fn why(&self) -> &'static str {
        match self {
            Self::Trial(_) => "trial",
            Self::Environment => "environment",
            Self::Superseded => "superseded",
            Self::LogBusy => "log_busy",
            Self::Lost(Lost::NotSent { kind } | Lost::MaybeSent { kind }) => kind,
            Self::Upstream(error) if error.is_token() => "token",
            Self::Upstream(error) if error.status == 429 => "throttled",
            Self::Upstream(error) if error.status >= 500 => "server_error",
            Self::Upstream(_) => "refused",
            Self::Fault(_) => "fault",
        }
    }
}

/// Calls Pinterest and tells the log of it. A status of success comes back as an answer, any other as an error.
///
/// # Errors
/// [`CallError`]; before `Lost` and `Upstream` nothing was sent.
pub(crate) async fn audited(
    app: &App,
    actor: &Actor,
    usable: &Usable,
    call: &Call,
) -> Result<Answer, CallError> {
    let root = app.endpoints.root(usable.environment).ok_or(CallError::Environment)?;
    let request = Request {
        operation: call.operation,
        method: call.method.clone(),
        root,
        path: call.path.clone(),
        template: call.template,
        query: call.query.clone(),
        body: call.body.clone().map_or(Body::None, Body::Json),
        auth: Auth::Bearer(&usable.token),
    };
    client::allow(app, &request)?;
    let intent = intend(app, actor, usable, call).await?;
    let result = client::send(app, &request).await;
    tell(app, actor, usable, call, &intent, &result).await?;
    let answer = result.map_err(CallError::Lost)?;
    if answer.is_success() { Ok(answer) } else { Err(CallError::Upstream(UpstreamError::of(&answer))) }
}

/// What a loop reads.
pub(crate) struct Read {
    /// The OpenAPI operation.
    pub(crate) operation: &'static str,
    /// The path below the API's root.
    pub(crate) path: String,
    /// The path with names in place of ids.
    pub(crate) template: &'static str,
    /// The query.
    pub(crate) query: Vec<(&'static str, String)>,
    /// What it belongs to.
    pub(crate) flow: Option<String>,
}

/// Reads something for a background loop.
///
/// # Errors
/// As [`audited`].
pub(crate) async fn read(app: &App, usable: &Usable, read: Read) -> Result<Answer, CallError> {
    let Read { operation, path, template, query, flow } = read;
    let call = Call { operation, method: Method::GET, path, template, query, body: None, flow };
    audited(app, &Actor::worker(), usable, &call).await
}

/// Commits the intent, with the token's generation read in the same transaction, under the log's lock (rule R3 of
/// FORMAT.md).
async fn intend(app: &App, actor: &Actor, usable: &Usable, call: &Call) -> Result<EventId, CallError> {
    let request = Happening::ApiRequest {
        operation: call.operation,
        method: method(&call.method),
        path: call.template,
        environment: usable.environment.as_str(),
        grant: usable.grant.to_string(),
        generation: usable.generation,
        attempt: None,
        digest: None,
        timeout_ms: millis(app.timing.calls.other_intent),
    };
    let event = event(app, actor, usable, call, request);
    let write = async {
        let tx = AuditedTx::begin(app).await?;
        // From here on nobody commits: the generation that is read is still the latest when the intent is in the log.
        tx.lock_log().await?;
        if store::generation(&tx, &usable.grant).await? != Some(usable.generation) {
            return Err(CallError::Superseded);
        }
        Ok(tx.commit_one(event).await?.id)
    };
    match clock::within(&*app.clock, app.timing.audit.intent_write, write).await {
        Ok(Err(CallError::Fault(fault))) if fault.is_passing() => Err(CallError::LogBusy),
        Ok(written) => written,
        Err(Elapsed(_)) => Err(CallError::LogBusy),
    }
}

async fn tell(
    app: &App,
    actor: &Actor,
    usable: &Usable,
    call: &Call,
    intent: &EventId,
    result: &Result<Answer, Lost>,
) -> Result<(), Fault> {
    let told =
        event(app, actor, usable, call, outcome(call, result)).cause(intent).outcome(word(call, result));
    let told = match result {
        Ok(answer) if !answer.is_success() => told.remote(remote(&UpstreamError::of(answer), answer)?),
        Ok(_) | Err(_) => told,
    };
    persist(app, || async { AuditedTx::begin(app).await?.commit_one(told.clone()).await }).await?;
    Ok(())
}

/// Writes what must not get lost: tries again for a while where the database is busy.
///
/// # Errors
/// As `write`.
pub(crate) async fn persist<T, W>(app: &App, write: impl Fn() -> W) -> Result<T, Fault>
where
    W: Future<Output = Result<T, Fault>>,
{
    let mut wait = Duration::from_millis(100);
    for _ in 0..TRIES {
        match write().await {
            Err(fault) if fault.is_passing() => app.clock.sleep(app.rng.jitter(wait)).await,
            done => return done,
        }
        wait *= 2;
    }
    write().await
}

const TRIES: usize = 6;

fn event(app: &App, actor: &Actor, usable: &Usable, call: &Call, happening: Happening) -> Event {
    let stream = Stream::Connection(usable.connection_id.to_string());
    let event = Event::fresh(app, stream, actor, happening).about("connection", &usable.connection_id);
    match &call.flow {
        Some(flow) => event.flow(flow),
        None => event,
    }
}

/// What the log tells of an answer.
pub(crate) fn answered(answer: &Answer) -> Happening {
    if answer.status == 429 {
        let rate = &answer.rate;
        return Happening::ApiRateLimited {
            limit: rate.limit,
            remaining: rate.remaining,
            reset_s: rate.wait_s(),
        };
    }
    Happening::ApiResponse {
        status: i32::from(answer.status),
        duration_ms: millis(answer.duration),
        bytes: i64::try_from(answer.body.len()).unwrap_or(i64::MAX),
        code: if answer.is_success() { None } else { UpstreamError::of(answer).code },
    }
}

fn outcome(call: &Call, result: &Result<Answer, Lost>) -> Happening {
    match result {
        Ok(answer) => answered(answer),
        Err(Lost::NotSent { kind }) => Happening::ApiError { kind, sent: "none", code: None },
        Err(Lost::MaybeSent { kind }) if call.method == Method::GET => {
            Happening::ApiError { kind, sent: "full", code: None }
        }
        Err(Lost::MaybeSent { kind }) => Happening::ApiUnknown { why: kind },
    }
}

fn word(call: &Call, result: &Result<Answer, Lost>) -> Outcome {
    match result {
        Ok(answer) if answer.is_success() => Outcome::Ok,
        Err(Lost::MaybeSent { .. }) if call.method != Method::GET => Outcome::Unknown,
        Ok(_) | Err(_) => Outcome::Failed,
    }
}

/// What may be kept of a refusal: its text without secrets, and Pinterest's id of the request for its support.
pub(super) fn remote(error: &UpstreamError, answer: &Answer) -> Result<Value, Fault> {
    let text = |text: Option<&str>| Value::String(text.unwrap_or_default().to_owned());
    let members =
        [("message", text(error.message.as_deref())), ("request_id", text(answer.request_id.as_deref()))];
    object(members).map_err(|error| Fault::Event(error.to_string()))
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}

/// Whole milliseconds, as the log tells durations.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
