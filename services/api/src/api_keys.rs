//! API keys: for programs, with some of their maker's rights, until a day. The key itself is shown once.

mod create;
mod read;
mod request;
mod revoke;
mod shown;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(create::create_api_key)
        .service(read::list_api_keys)
        .service(read::get_api_key)
        .service(revoke::revoke_api_key);
}
