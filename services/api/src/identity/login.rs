//! `POST /v1/auth/token`.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use platform::auth::User;
use platform::problem::ApiError;
use schema::Scope;
use schema::identity::{self, refresh_tokens};
use secrecy::SecretString;
use utoipa::ToSchema;
use uuid::Uuid;

use super::tokens::{Refresh, Tokens, answer};
use crate::openapi::{Invalid, SignIn, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};
use crate::{Api, password};

const EMAIL_CHARACTERS_MAX: usize = 320;
const PASSWORD_BYTES_MAX: usize = 1024;

/// Who wants to log in.
#[derive(ToSchema)]
pub struct Credentials {
    /// In any case.
    #[schema(example = "admin@acme.test")]
    email: String,
    /// At most 1,024 bytes.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

impl FromFields for Credentials {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email", parse::text(EMAIL_CHARACTERS_MAX));
        let password = fields.required("password", |text| {
            let fits = text.len() <= PASSWORD_BYTES_MAX;
            fits.then(|| text.into()).ok_or_else(|| format!("must have at most {PASSWORD_BYTES_MAX} bytes"))
        });
        Some(Self { email: email?, password: password? })
    }
}

/// Logs in.
///
/// An unknown address and a wrong password get the same answer, after the same time.
#[utoipa::path(
    tag = "identity",
    request_body = Credentials,
    responses((status = 200, description = "Logged in", body = Tokens), SignIn, Invalid, Unavailable),
    security(()),
)]
#[post("/v1/auth/token")]
pub async fn create_token(api: Data<Api>, body: Body<Credentials>) -> Result<HttpResponse, ApiError> {
    let Credentials { email, password } = body.value;
    let known = api.db.machinery(move |tx| Ok::<_, ApiError>(identity::credentials(tx, &email)?)).await?;
    let user = known.as_ref().map(|known| User {
        id: known.id,
        organization_id: known.organization_id,
        role: known.role,
    });
    let verified = password::verify(password, known.map(|known| known.password_hash)).await;
    let Some(user) = user.filter(|_| matches!(verified, Ok(true))) else {
        verified.map_err(ApiError::internal)?;
        return Err(ApiError::SignInRefused("the e-mail address or the password is wrong"));
    };
    let refresh = Refresh::generate(&api)?;
    let machine_now = api.clock.machine_now();
    let refresh = api
        .db
        .run(Scope::Organization(user.organization_id), move |tx| {
            refresh_tokens::sweep(tx, machine_now)?;
            refresh_tokens::start_family(tx, user.id, Uuid::now_v7(), &refresh.to_keep())?;
            Ok::<_, ApiError>(refresh)
        })
        .await?;
    answer(&api, &user, &refresh.into_text())
}
