//! Logs: JSON for machines, or pretty for people, to standard error.

use clap::{Args, ValueEnum};
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use super::lines::OneLine;

/// How to log.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs")]
pub struct LogArgs {
    /// How log lines look.
    #[arg(long, env = "USAGE_LOG_FORMAT", default_value = "json")]
    pub log_format: LogFormat,
    /// What is logged: a level, or directives such as `info,platform=debug`.
    #[arg(long, env = "USAGE_LOG", default_value = "info")]
    pub log: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people: a line of text.
    Pretty,
}

/// Why logging did not start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read.
    #[error("USAGE_LOG: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// It was started before.
    #[error(transparent)]
    Twice(#[from] TryInitError),
}

/// Starts logging for the whole process.
pub fn start_logs(args: &LogArgs) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(&args.log)?;
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(|event| !tells_secrets(event)));
    match args.log_format {
        LogFormat::Json => registry
            .with(tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr))
            .try_init()?,
        LogFormat::Pretty => {
            let writer = || OneLine(std::io::stderr());
            registry
                .with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer))
                .try_init()?;
        }
    }
    Ok(())
}

/// The broker's client traces each frame that it sends, and the first has the password.
fn tells_secrets(event: &Metadata<'_>) -> bool {
    *event.level() == Level::TRACE
        && ["lapin", "amq_protocol"].iter().any(|name| event.target().starts_with(name))
}
