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
    /// For `USAGE_BROKER_NAMESPACE`.
    pub namespace: String,
}

impl TestBroker {
    /// A new namespace.
    pub fn new() -> Self {
        let url = std::env::var("USAGE_TEST_AMQP_URL")
            .expect("USAGE_TEST_AMQP_URL is not set: run the tests by scripts/test");
        Self { url, namespace: format!("test-{}", Uuid::new_v4().simple()) }
    }
}

impl Default for TestBroker {
    fn default() -> Self {
        Self::new()
    }
}
