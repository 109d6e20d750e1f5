//! Bodies that have to come in time.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;
use std::io::ErrorKind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// A body whose reader gets an error when it comes too slowly. Time counts from when it is first waited for.
pub struct TimedBody {
    body: Pin<Box<Payload>>,
    idle: Duration,
    total: Duration,
    waiting: Option<Waiting>,
}

struct Waiting {
    ends: Instant,
    timer: Pin<Box<Sleep>>,
}

impl TimedBody {
    /// With at most so long between two pieces, and for all of them.
    pub fn new(body: Payload, idle: Duration, total: Duration) -> Self {
        Self { body: Box::pin(body), idle, total, waiting: None }
    }
}

impl Stream for TimedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let next = this.body.as_mut().poll_next(cx);
        let (now, total) = (Instant::now(), this.total);
        let waiting = this.waiting.get_or_insert_with(|| {
            let ends = now + total;
            Waiting { ends, timer: Box::pin(sleep_until(ends.min(now + this.idle))) }
        });
        if next.is_ready() {
            waiting.timer.as_mut().reset(waiting.ends.min(now + this.idle));
            return next;
        }
        match waiting.timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Some(Err(PayloadError::Io(ErrorKind::TimedOut.into())))),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use futures_util::stream::{pending, unfold};

    /// How many pieces get through, and whether the body then ended well.
    async fn read(body: impl Stream<Item = Result<Bytes, PayloadError>> + 'static) -> (usize, bool) {
        let body = Payload::from(Box::pin(body) as Pin<Box<dyn Stream<Item = _>>>);
        let mut body = TimedBody::new(body, Duration::from_secs(10), Duration::from_secs(30));
        let mut pieces = 0;
        loop {
            match body.next().await {
                Some(Ok(_)) => pieces += 1,
                Some(Err(PayloadError::Io(error))) if error.kind() == ErrorKind::TimedOut => {
                    return (pieces, false);
                }
                Some(Err(error)) => panic!("{error}"),
                None => return (pieces, true),
            }
        }
    }

    /// A byte every few seconds.
    fn trickle(every_seconds: u64, count: usize) -> impl Stream<Item = Result<Bytes, PayloadError>> {
        unfold(count, move |left| async move {
            let left = left.checked_sub(1)?;
            tokio::time::sleep(Duration::from_secs(every_seconds)).await;
            Some((Ok(Bytes::from_static(b"x")), left))
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_take_its_time_and_not_more() {
        assert_eq!(read(trickle(9, 3)).await, (3, true));
        assert_eq!(read(trickle(9, 4)).await, (3, false), "all of it took too long");
        assert_eq!(read(trickle(11, 2)).await, (0, false), "a piece took too long");
        assert_eq!(read(pending()).await, (0, false));
    }
}
