//! An answer, read to its end.

use serde_json::Value;
use ureq::Body;
use ureq::http::{HeaderMap, Response};

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Of the status line.
    pub status: u16,
    /// As sent.
    pub headers: HeaderMap,
    /// As sent.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads it.
    pub fn read(response: Response<Body>) -> Self {
        Self::try_read(response).expect("a body that ends")
    }

    /// Reads it, unless it breaks off.
    pub fn try_read(response: Response<Body>) -> Option<Self> {
        let (head, mut body) = response.into_parts();
        let body = body.with_config().limit(u64::MAX).read_to_vec().ok()?;
        Some(Self { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Fails the test unless this is the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value, empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
