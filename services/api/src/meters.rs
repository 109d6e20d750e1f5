//! Usage Meters: registered, set and given up by partners, and how they are doing.

mod assignment;
mod change;
mod changer;
mod conflicts;
mod deregister;
mod history;
mod key;
mod one;
mod read;
mod reassess;
mod register;
mod registration;
mod shown;
mod state;
mod status;
mod tokens;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(register::register_meter)
        .service(read::list_meters)
        // Before the meters themselves: its name would be an id.
        .service(conflicts::list_meter_conflicts)
        .service(read::get_meter)
        .service(change::change_meter)
        .service(deregister::deregister_meter)
        .service(history::list_meter_settings)
        .configure(tokens::configure);
}
