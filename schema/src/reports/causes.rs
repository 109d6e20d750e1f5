//! Why months are to be composed again, other than for uploads or by the schedule.

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use crate::Tx;
use crate::schema::report_causes;
use crate::types::BillingMode;

/// A cause that waits for its month's composing.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = report_causes, check_for_backend(Pg))]
pub struct Cause {
    /// UUID v7.
    pub id: Uuid,
    /// As `report_revisions.cause` has it.
    pub cause: String,
}

/// Adds a cause to a month of the transaction's organization. In one transaction with the marks that it makes, so that
/// a composing which sees it sees them, too.
pub fn add_cause(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate, cause: &Cause) -> QueryResult<()> {
    diesel::insert_into(report_causes::table)
        .values((
            report_causes::organization_id.eq(tx.organization()?),
            report_causes::billing_mode.eq(mode),
            report_causes::month.eq(month),
            report_causes::id.eq(cause.id),
            report_causes::cause.eq(&cause.cause),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The causes of a month that wait, the last one last.
pub fn causes(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> QueryResult<Vec<Cause>> {
    report_causes::table
        .filter(report_causes::organization_id.eq(tx.organization()?))
        .filter(report_causes::billing_mode.eq(mode))
        .filter(report_causes::month.eq(month))
        .order(report_causes::id)
        .select(Cause::as_select())
        .load(tx.conn())
}

/// The months of the transaction's organization with causes that wait.
pub fn months_with_causes(tx: &mut Tx<'_>) -> QueryResult<Vec<(BillingMode, NaiveDate)>> {
    report_causes::table
        .filter(report_causes::organization_id.eq(tx.organization()?))
        .select((report_causes::billing_mode, report_causes::month))
        .distinct()
        .load(tx.conn())
}

/// Deletes causes that a composing has taken up.
pub fn delete_causes(
    tx: &mut Tx<'_>,
    mode: BillingMode,
    month: NaiveDate,
    causes: &[Cause],
) -> QueryResult<usize> {
    diesel::delete(report_causes::table)
        .filter(report_causes::organization_id.eq(tx.organization()?))
        .filter(report_causes::billing_mode.eq(mode))
        .filter(report_causes::month.eq(month))
        .filter(report_causes::id.eq_any(causes.iter().map(|cause| cause.id)))
        .execute(tx.conn())
}
