//! One send is one connection and one request, whatever the far end does: counted there.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    app::Parts,
    outbound::Outbound,
    testing::{self, TestApp},
    timing::Calls,
};

/// What a far end does with a connection.
#[derive(Clone, Copy, Debug)]
enum Does {
    /// Reads the request, says this, and keeps the connection open.
    Says(&'static str),
    /// The same in bytes, and then closes.
    SaysAndCloses(&'static [u8]),
    /// Closes before it has read anything.
    ClosesAtOnce,
    /// Reads the request, and closes.
    Closes,
    /// Reads the request, and resets the connection.
    Resets,
    /// Reads the request, says no more, and goes on reading.
    HalfCloses,
}

/// A far end, and what came to it.
struct FarEnd {
    root: Url,
    connections: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl FarEnd {
    async fn open(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}/v5", listener.local_addr().unwrap()).parse().unwrap();
        let (connections, heads) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
        let far_end = Self { root, connections: Arc::clone(&connections), heads: Arc::clone(&heads) };
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(line, does, Arc::clone(&heads)));
            }
        });
        far_end
    }

    fn counts(&self) -> (usize, usize) {
        (self.connections.load(Ordering::SeqCst), self.heads.lock().unwrap().len())
    }
}

async fn serve(mut line: TcpStream, does: Does, heads: Arc<Mutex<Vec<String>>>) {
    if matches!(does, Does::ClosesAtOnce) {
        return;
    }
    while let Some(head) = read(&mut line).await {
        heads.lock().unwrap().push(head);
        match does {
            Does::Says(words) => drop(line.write_all(words.as_bytes()).await),
            Does::SaysAndCloses(bytes) => {
                drop(line.write_all(bytes).await);
                return;
            }
            Does::HalfCloses => drop(line.shutdown().await),
            Does::Resets => return line.set_zero_linger().unwrap(),
            Does::Closes | Does::ClosesAtOnce => return,
        }
    }
}

