//! Uploads as the API lists them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{upload_states, uploads};
use crate::types::{Signature, UploadStatus};

/// An upload with its state.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = uploads, check_for_backend(Pg))]
pub struct Upload {
    /// Whose file.
    pub organization_id: Uuid,
    /// UUID v7.
    pub id: Uuid,
    /// Of its bytes.
    pub sha256: Vec<u8>,
    /// Of the file.
    pub size_bytes: i64,
    /// The instant of its last byte, business time.
    pub received_at: DateTime<Utc>,
    /// `user:<id>`, `meter:<id>` or `api-key:<id>`.
    pub uploaded_by: String,
    /// As its manifest names it.
    pub meter_id: Option<Uuid>,
    /// The month that it names; its first day.
    pub month: Option<NaiveDate>,
    /// As its manifest says.
    pub partial: Option<bool>,
    /// The meter's software.
    pub meter_version: Option<String>,
    /// As found at receipt.
    pub signature: Option<Signature>,
    /// How far it has come.
    #[diesel(select_expression = upload_states::status)]
    pub status: UploadStatus,
    /// Business time.
    #[diesel(select_expression = upload_states::processed_at)]
    pub processed_at: Option<DateTime<Utc>>,
    /// Refusals as the API shows them.
    #[diesel(select_expression = upload_states::errors)]
    pub errors: Value,
}

/// Where a page of uploads ended: the newest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadCursor {
    /// Of the last one shown.
    pub received_at: DateTime<Utc>,
    /// Of the last one shown.
    pub id: Uuid,
}

/// What narrows a list of uploads.
#[derive(Debug, Default, Clone)]
pub struct UploadFilter {
    /// As the manifest names it.
    pub meter_id: Option<Uuid>,
    /// A month's first day.
    pub month: Option<NaiveDate>,
    /// How far they have come.
    pub status: Option<UploadStatus>,
    /// Where the page before this one ended.
    pub after: Option<UploadCursor>,
}

/// The join of an upload to its state, which every upload has.
#[diesel::dsl::auto_type]
pub(crate) fn state_of_upload() -> _ {
    upload_states::table.on(upload_states::organization_id
        .eq(uploads::organization_id)
        .and(upload_states::upload_id.eq(uploads::id)))
}

/// An upload in scope.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<Upload>> {
    uploads::table
        .inner_join(state_of_upload())
        .filter(uploads::organization_id.eq_any(tx.organizations()))
        .filter(uploads::id.eq(id))
        .select(Upload::as_select())
        .first(tx.conn())
        .optional()
}

/// The uploads in scope, newest first.
pub fn list(tx: &mut Tx<'_>, filter: &UploadFilter, limit: i64) -> QueryResult<Vec<Upload>> {
    let mut query = uploads::table
        .inner_join(state_of_upload())
        .filter(uploads::organization_id.eq_any(tx.organizations()))
        .select(Upload::as_select())
        .order((uploads::received_at.desc(), uploads::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some(meter_id) = filter.meter_id {
        query = query.filter(uploads::meter_id.eq(meter_id));
    }
    if let Some(month) = filter.month {
        query = query.filter(uploads::month.eq(month));
    }
    if let Some(status) = filter.status {
        query = query.filter(upload_states::status.eq(status));
    }
    if let Some(after) = filter.after {
        query = query.filter(
            uploads::received_at
                .lt(after.received_at)
                .or(uploads::received_at.eq(after.received_at).and(uploads::id.lt(after.id))),
        );
    }
    query.load(tx.conn())
}

/// The newest upload of each of these meters that was not refused, at most one a meter and organization.
pub fn last_of_meters(tx: &mut Tx<'_>, meter_ids: &[Uuid]) -> QueryResult<Vec<Upload>> {
    uploads::table
        .inner_join(state_of_upload())
        .filter(uploads::organization_id.eq_any(tx.organizations()))
        .filter(uploads::meter_id.eq_any(meter_ids))
        .filter(upload_states::status.ne(UploadStatus::Rejected))
        .distinct_on((uploads::organization_id, uploads::meter_id))
        .order((uploads::organization_id, uploads::meter_id, uploads::received_at.desc(), uploads::id.desc()))
        .select(Upload::as_select())
        .load(tx.conn())
}
