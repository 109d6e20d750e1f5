//! Usage Meters: registered by partners, and how they are doing.

mod read;
mod register;
mod registration;
mod shown;
mod state;
mod status;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(register::register_meter).service(read::list_meters).service(read::get_meter);
}
