//! `POST /v1/auth/logout`.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use platform::audit::{self, Event};
use platform::auth::{Authorized, SignedIn};
use platform::problem::ApiError;
use schema::identity::refresh_tokens;

use super::refresh::RefreshToken;
use crate::Api;
use crate::openapi::{Guarded, Invalid, TakesJson, Unavailable};
use crate::request::Body;

/// Ends a log-in.
///
/// Its refresh tokens, used or not, are good no more; an access token lives out its minutes. A token that is not
/// known here changes nothing and gets the same answer.
#[utoipa::path(
    tag = "identity",
    request_body = RefreshToken,
    responses((status = 204, description = "The log-in has ended"), Guarded, Invalid, TakesJson, Unavailable),
    security(("bearer" = [])),
)]
#[post("/v1/auth/logout")]
pub async fn logout(
    caller: Authorized<SignedIn>,
    api: Data<Api>,
    body: Body<RefreshToken>,
) -> Result<HttpResponse, ApiError> {
    let digest = body.value.digest();
    let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
    let own = caller.scope_of(None).await?;
    let origin = caller.origin().clone();
    api.db
        .run(own, move |tx| {
            if let Some(user_id) = refresh_tokens::revoke_family_of(tx, &digest, machine_now)? {
                audit::record(tx, &origin, Event::new("session.log-out", "user", user_id), now)?;
            }
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
