//! `POST /v1/auth/oidc/start`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use chrono::{DateTime, TimeDelta, Utc};
use platform::address::client_address;
use platform::problem::{ApiError, ErrorItem};
use schema::Tx;
use schema::identity::sign_in_flows::{self, Flow};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::secrets::Secrets;
use super::{Configured, OidcProvider};
use crate::Api;
use crate::identity::lock_out::counted;
use crate::openapi::{Invalid, NotFound, TakesJson, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};

/// For somebody to find their second factor.
const FLOW_LIFE: TimeDelta = TimeDelta::minutes(10);
/// Of a client's address, over all processes. As many as the people behind one address start in the life of a flow.
const FLOWS_OF_ADDRESS_MAX: i64 = 1_000;
/// Of all addresses together.
const FLOWS_MAX: i64 = 100_000;
const REDIRECT_CHARACTERS_MAX: usize = 2_000;

/// How to sign in.
#[derive(ToSchema)]
pub struct SignInStart {
    /// Where the provider sends the browser back to, one of those that are configured; the first of them by default.
    #[schema(example = "http://127.0.0.1:49152/callback")]
    redirect_uri: Option<String>,
}

/// A sign-in that was started.
#[derive(Serialize, ToSchema)]
pub struct StartedSignIn {
    /// Where the browser goes now; it comes back with `code` and `state`.
    authorization_url: String,
    /// To keep, and to give back with `code` and `state`: without it nobody can end this sign-in.
    flow: String,
    /// Seconds for which the flow is good.
    #[schema(example = 600)]
    expires_in: i64,
}

impl FromFields for SignInStart {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { redirect_uri: fields.optional("redirect_uri", parse::text(REDIRECT_CHARACTERS_MAX)) })
    }
}

/// Starts a sign-in through the outside provider.
///
/// The browser goes to `authorization_url` and comes back with `code` and `state`; who started it hands these in with
/// `flow`. There is no such sign-in (404) where no provider is configured.
#[utoipa::path(
    tag = "identity",
    request_body = SignInStart,
    responses(
        (status = 200, description = "Started", body = StartedSignIn),
        NotFound, Invalid, TakesJson, Unavailable,
    ),
    security(()),
)]
#[post("/v1/auth/oidc/start")]
pub async fn start_sign_in(
    request: HttpRequest,
    provider: Configured,
    api: Data<Api>,
    body: Body<SignInStart>,
) -> Result<HttpResponse, ApiError> {
    let provider = provider.0;
    let redirect_uri = provider.settings().redirects.choose(body.value.redirect_uri.as_deref());
    let redirect_uri = redirect_uri.ok_or_else(not_allowed)?;
    // Asked first: a provider that is away leaves nothing behind.
    let metadata = provider.ask(OidcProvider::metadata).await?;
    let secrets = Secrets::generate().map_err(ApiError::internal)?;
    let authorization_url =
        secrets.authorization_url(&metadata.authorization_endpoint, redirect_uri, provider.settings());
    let machine_now = api.clock.machine_now();
    let flow = secrets.to_keep(redirect_uri, counted(client_address(&request)), machine_now + FLOW_LIFE);
    api.db.machinery(move |tx| open(tx, &flow, machine_now)).await?;
    let flow = secrets.into_flow().expose_secret().to_owned();
    let started = StartedSignIn { authorization_url, flow, expires_in: FLOW_LIFE.num_seconds() };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store"))).json(started))
}

/// Everybody may start one, so there is a number of them at most. The oldest make room, those of the same address first:
/// to refuse would close this door to everybody for as long as one stranger likes.
fn open(tx: &mut Tx<'_>, flow: &Flow, machine_now: DateTime<Utc>) -> Result<(), ApiError> {
    sign_in_flows::sweep(tx, machine_now)?;
    sign_in_flows::keep_newest_of(tx, &flow.address, FLOWS_OF_ADDRESS_MAX - 1)?;
    sign_in_flows::keep_newest(tx, FLOWS_MAX - 1)?;
    Ok(sign_in_flows::insert(tx, flow)?)
}

fn not_allowed() -> ApiError {
    ApiError::invalid(vec![ErrorItem::field(
        "redirect_uri",
        "invalid",
        "is none of those that are configured",
    )])
}
