//! Of those whom the service speaks to, and of its client.

use super::Unit::{Bytes, Count, Time};
use super::http::{FIELDS, HTTP};
use super::{Row, constant, given, setting};

const DB: &str = "services/platform/src/config/database.rs";

pub const DATABASE: &[Row] = &[
    setting(
        "Connections of the process",
        "USAGE_DATABASE_POOL",
        Count,
        "services/platform/src/db.rs",
        "waits",
    ),
    setting(
        "Waiting for a connection",
        "USAGE_DATABASE_WAIT",
        Time,
        "services/platform/src/db.rs",
        "503 `unavailable`; messages go back",
    ),
    setting(
        "Making a connection (`connect_timeout`)",
        "USAGE_DATABASE_CONNECT_TIMEOUT",
        Time,
        DB,
        "503 `unavailable`; messages go back",
    ),
    setting(
        "A peer that is silent on the network (`tcp_user_timeout`, and keep-alive probes in the second half of it), at both ends",
        "USAGE_DATABASE_DEAD_PEER",
        Time,
        DB,
        "the connection breaks; the server rolls back and unlocks",
    ),
    setting(
        "A statement (`statement_timeout`), and an idle transaction",
        "USAGE_DATABASE_STATEMENT_TIMEOUT",
        Time,
        "services/platform/src/db.rs",
        "503 `unavailable`; messages go back",
    ),
    setting(
        "Waiting for a lock (`lock_timeout`)",
        "USAGE_DATABASE_LOCK_TIMEOUT",
        Time,
        "services/platform/src/db.rs",
        "503 `unavailable`; messages go back",
    ),
    constant(
        "How often the server looks for the client of a running statement, in milliseconds",
        "CLIENT_CHECK_MS",
        Time,
        "services/platform/src/db.rs",
        "the statement ends",
    ),
    constant(
        "Rows of one COPY",
        "ROWS_PER_COPY",
        Count,
        "services/aggregator/src/meter/save.rs",
        "the next COPY",
    ),
    constant(
        "A lease of rate limits",
        "LEASE_TIMEOUT",
        Time,
        "services/platform/src/limits.rs",
        "the process counts alone for a minute",
    ),
];

pub const BROKER: &[Row] = &[
    constant(
        "Connecting with TLS and log-in, and each answer",
        "ANSWER_TIMEOUT",
        Time,
        "services/platform/src/broker/connection.rs",
        "connected anew",
    ),
    setting(
        "Heartbeat; a broker that is silent for twice the time is gone",
        "USAGE_AMQP_HEARTBEAT",
        Time,
        "services/platform/src/broker/connection.rs",
        "connected anew",
    ),
    given("Bytes of a frame", "the broker's, 128 KiB", "RabbitMQ", "–"),
    constant(
        "Confirms of a batch",
        "CONFIRM_TIMEOUT",
        Time,
        "services/platform/src/broker/publisher.rs",
        "published again",
    ),
    constant(
        "Between two attempts to connect",
        "BACKOFF_MAX",
        Time,
        "services/platform/src/broker/backoff.rs",
        "–",
    ),
    setting(
        "Messages of each queue at once",
        "USAGE_WORKERS",
        Count,
        "services/platform/src/broker/consumer.rs",
        "wait in the queue",
    ),
    constant(
        "Deliveries of a message, whatever became of them",
        "DELIVERY_LIMIT",
        Count,
        "services/platform/src/broker/topology.rs",
        "dead letter",
    ),
    constant(
        "Attempts of a message that fail by themselves",
        "ATTEMPTS_MAX",
        Count,
        "services/aggregator/src/context.rs",
        "dead letter",
    ),
    constant(
        "The outbox' lease of a message",
        "LEASE",
        Time,
        "services/ingest/src/relay/batch.rs",
        "another relay publishes it",
    ),
    setting(
        "Age of the oldest message in the outbox",
        "USAGE_OUTBOX_AGE_MAX",
        Time,
        "services/ingest/src/relay/watch.rs",
        "told by `/readyz`, metrics and log",
    ),
];

