//! The connections, with a switch on each that ends it rudely.
//!
//! HTTP servers have no way of resetting a connection in the middle of an answer, so each accepted socket is
//! wrapped: once its switch is set, the next write fails, the server drops the socket, and the system sends
//! a RST (or, for `Close`, a FIN).

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const OPEN: u8 = 0;
const RESET: u8 = 1;
const CLOSE: u8 = 2;
const RESET_IN_HEAD: u8 = 3;
const RESET_IN_BODY: u8 = 4;
/// The head has left; the body is next.
const RESET_AFTER_HEAD: u8 = 5;

/// What leaves of a head, or of a body, that breaks off.
const BEGINNING: usize = 20;
/// What stands between head and body.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// How a connection ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// A RST in place of an answer.
    Reset,
    /// A RST in the middle of the answer's headers.
    ResetInHead,
    /// A RST after the first bytes of the answer's body.
    ResetInBody,
    /// A FIN, without an answer.
    Close,
}

/// The switches of all open connections, by the address of the other side.
#[derive(Clone, Default)]
pub(crate) struct Switches(Arc<Mutex<HashMap<SocketAddr, Arc<AtomicU8>>>>);

impl Switches {
    /// The connection from `address` ends instead of sending what is written next, or in the middle of it.
    pub(crate) fn end(&self, address: &RemoteAddr, end: End) {
        let Some(address) = address.as_socket_addr() else { return };
        let value = match end {
            End::Reset => RESET,
            End::ResetInHead => RESET_IN_HEAD,
            End::ResetInBody => RESET_IN_BODY,
            End::Close => CLOSE,
        };
        if let Some(switch) = self.lock().get(address) {
            switch.store(value, Ordering::SeqCst);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SocketAddr, Arc<AtomicU8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener whose connections have switches.
pub(crate) struct Line {
    listener: TcpListener,
    local: SocketAddr,
    switches: Switches,
}

impl Line {
    pub(crate) fn new(listener: TcpListener, switches: Switches) -> io::Result<Self> {
        let local = listener.local_addr()?;
        Ok(Self { listener, local, switches })
    }
}

impl Acceptor for Line {
    type Io = Wire;

    fn local_addr(&self) -> Vec<LocalAddr> {
        vec![LocalAddr(self.local.into())]
    }

    async fn accept(&mut self) -> io::Result<(Wire, LocalAddr, RemoteAddr, Scheme)> {
        let (stream, remote) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        let switch = Arc::new(AtomicU8::new(OPEN));
        self.switches.lock().insert(remote, Arc::clone(&switch));
        let wire = Wire { stream, remote, switch, switches: self.switches.clone() };
        Ok((wire, LocalAddr(self.local.into()), RemoteAddr(remote.into()), Scheme::HTTP))
    }
}

/// One connection.
pub(crate) struct Wire {
    stream: TcpStream,
    remote: SocketAddr,
    switch: Arc<AtomicU8>,
    switches: Switches,
}

impl Wire {
    fn check(&self) -> io::Result<()> {
        match self.switch.load(Ordering::SeqCst) {
            OPEN | RESET_IN_HEAD | RESET_IN_BODY | RESET_AFTER_HEAD => Ok(()),
            RESET => {
                // With nothing lingering, closing the socket sends a RST.
                self.stream.set_zero_linger()?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            _ => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    /// How much of `buf` still leaves, and what the switch is set to after that.
    fn beginning(&self, buf: &[u8]) -> (usize, u8) {
        match self.switch.load(Ordering::SeqCst) {
            RESET_IN_HEAD | RESET_AFTER_HEAD => (buf.len().min(BEGINNING), RESET),
            RESET_IN_BODY => match buf.windows(BLANK_LINE.len()).position(|bytes| bytes == BLANK_LINE) {
                None => (buf.len(), RESET_IN_BODY),
                Some(place) if place + BLANK_LINE.len() == buf.len() => (buf.len(), RESET_AFTER_HEAD),
                Some(place) => (buf.len().min(place + BLANK_LINE.len() + BEGINNING), RESET),
            },
            other => (buf.len(), other),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.switches.lock().remove(&self.remote);
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        let (most, next) = self.beginning(buf);
        let written = Pin::new(&mut self.stream).poll_write(cx, &buf[..most]);
        if matches!(written, Poll::Ready(Ok(count)) if count == most) {
            // Only what was armed moves on: a switch that was set meanwhile stays as it is.
            let armed = self.switch.load(Ordering::SeqCst);
            if armed >= RESET_IN_HEAD {
                self.switch.store(next, Ordering::SeqCst);
            }
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
