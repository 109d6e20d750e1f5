//! Where requests meet the limits of this process.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use uuid::Uuid;

use super::Link;
use super::body_in::TimedBody;
use super::body_out::HeldBody;
use super::requests::RequestPlaces;
use crate::config::HttpLimits;
use crate::problem::ApiError;

/// What is sent there may take long: the upload door has time-outs of its own.
const UPLOADS: &str = "/v1/uploads";

/// The limits of requests; the application's data must hold a `web::Data<RequestGuard>`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RequestGuard {
    limits: HttpLimits,
    places: RequestPlaces,
}

impl RequestGuard {
    /// For one process.
    pub fn new(limits: &HttpLimits) -> Self {
        Self { limits: *limits, places: RequestPlaces::new(limits) }
    }

    /// Takes a place in the name of the caller's organization; an error when it has its part.
    pub fn enter(&self, request: &HttpRequest, organization_id: Uuid) -> Result<(), ApiError> {
        self.places.take_for_organization(request, organization_id)
    }
}

/// Middleware, within `request_ids`: takes a place for each request until the last byte of its answer, and waits neither
/// for its body nor for its answer longer than the limits say. Probes need no place, or a flood would take the service
/// out of its load balancer.
pub async fn guard_requests(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let link = request.conn_data::<Link>().cloned().map(|link| (link.clone(), link.begin()));
    let Some(guard) = request.app_data::<Data<RequestGuard>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    // As the router decodes it: `/v1/%75ploads` leads to the same handler.
    let path = request.match_info().as_str();
    let (is_probe, is_upload) = (matches!(path, "/healthz" | "/readyz"), is_upload(&request, path));
    let held = (!is_probe).then(|| guard.places.take(request.request())).transpose();
    let mut held = match held {
        Ok(held) => held,
        Err(refusal) => return Ok(request.into_response(refusal.error_response())),
    };
    let limits = &guard.limits;
    let answer = if is_upload {
        next.call(request).await?
    } else {
        let body = request.take_payload();
        if !matches!(body, Payload::None) {
            let body = TimedBody::new(body, limits.body_idle, limits.body);
            request.set_payload(Payload::Stream { payload: Box::pin(body) });
        }
        let answered = tokio::time::timeout(limits.request, next.call(request)).await;
        answered.map_err(|_| ApiError::AnswerTimeout)??
    };
    if let Some(held) = &mut held {
        held.keep_organization(answer.request());
    }
    Ok(answer.map_body(|_, body| HeldBody::new(body.boxed(), held, link, limits.write_stall).boxed()))
}

/// Whether a file, or a part of one, is sent.
fn is_upload(request: &ServiceRequest, path: &str) -> bool {
    let below = path.strip_prefix(UPLOADS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below && !request.method().is_safe()
}
