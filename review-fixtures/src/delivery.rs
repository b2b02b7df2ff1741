//! Sending an answer, or spoiling it on its way.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use poem::web::RemoteAddr;
use poem::{Body, Response};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::decision::Decision;
use crate::faults::{Fault, Kind, Place};
use crate::simulator::Simulator;
use crate::swollen;
use crate::wire::{End, Switches};

/// How long an answer drips, or a call waits, when the fault does not say.
const SLOWNESS: Duration = Duration::from_secs(2);
/// Into how many drops an answer is cut.
const DROPS: usize = 10;
/// What is sent of a cut body gets this long to leave before the connection ends.
const FLUSH: Duration = Duration::from_millis(50);

const WEB_PAGE: &str = "<!doctype html><html><head><title>We'll be right back</title></head>\
    <body><h1>We'll be right back</h1><p>Something went wrong on our end.</p></body></html>";

/// What sending takes besides the answer.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) switches: Switches,
    pub(crate) shutdown: CancellationToken,
}

impl Sender {
    /// The response to a decided call, with what its fault does to it.
    pub(crate) async fn send(
        &self,
        simulator: &Simulator,
        remote: &RemoteAddr,
        decision: Decision,
    ) -> Response {
        let Some(fault) = decision.fault.clone() else { return plain(&decision) };
        match fault.fault {
            Kind::Timeout => {
                self.hold(&fault).await;
                self.switches.end(remote, End::Close);
                Response::default()
            }
            Kind::Reset => {
                let end = match fault.at {
                    None => End::Reset,
                    Some(Place::Head) => End::ResetInHead,
                    Some(Place::Body) => End::ResetInBody,
                };
                self.switches.end(remote, end);
                plain(&decision)
            }
            Kind::Status => other_status(&decision, &fault),
            Kind::Html => web_page(&decision, &fault),
            Kind::CutBody => cut(&decision, &fault),
            Kind::Slow => drip(simulator.clone(), decision, &fault),
            Kind::Oversized => swollen::oversized(simulator.clone(), &decision, &fault),
            Kind::Gzip => swollen::gzip(&decision),
            Kind::GzipBomb => swollen::gzip_bomb(&decision, &fault),
            Kind::BadUtf8 => bad_utf8(&decision),
            Kind::Hide | Kind::Alter | Kind::Duplicate => plain(&decision),
        }
    }

    /// Keeps silent until the time is up or the simulator stops; a client that leaves ends this too.
    async fn hold(&self, fault: &Fault) {
        let delay = async {
            match fault.delay_ms {
                Some(delay) => tokio::time::sleep(Duration::from_millis(delay)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = delay => {}
            () = self.shutdown.cancelled() => {}
        }
    }
}

/// The delay that a slow fault names.
pub(crate) fn delay(fault: &Fault) -> Duration {
    fault.delay_ms.map_or(SLOWNESS, Duration::from_millis)
}

/// A task of the simulator's died: a defect of its own, not of the API.
pub(crate) fn internal(error: &tokio::task::JoinError) -> poem::Error {
    poem::Error::from_string(error.to_string(), StatusCode::INTERNAL_SERVER_ERROR)
}

pub(crate) fn head(decision: &Decision, status: u16) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap_or_default()).finish();
    let headers = response.headers_mut();
    decision.standing.write(headers);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&decision.request_id) {
        headers.insert("x-pinterest-rid", id);
    }
    if status == 429 && decision.has_retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(decision.standing.reset()));
    }
    response
}

pub(crate) fn with_body(
    mut response: Response,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.set_body(body);
    response
}

fn plain(decision: &Decision) -> Response {
    let response = head(decision, decision.status);
    match &decision.body {
        Some(body) => with_body(response, "application/json", body.to_string()),
        None => response,
    }
}

fn other_status(decision: &Decision, fault: &Fault) -> Response {
    let status = fault.status.unwrap_or(500);
    let message = fault.message.as_deref().unwrap_or("Something went wrong on our end. Sorry about that.");
    let body = json!({"code": fault.code.unwrap_or(i64::from(status)), "message": message});
    let body = fault.body.clone().unwrap_or_else(|| body.to_string());
    let mut response = match (status, body.as_str()) {
        (204 | 304, _) | (_, "") => head(decision, status),
        _ => with_body(head(decision, status), "application/json", body),
    };
    add_headers(response.headers_mut(), fault);
    response
}

fn web_page(decision: &Decision, fault: &Fault) -> Response {
    let status = fault.status.unwrap_or(decision.status);
    let mut response = with_body(head(decision, status), "text/html; charset=utf-8", WEB_PAGE);
    add_headers(response.headers_mut(), fault);
    response
}

fn add_headers(headers: &mut HeaderMap, fault: &Fault) {
    for (name, value) in &fault.headers {
        let Ok(name) = name.parse::<HeaderName>() else { continue };
        headers.remove(&name);
        for value in value.lines().filter_map(|line| HeaderValue::from_str(line).ok()) {
            headers.append(&name, value);
        }
    }
}

/// The body with a byte in its first text that no UTF-8 has.
fn bad_utf8(decision: &Decision) -> Response {
    let mut bytes = text(decision.body.as_ref()).to_vec();
    let texts = bytes.windows(2).position(|bytes| bytes == b":\"");
    bytes.insert(texts.map_or(0, |place| place + 2), 0xff);
    with_body(head(decision, decision.status), "application/json", bytes)
}

pub(crate) fn text(body: Option<&Value>) -> Bytes {
    body.map(Value::to_string).unwrap_or_default().into()
}

/// Promises the whole body, sends half, and breaks off.
fn cut(decision: &Decision, fault: &Fault) -> Response {
    let whole = text(decision.body.as_ref());
    let (half, length) = (whole.slice(..whole.len() / 2), whole.len().max(1));
    let pieces = stream::unfold(Some(half), |half| async move {
        match half {
            Some(half) => Some((Ok(half), None)),
            None => {
                tokio::time::sleep(FLUSH).await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
            }
        }
    });
    let response = head(decision, fault.status.unwrap_or(decision.status));
    sized(response, length, pieces)
}

/// Sends the body in drops, and marks it answered with the last.
fn drip(simulator: Simulator, decision: Decision, fault: &Fault) -> Response {
    let whole = text(decision.body.as_ref());
    let (length, response) = (whole.len(), head(&decision, decision.status));
    let size = fault.drop_bytes.unwrap_or_else(|| length.div_ceil(DROPS)).max(1);
    let pause = delay(fault) / u32::try_from(length.div_ceil(size)).unwrap_or(1).max(1);
    let drops = stream::unfold(whole, move |mut rest| {
        let (simulator, number, pins) = (simulator.clone(), decision.number, decision.pins.clone());
        async move {
            if rest.is_empty() {
                return None;
            }
            tokio::time::sleep(pause).await;
            let drop = rest.split_to(size.min(rest.len()));
            if rest.is_empty() {
                simulator.lock().state.ledger.answered(number, &pins);
            }
            Some((Ok(drop), rest))
        }
    });
    sized(response, length, drops)
}

pub(crate) fn sized(
    response: Response,
    length: usize,
    pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response {
    let mut response = with_body(response, "application/json", Body::from_bytes_stream(pieces));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}
