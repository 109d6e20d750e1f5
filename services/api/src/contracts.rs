//! Contracts: what partners order under.

mod create;
mod read;
mod shown;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read::list_contracts).service(create::create_contract);
}
