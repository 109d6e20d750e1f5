//! `POST /v1/users/{id}/password-link`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use platform::audit::Event;
use platform::auth::{Authorized, MayManageUsers};
use platform::problem::{ApiError, Problem};
use schema::Tx;
use schema::identity::{accounts, password_links};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::change::Changer;
use super::managed;
use super::shown::PasswordLink;
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::password::Link;
use crate::standing::confirm;

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/users/{id}/password-link";

/// Makes a link by which a user sets a password, once, within 24 hours.
///
/// Links that they had are good no more; the password that they have is, until the link is used.
#[utoipa::path(
    tag = "users",
    params(("id" = Uuid, Path, description = "The user"), IdempotencyHeader),
    responses(
        (status = 201, description = "Made", body = PasswordLink),
        (status = 409, description = "They are disabled", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Invalid, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/users/{id}/password-link")]
pub async fn make_password_link(
    caller: Authorized<MayManageUsers>,
    api: Data<Api>,
    id: Path<Uuid>,
    key: IdempotencyKey,
) -> Result<HttpResponse, ApiError> {
    confirm(&caller, &api).await?;
    let id = id.into_inner();
    // There is no body; the user takes its place.
    let creation = Creation::of(&caller, OPERATION, key, Sha256::digest(id.as_bytes()).into());
    let scope = managed::scope_of_user(&caller, &api, id).await?;
    let link = Link::reset(api.clock.machine_now()).map_err(ApiError::internal)?;
    let (changer, public_url) = (Changer::of(&caller, &api), api.public_url.clone());
    let answer = api
        .db
        .run(scope, move |tx| {
            if let Some(first) = creation.first_answer(tx)? {
                return Ok(first);
            }
            let mut answer = make(tx, id, &link, &changer)?;
            creation.remember(tx, answer.clone(), changer.now)?;
            answer["one_time_link"] = json!(link.into_text(public_url.as_deref()).expose_secret());
            Ok::<_, ApiError>(answer)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(answer))
}

/// The link as the API shows it, still without its text.
fn make(tx: &mut Tx<'_>, id: Uuid, link: &Link, changer: &Changer) -> Result<Value, ApiError> {
    // Administrators before users, the caller's own standing among them: as everything does that changes users.
    accounts::lock_enabled_admins(tx)?;
    changer.hold_standing(tx)?;
    let user = accounts::lock(tx, id)?.ok_or(ApiError::NotFound("user"))?;
    if user.disabled_at.is_some() {
        return Err(ApiError::conflict("user-disabled", "the user is disabled"));
    }
    password_links::replace(tx, id, link.sha256(), link.expires_at())?;
    let after = json!({ "expires_at": link.expires_at() });
    changer.record(tx, Event::new("user.password-link", "user", id).after(after.clone()))?;
    Ok(after)
}