const OIDC: &str = "services/api/src/identity/oidc/http.rs";

pub const OTHERS: &[Row] = &[
    constant("Sign-in provider: connecting", "CONNECT_TIMEOUT", Time, OIDC, "503 `sign-in-unavailable`"),
    constant(
        "… a call, from the first byte to the last",
        "CALL_TIMEOUT",
        Time,
        OIDC,
        "503 `sign-in-unavailable`",
    ),
    constant("… bytes of an answer", "ANSWER_BYTES_MAX", Bytes, OIDC, "503 `sign-in-unavailable`"),
    constant("… calls at once", "AT_ONCE", Count, "services/api/src/identity/oidc/provider.rs", "waits"),
    constant(
        "… waiting for that",
        "WAIT",
        Time,
        "services/api/src/identity/oidc/provider.rs",
        "503 `sign-in-unavailable`",
    ),
    constant(
        "… sign-ins that an address began",
        "FLOWS_OF_ADDRESS_MAX",
        Count,
        "services/api/src/identity/oidc/start.rs",
        "the oldest ends",
    ),
    constant(
        "… that everybody began",
        "FLOWS_MAX",
        Count,
        "services/api/src/identity/oidc/start.rs",
        "the oldest ends",
    ),
    constant(
        "… bytes of a code",
        "CODE_BYTES_MAX",
        Bytes,
        "services/api/src/identity/oidc/finish.rs",
        FIELDS,
    ),
    constant("Metrics: connections at once", "METRICS_CONNECTIONS", Count, HTTP, "closed unheard"),
    constant("… from one address", "METRICS_CONNECTIONS_PER_ADDRESS", Count, HTTP, "closed unheard"),
    given("… head, keep-alive, reader", "as of the API", HTTP, "as of the API"),
    constant(
        "Bytes of a secret's file",
        "SECRET_BYTES_MAX",
        Bytes,
        "services/platform/src/config/secrets.rs",
        "no start",
    ),
    constant(
        "Bytes of a PEM file",
        "PEM_BYTES_MAX",
        Bytes,
        "services/platform/src/tls/files.rs",
        "no start; a renewed one is not taken",
    ),
    constant(
        "Audit heads: bytes of a line",
        "LINE_BYTES_MAX",
        Bytes,
        "services/platform/src/audit/heads/file.rs",
        "a finding of `audit verify`",
    ),
    constant("Threads of each worker for files and the database", "BLOCKING_THREADS", Count, HTTP, "waits"),
    setting(
        "Stop: what is being done has so long to end",
        "USAGE_STOP_GRACE",
        Time,
        "services/platform/src/config/stop.rs",
        "cut off; messages go back",
    ),
];

const CLIENT: &str = "services/usagectl/src/client.rs";
const CALLBACK: &str = "services/usagectl/src/commands/login/sso/callback.rs";

pub const USAGECTL: &[Row] = &[
    constant("Connecting", "CONNECT", Time, CLIENT, "exit code 1"),
    constant("Silence, in either direction", "SILENCE", Time, CLIENT, "exit code 1"),
    constant("Bytes of a JSON answer", "JSON_BYTES", Bytes, CLIENT, "exit code 1"),
    constant("Bytes of a problem", "PROBLEM_BYTES", Bytes, CLIENT, "cut off"),
    constant("Pauses that a server may ask for", "PAUSES", Count, CLIENT, "exit code 1"),
    constant("… each at most", "PAUSE", Time, CLIENT, "exit code 1"),
    constant("Sign-in: silence in a browser's request", "REQUEST_TIMEOUT", Time, CALLBACK, "closed"),
    constant("… its bytes", "REQUEST_BYTES_MAX", Bytes, CALLBACK, "closed"),
];
