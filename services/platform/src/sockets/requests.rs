//! Places of requests.

use actix_web::{HttpMessage, HttpRequest};
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

use super::{Full, Place, Places};
use crate::address::{client_address, counted_address};
use crate::config::HttpLimits;
use crate::problem::ApiError;

/// Until some of the requests that are served now will have been answered, in seconds.
const RETRY_AFTER: u32 = 5;

/// The places of a process's requests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RequestPlaces {
    by_address: Places<IpAddr>,
    by_organization: Places<Uuid>,
}

/// The place of the caller's organization, beside its request until there is an answer.
struct OfOrganization(Arc<Place<Uuid>>);

/// The places of one request.
#[derive(Debug)]
pub struct Held {
    _address: Place<IpAddr>,
    organization: Option<Arc<Place<Uuid>>>,
}

impl RequestPlaces {
    /// As many as the limits say.
    pub fn new(limits: &HttpLimits) -> Self {
        Self {
            by_address: Places::new(limits.requests, limits.requests_per_address),
            // There are never more than have a place already.
            by_organization: Places::new(usize::MAX, limits.requests_per_organization),
        }
    }

    /// A place for a request, by where it comes from.
    pub fn take(&self, request: &HttpRequest) -> Result<Held, ApiError> {
        let address = client_address(request).map(counted_address);
        let address = self.by_address.take(address).map_err(|full| refusal(full, "address"))?;
        Ok(Held { _address: address, organization: None })
    }

    /// A place in the name of the caller's organization, as soon as it is known.
    pub fn take_for_organization(&self, request: &HttpRequest, id: Uuid) -> Result<(), ApiError> {
        let place = self.by_organization.take(Some(id)).map_err(|full| refusal(full, "organization"))?;
        request.extensions_mut().insert(OfOrganization(Arc::new(place)));
        Ok(())
    }
}

impl Held {
    /// Keeps the organization's place, too, which would go with the request.
    pub fn keep_organization(&mut self, request: &HttpRequest) {
        self.organization = request.extensions().get::<OfOrganization>().map(|place| Arc::clone(&place.0));
    }
}

fn refusal(full: Full, of: &'static str) -> ApiError {
    let limit = match full {
        Full::All => "process",
        Full::Each => of,
    };
    metrics::counter!("http_requests_refused_total", "limit" => limit).increment(1);
    // Never 503: to who uploads that means that database or store cannot take the file.
    ApiError::TooManyRequests { retry_after: RETRY_AFTER }
}
