//! The bytes of the file, as they are or as the one field of a form.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::{StreamExt, TryStreamExt};
use platform::problem::ApiError;

/// The name of the one field of a form.
const FIELD: &str = "file";

/// What a form may have around the file: boundaries and the field's headers.
const FORM_BYTES_MAX: u64 = 64 * 1024;

/// The body of an upload.
pub struct Body {
    /// How long it is, as the request says.
    announced: Option<u64>,
    wrapping: Wrapping,
}

/// How the file is wrapped.
enum Wrapping {
    /// `application/octet-stream`.
    None(Payload),
    /// `multipart/form-data`.
    Form(Box<Form>),
}

/// A form with one field.
struct Form {
    multipart: Multipart,
    field: Option<Field>,
    limit_bytes: u64,
}

impl Body {
    /// By the request's headers: 415 for another type, 413 when it says itself that it is too long.
    pub fn of(request: &HttpRequest, payload: Payload, limit_bytes: u64) -> Result<Self, ApiError> {
        if request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(unsupported("the file must be sent as it is, without a Content-Encoding"));
        }
        let media_type = request.content_type();
        let announced = announced_bytes(request);
        if media_type.eq_ignore_ascii_case("application/octet-stream") {
            check(announced, limit_bytes, limit_bytes)?;
            return Ok(Self { announced, wrapping: Wrapping::None(payload) });
        }
        if media_type.eq_ignore_ascii_case("multipart/form-data") {
            let with_form = limit_bytes.saturating_add(FORM_BYTES_MAX);
            check(announced, with_form, limit_bytes)?;
            let multipart = Multipart::new(request.headers(), limited(payload, with_form));
            let form = Box::new(Form { multipart, field: None, limit_bytes });
            return Ok(Self { announced, wrapping: Wrapping::Form(form) });
        }
        Err(unsupported(
            "a file comes as application/octet-stream, or as the field `file` of multipart/form-data",
        ))
    }

    /// A body of the type that a protocol of its own asked for: the bytes as they are.
    pub fn plain(request: &HttpRequest, payload: Payload) -> Self {
        Self { announced: announced_bytes(request), wrapping: Wrapping::None(payload) }
    }

    /// Whether the bytes are wrapped in a form.
    pub const fn is_form(&self) -> bool {
        matches!(self.wrapping, Wrapping::Form(_))
    }

    /// How long the body is, as the request says: a little more than the file when it is a form.
    pub const fn announced_bytes(&self) -> Option<u64> {
        self.announced
    }

    /// The next piece of the file; none at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match &mut self.wrapping {
            Wrapping::None(payload) => {
                let chunk = payload.next().await.transpose();
                chunk.map_err(|error| payload_error(&error, u64::MAX))
            }
            Wrapping::Form(form) => form.chunk().await,
        }
    }
}

impl Form {
    async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let limit_bytes = self.limit_bytes;
        if self.field.is_none() {
            let first = self.next_field().await?;
            let first = first.filter(|field| field.name() == Some(FIELD));
            self.field = Some(first.ok_or_else(|| unreadable("the form must have one field, `file`"))?);
        }
        let Some(field) = &mut self.field else { return Ok(None) };
        let chunk = field.try_next().await.map_err(|error| multipart_error(&error, limit_bytes))?;
        if chunk.is_none() {
            self.field = None; // the next one is not handed out before this one is gone
            if self.next_field().await?.is_some() {
                return Err(unreadable("the form must have no field but one `file`"));
            }
        }
        Ok(chunk)
    }

    async fn next_field(&mut self) -> Result<Option<Field>, ApiError> {
        let field = self.multipart.try_next().await;
        field.map_err(|error| multipart_error(&error, self.limit_bytes))
    }
}

/// Ends with an overflow after so many bytes, wherever in the form they are.
fn limited(
    payload: Payload,
    limit_bytes: u64,
) -> impl futures_util::Stream<Item = Result<Bytes, PayloadError>> + 'static {
    let mut left = limit_bytes;
    payload.map(move |chunk| {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len() as u64).ok_or(PayloadError::Overflow)?;
        Ok(chunk)
    })
}

fn announced_bytes(request: &HttpRequest) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// `limit_bytes` is of the file, as the caller is told it.
fn check(announced: Option<u64>, taken: u64, limit_bytes: u64) -> Result<(), ApiError> {
    match announced {
        Some(announced) if announced > taken => Err(ApiError::PayloadTooLarge { limit_bytes }),
        Some(_) | None => Ok(()),
    }
}

fn multipart_error(error: &MultipartError, limit_bytes: u64) -> ApiError {
    match error {
        MultipartError::Payload(error) => payload_error(error, limit_bytes),
        // Its words are about the caller's own bytes.
        other => unreadable(&format!("the form cannot be read: {other}")),
    }
}

fn payload_error(error: &PayloadError, limit_bytes: u64) -> ApiError {
    match error {
        PayloadError::Overflow => ApiError::PayloadTooLarge { limit_bytes },
        _ => unreadable("the body ended early or cannot be read"),
    }
}

fn unreadable(detail: &str) -> ApiError {
    ApiError::BadRequest { detail: detail.to_owned(), errors: Vec::new() }
}

fn unsupported(detail: &str) -> ApiError {
    ApiError::UnsupportedMediaType(detail.to_owned())
}
