//! The one meter of an id.

use platform::problem::{ApiError, Problem};
use schema::Tx;
use schema::meters::{self, Meter};
use utoipa::IntoResponses;
use uuid::Uuid;

/// Of what is looked up by an appliance's id.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "a description: the answer is platform's ApiError")]
pub enum SeveralPartners {
    /// Several partners have a meter of this id: `partner_id` says whose is meant
    #[response(status = 409, content_type = "application/problem+json")]
    SeveralPartners(Problem),
}

/// The meter of an id in scope. An appliance's id is its own claim, so that several partners may have one of the same.
pub fn one(tx: &mut Tx<'_>, id: Uuid) -> Result<Meter, ApiError> {
    let mut meters = meters::all_of_id(tx, id)?;
    let meter = meters.pop().ok_or(ApiError::NotFound("meter"))?;
    if meters.is_empty() {
        return Ok(meter);
    }
    let detail = "several partners have a meter of this id: say by partner_id whose is meant";
    Err(ApiError::conflict("several-partners", detail))
}
