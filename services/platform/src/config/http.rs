//! The listeners.

use clap::Args;
use std::net::SocketAddr;

use super::Faults;

/// Where to listen.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArgs {
    /// Address and port of the API.
    #[arg(long, env = "USAGE_HTTP", default_value = "127.0.0.1:8080")]
    pub http: String,
    /// Address and port of `/metrics`, apart from the API since it asks for no token.
    #[arg(long, env = "USAGE_METRICS", default_value = "127.0.0.1:9090")]
    pub metrics: String,
}

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpSettings {
    /// Of the API.
    pub http: SocketAddr,
    /// Of `/metrics`.
    pub metrics: SocketAddr,
}

impl HttpArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<HttpSettings> {
        let http = faults.parse("USAGE_HTTP", &self.http);
        let metrics = faults.parse("USAGE_METRICS", &self.metrics);
        Some(HttpSettings { http: http?, metrics: metrics? })
    }
}
