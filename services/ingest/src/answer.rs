//! The answers to an upload: accepted, known before, or refused.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use metering::Refusal;
use platform::problem::{ApiError, ErrorItem};
use platform::wire::Upload;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// What became of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Accepted,
    Duplicate,
    Refused,
}

/// An answer, in a form that an `Idempotency-Key` can bring back.
#[derive(Debug, Clone)]
pub struct Answer {
    kind: Kind,
    /// The upload as the API shows it.
    upload: Value,
}

/// What a refusal's problem is made of.
#[derive(Deserialize)]
struct Refused {
    id: Uuid,
    errors: Vec<Refusal>,
}

impl Answer {
    /// 202.
    pub fn accepted(upload: &Upload) -> Result<Self, ApiError> {
        Self::new(Kind::Accepted, upload)
    }

    /// 200: the upload that brought the same bytes.
    pub fn duplicate(mut upload: Upload) -> Result<Self, ApiError> {
        upload.duplicate_of = Some(upload.id);
        Self::new(Kind::Duplicate, &upload)
    }

    /// 422.
    pub fn refused(upload: &Upload) -> Result<Self, ApiError> {
        Self::new(Kind::Refused, upload)
    }

    /// The answer that was remembered.
    pub fn restore(status: i16, upload: Value) -> Result<Self, ApiError> {
        let kind = match status {
            202 => Kind::Accepted,
            200 => Kind::Duplicate,
            422 => Kind::Refused,
            other => return Err(ApiError::internal(format!("an upload was never answered {other}"))),
        };
        Ok(Self { kind, upload })
    }

    /// The same answer about the upload as it stands now.
    pub fn again(status: i16, upload: Upload) -> Result<Self, ApiError> {
        match status {
            200 => Self::duplicate(upload),
            _ => Self::restore(status, serde_json::to_value(&upload).map_err(ApiError::internal)?),
        }
    }

    fn new(kind: Kind, upload: &Upload) -> Result<Self, ApiError> {
        Ok(Self { kind, upload: serde_json::to_value(upload).map_err(ApiError::internal)? })
    }

    /// The HTTP status.
    pub const fn status_number(&self) -> i16 {
        match self.kind {
            Kind::Accepted => 202,
            Kind::Duplicate => 200,
            Kind::Refused => 422,
        }
    }

    /// As metrics count it.
    pub const fn outcome(&self) -> &'static str {
        match self.kind {
            Kind::Accepted => "accepted",
            Kind::Duplicate => "duplicate",
            Kind::Refused => "refused",
        }
    }

    /// Whether the file is refused.
    pub fn is_refusal(&self) -> bool {
        self.kind == Kind::Refused
    }

    /// The upload as the API shows it.
    pub const fn body(&self) -> &Value {
        &self.upload
    }

    /// The upload's id.
    pub fn upload_id(&self) -> &str {
        self.upload["id"].as_str().unwrap_or_default()
    }

    /// The response; a refusal is a problem.
    pub fn respond(self) -> Result<HttpResponse, ApiError> {
        match self.kind {
            Kind::Accepted => {
                let location = format!("/v1/uploads/{}", self.upload_id());
                Ok(HttpResponse::Accepted().insert_header((LOCATION, location)).json(self.upload))
            }
            Kind::Duplicate => Ok(HttpResponse::Ok().json(self.upload)),
            Kind::Refused => Err(problem(Refused::deserialize(&self.upload).map_err(ApiError::internal)?)),
        }
    }
}

fn problem(refused: Refused) -> ApiError {
    let Refused { id, errors } = refused;
    let (code, detail) = match errors.first() {
        Some(first) => (first.code.as_str(), format!("the file is refused: {}", first.message)),
        None => ("refused", "the file is refused".to_owned()),
    };
    let errors = errors.into_iter().map(item).collect();
    ApiError::Unprocessable { code, detail, errors, upload_id: Some(id) }
}

fn item(refusal: Refusal) -> ErrorItem {
    let Refusal { code, message, path, line, field } = refusal;
    ErrorItem { code: code.as_str().to_owned(), message, path, line, field }
}
