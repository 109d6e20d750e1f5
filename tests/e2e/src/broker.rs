//! The namespace of a service on the broker, which goes with it.

use platform::broker::Broker;
use platform::config::BrokerSettings;
use test_support::broker::TestBroker;

/// A namespace; its queues are deleted with this value.
pub struct Namespace(pub TestBroker);

impl Drop for Namespace {
    fn drop(&mut self) {
        let settings = BrokerSettings::new(&*self.0.url, &self.0.namespace);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        // What cannot be deleted harms nobody: no other test has this name.
        let Ok(runtime) = runtime else { return };
        let _ = runtime.block_on(async { Broker::new(settings, "e2e").delete_namespace().await });
    }
}
