//! Limits of the API's connections and requests.

use clap::Args;
use std::time::Duration;

use super::Faults;

/// How long others are waited for, and how many of them are served at once.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP limits (of this process; docs/limits.md has all of them)")]
pub struct HttpLimitArgs {
    /// For the keys of a TLS connection.
    #[arg(long, env = "USAGE_HTTP_HANDSHAKE_TIMEOUT", default_value = "10s")]
    pub http_handshake_timeout: String,
    /// For a request's head, from its first byte to its last.
    #[arg(long, env = "USAGE_HTTP_HEAD_TIMEOUT", default_value = "10s")]
    pub http_head_timeout: String,
    /// For the next request on a connection: longer than load balancers keep theirs, so that they close first.
    #[arg(long, env = "USAGE_HTTP_KEEP_ALIVE", default_value = "75s")]
    pub http_keep_alive: String,
    /// Between two pieces of a body that is no upload.
    #[arg(long, env = "USAGE_HTTP_BODY_IDLE", default_value = "10s")]
    pub http_body_idle: String,
    /// For the whole of a body that is no upload.
    #[arg(long, env = "USAGE_HTTP_BODY_TIMEOUT", default_value = "30s")]
    pub http_body_timeout: String,
    /// For the answer to a request that is no upload, until its head; longer than a statement of the database may take.
    #[arg(long, env = "USAGE_HTTP_REQUEST_TIMEOUT", default_value = "90s")]
    pub http_request_timeout: String,
    /// How long a reader may leave an answer lying; one who takes 4 KiB a second or more may take any time.
    #[arg(long, env = "USAGE_HTTP_WRITE_STALL", default_value = "60s")]
    pub http_write_stall: String,
    /// Connections at once.
    #[arg(long, env = "USAGE_HTTP_CONNECTIONS", default_value = "8192")]
    pub http_connections: String,
    /// Connections at once from an address (IPv6: a /64) that is no trusted proxy; 0 is no limit.
    #[arg(long, env = "USAGE_HTTP_CONNECTIONS_PER_ADDRESS", default_value = "512")]
    pub http_connections_per_address: String,
    /// Requests at once, until the last byte of their answers.
    #[arg(long, env = "USAGE_HTTP_REQUESTS", default_value = "2048")]
    pub http_requests: String,
    /// Requests at once from an address (IPv6: a /64), behind trusted proxies, too; 0 is no limit.
    #[arg(long, env = "USAGE_HTTP_REQUESTS_PER_ADDRESS", default_value = "512")]
    pub http_requests_per_address: String,
    /// Requests at once of an organization's users, meters and keys together; 0 is no limit.
    #[arg(long, env = "USAGE_HTTP_REQUESTS_PER_ORGANIZATION", default_value = "256")]
    pub http_requests_per_organization: String,
    /// Whether HTTP/2 is spoken to who asks for it over TLS.
    #[arg(long, env = "USAGE_HTTP2", default_value = "true")]
    pub http2: String,
}

/// How long others are waited for, and how many of them are served at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// For the keys of a TLS connection.
    pub handshake: Duration,
    /// For a request's head.
    pub head: Duration,
    /// For the next request on a connection.
    pub keep_alive: Duration,
    /// Between two pieces of a body.
    pub body_idle: Duration,
    /// For the whole of a body.
    pub body: Duration,
    /// For the head of the answer.
    pub request: Duration,
    /// For a reader.
    pub write_stall: Duration,
    /// At once.
    pub connections: usize,
    /// At once; 0 is no limit.
    pub connections_per_address: usize,
    /// At once.
    pub requests: usize,
    /// At once; 0 is no limit.
    pub requests_per_address: usize,
    /// At once; 0 is no limit.
    pub requests_per_organization: usize,
    /// For who asks for it.
    pub http2: bool,
}

/// More than any machine has of either.
const COUNT_MAX: usize = 1_000_000;
/// Longer is as good as for ever, and far from the end of any clock.
const WAIT_MAX: Duration = Duration::from_hours(24);

impl HttpLimitArgs {
    /// The limits, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<HttpLimits> {
        let mut wait = |name, text: &str| {
            let wait = faults.parse_duration(name, text)?;
            if wait > WAIT_MAX {
                faults.add(name, "must not be longer than 24h");
                return None;
            }
            Some(wait)
        };
        let handshake = wait("USAGE_HTTP_HANDSHAKE_TIMEOUT", &self.http_handshake_timeout);
        let head = wait("USAGE_HTTP_HEAD_TIMEOUT", &self.http_head_timeout);
        let keep_alive = wait("USAGE_HTTP_KEEP_ALIVE", &self.http_keep_alive);
        let body_idle = wait("USAGE_HTTP_BODY_IDLE", &self.http_body_idle);
        let body = wait("USAGE_HTTP_BODY_TIMEOUT", &self.http_body_timeout);
        let request = wait("USAGE_HTTP_REQUEST_TIMEOUT", &self.http_request_timeout);
        let write_stall = wait("USAGE_HTTP_WRITE_STALL", &self.http_write_stall);
        let mut count = |name, text: &str, least| faults.parse_within(name, text, least..=COUNT_MAX);
        let connections = count("USAGE_HTTP_CONNECTIONS", &self.http_connections, 1);
        let connections_per_address =
            count("USAGE_HTTP_CONNECTIONS_PER_ADDRESS", &self.http_connections_per_address, 0);
        let requests = count("USAGE_HTTP_REQUESTS", &self.http_requests, 1);
        let requests_per_address =
            count("USAGE_HTTP_REQUESTS_PER_ADDRESS", &self.http_requests_per_address, 0);
        let requests_per_organization =
            count("USAGE_HTTP_REQUESTS_PER_ORGANIZATION", &self.http_requests_per_organization, 0);
        let http2 = faults.parse("USAGE_HTTP2", &self.http2);
        Some(HttpLimits {
            handshake: handshake?,
            head: head?,
            keep_alive: keep_alive?,
            body_idle: body_idle?,
            body: body?,
            request: request?,
            write_stall: write_stall?,
            connections: connections?,
            connections_per_address: connections_per_address?,
            requests: requests?,
            requests_per_address: requests_per_address?,
            requests_per_organization: requests_per_organization?,
            http2: http2?,
        })
    }
}
