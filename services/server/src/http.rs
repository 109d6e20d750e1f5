//! The two listeners: the API's, and that of `/metrics`.

mod listener;

use actix_web::App;
use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, FormConfig, PayloadConfig, ServiceConfig};
use platform::address::TrustedProxies;
use platform::config::{HttpLimits, HttpSettings};
use platform::cors::cors;
use platform::limits::limit_requests;
use platform::security_headers::security_headers;
use platform::sockets::{RequestGuard, guard_requests};
use platform::stop::Stop;
use platform::telemetry::{Metrics, configure_metrics, request_logger};
use platform::tls::server_config;
use platform::{health, problem};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use utoipa_actix_web::AppExt;

use self::listener::Listener;
use crate::error::ServerError;
use crate::openapi;
use crate::roles::Process;
use crate::settings::Settings;

/// How often a renewed certificate is looked for, at most.
const CERTIFICATE_INTERVAL: Duration = Duration::from_mins(1);
/// For the rest of an answer when a connection ends.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of each worker, for files and the database; each waits for one or the other most of the time.
const BLOCKING_THREADS: usize = 32;
/// Of the metrics' listener: a few that scrape, each over a connection or two.
const METRICS_CONNECTIONS: usize = 64;
const METRICS_CONNECTIONS_PER_ADDRESS: usize = 16;
/// Of bodies that are taken as a whole; JSON has its own limit, and files are streams.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Listens, and answers until the stop.
pub fn spawn(
    tasks: &mut JoinSet<&'static str>,
    process: &Process,
    settings: &Settings,
    metrics: Metrics,
    stop: &Stop,
) -> Result<(), ServerError> {
    let (api, http) = api_server(process, settings, stop)?;
    let (metrics, metrics_http) = metrics_server(&settings.http, &settings.http_limits, metrics, stop)?;
    let (version, tls) = (env!("CARGO_PKG_VERSION"), settings.tls.is_some());
    tracing::info!(role = %process.role(), version, %http, tls, metrics = %metrics_http, "serving");
    tasks.spawn(finished(api, "http"));
    tasks.spawn(finished(metrics, "metrics"));
    Ok(())
}

async fn finished(server: Server, name: &'static str) -> &'static str {
    if let Err(error) = server.await {
        tracing::error!(%error, name, "a listener failed");
    }
    name
}

fn api_server(
    process: &Process,
    settings: &Settings,
    stop: &Stop,
) -> Result<(Server, SocketAddr), ServerError> {
    let address = settings.http.http;
    let tls = settings.tls.as_ref().map(|tls| server_config(tls, CERTIFICATE_INTERVAL)).transpose()?;
    let listener = Listener {
        address,
        tls,
        limits: settings.http_limits,
        trusted_proxies: settings.edge.trusted_proxies.clone(),
        workers: None,
        blocking_threads: BLOCKING_THREADS,
        shutdown_seconds: stop.grace().as_secs(),
    };
    let readiness = Data::new(process.readiness());
    let guard = Data::new(RequestGuard::new(&settings.http_limits));
    let document = openapi::document();
    let process = process.clone();
    let application = move || {
        let (app, _) = App::new().into_utoipa_app().configure(|cfg| process.endpoints(cfg)).split_for_parts();
        app.app_data(readiness.clone())
            .app_data(guard.clone())
            .configure(|cfg| process.app_data(cfg))
            .configure(health::configure)
            .configure(body_limits)
            .configure(api::serve_openapi(&document))
            .configure(problem::configure)
            .wrap(Compress::default())
            .wrap(from_fn(limit_requests))
            .wrap(from_fn(guard_requests))
            .wrap(cors(process.cors_origins()))
            .wrap(from_fn(problem::request_ids))
            .wrap(from_fn(security_headers))
            .wrap(request_logger())
    };
    listener.serve(application, stop).map_err(|cause| ServerError::Listen { address, cause })
}

fn metrics_server(
    addresses: &HttpSettings,
    limits: &HttpLimits,
    metrics: Metrics,
    stop: &Stop,
) -> Result<(Server, SocketAddr), ServerError> {
    let address = addresses.metrics;
    let limits = HttpLimits {
        connections: METRICS_CONNECTIONS,
        connections_per_address: METRICS_CONNECTIONS_PER_ADDRESS,
        ..*limits
    };
    let listener = Listener {
        address,
        tls: None,
        limits,
        trusted_proxies: TrustedProxies::default(),
        workers: Some(1),
        blocking_threads: 1,
        shutdown_seconds: 1,
    };
    let metrics = Data::new(metrics);
    let application = move || {
        App::new().app_data(metrics.clone()).configure(configure_metrics).wrap(from_fn(guard_requests))
    };
    listener.serve(application, stop).map_err(|cause| ServerError::Listen { address, cause })
}

fn body_limits(cfg: &mut ServiceConfig) {
    cfg.app_data(PayloadConfig::new(BODY_BYTES_MAX)).app_data(FormConfig::default().limit(BODY_BYTES_MAX));
}

async fn stopped(mut stop: Stop) {
    stop.stopped().await;
}
