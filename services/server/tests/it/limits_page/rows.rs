//! The limits, row by row. A new one gets its row in the section where somebody would look for it.

mod http;
mod peers;
mod taken;

use metering::Limits;

use self::http::{CONNECTIONS, REQUEST};
use self::peers::{BROKER, DATABASE, OTHERS, USAGECTL};
use self::taken::{FILE, RATES, UPLOAD};
pub use super::figures::Unit;

/// A limit.
pub struct Row {
    pub what: &'static str,
    pub at: At,
    /// The file that keeps it, or who else does.
    pub place: &'static str,
    /// What happens to who goes past it.
    pub seen: &'static str,
}

/// Where its figure is.
pub enum At {
    /// A setting.
    Setting(&'static str, Unit),
    /// A setting whose default follows from another.
    Derived(&'static str, &'static str),
    /// A constant of the file that keeps the limit.
    Constant(&'static str, Unit),
    /// A limit of one usage data file.
    File(fn(&Limits) -> u64, Unit),
    /// Outside of our sources.
    Given(&'static str),
}

const fn setting(
    what: &'static str,
    name: &'static str,
    unit: Unit,
    place: &'static str,
    seen: &'static str,
) -> Row {
    Row { what, at: At::Setting(name, unit), place, seen }
}

const fn derived(
    what: &'static str,
    name: &'static str,
    default: &'static str,
    place: &'static str,
    seen: &'static str,
) -> Row {
    Row { what, at: At::Derived(name, default), place, seen }
}

const fn constant(
    what: &'static str,
    name: &'static str,
    unit: Unit,
    place: &'static str,
    seen: &'static str,
) -> Row {
    Row { what, at: At::Constant(name, unit), place, seen }
}

const fn file(what: &'static str, of: fn(&Limits) -> u64, unit: Unit, place: &'static str) -> Row {
    Row {
        what,
        at: At::File(of, unit),
        place,
        seen: "422 `limit-exceeded`, or the upload is rejected with it",
    }
}

const fn given(what: &'static str, default: &'static str, place: &'static str, seen: &'static str) -> Row {
    Row { what, at: At::Given(default), place, seen }
}

const WORDS: &str = "\
HTTP/1.1 in plain text or behind TLS, HTTP/2 behind TLS. The framework sets no limit of its own for the streams of an HTTP/2
connection and none below 16 MiB for their headers: requests count by address instead, and one connection decodes one
head at a time. Where that is too much, `USAGE_HTTP2=false`, or an ingress in front that ends HTTP/2. Each connection
needs a file descriptor: `LimitNOFILE`, or what the container has, should be well above the connections.";

/// The sections of the page.
pub const SECTIONS: &[(&str, &str, &[Row])] = &[
    ("Connections", WORDS, CONNECTIONS),
    ("Requests", "", REQUEST),
    ("Requests a minute", "Over all processes together; 0 is no limit.", RATES),
    ("Uploads", "", UPLOAD),
    ("In a usage data file", "Of [usage-data.md](spec/usage-data.md) §1.", FILE),
    (
        "PostgreSQL",
        "A download holds a connection while it reads a part, and none while its reader takes it.",
        DATABASE,
    ),
    ("RabbitMQ", "", BROKER),
    ("Other sockets and files", "", OTHERS),
    ("usagectl", "", USAGECTL),
];

/// Settings that limit nothing.
pub const NO_LIMITS: &[&str] = &[
    "AGGREGATION_INTERVAL",
    "USAGE_AGGREGATION_AT",
    "USAGE_AMQP_CA",
    "USAGE_AUDIT_HEADS",
    "USAGE_AUDIT_KEY_FILE",
    "USAGE_BROKER_NAMESPACE",
    "USAGE_CLOCK",
    "USAGE_CORS_ORIGINS",
    "USAGE_DEADLINE",
    "USAGE_ENV",
    "USAGE_HTTP",
    "USAGE_KEY_FILE",
    "USAGE_LOG",
    "USAGE_LOG_FORMAT",
    "USAGE_METRICS",
    "USAGE_OIDC_CA",
    "USAGE_OIDC_CLIENT_ID",
    "USAGE_OIDC_ISSUER",
    "USAGE_OIDC_REDIRECTS",
    "USAGE_OIDC_ROLES_CLAIM",
    "USAGE_OIDC_ROLE_MAP",
    "USAGE_OIDC_SCOPES",
    "USAGE_PUBLIC_URL",
    "USAGE_STORE",
    "USAGE_TLS_CERT",
    "USAGE_TLS_KEY",
    "USAGE_TRUSTED_PROXIES",
    "USAGE_VERIFY_UNITS",
];
