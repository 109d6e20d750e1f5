//! Problems that many endpoints answer with.
#![expect(dead_code, reason = "descriptions: the answers are platform's ApiError")]

use platform::problem::Problem;
use utoipa::IntoResponses;

/// Of log-in and its renewal.
#[derive(IntoResponses)]
pub enum SignIn {
    /// The log-in is refused; why is not told
    #[response(status = 401, content_type = "application/problem+json")]
    Refused(Problem),
}

/// Of what asks for a password.
#[derive(IntoResponses)]
pub enum LockedOut {
    /// Too many wrong passwords: try again after `Retry-After` seconds
    #[response(status = 429, content_type = "application/problem+json")]
    Wait(Problem),
}

/// Of every endpoint behind a token.
#[derive(IntoResponses)]
pub enum Guarded {
    /// No token, or a bad one
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The caller's role, or the API key, does not have this right
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
}

/// Of what is looked up.
#[derive(IntoResponses)]
pub enum NotFound {
    /// There is none, or none that the caller may see
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// Of what callers write.
#[derive(IntoResponses)]
pub enum Invalid {
    /// It cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Unreadable(Problem),
    /// `errors` names each field or parameter that is missing, wrong or unknown
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
}

/// Of what is created.
#[derive(IntoResponses)]
pub enum Creation {
    /// There is one already
    #[response(status = 409, content_type = "application/problem+json")]
    Exists(Problem),
    /// The body is longer than any request of this API needs
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is no JSON
    #[response(status = 415, content_type = "application/problem+json")]
    NoJson(Problem),
}

/// Of what is changed.
#[derive(IntoResponses)]
pub enum Change {
    /// Its state, or another's, forbids it
    #[response(status = 409, content_type = "application/problem+json")]
    Forbids(Problem),
    /// The body is longer than any request of this API needs
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is no JSON
    #[response(status = 415, content_type = "application/problem+json")]
    NoJson(Problem),
}

/// Of what takes a body.
#[derive(IntoResponses)]
pub enum TakesJson {
    /// The body is longer than any request of this API needs
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is no JSON
    #[response(status = 415, content_type = "application/problem+json")]
    NoJson(Problem),
}

/// Of what needs the database.
#[derive(IntoResponses)]
pub enum Unavailable {
    /// Try again after `Retry-After` seconds
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}
