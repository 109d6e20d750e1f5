//! Callers who take a place and do nothing with it: each is cut off in its own way (docs/limits.md), and everybody else
//! is answered all the while.

mod bodies;
mod frames;
mod heads;
mod peer;
mod places;
mod readers;
mod tls;

use e2e::{Answer, Client, Service};

pub use self::peer::Peer;

const CLOCK: &str = "2026-10-01T06:00:00Z";

/// Somebody who wants no more than to be served.
struct Healthy(String, Client);

impl Healthy {
    fn at(service: &Service) -> Self {
        Self(service.server().to_owned(), service.log_in("viewer@acme.test"))
    }

    /// On a connection of its own, as another of its kind would come.
    #[track_caller]
    fn is_answered(&self) {
        let me = Client::with_token(&self.0, self.1.token()).get("/v1/auth/me");
        let _: Answer = me.expect(200);
    }
}
