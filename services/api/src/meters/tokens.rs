//! A meter's tokens: at most two are good at once, so that one can be exchanged for the next without a pause.

mod add;
mod list;
mod revoke;
mod shown;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(add::add_meter_token).service(list::list_meter_tokens).service(revoke::revoke_meter_token);
}
