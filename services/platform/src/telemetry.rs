//! Logs, metrics, and one middleware that ties both to a request.

mod http;
mod lines;
mod logs;
mod metrics;

pub use self::http::request_logger;
pub use self::logs::{LogArgs, LogError, LogFormat, start_logs};
pub use self::metrics::{Metrics, MetricsError, configure as configure_metrics};
