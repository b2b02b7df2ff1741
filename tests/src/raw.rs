//! A request as its bytes, as no well-behaved client would send it.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came back.
pub struct RawAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The whole answer, as text.
    pub text: String,
}

impl RawAnswer {
    /// A header's value; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }

    /// What follows the headers.
    pub fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

/// Sends `method target` with these headers and this body to the server at `base` (`http://127.0.0.1:port`).
pub async fn raw(base: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> RawAnswer {
    let address = base.trim_start_matches("http://");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let own = format!("Host: {address}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    let request = format!("{method} {target} HTTP/1.1\r\n{own}{lines}\r\n{body}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    answer_on(&mut stream).await
}

async fn answer_on(stream: &mut TcpStream) -> RawAnswer {
    let mut bytes = Vec::new();
    // A connection that is cut off after the answer is as good as one that ends.
    stream.read_to_end(&mut bytes).await.ok();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    RawAnswer { status: status.unwrap_or_else(|| panic!("no answer: {text:?}")), text }
}

/// A request whose body is held back: the server knows who asks, and waits.
pub struct Held {
    stream: TcpStream,
    body: String,
}

/// Sends everything but the body, and waits until the server asks for that.
///
/// # Panics
/// If it answers without.
pub async fn hold(base: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Held {
    let address = base.trim_start_matches("http://");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let own = format!("Host: {address}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    let request = format!("{method} {target} HTTP/1.1\r\n{own}Expect: 100-continue\r\n{lines}\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    let asked = String::from_utf8_lossy(&asked).into_owned();
    assert_eq!(asked, "HTTP/1.1 100 Continue\r\n\r\n", "{method} {target}");
    Held { stream, body: body.to_owned() }
}

impl Held {
    /// Sends the body; the answer.
    pub async fn go_on(mut self) -> RawAnswer {
        self.stream.write_all(self.body.as_bytes()).await.unwrap();
        answer_on(&mut self.stream).await
    }
}

/// How long a server may say nothing before what it said is taken for all: it waits for the rest of a request itself.
const SILENCE: Duration = Duration::from_millis(500);
/// How long a connection may go on.
const LONG: Duration = Duration::from_secs(20);

/// Sends these bytes to `base` (`http://127.0.0.1:port`); everything that comes back until the connection ends, or nothing
/// more comes for half a second.
pub async fn send(base: &str, bytes: &[u8]) -> String {
    let mut stream = begin(base, bytes).await;
    let (mut answer, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    while let Ok(Ok(read @ 1..)) = tokio::time::timeout(SILENCE, stream.read(&mut buffer)).await {
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends these bytes; everything that comes back until the server ends the connection, as it has to.
pub async fn send_to_the_end(base: &str, bytes: &[u8]) -> String {
    let mut stream = begin(base, bytes).await;
    let mut answer = Vec::new();
    // A connection that is reset has ended, too.
    let read = tokio::time::timeout(LONG, stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection does not end: {}", String::from_utf8_lossy(&answer));
    String::from_utf8_lossy(&answer).into_owned()
}

async fn begin(base: &str, bytes: &[u8]) -> TcpStream {
    let address = base.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server may answer and hang up before it has read everything.
    stream.write_all(bytes).await.ok();
    stream
}

/// The status of an answer; none where the connection was just closed.
pub fn status(answer: &str) -> Option<u16> {
    answer.split(' ').nth(1)?.parse().ok()
}
