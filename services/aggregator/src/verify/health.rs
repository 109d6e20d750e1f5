//! What verification found: in `/readyz` and the metrics.

use crate::context::Context;
use crate::error::WorkError;
use platform::stop::Stop;
use schema::verifications::{self, Summary};
use serde_json::{Value, json};
use std::time::Duration;

/// Between two looks.
const WATCH: Duration = Duration::from_secs(10);

async fn look(context: &Context) -> Result<Summary, WorkError> {
    context.db.machinery(|tx| Ok(verifications::summary(tx)?)).await
}

/// How many units were verified, how many of them differ, and when the last one was; `null` when the database does not
/// tell.
pub async fn health(context: &Context) -> Value {
    let Ok(summary) = look(context).await else { return Value::Null };
    json!({
        "units_verified": summary.verified,
        "units_differing": summary.differing,
        "last_at": summary.last_at,
    })
}

/// Keeps the gauge.
pub async fn watch(context: Context, mut stop: Stop) {
    loop {
        refresh(&context).await;
        if stop.sleep(WATCH).await {
            return;
        }
    }
}

/// Sets the gauge to what the database has.
pub async fn refresh(context: &Context) {
    if let Ok(summary) = look(context).await {
        let differing = u32::try_from(summary.differing).unwrap_or(u32::MAX);
        metrics::gauge!("verification_differences").set(differing);
    }
}
