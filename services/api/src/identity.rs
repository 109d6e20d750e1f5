//! Log-in, its renewal and its end, and who one is.

mod jwks;
mod login;
mod logout;
mod me;
mod refresh;
mod tokens;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(login::create_token)
        .service(refresh::renew_token)
        .service(logout::logout)
        .service(me::me)
        .service(jwks::jwks);
}
