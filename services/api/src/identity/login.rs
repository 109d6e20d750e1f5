//! `POST /v1/auth/token`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use platform::address::client_address;
use platform::audit::Origin;
use platform::problem::{ApiError, current_request_id};
use schema::Scope;
use schema::identity::{accounts, log_in_addresses, log_in_failures};
use secrecy::SecretString;
use utoipa::ToSchema;

use super::proof::{Attempt, Proven};
use super::session::Session;
use super::tokens::{Refresh, Tokens, answer};
use crate::Api;
use crate::openapi::{Invalid, LockedOut, SignIn, TakesJson, Unavailable};
use crate::password::secret;
use crate::request::{Body, Fields, FromFields, parse};

/// Which of the two is wrong is not told, nor whether there is such a user.
const REFUSED: &str = "the e-mail address or the password is wrong";

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
        let email = fields.required("email", parse::text(parse::EMAIL_CHARACTERS_MAX));
        let password = fields.required("password", secret);
        Some(Self { email: email?, password: password? })
    }
}

/// Logs in.
///
/// An unknown address and a wrong password get the same answer, after the same time. After some wrong passwords each
/// further try costs a longer wait (429), from 2 seconds to 15 minutes; a right one ends that.
#[utoipa::path(
    tag = "identity",
    request_body = Credentials,
    responses(
        (status = 200, description = "Logged in", body = Tokens),
        SignIn, LockedOut, Invalid, TakesJson, Unavailable,
    ),
    security(()),
)]
#[post("/v1/auth/token")]
pub async fn create_token(
    request: HttpRequest,
    api: Data<Api>,
    body: Body<Credentials>,
) -> Result<HttpResponse, ApiError> {
    let Credentials { email, password } = body.value;
    let address = client_address(&request);
    let origin = Origin { address, request_id: current_request_id(), ..Origin::system("log-in") };
    let attempt = Attempt { email, password, refused_as: "session.log-in-refused", origin };
    let Proven { user, password_hash, whose } =
        attempt.prove(&api).await?.ok_or(ApiError::SignInRefused(REFUSED))?;
    let refresh = Refresh::generate(&api)?;
    let machine_now = api.clock.machine_now();
    let session = Session::of(&api, &user, address);
    let refresh = api
        .db
        .run(Scope::Organization(user.organization_id), move |tx| {
            // While it was compared, the password may have been changed, which ended all sessions but not this one.
            if !accounts::lock_password(tx, user.id, &password_hash)? {
                return Err(ApiError::SignInRefused(REFUSED));
            }
            log_in_failures::forget(tx, &whose)?;
            log_in_addresses::remember(tx, &whose, machine_now)?;
            session.begin(tx, &user, &refresh)?;
            Ok(refresh)
        })
        .await?;
    answer(&api, &user, &refresh.into_text())
}
