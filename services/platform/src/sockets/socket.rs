//! A connection that ends when it is held for nothing.

use std::io::{self, ErrorKind, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Place;
use super::link::{Cut, Link};
use super::patience::Patience;

/// How long the other end is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketLimits {
    /// For a request's head.
    pub head: Duration,
    /// For the next request.
    pub keep_alive: Duration,
    /// For a reader.
    pub write_stall: Duration,
}

/// A connection under limits: past one of them reading and writing fail, and whoever drives it drops it.
pub struct Socket<S> {
    stream: S,
    link: Link,
    limits: SocketLimits,
    writing: Patience,
    timer: Pin<Box<Sleep>>,
    _place: Place<IpAddr>,
}

impl<S> Socket<S> {
    /// Of a new connection, which has its place until it ends.
    pub fn new(stream: S, limits: SocketLimits, place: Place<IpAddr>, encrypted: bool, http2: bool) -> Self {
        metrics::gauge!("http_connections").increment(1);
        Self {
            stream,
            link: Link::new(encrypted, http2),
            limits,
            writing: Patience::new(limits.write_stall),
            timer: Box::pin(sleep_until(Instant::now())),
            _place: place,
        }
    }

    /// What its requests see of it.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// What was asked of the stream; while it waits, so do the limits.
    fn judged<T>(&mut self, cx: &mut Context<'_>, asked: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if asked.is_ready() {
            return asked;
        }
        self.link.driven_by(cx.waker());
        loop {
            let stall = self.writing.ends().map(|at| (at, Cut::Stall));
            let ends = [self.link.ends(&self.limits), stall].into_iter().flatten().min_by_key(|(at, _)| *at);
            let Some((at, cut)) = ends else { return Poll::Pending };
            if at <= Instant::now() {
                metrics::counter!("http_connections_cut_total", "limit" => cut.as_str()).increment(1);
                return Poll::Ready(Err(ErrorKind::TimedOut.into()));
            }
            if self.timer.deadline() != at {
                self.timer.as_mut().reset(at);
            }
            if self.timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Notes whether it is the reader's turn, and what it took.
    fn wrote<T>(&mut self, written: &Poll<io::Result<T>>, bytes: impl Fn(&T) -> usize) {
        match written {
            Poll::Ready(Ok(written)) => self.writing.took(bytes(written), Instant::now()),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.writing.wait(Instant::now()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            this.link.heard(Instant::now());
        }
        this.judged(cx, read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.wrote(&written, |bytes| *bytes);
        this.judged(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        this.wrote(&written, |bytes| *bytes);
        this.judged(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.wrote(&flushed, |()| 0);
        this.judged(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.wrote(&shut, |()| 0);
        this.judged(cx, shut)
    }
}

impl<S> Drop for Socket<S> {
    fn drop(&mut self) {
        metrics::gauge!("http_connections").decrement(1);
    }
}