/// One request; its head. None at the end.
async fn read(line: &mut (impl tokio::io::AsyncRead + Unpin)) -> Option<String> {
    let mut got = Vec::new();
    let head = loop {
        if let Some(end) = got.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        let before = got.len();
        line.read_buf(&mut got).await.ok()?;
        if got.len() == before {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&got[..head]).to_lowercase();
    let length = text.split_once("content-length: ").and_then(|(_, rest)| rest.split("\r\n").next());
    let whole = head + length.map_or(0, |length| length.parse().unwrap());
    while got.len() < whole {
        line.read_buf(&mut got).await.ok()?;
    }
    Some(text)
}

/// A create call, as `pins::create` makes it.
fn create<'a>(root: &'a Url, token: &'a Secret) -> Request<'a> {
    Request {
        operation: "pins/create",
        method: Method::POST,
        root,
        path: "/pins".to_owned(),
        template: "/pins",
        query: Vec::new(),
        body: Body::Json(vec![b' '; 300_000]),
        auth: Auth::Bearer(token),
    }
}

async fn send_to(test: &TestApp, far_end: &FarEnd) -> Result<Answer, Lost> {
    send_once(&test.app, &create(&far_end.root, &Secret::from("t"))).await
}

const CREATED: &str =
    "HTTP/1.1 201 Created\r\ncontent-length: 12\r\nalt-svc: h2=\":1\"\r\n\r\n{\"id\":\"813\"}";
/// SETTINGS and GOAWAY, as a server of HTTP/2 says them.
const GOAWAY: &[u8] = b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0";

#[tokio::test]
async fn a_lost_answer_costs_one_connection_and_one_request_at_the_most() {
    let test = testing::app().await;
    for (does, requests) in [
        (Does::ClosesAtOnce, 0),
        (Does::Closes, 1),
        (Does::Resets, 1),
        (Does::HalfCloses, 1),
        (Does::SaysAndCloses(GOAWAY), 1),
        (Does::SaysAndCloses(b"HTTP/1.1 201 Cre"), 1),
        (Does::SaysAndCloses(b"HTTP/1.1 201 Created\r\ncontent-length: 12\r\n\r\n{\"id\""), 1),
        (Does::SaysAndCloses(b"HTTP/1.1 201 Created\r\ncontent-length: 5\r\ncontent-length: 12\r\n\r\n{\"id\":\"813\"}"), 1),
        (Does::SaysAndCloses(b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"), 1),
        (Does::SaysAndCloses(b"HTTP/1.1 201 Created\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00"), 1),
        (Does::SaysAndCloses(b"SSH-2.0-x\r\n\r\n"), 1),
    ] {
        let far_end = FarEnd::open(does).await;
        let lost = send_to(&test, &far_end).await.unwrap_err();
        assert!(matches!(lost, Lost::MaybeSent { .. }), "{does:?}: {lost}: bytes may have left");
        assert_eq!(far_end.counts(), (1, requests), "{does:?}");
    }
}

#[tokio::test]
async fn an_answer_that_asks_for_another_try_gets_none() {
    let test = testing::app().await;
    for (status, words) in [
        (408, "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
        (421, "HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\n\r\n"),
        (425, "HTTP/1.1 425 Too Early\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
        (429, "HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
        (503, "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
        (401, "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"),
        (301, "HTTP/1.1 301 Moved\r\nlocation: /v5/pins\r\ncontent-length: 0\r\n\r\n"),
        (307, "HTTP/1.1 307 Temporary Redirect\r\nlocation: /v5/pins\r\ncontent-length: 0\r\n\r\n"),
        (308, "HTTP/1.1 308 Permanent Redirect\r\nlocation: /v5/pins\r\ncontent-length: 0\r\n\r\n"),
    ] {
        let far_end = FarEnd::open(Does::Says(words)).await;
        assert_eq!(send_to(&test, &far_end).await.unwrap().status, status);
        assert_eq!(far_end.counts(), (1, 1), "{status}");
    }
}

#[tokio::test]
async fn each_send_has_a_connection_of_its_own_and_speaks_http_1() {
    let test = testing::app().await;
    // Two answers to one request: the second must not be taken for that of the next send.
    let twice: &'static str = format!("{CREATED}{}", CREATED.replace("813", "999")).leak();
    for words in [CREATED, twice] {
        let far_end = FarEnd::open(Does::Says(words)).await;
        for sends in 1..=3 {
            let answer = send_to(&test, &far_end).await.unwrap();
            assert_eq!((answer.status, answer.body.as_slice()), (201, br#"{"id":"813"}"#.as_slice()));
            assert_eq!(far_end.counts(), (sends, sends));
        }
        let heads = far_end.heads.lock().unwrap();
        assert!(heads.iter().all(|head| head.starts_with("post /v5/pins http/1.1\r\n")), "{heads:?}");
        assert!(heads.iter().all(|head| !head.contains("upgrade") && !head.contains("expect")), "{heads:?}");
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up() {
    let calls = Calls { send: Duration::from_millis(300), ..Calls::default() };
    let outbound = |parts: &mut Parts| parts.outbound = Outbound::new(&calls).unwrap();
    let test = testing::app_with(outbound).await;
    for words in ["", "HTTP/1.1 201 Cre", "HTTP/1.1 201 Created\r\ncontent-length: 12\r\n\r\n{\"id\""] {
        let far_end = FarEnd::open(Does::Says(words)).await;
        let sending = tokio::time::timeout(Duration::from_secs(20), send_to(&test, &far_end));
        let lost = sending.await.expect("it is given up").unwrap_err();
        assert_eq!(lost, Lost::MaybeSent { kind: "timeout" }, "{words}");
        assert_eq!(far_end.counts(), (1, 1), "{words}");
    }
}

#[tokio::test]
async fn early_hints_are_no_answer() {
    let test = testing::app().await;
    let words: &'static str =
        format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n{CREATED}").leak();
    let far_end = FarEnd::open(Does::Says(words)).await;
    assert_eq!(send_to(&test, &far_end).await.unwrap().status, 201);
    assert_eq!(far_end.counts(), (1, 1));
}
