//! Sign-in through an outside OpenID Connect provider: authorization code with PKCE.
//!
//! Who starts it keeps a secret (`flow`), and only with it can what comes back from the provider be turned into tokens:
//! nobody can be made to end a sign-in that somebody else began. There are no cookies.

mod account;
mod endpoint;
mod error;
mod finish;
mod http;
mod id_token;
mod kept;
mod keys;
mod metadata;
mod person;
mod provider;
mod secrets;
mod start;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use platform::problem::ApiError;
use std::future::{Ready, ready};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::provider::OidcProvider;
use crate::Api;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(start::start_sign_in).service(finish::finish_sign_in);
}

/// The configured provider. Without one there is no such resource.
struct Configured(Arc<OidcProvider>);

impl FromRequest for Configured {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let provider = request.app_data::<Data<Api>>().and_then(|api| api.oidc.clone());
        ready(provider.map(Self).ok_or(ApiError::NotFound("resource")))
    }
}
