//! How much waits in the outbox and for how long: in `/readyz`, the metrics, and the log.

use platform::clock::Clock;
use platform::db::{Db, DbError};
use platform::stop::Stop;
use schema::outbox;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// While the oldest is overdue the log says so, and no more often than this.
const SAY_EVERY: Duration = Duration::from_mins(1);

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Backlog {
    depth: i64,
    /// Of the oldest.
    age: Option<Duration>,
}

impl Backlog {
    fn is_overdue(self, age_max: Duration) -> bool {
        self.age.is_some_and(|age| age > age_max)
    }
}

async fn look(db: &Db, clock: &Clock) -> Result<Backlog, DbError> {
    let backlog = db.machinery(|tx| Ok::<_, DbError>(outbox::backlog(tx)?)).await?;
    let now = clock.machine_now();
    let age = backlog.oldest.map(|oldest| (now - oldest).to_std().unwrap_or_default());
    Ok(Backlog { depth: backlog.count, age })
}

/// For the details of `/readyz`, which stays ready: uploads are taken without a broker.
pub async fn detail(db: Db, clock: Clock, age_max: Duration) -> Value {
    match look(&db, &clock).await {
        Ok(backlog) => json!({
            "depth": backlog.depth,
            "oldest_age_ms": backlog.age.map(millis),
            "age_max_ms": millis(age_max),
            "overdue": backlog.is_overdue(age_max),
        }),
        Err(_) => Value::Null,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Keeps the gauges and the log until the stop.
pub async fn watch(db: &Db, clock: &Clock, age_max: Duration, mut stop: Stop) {
    let mut sayings = Sayings::default();
    loop {
        match look(db, clock).await {
            Ok(backlog) => {
                let overdue = backlog.is_overdue(age_max);
                metrics::gauge!("outbox_depth").set(count(backlog.depth));
                metrics::gauge!("outbox_oldest_seconds").set(backlog.age.unwrap_or_default().as_secs_f64());
                metrics::gauge!("outbox_overdue").set(u8::from(overdue));
                say(sayings.of(overdue, Instant::now()), backlog, age_max);
            }
            Err(error) => tracing::debug!(%error, "the outbox could not be measured"),
        }
        if stop.sleep(LOOK_EVERY).await {
            return;
        }
    }
}

fn say(saying: Option<Saying>, backlog: Backlog, age_max: Duration) {
    let (depth, oldest_age_ms, age_max_ms) = (backlog.depth, backlog.age.map(millis), millis(age_max));
    match saying {
        Some(Saying::Overdue) => {
            tracing::error!(depth, oldest_age_ms, age_max_ms, "messages wait in the outbox for too long");
        }
        Some(Saying::Over) => tracing::info!(depth, oldest_age_ms, "messages leave the outbox in time again"),
        None => {}
    }
}

/// What the log is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saying {
    Overdue,
    Over,
}

/// When it was last told.
#[derive(Default)]
struct Sayings(Option<Instant>);

impl Sayings {
    fn of(&mut self, overdue: bool, now: Instant) -> Option<Saying> {
        match (overdue, self.0) {
            (true, Some(said)) if now.saturating_duration_since(said) < SAY_EVERY => None,
            (true, _) => {
                self.0 = Some(now);
                Some(Saying::Overdue)
            }
            (false, Some(_)) => {
                self.0 = None;
                Some(Saying::Over)
            }
            (false, None) => None,
        }
    }
}

/// Gauges are floats.
#[expect(clippy::cast_precision_loss, reason = "a gauge, exact up to 2^53")]
fn count(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_message_is_said_when_it_begins_each_minute_and_when_it_is_over() {
        let (mut sayings, begin) = (Sayings::default(), Instant::now());
        let mut say = |overdue, seconds| sayings.of(overdue, begin + Duration::from_secs(seconds));
        assert_eq!(say(false, 0), None);
        assert_eq!(say(true, 5), Some(Saying::Overdue));
        assert_eq!(say(true, 64), None);
        assert_eq!(say(true, 65), Some(Saying::Overdue));
        assert_eq!(say(false, 70), Some(Saying::Over));
        assert_eq!(say(false, 75), None);
        assert_eq!(say(true, 80), Some(Saying::Overdue));
    }
}
