//! `POST /v1/api-keys`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::{API_KEY_PREFIX, Authorized, MayManageKeys, OpaqueToken, User};
use platform::problem::ApiError;
use schema::Tx;
use schema::api_keys::{self, NewApiKey};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::ApiKeyRequest;
use super::shown::{ApiKey, CreatedApiKey};
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::openapi::{Guarded, Invalid, TakesJson, Unavailable};
use crate::request::Body;
use crate::standing::hold;

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/api-keys";

/// Makes an API key of the caller's own organization.
///
/// It may do what `rights` name, wherever a user of the caller's role may. It never manages users, keys or
/// organizations, and has no password. The answer carries the key, this once.
#[utoipa::path(
    tag = "identity",
    params(IdempotencyHeader),
    request_body = ApiKeyRequest,
    responses(
        (status = 201, description = "Made", body = CreatedApiKey, headers(("Location" = String))),
        Guarded, Invalid, TakesJson, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/api-keys")]
pub async fn create_api_key(
    caller: Authorized<MayManageKeys>,
    api: Data<Api>,
    key: IdempotencyKey,
    body: Body<ApiKeyRequest>,
) -> Result<HttpResponse, ApiError> {
    let creation = Creation::of(&caller, OPERATION, key, body.sha256);
    let request = body.value;
    let user = *caller.user().ok_or(ApiError::Unauthorized)?;
    request.check(user.role, api.clock.machine_now())?;
    let token = OpaqueToken::generate(API_KEY_PREFIX).map_err(ApiError::internal)?;
    let (origin, now) = (caller.origin().clone(), api.clock.now());
    let answer = api
        .db
        .run(caller.scope_of(None).await?, move |tx| {
            hold(tx, Some(user))?;
            if let Some(first) = creation.first_answer(tx)? {
                return Ok(first);
            }
            let mut answer = create(tx, &request, &token, user, &origin, now)?;
            creation.remember(tx, answer.clone(), now)?;
            answer["key"] = json!(token.text.expose_secret());
            Ok::<_, ApiError>(answer)
        })
        .await?;
    let location = format!("/v1/api-keys/{}", answer["id"].as_str().unwrap_or_default());
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(answer))
}

/// The key as the API shows it, still without its text.
fn create(
    tx: &mut Tx<'_>,
    request: &ApiKeyRequest,
    token: &OpaqueToken,
    maker: User,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Value, ApiError> {
    let id = Uuid::now_v7();
    let mut rights = request.rights.clone();
    rights.sort_unstable();
    rights.dedup();
    let key = NewApiKey {
        id,
        name: &request.name,
        token_sha256: &token.sha256,
        role: maker.role,
        rights: &rights,
        created_by: &origin.actor,
        created_at: now,
        expires_at: request.expires_at,
    };
    api_keys::insert(tx, &key)?;
    let key = api_keys::find(tx, id)?.ok_or(ApiError::NotFound("API key"))?;
    let shown = serde_json::to_value(ApiKey::from(key)).map_err(ApiError::internal)?;
    audit::record(tx, origin, Event::new("api-key.create", "api-key", id).after(shown.clone()), now)?;
    Ok(shown)
}
