//! How much a request may send, and for how long: counted while it is read, so that nobody can fill the memory or hold all
//! connections by sending next to nothing.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use poem::{Body, Endpoint, Middleware, Request, Result};

/// The most that a request may send, but for an upload: 1 MiB.
pub const BODY_BYTES: usize = 1 << 20;
/// The most that an upload may send: an image of 10 MiB and what the form wraps around it.
pub const UPLOAD_BYTES: usize = 11 << 20;
/// The most that a form of a page may send: an image that is far too large is read and thrown away, so that what was
/// typed beside it is not lost.
pub const FORM_BYTES: usize = 128 << 20;

/// How long a request may take to send what is no upload.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long an upload may take: an image of 10 MiB comes at a third of a megabit a second.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(300);

/// Whether a request has sent more than it may; found among the request's data.
#[derive(Clone, Default)]
pub struct Overrun(Arc<AtomicBool>);

impl Overrun {
    /// Whether it has sent more than it may.
    pub fn has_happened(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The middleware.
#[derive(Clone, Copy)]
pub struct BodyLimit {
    /// How many bytes a request may send.
    pub limit: fn(&Request) -> usize,
}

impl<E: Endpoint> Middleware<E> for BodyLimit {
    type Output = Limited<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Limited { limit: *self, inner }
    }
}

/// An endpoint that reads no more than it should.
pub struct Limited<E> {
    limit: BodyLimit,
    inner: E,
}

impl<E: Endpoint> Endpoint for Limited<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<E::Output> {
        let limit = (self.limit.limit)(&request);
        let overrun = Overrun::default();
        let body = counted(request.take_body(), limit, patience(limit), overrun.clone());
        request.set_body(body);
        request.set_data(overrun);
        self.inner.call(request).await
    }
}

/// Waits until the whole body is there, which is kept as one however small the pieces are in which it comes; what goes
/// wrong with it is told to whoever reads it. Whether there is one.
pub async fn arrive(request: &mut Request) -> bool {
    let body = request.take_body();
    if body.is_empty() {
        return false;
    }
    let (mut stream, mut whole, mut failed) = (body.into_bytes_stream(), BytesMut::new(), None);
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => whole.extend_from_slice(&chunk),
            Err(error) => {
                failed = Some(Err(error));
                break;
            }
        }
    }
    let whole = (!whole.is_empty()).then(|| Ok(whole.freeze()));
    request.set_body(Body::from_bytes_stream(stream::iter(whole.into_iter().chain(failed))));
    true
}

fn patience(limit: usize) -> Duration {
    if limit > BODY_BYTES { UPLOAD_PATIENCE } else { PATIENCE }
}

fn counted(body: Body, limit: usize, patience: Duration, overrun: Overrun) -> Body {
    if body.is_empty() {
        return body;
    }
    let read = AtomicUsize::new(0);
    let stream = within(body.into_bytes_stream(), patience).map(move |chunk: io::Result<Bytes>| {
        let chunk = chunk?;
        if read.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len() > limit {
            overrun.0.store(true, Ordering::Relaxed);
            return Err(io::Error::other("the body is too large"));
        }
        Ok(chunk)
    });
    Body::from_bytes_stream(stream)
}

/// The chunks that come in time; once it is over, an error in the place of the rest. It is the socket's own time, as where a
/// connection to the database is waited for, and decides nothing of what is done.
fn within(
    chunks: impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    patience: Duration,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let over = tokio::time::Instant::now() + patience;
    stream::unfold(Some(chunks), move |chunks| async move {
        let mut chunks = chunks?;
        match tokio::time::timeout_at(over, chunks.next()).await {
            Ok(chunk) => Some((chunk?, Some(chunks))),
            Err(_) => Some((Err(io::Error::new(io::ErrorKind::TimedOut, "the body took too long")), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use poem::{EndpointExt as _, endpoint::make, http::StatusCode};

    use super::*;

    fn limit(request: &Request) -> usize {
        if request.uri().path() == "/upload" { UPLOAD_BYTES } else { BODY_BYTES }
    }

    async fn ask(path: &str, bytes: usize) -> bool {
        let reads = make(|request: Request| async move {
            let overrun = request.data::<Overrun>().cloned().unwrap();
            let is_whole = request.into_body().into_bytes().await.is_ok();
            assert_ne!(is_whole, overrun.has_happened());
            if is_whole { StatusCode::OK } else { StatusCode::PAYLOAD_TOO_LARGE }
        });
        let limited = reads.with(BodyLimit { limit });
        let request = Request::builder().uri(path.parse().unwrap()).body(vec![0_u8; bytes]);
        limited.get_response(request).await.is_success()
    }

    #[tokio::test]
    async fn what_is_too_large_is_not_read_to_its_end() {
        assert!(ask("/", BODY_BYTES).await);
        assert!(!ask("/", BODY_BYTES + 1).await);
        assert!(ask("/upload", UPLOAD_BYTES).await);
        assert!(!ask("/upload", UPLOAD_BYTES + 1).await);
    }

    #[tokio::test]
    async fn what_comes_for_ever_is_not_waited_for() {
        let byte = stream::iter([io::Result::Ok(Bytes::from_static(b"x"))]);
        let body = Body::from_bytes_stream(byte.chain(stream::pending()));
        let overrun = Overrun::default();
        let read = counted(body, BODY_BYTES, Duration::from_millis(5), overrun.clone()).into_bytes().await;
        assert!(read.is_err() && !overrun.has_happened());
        assert_eq!((patience(BODY_BYTES), patience(UPLOAD_BYTES)), (PATIENCE, UPLOAD_PATIENCE));
    }

    /// What a body is made of, once it has arrived.
    async fn arrived(chunks: Vec<io::Result<Bytes>>) -> Vec<Result<usize, String>> {
        let body = Body::from_bytes_stream(stream::iter(chunks));
        let mut request = Request::builder().body(body);
        assert!(arrive(&mut request).await);
        let chunks = request.into_body().into_bytes_stream();
        chunks.map(|chunk| chunk.map(|chunk| chunk.len()).map_err(|error| error.to_string())).collect().await
    }

    #[tokio::test]
    async fn a_body_that_comes_byte_by_byte_is_kept_as_one() {
        let byte = || Ok(Bytes::from_static(b"x"));
        assert_eq!(arrived((0..1000).map(|_| byte()).collect()).await, [Ok(1000)]);
        let cut = vec![byte(), byte(), Err(io::Error::other("cut off")), byte()];
        assert_eq!(arrived(cut).await, [Ok(2), Err("cut off".to_owned())]);
        assert_eq!(arrived(vec![Err(io::Error::other("cut off"))]).await, [Err("cut off".to_owned())]);
    }
}
