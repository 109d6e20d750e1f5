//! `GET /.well-known/jwks.json`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use crate::Api;

/// Lists the public keys of the access tokens, as RFC 7517 writes them.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "A JWK set", body = Value)),
    security(()),
)]
#[get("/.well-known/jwks.json")]
pub async fn jwks(api: Data<Api>) -> HttpResponse {
    let minutes = HeaderValue::from_static("public, max-age=300");
    HttpResponse::Ok().insert_header((CACHE_CONTROL, minutes)).json(api.keys.jwks())
}
