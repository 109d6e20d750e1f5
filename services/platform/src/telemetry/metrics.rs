//! Metrics: recorded anywhere by the `metrics` macros, rendered here for Prometheus.

use actix_web::{HttpResponse, web};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

/// Upper bounds in seconds: of requests in ms, of metering in minutes.
const BUCKETS_SECONDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0];

/// Histograms keep raw values until someone rakes them together.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why metrics did not start.
#[derive(Debug, thiserror::Error)]
#[error("metrics did not start: {0}")]
pub struct MetricsError(#[from] BuildError);

/// The recorder of this process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder for the whole process; names of durations end in `_seconds`.
    pub fn install() -> Result<Self, MetricsError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS_SECONDS)?
            .install_recorder()?;
        let upkeep = handle.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                upkeep.run_upkeep();
            }
        });
        Ok(Self(handle))
    }

    /// All metrics as text.
    pub fn render(&self) -> String {
        self.0.render()
    }
}

/// Adds `/metrics` for a listener of its own; the application's data must hold a `web::Data<Metrics>`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/metrics", web::get().to(page));
}

async fn page(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics.render())
}
