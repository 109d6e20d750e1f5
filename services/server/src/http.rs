//! The two listeners: the API's, and that of `/metrics`.

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, FormConfig, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpServer};
use platform::config::TlsSettings;
use platform::cors::cors;
use platform::limits::limit_requests;
use platform::security_headers::security_headers;
use platform::stop::Stop;
use platform::telemetry::{Metrics, configure_metrics, request_logger};
use platform::tls::server_config;
use platform::{health, problem};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use utoipa_actix_web::AppExt;

use crate::error::ServerError;
use crate::openapi;
use crate::roles::Process;
use crate::settings::Settings;

/// Requests in progress get this long after the stop; the process has 30 s in all.
const SHUTDOWN_SECONDS: u64 = 25;
/// For a request's head: the framework takes 128 KiB and 96 headers of it at most, over HTTP/2 16 MiB.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// For the keys of a connection, before anything is asked.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a renewed certificate is looked for, at most.
const CERTIFICATE_INTERVAL: Duration = Duration::from_mins(1);
/// For the rest of an answer when a connection ends.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For the next request on a connection: longer than load balancers keep theirs, so that they close first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Of each worker.
const CONNECTIONS_MAX: usize = 2_048;
/// Waiting for a worker.
const BACKLOG: u32 = 1_024;
/// Of each worker, for files and the database; each waits for one or the other most of the time.
const BLOCKING_THREADS: usize = 32;
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
    let tls = settings.tls.as_ref();
    let (api, http) = api_server(process, settings.http.http, tls, stop)?;
    let (metrics, metrics_http) = metrics_server(settings.http.metrics, metrics, stop)?;
    let (version, tls) = (env!("CARGO_PKG_VERSION"), tls.is_some());
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
    address: SocketAddr,
    tls: Option<&TlsSettings>,
    stop: &Stop,
) -> Result<(Server, SocketAddr), ServerError> {
    let readiness = Data::new(process.readiness());
    let document = openapi::document();
    let process = process.clone();
    let server = HttpServer::new(move || {
        let (app, _) = App::new().into_utoipa_app().configure(|cfg| process.endpoints(cfg)).split_for_parts();
        app.app_data(readiness.clone())
            .configure(|cfg| process.app_data(cfg))
            .configure(health::configure)
            .configure(body_limits)
            .configure(api::serve_openapi(&document))
            .configure(problem::configure)
            .wrap(Compress::default())
            .wrap(from_fn(limit_requests))
            .wrap(cors(process.cors_origins()))
            .wrap(from_fn(problem::request_ids))
            .wrap(from_fn(security_headers))
            .wrap(request_logger())
    });
    let server = server
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_TIMEOUT)
        .tls_handshake_timeout(HANDSHAKE_TIMEOUT)
        .client_disconnect_timeout(DISCONNECT_TIMEOUT)
        .max_connections(CONNECTIONS_MAX)
        .backlog(BACKLOG)
        .worker_max_blocking_threads(BLOCKING_THREADS)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .shutdown_signal(stopped(stop.clone()));
    // With TLS the client chooses between HTTP/2 and HTTP/1.1 by ALPN.
    let server = match tls {
        Some(tls) => server.bind_rustls_0_23(address, server_config(tls, CERTIFICATE_INTERVAL)?),
        None => server.bind(address),
    };
    let server = server.map_err(refused(address))?;
    let bound = server.addrs().first().copied().unwrap_or(address);
    Ok((server.run(), bound))
}

fn metrics_server(
    address: SocketAddr,
    metrics: Metrics,
    stop: &Stop,
) -> Result<(Server, SocketAddr), ServerError> {
    let metrics = Data::new(metrics);
    let server = HttpServer::new(move || App::new().app_data(metrics.clone()).configure(configure_metrics))
        .workers(1)
        .client_request_timeout(HEAD_TIMEOUT)
        .worker_max_blocking_threads(1)
        .shutdown_timeout(1)
        .shutdown_signal(stopped(stop.clone()))
        .bind(address)
        .map_err(refused(address))?;
    let bound = server.addrs().first().copied().unwrap_or(address);
    Ok((server.run(), bound))
}

/// Both are bound before anything is served, so that a taken port is told at once.
fn refused(address: SocketAddr) -> impl FnOnce(std::io::Error) -> ServerError {
    move |cause| ServerError::Listen { address, cause }
}

fn body_limits(cfg: &mut ServiceConfig) {
    cfg.app_data(PayloadConfig::new(BODY_BYTES_MAX)).app_data(FormConfig::default().limit(BODY_BYTES_MAX));
}

async fn stopped(mut stop: Stop) {
    stop.stopped().await;
}
