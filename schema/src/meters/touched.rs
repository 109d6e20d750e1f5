//! Which units a change of a meter's settings touches.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;

/// A vCenter's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct TouchedUnit {
    /// Product id.
    #[diesel(sql_type = sql::Uuid)]
    pub vcenter_id: Uuid,
    /// First day.
    #[diesel(sql_type = sql::Date)]
    pub month: NaiveDate,
}

/// The vCenters' months that the collections of a meter with `from` in `[from, to)` are evidence of, their own or by
/// claims, lead-in included. Months that have not begun by `now` are left to the 24-hour run of their first day.
pub fn touched_by_settings(
    tx: &mut Tx<'_>,
    meter_id: Uuid,
    (from, to): (DateTime<Utc>, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> QueryResult<Vec<TouchedUnit>> {
    let organization_id = tx.organization()?;
    diesel::sql_query(include_str!("touched.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Uuid, _>(meter_id)
        .bind::<sql::Timestamptz, _>(from)
        .bind::<sql::Nullable<sql::Timestamptz>, _>(to)
        .bind::<sql::Timestamptz, _>(now)
        .load(tx.conn())
}
