//! An upload as the API shows it: when it is accepted, and whenever somebody looks.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryResult;
use schema::Tx;
use schema::types::{Signature, UploadStatus};
use schema::uploads;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::calendar::month_of;
use crate::problem::ErrorItem;

/// A file received, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Upload {
    /// UUID v7.
    pub id: Uuid,
    /// As the manifest names it; null when no manifest could be read.
    pub meter_id: Option<Uuid>,
    /// `YYYY-MM`, as the manifest names it.
    #[schema(example = "2026-09")]
    pub month: Option<String>,
    /// Whether the manifest says that the file holds a part of the month only.
    pub partial: Option<bool>,
    /// Of the bytes as received, in hexadecimal.
    pub sha256: String,
    /// Of the bytes as received.
    pub size_bytes: i64,
    /// The instant of the last byte: deadlines and conflicts are decided by it.
    pub received_at: DateTime<Utc>,
    /// When it was processed or refused.
    pub processed_at: Option<DateTime<Utc>>,
    /// `received` is stored and queued; `processing` is registered and being metered; `processed` is in the reports;
    /// `rejected` is refused, for the reasons in `errors`.
    pub status: UploadStatus,
    /// Only in the answer to bytes that this organization has sent before: the upload that they came with.
    pub duplicate_of: Option<Uuid>,
    /// Whether its meter signed it, as found at receipt; null when it was refused before, or its signature was wrong.
    pub signature: Option<Signature>,
    /// What became of its collections; all 0 until it is registered.
    pub collections: CollectionCounts,
    /// Why it is refused.
    #[schema(value_type = Vec<ErrorItem>)]
    pub errors: Value,
}

/// The collections of an upload, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CollectionCounts {
    /// In force and received in time.
    pub accepted: i64,
    /// The same bytes as those in force.
    pub duplicate: i64,
    /// Other bytes than those in force, which came first.
    pub conflicting: i64,
    /// In force but received after the deadline of their month: kept, and not used for it.
    pub late: i64,
}

impl Upload {
    /// What the API shows of these uploads, in their order. `deadline` is how long after a month's end its evidence
    /// is on time.
    pub fn assemble(
        tx: &mut Tx<'_>,
        uploads: Vec<uploads::Upload>,
        deadline: TimeDelta,
    ) -> QueryResult<Vec<Self>> {
        let ids: Vec<Uuid> = uploads.iter().map(|upload| upload.id).collect();
        let counted = uploads::collection_counts(tx, &ids, deadline)?;
        let counts: HashMap<Uuid, CollectionCounts> =
            counted.into_iter().map(|counts| (counts.upload_id, counts.into())).collect();
        let shown = uploads.into_iter().map(|upload| {
            let collections = counts.get(&upload.id).copied().unwrap_or_default();
            Self::new(upload, collections)
        });
        Ok(shown.collect())
    }

    /// One upload with the counts of its collections.
    pub fn new(upload: uploads::Upload, collections: CollectionCounts) -> Self {
        Self {
            id: upload.id,
            meter_id: upload.meter_id,
            month: upload.month.map(|day| month_of(day).to_string()),
            partial: upload.partial,
            sha256: hex::encode(upload.sha256),
            size_bytes: upload.size_bytes,
            received_at: upload.received_at,
            processed_at: upload.processed_at,
            status: upload.status,
            duplicate_of: None,
            signature: upload.signature,
            collections,
            errors: upload.errors,
        }
    }
}

impl From<uploads::CollectionCounts> for CollectionCounts {
    fn from(counts: uploads::CollectionCounts) -> Self {
        let uploads::CollectionCounts { accepted, duplicate, conflicting, late, .. } = counts;
        Self { accepted, duplicate, conflicting, late }
    }
}
