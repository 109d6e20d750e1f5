//! `POST /v1/auth/password`.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use platform::audit::{self, Event};
use platform::auth::{Authorized, OpaqueToken, SignedIn};
use platform::problem::{ApiError, ErrorItem};
use schema::identity::{self, accounts, log_in_failures, password_links, refresh_tokens};
use secrecy::{ExposeSecret, SecretString};
use utoipa::ToSchema;

use super::proof::{Attempt, Proven};
use super::refresh::token;
use crate::Api;
use crate::openapi::{Guarded, Invalid, LockedOut, TakesJson, Unavailable};
use crate::password::{self, Place};
use crate::request::{Body, Fields, FromFields};

/// Another password.
#[derive(ToSchema)]
pub struct PasswordChange {
    /// The one that is good until now.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// 12 to 1,024 bytes; not the e-mail address, and none of the commonest.
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
    /// Of the log-in that goes on; without it all end.
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

impl FromFields for PasswordChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let current_password = fields.required("current_password", password::secret);
        let new_password = fields.required("new_password", password::secret);
        let refresh_token = fields.optional("refresh_token", token);
        Some(Self { current_password: current_password?, new_password: new_password?, refresh_token })
    }
}

/// Changes one's own password.
///
/// All other log-ins end: their refresh tokens are good no more, and access tokens live out their minutes. A wrong
/// current password is counted as at log-in.
#[utoipa::path(
    tag = "identity",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "The password is changed"),
        Guarded, LockedOut, Invalid, TakesJson, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/auth/password")]
pub async fn change_password(
    caller: Authorized<SignedIn>,
    api: Data<Api>,
    body: Body<PasswordChange>,
) -> Result<HttpResponse, ApiError> {
    let PasswordChange { current_password, new_password, refresh_token } = body.value;
    let (user, own) = (*caller.user().ok_or(ApiError::Unauthorized)?, caller.scope_of(None).await?);
    let known = api.db.run(own.clone(), move |tx| Ok::<_, ApiError>(identity::find(tx, user.id)?)).await?;
    // A token may outlive its user.
    let email = known.ok_or(ApiError::Unauthorized)?.email;
    password::check(&new_password, &email)?;
    let origin = caller.origin().clone();
    let attempt = Attempt {
        email,
        password: current_password,
        refused_as: "user.change-password-refused",
        origin: origin.clone(),
    };
    let Proven { password_hash, whose, .. } = attempt.prove(&api).await?.ok_or_else(wrong)?;
    let new_hash = Place::wait().await?.hash(new_password).await?;
    let kept = refresh_token.map(|token| OpaqueToken::digest(token.expose_secret()));
    let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
    api.db
        .run(own, move |tx| {
            // Meanwhile somebody else may have changed it; two at once wait for each other here.
            accounts::lock(tx, user.id)?;
            if !accounts::lock_password(tx, user.id, &password_hash)? {
                return Err(wrong());
            }
            accounts::set_password(tx, user.id, &new_hash)?;
            password_links::withdraw(tx, user.id)?;
            refresh_tokens::revoke_families(
                tx,
                user.id,
                kept.as_ref().map(<[u8; 32]>::as_slice),
                machine_now,
            )?;
            log_in_failures::forget(tx, &whose)?;
            Ok(audit::record(tx, &origin, Event::new("user.change-password", "user", user.id), now)?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn wrong() -> ApiError {
    ApiError::invalid(vec![ErrorItem::field("current_password", "wrong", "is not the current password")])
}
