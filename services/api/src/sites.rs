//! Sites: data centres of partners, each under a contract.

mod create;
mod read;
mod shown;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read::list_sites).service(create::create_site);
}
