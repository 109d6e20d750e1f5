//! `POST /v1/users/{id}/password-link`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayManageUsers};
use platform::problem::{ApiError, Problem};
use schema::identity::{accounts, password_links};
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use super::managed;
use super::shown::PasswordLink;
use crate::Api;
use crate::openapi::{Guarded, NotFound, Unavailable};
use crate::password::Link;
use crate::standing::confirm;

/// Makes a link by which a user sets a password, once, within 24 hours.
///
/// Links that they had are good no more; the password that they have is, until the link is used.
#[utoipa::path(
    tag = "users",
    params(("id" = Uuid, Path, description = "The user")),
    responses(
        (status = 201, description = "Made", body = PasswordLink),
        (status = 409, description = "They are disabled", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/users/{id}/password-link")]
pub async fn make_password_link(
    caller: Authorized<MayManageUsers>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    confirm(&caller, &api).await?;
    let id = id.into_inner();
    let scope = managed::scope_of_user(&caller, &api, id).await?;
    let link = Link::reset(api.clock.machine_now()).map_err(ApiError::internal)?;
    let (expires_at, sha256) = (link.expires_at(), *link.sha256());
    let (origin, now) = (caller.origin().clone(), api.clock.now());
    api.db
        .run(scope, move |tx| {
            let user = accounts::lock(tx, id)?.ok_or(ApiError::NotFound("user"))?;
            if user.disabled_at.is_some() {
                return Err(ApiError::conflict("user-disabled", "the user is disabled"));
            }
            password_links::replace(tx, id, &sha256, expires_at)?;
            let event =
                Event::new("user.password-link", "user", id).after(json!({ "expires_at": expires_at }));
            Ok(audit::record(tx, &origin, event, now)?)
        })
        .await?;
    let one_time_link = link.into_text(api.public_url.as_deref()).expose_secret().to_owned();
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(PasswordLink { one_time_link, expires_at }))
}
