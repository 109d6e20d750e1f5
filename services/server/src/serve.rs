//! The life of a process that serves: start, run until told to end, end in time.

use platform::config::Environment;
use platform::stop::{self, Stop};
use platform::telemetry::{Metrics, start_logs};
use std::time::Duration;
use tokio::task::JoinSet;

use crate::cli::ServeArgs;
use crate::error::ServerError;
use crate::http;
use crate::roles::{Process, Role};
use crate::settings::Settings;

/// Beyond the grace of what is in progress: for handing back what has not ended. What is not handed back then is
/// dropped with the process, and done again by whoever comes next.
const HAND_BACK: Duration = Duration::from_secs(3);

/// Serves a role until SIGTERM or SIGINT.
pub async fn serve(role: Role, args: &ServeArgs) -> Result<(), ServerError> {
    let settings = Settings::resolve(role, args, &Environment::of_process())?;
    start_logs(&args.logs)?;
    let metrics = Metrics::install()?;
    let process = Process::new(role, &settings).await?;
    let (source, stop) = stop::pair_with_grace(settings.stop_grace);
    let mut tasks = JoinSet::new();
    http::spawn(&mut tasks, &process, &settings, metrics, &stop)?;
    process.spawn(&mut tasks, &stop);
    let outcome = tokio::select! {
        signal = stop::on_signal(source) => signal.map_err(ServerError::from),
        ended = tasks.join_next() => Err(early_end(ended)),
    };
    // Either way the source is gone by now, which tells everyone to end.
    end(tasks, stop).await;
    outcome
}

fn early_end(ended: Option<Result<&'static str, tokio::task::JoinError>>) -> ServerError {
    match ended {
        Some(Ok(name)) => ServerError::Ended(name),
        Some(Err(error)) => ServerError::Task(error),
        None => ServerError::Ended("everything"),
    }
}

async fn end(mut tasks: JoinSet<&'static str>, mut stop: Stop) {
    stop.stopped().await;
    let all_ended = async {
        while let Some(ended) = tasks.join_next().await {
            match ended {
                Ok(name) => tracing::debug!(name, "ended"),
                Err(error) => tracing::error!(%error, "a task was lost"),
            }
        }
    };
    if tokio::time::timeout(stop.grace() + HAND_BACK, all_ended).await.is_err() {
        tracing::warn!("not everything ended in time");
    }
    tracing::info!("ended");
}
