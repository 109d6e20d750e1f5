//! `requeue`: messages for everything unfinished.

use platform::clock::Clock;
use platform::config::{Environment, Faults};
use platform::db::Db;
use platform::telemetry::start_logs;
use std::io::Write;

use crate::cli::RequeueArgs;
use crate::error::ServerError;

/// Puts them in the outbox and prints how many there are.
pub async fn requeue(args: &RequeueArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let Some(database) = args.database.resolve(&Environment::of_process(), &mut faults) else {
        return Err(faults.into());
    };
    faults.check()?;
    start_logs(&args.logs)?;
    let db = Db::new(&database, "usage-insight-requeue")?;
    let of = aggregator::requeue(&db, Clock::machine().machine_now()).await?;
    let (uploads, units, months) = (of.uploads, of.units, of.months);
    writeln!(std::io::stdout(), "uploads {uploads}, units {units}, months {months}")?;
    Ok(())
}
