//! The tree of organizations: the operator, its aggregators, their partners.

mod create;
mod read;
mod rename;
mod shown;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read::list_organizations)
        .service(create::create_organization)
        .service(read::get_organization)
        .service(rename::rename_organization);
}
