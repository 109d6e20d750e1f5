//! Answers that give back their places with their last byte.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

use super::link::{Link, OnLink};
use super::patience::Patience;
use super::requests::Held;

/// What goes with an answer.
pub struct HeldBody {
    body: BoxBody,
    _held: Option<Held>,
    _on_link: Option<OnLink>,
    reader: Option<Reader>,
}

/// Who reads one answer of several on a connection: the socket sees only all of them together.
struct Reader {
    link: Link,
    number: u64,
    patience: Patience,
    given: usize,
}

impl HeldBody {
    /// The body of an answer on this connection.
    pub fn new(
        body: BoxBody,
        held: Option<Held>,
        link: Option<(Link, OnLink)>,
        write_stall: Duration,
    ) -> Self {
        let (link, on_link) = link.unzip();
        let reader = link.filter(Link::is_shared).map(|link| {
            let number = link.reader();
            Reader { link, number, patience: Patience::new(write_stall), given: 0 }
        });
        Self { body, _held: held, _on_link: on_link, reader }
    }
}

impl Reader {
    /// What was given before has been taken, since more is asked for.
    fn asks(&mut self) {
        self.patience.took(std::mem::take(&mut self.given), Instant::now());
        self.link.awaits(self.number, None);
    }

    fn gets(&mut self, bytes: usize) {
        self.given = bytes;
        self.patience.wait(Instant::now());
        self.link.awaits(self.number, self.patience.ends());
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.link.awaits(self.number, None);
    }
}

impl MessageBody for HeldBody {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        if let Some(reader) = &mut this.reader {
            reader.asks();
        }
        let next = Pin::new(&mut this.body).poll_next(cx);
        if let (Some(reader), Poll::Ready(Some(Ok(bytes)))) = (&mut this.reader, &next) {
            reader.gets(bytes.len());
        }
        next
    }
}
