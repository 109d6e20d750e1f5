//! Meters change their modes and come back, as the API records it.

use crate::bench::{Bench, time};
use crate::crowd::partners::Partner;
use chrono::{DateTime, Utc};
use platform::broker::Work;
use schema::meters::{self, Settings};
use schema::outbox::{self, NewMessage};
use schema::reports::{self, Cause};
use schema::types::BillingMode::{self, Production, Test};
use schema::units::{self, UnitKey};
use schema::{Tx, evidence};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Every meter goes over to the other mode from each month on and back again.
pub async fn all(bench: &Bench, partners: &[Partner], months: &[&str]) {
    for partner in partners {
        for month in months {
            for (meter, mode) in partner.meters() {
                let other = if mode == Production { Test } else { Production };
                for modes in [(mode, other), (other, mode)] {
                    let change = Change {
                        partner: partner.clone(),
                        meter,
                        modes,
                        from: format!("{month}-01").parse().unwrap(),
                        now: bench.context.clock.now(),
                        machine_now: bench.context.clock.machine_now(),
                    };
                    bench.run_in(partner.id, move |tx| change.record(tx)).await;
                }
            }
        }
    }
}

struct Change {
    partner: Partner,
    meter: Uuid,
    /// Before and after.
    modes: (BillingMode, BillingMode),
    from: chrono::NaiveDate,
    now: DateTime<Utc>,
    machine_now: DateTime<Utc>,
}

impl Change {
    /// The meter's lock, the settings, the marks of both modes, the cause, the messages.
    fn record(&self, tx: &mut Tx<'_>) -> diesel::QueryResult<()> {
        evidence::lock_meter(tx, self.meter)?;
        let to = meters::next_change(tx, self.meter, self.from)?;
        let id = meters::settings_id(tx, self.meter, Uuid::now_v7())?;
        let settings = Settings {
            organization_id: self.partner.id,
            meter_id: self.meter,
            effective_from: self.from,
            billing_mode: self.modes.1,
            contract_number: self.partner.contract(),
            site_id: None,
            recorded_at: self.now,
            id,
            recorded_by: None,
        };
        meters::record_settings(tx, &settings)?;
        let organization_id = self.partner.id;
        let mut months: BTreeSet<_> = units::months_between(tx, self.from, to)?.into_iter().collect();
        let touched = self.touched(tx, to)?;
        for (key, _) in units::mark(tx, &touched)? {
            let UnitKey { billing_mode, vcenter_id, month } = key;
            self.send(tx, &Work::Meter { organization_id, billing_mode, vcenter_id, month })?;
            months.insert((billing_mode, month));
        }
        let cause = Cause { id: Uuid::now_v7(), cause: format!("registration:{}", self.meter) };
        for (billing_mode, month) in months {
            reports::add_cause(tx, billing_mode, month, &cause)?;
            self.send(tx, &Work::Compose { organization_id, billing_mode, month })?;
        }
        Ok(())
    }

    fn touched(&self, tx: &mut Tx<'_>, to: Option<chrono::NaiveDate>) -> diesel::QueryResult<Vec<UnitKey>> {
        let begin = |day: chrono::NaiveDate| time(&format!("{day}T00:00:00Z"));
        let window = (begin(self.from), to.map(begin));
        let touched = meters::touched_by_settings(tx, self.meter, window, self.now)?;
        let of = |billing_mode| {
            touched.iter().map(move |unit| UnitKey {
                billing_mode,
                vcenter_id: unit.vcenter_id,
                month: unit.month,
            })
        };
        Ok(of(self.modes.0).chain(of(self.modes.1)).collect())
    }

    fn send(&self, tx: &mut Tx<'_>, work: &Work) -> diesel::QueryResult<()> {
        let body = work.to_json().unwrap();
        outbox::enqueue(
            tx,
            &NewMessage { queue: work.queue().as_str(), body: &body, created_at: self.machine_now },
        )
    }
}
