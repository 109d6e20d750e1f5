//! The broker.

use clap::Args;
use secrecy::SecretString;

use super::{Environment, Faults};

/// How to use the broker; its URL is the secret `USAGE_AMQP_URL`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Broker (USAGE_AMQP_URL or USAGE_AMQP_URL_FILE)")]
pub struct BrokerArgs {
    /// The exchange's name and the prefix of all queue names.
    #[arg(long, env = "USAGE_BROKER_NAMESPACE", default_value = "usage")]
    pub broker_namespace: String,
}

/// The broker, ready to connect to.
#[derive(Debug, Clone)]
pub struct BrokerSettings {
    /// `amqp://…`.
    pub url: SecretString,
    /// The exchange's name and the prefix of all queue names.
    pub namespace: String,
}

impl BrokerArgs {
    /// The settings, or faults.
    pub fn resolve(&self, environment: &Environment, faults: &mut Faults) -> Option<BrokerSettings> {
        let url = environment.secret("USAGE_AMQP_URL", faults);
        let namespace = self.broker_namespace.clone();
        let sane = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        // AMQP names have 255 bytes at most; ours append a queue's name.
        if namespace.is_empty() || namespace.len() > 200 || !namespace.chars().all(sane) {
            faults.add("USAGE_BROKER_NAMESPACE", "must be 1 to 200 of letters, digits, `-`, `_` and `.`");
            return None;
        }
        Some(BrokerSettings { url: url?, namespace })
    }
}
