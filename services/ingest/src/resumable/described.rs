//! An upload in the headers and bodies of answers.

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{HeaderName, LOCATION};
use chrono::{DateTime, Utc};
use schema::resumable_uploads::ResumableUpload;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::tus::{
    UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET, USAGE_UPLOAD_ID, USAGE_UPLOAD_OUTCOME,
};

/// A file that comes in parts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResumableUpload)]
pub struct Shown {
    /// UUID v7.
    pub id: Uuid,
    /// Of the whole file.
    pub length_bytes: i64,
    /// How many bytes are safe.
    pub offset_bytes: i64,
    /// When it was begun, by the machine's clock.
    pub created_at: DateTime<Utc>,
    /// When it is forgotten unless bytes come, by the machine's clock.
    pub expires_at: DateTime<Utc>,
    /// What became of it.
    pub status: Status,
    /// The upload that it has become, once every byte is here.
    pub upload_id: Option<Uuid>,
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ResumableUploadStatus)]
pub enum Status {
    /// Bytes are to come.
    Open,
    /// An upload like any other.
    Accepted,
    /// The same bytes as an upload before.
    Duplicate,
    /// Refused, for the reasons of the upload.
    Refused,
}

impl Status {
    pub const fn of(row: &ResumableUpload) -> Self {
        match row.status {
            None => Self::Open,
            Some(200) => Self::Duplicate,
            Some(422) => Self::Refused,
            Some(_) => Self::Accepted,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Refused => "refused",
        }
    }
}

impl Shown {
    pub const fn of(row: &ResumableUpload) -> Self {
        Self {
            id: row.id,
            length_bytes: row.length_bytes,
            offset_bytes: row.offset_bytes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            status: Status::of(row),
            upload_id: row.upload_id,
        }
    }
}

/// Where an upload is written to.
pub fn address(row: &ResumableUpload) -> String {
    format!("/v1/uploads/resumable/{}", row.id)
}

/// How far it has come, and what it has become; the latter's address unless this is about the former's.
pub fn tell(response: &mut HttpResponseBuilder, row: &ResumableUpload) {
    set(response, UPLOAD_OFFSET, row.offset_bytes.to_string());
    set(response, UPLOAD_EXPIRES, row.expires_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(id) = row.upload_id {
        set(response, USAGE_UPLOAD_ID, id.to_string());
        set(response, USAGE_UPLOAD_OUTCOME, Status::of(row).as_str().to_owned());
        set(response, LOCATION, format!("/v1/uploads/{id}"));
    }
}

/// What else was said of it at its beginning.
pub fn tell_beginning(response: &mut HttpResponseBuilder, row: &ResumableUpload) {
    set(response, UPLOAD_LENGTH, row.length_bytes.to_string());
    if !row.metadata.is_empty() {
        set(response, UPLOAD_METADATA, row.metadata.clone());
    }
}

fn set(response: &mut HttpResponseBuilder, name: HeaderName, value: String) {
    response.insert_header((name, value));
}
