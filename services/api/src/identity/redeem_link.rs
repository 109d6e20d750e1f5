//! `POST /v1/auth/password/redeem`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use chrono::{DateTime, Utc};
use platform::address::client_address;
use platform::audit::{self, Event};
use platform::auth::{OpaqueToken, User};
use platform::problem::ApiError;
use schema::identity::{self, accounts, log_in_failures, password_links, refresh_tokens};
use schema::{Scope, Tx};
use secrecy::{ExposeSecret, SecretString};
use utoipa::ToSchema;

use super::lock_out;
use super::refresh::token;
use super::session::origin_of;
use crate::Api;
use crate::openapi::{Invalid, SignIn, TakesJson, Unavailable};
use crate::password::{self, Place};
use crate::request::{Body, Fields, FromFields};

/// Why is not told: who found the link need not know whether it was ever good.
const REFUSED: ApiError = ApiError::SignInRefused("the link is not good any more: ask for another");

/// A one-time link, and a password.
#[derive(ToSchema)]
pub struct Redemption {
    /// What stands in the link behind `#`.
    #[schema(value_type = String, example = "upl_…")]
    token: SecretString,
    /// 12 to 1,024 bytes; not the e-mail address, and none of the commonest.
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
}

impl FromFields for Redemption {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let token = fields.required("token", token);
        let new_password = fields.required("new_password", password::secret);
        Some(Self { token: token?, new_password: new_password? })
    }
}

/// Sets a password by a one-time link.
///
/// The link is good no more, all log-ins of its user end, and wrong passwords until now are forgotten. A password that
/// is refused (422) leaves the link as it is.
#[utoipa::path(
    tag = "identity",
    request_body = Redemption,
    responses((status = 204, description = "The password is set"), SignIn, Invalid, TakesJson, Unavailable),
    security(()),
)]
#[post("/v1/auth/password/redeem")]
pub async fn redeem_password_link(
    request: HttpRequest,
    api: Data<Api>,
    body: Body<Redemption>,
) -> Result<HttpResponse, ApiError> {
    let Redemption { token, new_password } = body.value;
    let digest = OpaqueToken::digest(token.expose_secret());
    let machine_now = api.clock.machine_now();
    let organization =
        api.db.machinery(move |tx| Ok::<_, ApiError>(password_links::organization_of(tx, &digest)?)).await?;
    let own = Scope::Organization(organization.ok_or(REFUSED)?);
    let user = api.db.run(own.clone(), move |tx| user_of(tx, &digest, machine_now)).await?;
    password::check(&new_password, &user.email)?;
    let password_hash = Place::wait().await?.hash(new_password).await?;
    let known = User { id: user.id, organization_id: user.organization_id, role: user.role };
    let origin = origin_of(&known, client_address(&request));
    let now = api.clock.now();
    api.db
        .run(own, move |tx| {
            // First the user and then the link, as everywhere.
            let user =
                accounts::lock(tx, user.id)?.filter(|user| user.disabled_at.is_none()).ok_or(REFUSED)?;
            if !password_links::use_up(tx, &digest, machine_now)? {
                return Err(REFUSED);
            }
            accounts::set_password(tx, user.id, &password_hash)?;
            refresh_tokens::revoke_families(tx, user.id, None, machine_now)?;
            log_in_failures::forget_all(tx, &lock_out::digest(&user.email))?;
            Ok(audit::record(tx, &origin, Event::new("user.set-password", "user", user.id), now)?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whose link it is, while it is good.
fn user_of(tx: &mut Tx<'_>, digest: &[u8], machine_now: DateTime<Utc>) -> Result<identity::User, ApiError> {
    let user_id = password_links::user_of(tx, digest, machine_now)?.ok_or(REFUSED)?;
    identity::find(tx, user_id)?.filter(|user| user.disabled_at.is_none()).ok_or(REFUSED)
}
