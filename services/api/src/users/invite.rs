//! `POST /v1/users`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::{Authorized, MayManageUsers};
use platform::problem::{ApiError, UniqueMeans};
use schema::Tx;
use schema::identity::{self, NewUser, password_links};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::invitation::{Invitation, check_role};
use super::managed;
use super::shown::{InvitedUser, User};
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::openapi::{Creation as CreationProblems, Guarded, Invalid, NotFound, Unavailable};
use crate::password::Link;
use crate::request::Body;
use crate::standing::{confirm, hold_own};

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/users";
/// Addresses are unique over all tenants, and whose another's is stays unsaid.
const NOT_AVAILABLE: &str = "address-not-available";
const NOT_AVAILABLE_DETAIL: &str = "this e-mail address cannot be used here";

/// Adds a user, who sets their password by a one-time link.
///
/// The answer carries the link, this once. It is for the caller to hand on: the service sends no letters.
#[utoipa::path(
    tag = "users",
    params(IdempotencyHeader),
    request_body = Invitation,
    responses(
        (status = 201, description = "Added", body = InvitedUser, headers(("Location" = String))),
        Guarded, NotFound, Invalid, CreationProblems, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/users")]
pub async fn invite_user(
    caller: Authorized<MayManageUsers>,
    api: Data<Api>,
    key: IdempotencyKey,
    body: Body<Invitation>,
) -> Result<HttpResponse, ApiError> {
    confirm(&caller, &api).await?;
    let creation = Creation::of(&caller, OPERATION, key, body.sha256);
    let invitation = body.value;
    let scope = managed::scope_of(&caller, invitation.organization_id).await?;
    let link = Link::invitation(api.clock.machine_now()).map_err(ApiError::internal)?;
    let email = invitation.email.clone();
    let user = caller.user().copied();
    let (origin, now, public_url) = (caller.origin().clone(), api.clock.now(), api.public_url.clone());
    let answer = api
        .db
        .run(scope, move |tx| {
            hold_own(tx, user)?;
            if let Some(first) = creation.first_answer(tx)? {
                return Ok(first);
            }
            let mut answer = invite(tx, &invitation, &link, &origin, now)?;
            creation.remember(tx, answer.clone(), now)?;
            answer["one_time_link"] = json!(link.into_text(public_url.as_deref()).expose_secret());
            Ok::<_, ApiError>(answer)
        })
        .await;
    let answer = match answer {
        Err(ApiError::Conflict { code: NOT_AVAILABLE, .. }) => {
            Err(not_available(&caller, &api, email).await?)
        }
        answer => answer,
    }?;
    let location = format!("/v1/users/{}", answer["id"].as_str().unwrap_or_default());
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(answer))
}

/// Why an address cannot be used, as far as the caller may know: of users whom they manage.
async fn not_available(
    caller: &Authorized<MayManageUsers>,
    api: &Api,
    email: String,
) -> Result<ApiError, ApiError> {
    let scope = managed::scope(caller).await?;
    let is_seen = api.db.run(scope, move |tx| Ok::<_, ApiError>(identity::has_address(tx, &email)?)).await?;
    Ok(if is_seen {
        ApiError::conflict("user-exists", "a user has this e-mail address already")
    } else {
        ApiError::conflict(NOT_AVAILABLE, NOT_AVAILABLE_DETAIL)
    })
}

/// The user as the API shows them, still without the link.
fn invite(
    tx: &mut Tx<'_>,
    invitation: &Invitation,
    link: &Link,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Value, ApiError> {
    check_role(tx, invitation.role)?;
    let id = Uuid::now_v7();
    let user =
        NewUser { id, email: &invitation.email, role: invitation.role, password_hash: None, created_at: now };
    identity::insert(tx, &user).unique_means(|| ApiError::conflict(NOT_AVAILABLE, NOT_AVAILABLE_DETAIL))?;
    password_links::replace(tx, id, link.sha256(), link.expires_at())?;
    let user = identity::find(tx, id)?.ok_or(ApiError::NotFound("user"))?;
    let shown = serde_json::to_value(User::from(user)).map_err(ApiError::internal)?;
    audit::record(tx, origin, Event::new("user.create", "user", id).after(shown.clone()), now)?;
    Ok(shown)
}
