//! Reports of a partner's month.

mod lines;
mod monthly_usage;
mod params;
pub(crate) mod vm_history;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(monthly_usage::monthly_usage).service(vm_history::vm_history);
}
