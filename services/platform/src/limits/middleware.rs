//! Where requests meet their limits: an address before anything else, a caller as soon as it is known.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use uuid::Uuid;

use super::{Key, Limits, Standing};
use crate::address::{client_address, counted_address};
use crate::problem::ApiError;

/// How the caller stands; kept beside the request until its answer.
#[derive(Clone, Copy)]
struct CallerStanding(Standing);

/// Middleware, within `request_ids`: refuses what an address asks too often, and tells every caller how it stands.
/// Probes are not limited, or a flood would take the service out of its load balancer.
pub async fn limit_requests(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let limits = request.app_data::<Data<Limits>>().cloned();
    // As the router decodes it: `/v1/%61uth/token` leads to the same handler.
    let path = request.match_info().as_str();
    let Some(limits) = limits.filter(|_| !matches!(path, "/healthz" | "/readyz")) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let is_sign_in = request.method() == Method::POST && path.starts_with("/v1/auth/");
    let of_address = limits.take_for_address(request.request(), is_sign_in).await;
    let mut response = match of_address.map_or(Ok(()), |standing| standing.check()) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(refusal) => request.into_response(refusal.error_response()),
    };
    let of_caller = response.request().extensions().get::<CallerStanding>().map(|standing| standing.0);
    let policies = &limits.0.policies;
    let policy = match of_caller {
        Some(_) => &policies.caller,
        None if is_sign_in => &policies.sign_in,
        None => &policies.anyone,
    };
    let tightest = of_address.into_iter().chain(of_caller).reduce(Standing::or_tighter);
    if let Some(standing) = tightest {
        standing.tell(policy, response.headers_mut());
    }
    Ok(response)
}

impl Limits {
    async fn take_for_address(&self, request: &HttpRequest, is_sign_in: bool) -> Option<Standing> {
        let address = counted_address(client_address(request)?);
        let keys = [Key::Address(address), Key::SignIn(address)];
        let keys = if is_sign_in { &keys[..] } else { &keys[..1] };
        self.take(keys, self.0.clock.machine_now()).await
    }

    /// Takes a request out of what a caller and its organization may ask; an error when either is spent.
    pub async fn take_for_caller(
        &self,
        request: &HttpRequest,
        organization_id: Uuid,
        id: Uuid,
    ) -> Result<(), ApiError> {
        let keys = [Key::Caller { organization_id, id }, Key::Organization(organization_id)];
        let Some(standing) = self.take(&keys, self.0.clock.machine_now()).await else { return Ok(()) };
        request.extensions_mut().insert(CallerStanding(standing));
        standing.check()
    }
}
