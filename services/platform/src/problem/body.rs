//! The body of a problem.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ApiError;

/// An error as RFC 9457 writes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A name of this kind of error: `urn:usage-insight:problem:` and the code.
    pub r#type: String,
    /// The same for all errors of this status.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// As the answer's status line.
    pub status: u16,
    /// For people.
    pub detail: String,
    /// For programs; stable.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// As the header `x-request-id`: to ask the operator about.
    pub request_id: Option<Uuid>,
    /// What exactly is wrong, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
    /// The record of a refused file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<Uuid>,
}

/// One of several things that are wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorItem {
    /// For programs; stable.
    pub code: String,
    /// For people.
    pub message: String,
    /// The entry of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ErrorItem {
    /// A field that is wrong.
    pub fn field(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), code: code.into(), message: message.into(), path: None, line: None }
    }
}

impl Problem {
    /// Of every problem.
    pub const CONTENT_TYPE: &'static str = "application/problem+json";

    /// The problem that an error is.
    pub fn of(error: &ApiError, request_id: Option<Uuid>) -> Self {
        let (status, code) = error.status_and_code();
        let (errors, upload_id) = match error {
            ApiError::BadRequest { errors, .. } => (errors.clone(), None),
            ApiError::Unprocessable { errors, upload_id, .. } => (errors.clone(), *upload_id),
            _ => (Vec::new(), None),
        };
        Self {
            r#type: format!("urn:usage-insight:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: error.to_string(),
            code,
            request_id,
            errors,
            upload_id,
        }
    }
}
