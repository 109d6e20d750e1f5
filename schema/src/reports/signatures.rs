//! How many of the uploads behind a report were signed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;
use crate::types::BillingMode;

/// Uploads, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct SignatureCounts {
    /// Signed by their meters.
    #[diesel(sql_type = sql::BigInt)]
    pub verified: i64,
    /// All others.
    #[diesel(sql_type = sql::BigInt)]
    pub unsigned: i64,
}

/// Counts the uploads of which a collection is in force for a month of one of these vCenters. `window` is
/// `[M0 − 48 h, M1)`; evidence of the month itself counts when received by `deadline`.
pub fn signature_counts(
    tx: &mut Tx<'_>,
    mode: BillingMode,
    vcenter_ids: &[Uuid],
    window: (DateTime<Utc>, DateTime<Utc>),
    (month_begin, deadline): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<SignatureCounts> {
    let organization_id = tx.organization()?;
    diesel::sql_query(include_str!("signatures.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Text, _>(mode)
        .bind::<sql::Array<sql::Uuid>, _>(vcenter_ids)
        .bind::<sql::Timestamptz, _>(window.0)
        .bind::<sql::Timestamptz, _>(window.1)
        .bind::<sql::Timestamptz, _>(month_begin)
        .bind::<sql::Timestamptz, _>(deadline)
        .get_result(tx.conn())
}
