//! `POST /v1/auth/oidc/return`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use platform::address::client_address;
use platform::auth::OpaqueToken;
use platform::problem::ApiError;
use schema::identity::sign_in_flows::{self, Flow};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use utoipa::ToSchema;

use super::account::sign_in;
use super::error::{OidcError, Refusal};
use super::person::Person;
use super::{Configured, OidcProvider};
use crate::Api;
use crate::identity::tokens::{Tokens, answer};
use crate::openapi::{Invalid, NotFound, SignIn, TakesJson, Unavailable};
use crate::request::{Body, Fields, FromFields};

/// Longer than any secret of ours.
const SECRET_BYTES_MAX: usize = 256;
/// Some providers put a whole session into it.
const CODE_BYTES_MAX: usize = 8 * 1024;

/// What came back from the provider, and what was kept meanwhile.
#[derive(ToSchema)]
pub struct SignInReturn {
    /// As the start gave it.
    #[schema(value_type = String)]
    flow: SecretString,
    /// As the browser brought it back.
    #[schema(value_type = String)]
    state: SecretString,
    /// As the browser brought it back.
    #[schema(value_type = String)]
    code: SecretString,
}

impl FromFields for SignInReturn {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let mut secret = |name, bytes_max| {
            fields.required(name, |text: &str| {
                let fits = (1..=bytes_max).contains(&text.len());
                fits.then(|| text.into()).ok_or_else(|| format!("must have 1 to {bytes_max} bytes"))
            })
        };
        let (flow, state) = (secret("flow", SECRET_BYTES_MAX), secret("state", SECRET_BYTES_MAX));
        let code = secret("code", CODE_BYTES_MAX);
        Some(Self { flow: flow?, state: state?, code: code? })
    }
}

/// Ends a sign-in through the outside provider: gives tokens as a log-in does.
///
/// A flow works once. Why a sign-in is refused is not told. When the provider does not answer (503) the same may be
/// tried again until the flow expires.
#[utoipa::path(
    tag = "identity",
    request_body = SignInReturn,
    responses(
        (status = 200, description = "Signed in", body = Tokens),
        SignIn, NotFound, Invalid, TakesJson, Unavailable,
    ),
    security(()),
)]
#[post("/v1/auth/oidc/return")]
pub async fn finish_sign_in(
    request: HttpRequest,
    provider: Configured,
    api: Data<Api>,
    body: Body<SignInReturn>,
) -> Result<HttpResponse, ApiError> {
    let provider = provider.0;
    let SignInReturn { flow, state, code } = body.value;
    let flow = take(&api, &flow, &state).await?;
    let person = person(&api, &provider, flow, code).await?;
    let (user, refresh) = sign_in(&api, provider.settings(), person, client_address(&request)).await?;
    answer(&api, &user, &refresh)
}

/// The flow, which nobody finds again: with a wrong state it is spent as well.
async fn take(api: &Api, flow: &SecretString, state: &SecretString) -> Result<Flow, ApiError> {
    let digest = OpaqueToken::digest(flow.expose_secret());
    let flow = api.db.machinery(move |tx| Ok::<_, ApiError>(sign_in_flows::take(tx, &digest)?)).await?;
    let machine_now = api.clock.machine_now();
    let flow = flow.filter(|flow| flow.expires_at > machine_now).ok_or(Refusal::Flow)?;
    if flow.state_sha256 != OpaqueToken::digest(state.expose_secret()) {
        return Err(Refusal::State.into());
    }
    Ok(flow)
}

/// Whom the provider has signed in. A flow that it did not answer for is there again.
async fn person(
    api: &Api,
    provider: &Arc<OidcProvider>,
    flow: Flow,
    code: SecretString,
) -> Result<Person, ApiError> {
    let kept = flow.clone();
    let person = provider.ask(move |provider| provider.person(&code, &flow)).await;
    if person.as_ref().is_err_and(OidcError::is_passing) {
        api.db.machinery(move |tx| Ok::<_, ApiError>(sign_in_flows::insert(tx, &kept)?)).await?;
    }
    Ok(person?)
}
