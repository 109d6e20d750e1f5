//! The broker.

use clap::Args;
use lapin::uri::{AMQPScheme, AMQPUri};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use std::time::Duration;

use super::{Environment, Faults};
use crate::tls::client_config;

/// How to use the broker; its URL is the secret `USAGE_AMQP_URL`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Broker (USAGE_AMQP_URL or USAGE_AMQP_URL_FILE; amqps:// for TLS)")]
pub struct BrokerArgs {
    /// The exchange's name and the prefix of all queue names.
    #[arg(long, env = "USAGE_BROKER_NAMESPACE", default_value = "usage")]
    pub broker_namespace: String,
    /// PEM file of the authorities that may have signed the broker's certificate; by default the system's.
    #[arg(long, env = "USAGE_AMQP_CA", default_value = "")]
    pub amqp_ca: String,
    /// How long the broker may be silent before it is asked for a sign of life; after twice the time it is gone. A
    /// `heartbeat` of the URL goes before, and the broker may want a shorter one. Whole seconds.
    #[arg(long, env = "USAGE_AMQP_HEARTBEAT", default_value = "10s")]
    pub amqp_heartbeat: String,
}

/// The broker, ready to connect to.
#[derive(Debug, Clone)]
pub struct BrokerSettings {
    /// `amqp://…` or `amqps://…`.
    pub url: SecretString,
    /// The authorities to trust with `amqps`; none for the system's.
    pub authorities: Option<PathBuf>,
    /// The exchange's name and the prefix of all queue names.
    pub namespace: String,
    /// In seconds.
    pub heartbeat_seconds: u16,
}

/// In seconds.
const HEARTBEAT: u16 = 10;
/// Longer notices nothing.
const HEARTBEAT_MAX: Duration = Duration::from_mins(10);

impl BrokerSettings {
    /// The defaults, for this URL and namespace.
    pub fn new(url: impl Into<SecretString>, namespace: impl Into<String>) -> Self {
        Self { url: url.into(), authorities: None, namespace: namespace.into(), heartbeat_seconds: HEARTBEAT }
    }
}

impl BrokerArgs {
    /// The settings, or faults.
    pub fn resolve(&self, environment: &Environment, faults: &mut Faults) -> Option<BrokerSettings> {
        let url = environment.secret("USAGE_AMQP_URL", faults).filter(|url| self.fits(url, faults));
        let heartbeat = self.heartbeat(faults);
        let namespace = self.broker_namespace.clone();
        let sane = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        // AMQP names have 255 bytes at most; ours append a queue's name.
        if namespace.is_empty() || namespace.len() > 200 || !namespace.chars().all(sane) {
            faults.add("USAGE_BROKER_NAMESPACE", "must be 1 to 200 of letters, digits, `-`, `_` and `.`");
            return None;
        }
        let authorities = self.authorities(faults);
        Some(BrokerSettings { url: url?, authorities, namespace, heartbeat_seconds: heartbeat? })
    }

    fn heartbeat(&self, faults: &mut Faults) -> Option<u16> {
        let heartbeat = faults.parse_duration("USAGE_AMQP_HEARTBEAT", &self.amqp_heartbeat)?;
        let is_whole = heartbeat.subsec_millis() == 0 && heartbeat <= HEARTBEAT_MAX;
        let seconds = u16::try_from(heartbeat.as_secs()).ok().filter(|_| is_whole);
        if seconds.is_none() {
            faults.add("USAGE_AMQP_HEARTBEAT", "is not a whole number of seconds, ten minutes at most");
        }
        seconds
    }

    /// Whether the URL is one, and encrypted when authorities are named: nobody names them and wants plain text.
    fn fits(&self, url: &SecretString, faults: &mut Faults) -> bool {
        // What the parser says about a wrong URL may have a part of it, such as the password.
        let fault = match url.expose_secret().parse::<AMQPUri>() {
            Err(_) => "is no URL such as amqps://user:password@host/%2f",
            Ok(url) if url.scheme == AMQPScheme::AMQP && !self.amqp_ca.is_empty() => {
                "is not amqps://, but USAGE_AMQP_CA is set"
            }
            Ok(_) => return true,
        };
        faults.add("USAGE_AMQP_URL", fault);
        false
    }

    /// Read once for its faults; each connection reads it again.
    fn authorities(&self, faults: &mut Faults) -> Option<PathBuf> {
        let path = Some(&self.amqp_ca).filter(|path| !path.is_empty()).map(PathBuf::from)?;
        faults.take("USAGE_AMQP_CA", client_config(Some(&path)))?;
        Some(path)
    }
}
