//! How slow a peer may be: somebody who neither sends nor takes anything for long does not keep a place.

use crate::seats::Seat;
use api::body::BodyError;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// A deadline that is put off whenever something moves.
struct Patience {
    pause: Duration,
    deadline: Pin<Box<Sleep>>,
}

impl Patience {
    fn new(pause: Duration) -> Self {
        Self { pause, deadline: Box::pin(sleep_until(Instant::now() + pause)) }
    }

    fn renew(&mut self) {
        self.deadline.as_mut().reset(Instant::now() + self.pause);
    }

    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.deadline.as_mut().poll(context).is_ready()
    }
}

/// A request's body that fails when its sender pauses too long.
pub(crate) struct PacedBody {
    body: Incoming,
    patience: Patience,
    end: End,
}

/// Whether a body was read to its end, for whoever gave it away.
#[derive(Clone)]
pub(crate) struct End(Arc<AtomicBool>);

impl End {
    /// Whether nothing of the body is left.
    pub(crate) fn is_reached(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self, is_reached: bool) {
        if is_reached {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

impl PacedBody {
    /// A body that may pause so long, and whether it was read to its end.
    pub(crate) fn new(body: Incoming, pause: Duration) -> (Self, End) {
        let end = End(Arc::new(AtomicBool::new(body.is_end_stream())));
        (Self { body, patience: Patience::new(pause), end: end.clone() }, end)
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.patience.renew();
            self.end.note(frame.is_none() || self.body.is_end_stream());
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        if self.patience.is_over(context) {
            return Poll::Ready(Some(Err("the body paused too long".into())));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection that fails when its peer takes nothing of an answer for too long.
pub(crate) struct PacedStream {
    stream: TcpStream,
    pause: Duration,
    /// Present while a write waits for the peer.
    waiting: Option<Patience>,
    seat: Arc<Seat>,
}

impl PacedStream {
    /// A stream whose peer may take nothing for so long, of a connection that has this seat.
    pub(crate) const fn new(stream: TcpStream, pause: Duration, seat: Arc<Seat>) -> Self {
        Self { stream, pause, waiting: None, seat }
    }

    fn paced<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            if self.waiting.take().is_some() {
                self.seat.note_stuck(false);
            }
            return written;
        }
        if self.waiting.is_none() {
            self.seat.note_stuck(true);
        }
        let pause = self.pause;
        if self.waiting.get_or_insert_with(|| Patience::new(pause)).is_over(context) {
            return Poll::Ready(Err(io::Error::new(
                ErrorKind::TimedOut,
                "the peer takes nothing of the answer",
            )));
        }
        Poll::Pending
    }
}

impl AsyncRead for PacedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for PacedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.paced(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.paced(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::tests::{is_dismissed, one_comes, seats};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::time::timeout;

    #[tokio::test]
    async fn a_connection_whose_peer_has_not_taken_everything_need_not_leave_until_it_has() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connecting = TcpStream::connect(listener.local_addr().unwrap());
        let (accepted, peer) = tokio::join!(listener.accept(), connecting);
        let (seats, mut peer) = (seats(Duration::ZERO), peer.unwrap());
        let sitting = seats.sit();
        let mut stream = PacedStream::new(accepted.unwrap().0, Duration::from_secs(60), sitting.seat());
        let piece = vec![b'p'; 1 << 20];
        let mut written = 0;
        while let Ok(more) = timeout(Duration::from_millis(200), stream.write(&piece)).await {
            written += more.unwrap();
        }
        one_comes(&seats).await;
        assert!(!is_dismissed(&sitting).await);
        let (mut taken, mut taking) = (0, vec![0; 1 << 20]);
        while taken < written {
            taken += peer.read(&mut taking).await.unwrap();
        }
        stream.write_all(b"more").await.unwrap();
        one_comes(&seats).await;
        assert!(is_dismissed(&sitting).await);
    }
}
