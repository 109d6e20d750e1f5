//! Configuration: one struct of arguments per concern, each with its environment variable and default.
//!
//! An argument struct holds texts; its `resolve` turns them into settings and collects what is wrong,
//! so that a start shows all faults at once. Secrets are no arguments: a command line is public. They come
//! from the environment or, by the same name with `_FILE`, from a file.
//!
//! | secret | of |
//! |---|---|
//! | `USAGE_DATABASE_URL` | the service role |
//! | `USAGE_DATABASE_OWNER_URL` | the owner role; only `migrate` asks for it |
//! | `USAGE_AMQP_URL` | the broker |
//! | `USAGE_OIDC_CLIENT_SECRET` | this service at the OpenID Connect provider; none for a public client |
//!
//! TLS to the database is a matter of its URL (libpq's `sslmode`, `sslrootcert`), to the broker of `amqps://`.

mod aggregation;
mod audit;
mod broker;
mod clock;
mod database;
mod database_url;
mod duration;
mod edge;
mod faults;
mod http;
mod http_limits;
mod keys;
mod limits;
mod oidc;
mod public;
mod relay;
mod resumable;
mod secrets;
mod stop;
mod store;
mod tls;
mod uploads;

pub use self::aggregation::{AggregationArgs, AggregationSettings, DeadlineArgs};
pub use self::audit::{AuditArgs, AuditSettings};
pub use self::broker::{BrokerArgs, BrokerSettings};
pub use self::clock::{ClockArgs, ClockSettings, Deployment};
pub use self::database::{DatabaseArgs, DatabaseSettings, owner_url};
pub use self::duration::parse_duration;
pub use self::edge::{EdgeArgs, EdgeSettings};
pub use self::faults::{Fault, Faults};
pub use self::http::{HttpArgs, HttpSettings};
pub use self::http_limits::{HttpLimitArgs, HttpLimits};
pub use self::keys::{KeyArgs, KeySettings};
pub use self::limits::{LimitArgs, LimitSettings};
pub use self::oidc::{OidcArgs, OidcSettings, Redirects, RoleMap, RoleRule};
pub use self::public::PublicArgs;
pub use self::relay::RelayArgs;
pub use self::resumable::{ResumableArgs, ResumableSettings};
pub use self::secrets::Environment;
pub use self::stop::StopArgs;
pub use self::store::{StoreArgs, StoreSettings};
pub use self::tls::{TlsArgs, TlsSettings};
pub use self::uploads::{UploadArgs, UploadLimits};
