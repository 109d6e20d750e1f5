//! A namespace of its own on the broker for each test.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot begin has failed"
)]

use uuid::Uuid;

/// The broker's URL and a namespace that nobody else has. The test deletes the queues that it made there.
pub struct TestBroker {
    /// `amqp://…`.
    pub url: String,
    /// `amqps://…`, the same broker.
    pub tls_url: String,
    /// For `USAGE_BROKER_NAMESPACE`.
    pub namespace: String,
}

impl TestBroker {
    /// A new namespace.
    pub fn new() -> Self {
        let url = |variable: &str| {
            std::env::var(variable)
                .unwrap_or_else(|_| panic!("{variable} is not set: run the tests by scripts/test"))
        };
        let (url, tls_url) = (url("USAGE_TEST_AMQP_URL"), url("USAGE_TEST_AMQPS_URL"));
        Self { url, tls_url, namespace: format!("test-{}", Uuid::new_v4().simple()) }
    }
}

impl Default for TestBroker {
    fn default() -> Self {
        Self::new()
    }
}
