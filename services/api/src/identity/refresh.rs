//! `POST /v1/auth/refresh`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use platform::address::client_address;
use platform::audit::{self, Event, Origin};
use platform::auth::{OpaqueToken, User};
use platform::problem::{ApiError, current_request_id};
use schema::identity::refresh_tokens::{self, Rotation};
use schema::{Scope, Tx, identity};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use utoipa::ToSchema;

use super::tokens::{Refresh, Tokens, answer};
use crate::Api;
use crate::openapi::{Invalid, SignIn, TakesJson, Unavailable};
use crate::request::{Body, Fields, FromFields};

/// Longer than any token of ours.
const TOKEN_BYTES_MAX: usize = 256;

/// A refresh token, to use or to give back.
#[derive(ToSchema)]
pub struct RefreshToken {
    /// As log-in or the last renewal gave it.
    #[schema(value_type = String)]
    pub refresh_token: SecretString,
}

/// A token of ours, which nothing longer is.
pub fn token(text: &str) -> Result<SecretString, String> {
    if text.len() <= TOKEN_BYTES_MAX { Ok(text.into()) } else { Err("is no such token".to_owned()) }
}

impl FromFields for RefreshToken {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { refresh_token: fields.required("refresh_token", token)? })
    }
}

impl RefreshToken {
    /// What the service knows of it.
    pub fn digest(&self) -> [u8; 32] {
        OpaqueToken::digest(self.refresh_token.expose_secret())
    }
}

/// Renews a log-in.
///
/// A refresh token works once. When one is used again somebody has a copy, and the log-in ends for all.
#[utoipa::path(
    tag = "identity",
    request_body = RefreshToken,
    responses((status = 200, description = "Renewed", body = Tokens), SignIn, Invalid, TakesJson, Unavailable),
    security(()),
)]
#[post("/v1/auth/refresh")]
pub async fn renew_token(
    request: HttpRequest,
    api: Data<Api>,
    body: Body<RefreshToken>,
) -> Result<HttpResponse, ApiError> {
    let used = body.value.digest();
    let organization =
        api.db.machinery(move |tx| Ok::<_, ApiError>(refresh_tokens::organization_of(tx, &used)?)).await?;
    let organization = organization.ok_or(ApiError::SignInRefused(REFUSED))?;
    let next = Refresh::generate(&api)?;
    let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
    let address = client_address(&request);
    let origin = Origin { address, request_id: current_request_id(), ..Origin::system("log-in") };
    let rotated = api
        .db
        .run(Scope::Organization(organization), move |tx| {
            let rotation = refresh_tokens::rotate(tx, &used, &next.to_keep(), machine_now)?;
            if let Rotation::Reused { ended: Some(user_id) } = rotation {
                let event = Event::new("session.revoke", "user", user_id);
                audit::record(tx, &origin, event.after(json!({ "reason": "reuse" })), now)?;
            }
            Ok::<_, ApiError>(user_of(tx, &rotation)?.map(|user| (user, next)))
        })
        .await?;
    let (user, next) = rotated.ok_or(ApiError::SignInRefused(REFUSED))?;
    answer(&api, &user, &next.into_text())
}

/// Why is not told: who found the token need not know whether it was ever good.
const REFUSED: &str = "the refresh token is not good any more: log in again";

/// Their role as it is now. Nobody for a token that is not good: no error, so that a revocation is committed. A disabled
/// user's families are revoked; one that began at that moment ends here.
fn user_of(tx: &mut Tx<'_>, rotation: &Rotation) -> Result<Option<User>, ApiError> {
    let Rotation::Rotated { user_id } = rotation else {
        tracing::info!(?rotation, "refresh refused");
        return Ok(None);
    };
    let user = identity::find(tx, *user_id)?.filter(|user| user.disabled_at.is_none());
    Ok(user.map(|user| User { id: user.id, organization_id: user.organization_id, role: user.role }))
}
