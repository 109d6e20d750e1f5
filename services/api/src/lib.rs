//! The REST API: handlers by resource, log-in, and the description of it all.
//!
//! A handler tells its story in one screen: a right, what the request says, a scope, a query of `schema`, an answer.
//! Nothing here contains SQL, and no figure is computed but by `metering`.

#![allow(unexpected_cfgs, reason = "cargo-fuzz sets `fuzzing`")]

mod accept;
mod aggregation_runs;
mod api_keys;
mod audit;
mod clock;
mod contracts;
mod coverage;
pub mod dead_letters;
mod decimal;
mod download;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod idempotency;
mod identity;
mod meters;
mod notices;
mod openapi;
mod orders;
mod organizations;
mod page;
mod partner;
mod partner_settings;
pub mod password;
mod reports;
mod request;
mod sites;
mod standing;
mod state;
mod uploads;
mod users;
mod work;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::identity::OidcProvider;
pub use self::openapi::{base as openapi_base, openapi, serve as serve_openapi, with_limits};
pub use self::request::parse::{email as parse_email, text as parse_text};
pub use self::state::Api;

/// Adds every endpoint of this service. The application's data must hold a `web::Data<Api>` and platform's
/// `web::Data<Auth>`.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.configure(identity::configure)
        .configure(users::configure)
        .configure(api_keys::configure)
        .configure(organizations::configure)
        .configure(contracts::configure)
        .configure(sites::configure)
        .configure(meters::configure)
        .configure(partner_settings::configure)
        .configure(notices::configure)
        .configure(uploads::configure)
        .configure(reports::configure)
        .configure(orders::configure)
        .configure(aggregation_runs::configure)
        .configure(dead_letters::configure)
        .configure(audit::configure)
        .configure(clock::configure);
}
