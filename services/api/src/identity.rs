//! Log-in, its renewal and its end, and who one is.

mod change_password;
mod jwks;
mod lock_out;
mod login;
mod logout;
mod me;
mod oidc;
mod proof;
mod redeem_link;
mod refresh;
mod session;
mod tokens;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::oidc::OidcProvider;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(login::create_token)
        .service(refresh::renew_token)
        .service(logout::logout)
        .service(me::me)
        .service(change_password::change_password)
        .service(redeem_link::redeem_password_link)
        .service(jwks::jwks)
        .configure(oidc::configure);
}
