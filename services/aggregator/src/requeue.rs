//! Messages made anew from what the database says is unfinished, for a broker that knows of nothing: one that lost its
//! data, or one that a restored database meets. A message that there is already comes twice, which changes nothing.

use crate::error::WorkError;
use crate::outbox;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use platform::broker::Work;
use platform::db::Db;
use schema::types::BillingMode;
use schema::{Scope, Tx, attempts, reports, runs, units, uploads};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many messages were put in the outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requeued {
    /// Uploads to register.
    pub uploads: usize,
    /// Units to meter.
    pub units: usize,
    /// Months to compose.
    pub months: usize,
}

/// Puts a message in the outbox for everything unfinished of every organization, which is tried as if for the first
/// time. The relay takes it from there.
pub async fn requeue(db: &Db, machine_now: DateTime<Utc>) -> Result<Requeued, WorkError> {
    let organizations = db.machinery(|tx| Ok::<_, WorkError>(runs::organizations_with_work(tx)?)).await?;
    let mut all = Requeued::default();
    for organization_id in organizations {
        let unfinished = Unfinished { organization_id, machine_now };
        let of = db.run(Scope::Organization(organization_id), move |tx| unfinished.put(tx)).await?;
        all = Requeued {
            uploads: all.uploads + of.uploads,
            units: all.units + of.units,
            months: all.months + of.months,
        };
    }
    Ok(all)
}

struct Unfinished {
    organization_id: Uuid,
    machine_now: DateTime<Utc>,
}

impl Unfinished {
    fn put(&self, tx: &mut Tx<'_>) -> Result<Requeued, WorkError> {
        let waiting = self.uploads(tx)?;
        let uploads = self.put_all(tx, waiting)?;
        let keys = units::unfinished(tx)?;
        let units = self.put_all(tx, keys.iter().map(|key| outbox::meter(self.organization_id, key)))?;
        let months = Self::months(tx)?.into_iter();
        let months =
            self.put_all(tx, months.map(|(mode, month)| outbox::compose(self.organization_id, mode, month)))?;
        Ok(Requeued { uploads, units, months })
    }

    fn put_all(&self, tx: &mut Tx<'_>, works: impl IntoIterator<Item = Work>) -> Result<usize, WorkError> {
        let mut count = 0;
        for work in works {
            attempts::clear(tx, work.queue().as_str(), &work.key())?;
            outbox::put(tx, &work, self.machine_now)?;
            count += 1;
        }
        Ok(count)
    }

    fn uploads(&self, tx: &mut Tx<'_>) -> Result<Vec<Work>, WorkError> {
        // The service's clock may be ahead of the machine's, in rehearsals by years: all that wait are meant.
        let ever = self.machine_now + TimeDelta::days(36_500);
        let waiting = uploads::waiting_since(tx, ever)?.into_iter();
        let organization_id = self.organization_id;
        Ok(waiting.map(|upload_id| Work::Register { organization_id, upload_id }).collect())
    }

    /// Those that wait for a unit are composed when that is metered; once more does no harm.
    fn months(tx: &mut Tx<'_>) -> Result<BTreeSet<(BillingMode, NaiveDate)>, WorkError> {
        let mut months: BTreeSet<_> = units::months_uncomposed(tx)?.into_iter().collect();
        months.extend(reports::months_with_causes(tx)?);
        months.extend(runs::months_waited_for(tx)?);
        Ok(months)
    }
}
