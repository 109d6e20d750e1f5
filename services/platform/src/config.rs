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

mod aggregation;
mod broker;
mod clock;
mod database;
mod duration;
mod faults;
mod http;
mod keys;
mod secrets;
mod store;
mod uploads;

pub use self::aggregation::{AggregationArgs, AggregationSettings};
pub use self::broker::{BrokerArgs, BrokerSettings};
pub use self::clock::{ClockArgs, ClockSettings, Deployment};
pub use self::database::{DatabaseArgs, DatabaseSettings, owner_url};
pub use self::duration::parse_duration;
pub use self::faults::{Fault, Faults};
pub use self::http::{HttpArgs, HttpSettings};
pub use self::keys::{KeyArgs, KeySettings};
pub use self::secrets::Environment;
pub use self::store::{StoreArgs, StoreSettings};
pub use self::uploads::{UploadArgs, UploadLimits};
