//! Of connections and requests.

use super::Unit::{Bytes, Count, Time};
use super::{Row, constant, given, setting};

const SOCKET: &str = "services/platform/src/sockets/socket.rs";
const LINK: &str = "services/platform/src/sockets/link.rs";
const GUARD: &str = "services/platform/src/sockets/guard.rs";
const BODY: &str = "services/platform/src/sockets/body_in.rs";
const REQUESTS: &str = "services/platform/src/sockets/requests.rs";
const LISTENER: &str = "services/server/src/http/listener.rs";
pub const HTTP: &str = "services/server/src/http.rs";
pub const FIELDS: &str = "422 `invalid`";

pub const CONNECTIONS: &[Row] = &[
    setting(
        "Connections of the process at once",
        "USAGE_HTTP_CONNECTIONS",
        Count,
        LISTENER,
        "closed unheard",
    ),
    setting(
        "… from one address that is no trusted proxy",
        "USAGE_HTTP_CONNECTIONS_PER_ADDRESS",
        Count,
        LISTENER,
        "closed unheard",
    ),
    constant(
        "Connections that wait for a worker",
        "BACKLOG",
        Count,
        LISTENER,
        "the kernel lets it try again",
    ),
    setting("TLS handshake", "USAGE_HTTP_HANDSHAKE_TIMEOUT", Time, LISTENER, "closed"),
    setting(
        "Head of a request, from its first byte (of a connection's first, from the beginning)",
        "USAGE_HTTP_HEAD_TIMEOUT",
        Time,
        LINK,
        "closed, the first with 408; HTTP/2's greeting alike",
    ),
    setting(
        "Without a request on a connection; pings of HTTP/2 are none",
        "USAGE_HTTP_KEEP_ALIVE",
        Time,
        LINK,
        "closed",
    ),
    given("Bytes of a head, HTTP/1.1", "128 KiB", "actix-http", "431, closed"),
    given("Headers of a request, HTTP/1.1", "96", "actix-http", "400, closed"),
    given("Bytes of the headers of a request, HTTP/2", "16 MiB", "h2", "431"),
    given("Bytes of path and query", "64 KiB", "http", "400, closed"),
    given("Requests on a connection at once, HTTP/1.1", "16", "actix-http", "no more is read"),
    given("Requests on a connection at once, HTTP/2", "as of an address", REQUESTS, "429"),
    given(
        "Bytes of a body that are taken unasked, HTTP/2",
        "1 MiB a request, 2 MiB a connection",
        "actix-http",
        "flow control",
    ),
    given("Resets before they were seen, HTTP/2", "20", "h2", "GOAWAY, closed"),
    setting("Whether HTTP/2 is offered", "USAGE_HTTP2", Count, LISTENER, "HTTP/1.1"),
    setting(
        "An answer that is not read: patience with the reader",
        "USAGE_HTTP_WRITE_STALL",
        Time,
        SOCKET,
        "closed, in HTTP/2 with all its requests",
    ),
    constant(
        "… who takes so much a second has any time",
        "BYTES_PER_SECOND_MIN",
        Bytes,
        "services/platform/src/sockets/patience.rs",
        "patience runs out",
    ),
    constant("Body that nobody reads any more, after the answer", "DISCONNECT_TIMEOUT", Time, HTTP, "closed"),
];

pub const REQUEST: &[Row] = &[
    setting(
        "Requests of the process at once, until the last byte of the answer",
        "USAGE_HTTP_REQUESTS",
        Count,
        REQUESTS,
        "429, `Retry-After: 5`",
    ),
    setting(
        "… from one address, behind trusted proxies, too",
        "USAGE_HTTP_REQUESTS_PER_ADDRESS",
        Count,
        REQUESTS,
        "429, `Retry-After: 5`",
    ),
    setting(
        "… of one organization",
        "USAGE_HTTP_REQUESTS_PER_ORGANIZATION",
        Count,
        REQUESTS,
        "429, `Retry-After: 5`",
    ),
    setting(
        "Between two pieces of a body that is no upload",
        "USAGE_HTTP_BODY_IDLE",
        Time,
        BODY,
        "408 `request-timeout`, closed",
    ),
    setting("All of such a body", "USAGE_HTTP_BODY_TIMEOUT", Time, BODY, "408 `request-timeout`, closed"),
    constant(
        "Bytes of a JSON body",
        "JSON_BYTES_MAX",
        Bytes,
        "services/platform/src/problem/extractors.rs",
        "413 `limit-exceeded`",
    ),
    given("Depth of a JSON body", "127", "serde_json", "400 `bad-request`"),
    setting(
        "Answer to a request that is no upload, until its head",
        "USAGE_HTTP_REQUEST_TIMEOUT",
        Time,
        GUARD,
        "504 `answer-timeout`; it may have been done",
    ),
    constant("Bytes of a token", "TOKEN_BYTES_MAX", Bytes, "services/platform/src/auth/authorized.rs", "401"),
    constant(
        "Bytes of an `Idempotency-Key`",
        "KEY_BYTES_MAX",
        Bytes,
        "services/platform/src/idempotency.rs",
        "400",
    ),
    constant("Items of a page", "LIMIT_MAX", Count, "services/api/src/page.rs", FIELDS),
    constant(
        "Rows of a table that are in memory at once",
        "CHUNK_ROWS",
        Count,
        "services/api/src/reports/vm_history/table.rs",
        "the next are read when these are taken",
    ),
    constant(
        "Characters of an e-mail address",
        "EMAIL_CHARACTERS_MAX",
        Count,
        "services/api/src/request/parse.rs",
        FIELDS,
    ),
    constant("Life of an API key", "LIFE_MAX", Time, "services/api/src/api_keys/request.rs", FIELDS),
    constant(
        "Good tokens of a meter",
        "GOOD_TOKENS_MAX",
        Count,
        "services/api/src/meters/tokens/add.rs",
        "409",
    ),
    constant(
        "A check of `/readyz`",
        "CHECK_TIMEOUT",
        Time,
        "services/platform/src/health.rs",
        "the check has failed",
    ),
];
