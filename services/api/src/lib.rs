//! The REST API: handlers by resource, log-in, and the description of it all.
//!
//! A handler tells its story in one screen: a right, what the request says, a scope, a query of `schema`, an answer.
//! Nothing here contains SQL, and no figure is computed but by `metering`.

mod aggregation_runs;
mod clock;
mod coverage;
mod decimal;
mod download;
mod idempotency;
mod identity;
mod meters;
mod openapi;
mod orders;
mod page;
mod partner;
pub mod password;
mod reports;
mod request;
mod state;
mod uploads;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::openapi::{base as openapi_base, openapi, serve as serve_openapi};
pub use self::state::Api;

/// Adds every endpoint of this service. The application's data must hold a `web::Data<Api>` and platform's
/// `web::Data<Auth>`.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.configure(identity::configure)
        .configure(meters::configure)
        .configure(uploads::configure)
        .configure(reports::configure)
        .configure(orders::configure)
        .configure(aggregation_runs::configure)
        .configure(clock::configure);
}
