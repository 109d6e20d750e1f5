//! Which status and code an error has: one table.

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

use super::{ApiError, Problem, current_request_id};

impl ApiError {
    /// Status and `code`, which is stable; the words of `detail` are not.
    pub fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadRequest { .. } => (StatusCode::BAD_REQUEST, "bad-request"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::SignInRefused(_) => (StatusCode::UNAUTHORIZED, "sign-in-refused"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::NotAcceptable(_) => (StatusCode::NOT_ACCEPTABLE, "not-acceptable"),
            Self::Protocol { status, code, .. } => {
                (StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST), code)
            }
            Self::BodyTimeout => (StatusCode::REQUEST_TIMEOUT, "request-timeout"),
            Self::Conflict { code, .. } => (StatusCode::CONFLICT, code),
            Self::PayloadTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "limit-exceeded"),
            Self::UnsupportedMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
            Self::Unprocessable { code, .. } => (StatusCode::UNPROCESSABLE_ENTITY, code),
            Self::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"),
            Self::SignInUnavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "sign-in-unavailable"),
            Self::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::AnswerTimeout => (StatusCode::GATEWAY_TIMEOUT, "answer-timeout"),
            Self::InsufficientStorage => (StatusCode::INSUFFICIENT_STORAGE, "insufficient-storage"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status_and_code().0
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::Unauthorized | Self::SignInRefused(_) => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer"));
            }
            Self::TooManyRequests { retry_after }
            | Self::SignInUnavailable { retry_after }
            | Self::Unavailable { retry_after } => {
                response.insert_header((RETRY_AFTER, *retry_after));
            }
            Self::Internal(cause) => tracing::error!(cause = %chain(cause.as_ref()), "internal error"),
            _ => {}
        }
        response.content_type(Problem::CONTENT_TYPE).json(Problem::of(self, current_request_id()))
    }
}

/// An error and all that caused it, on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
