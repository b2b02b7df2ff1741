//! A body that does not run ahead of whoever reads it.
//!
//! The reader of multipart forms takes in all that is there before it looks at it, and looks for the end of a part's header
//! however long that is. Behind a meter it gets a window at a time, and where it expects a header that has to end soon.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// What is given at once: many times what the header of a part of ours has.
const WINDOW: usize = 16 << 10;
/// How often a window may end within a header: the first may be the rest of an older one, so that what fits in one window
/// is always looked at.
const HEADER_WINDOWS: usize = 2;

/// A body behind a meter.
pub struct Metered<R> {
    source: R,
    left: usize,
    meter: Meter,
}

/// Says what the reader expects.
#[derive(Clone)]
pub struct Meter(Arc<AtomicUsize>);

impl Meter {
    /// A header, which has to end within two windows.
    pub fn expect_header(&self) {
        self.0.store(HEADER_WINDOWS, Ordering::Relaxed);
    }

    /// What a part holds, however long it is.
    pub fn expect_content(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }

    /// Whether one more window may end.
    fn goes_on(&self) -> bool {
        let fewer = |left: usize| left.checked_sub(1);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).is_ok()
    }
}

/// A body that is read by the meter; a header is expected first.
pub fn metered<R>(source: R) -> (Metered<R>, Meter) {
    let meter = Meter(Arc::new(AtomicUsize::new(HEADER_WINDOWS)));
    (Metered { source, left: WINDOW, meter: meter.clone() }, meter)
}

impl<R: AsyncRead + Unpin> AsyncRead for Metered<R> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.left == 0 {
            if !this.meter.goes_on() {
                return Poll::Ready(Err(io::Error::other("the header of a part is too long")));
            }
            // Whoever reads looks at what there is now, and goes on at once.
            this.left = WINDOW;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = to.filled().len();
        ready!(Pin::new(&mut this.source).poll_read(cx, to))?;
        this.left = this.left.saturating_sub(to.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn content_comes_whole_and_a_header_ends_within_a_few_windows() {
        let long = vec![b'x'; 10 * WINDOW];
        let (mut body, meter) = metered(&long[..]);
        meter.expect_content();
        let mut read = Vec::new();
        body.read_to_end(&mut read).await.unwrap();
        assert_eq!(read.len(), long.len());

        let (mut body, _) = metered(&long[..]);
        let mut read = Vec::new();
        body.read_to_end(&mut read).await.unwrap_err();
        assert!((WINDOW..=4 * WINDOW).contains(&read.len()), "{}", read.len());
    }
}
