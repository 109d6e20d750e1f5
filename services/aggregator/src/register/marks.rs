//! Which units an upload's collections touch.

use super::read::Reading;
use crate::error::WorkError;
use chrono::{DateTime, NaiveDate, Utc};
use metering::evidence::months_reached;
use metering::{Collection, ProductKind};
use platform::calendar::{first_day, instant};
use schema::meters::{self, Settings};
use schema::types::BillingMode;
use schema::units::UnitKey;
use schema::{Tx, evidence};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The units of all collections that were read, or of all when `outran`: one of an upload received later is
/// registered already, so that a duplicate of this one may have changed which is the first. Months that have not
/// begun are left to the 24-hour run of their first day.
pub fn touched(
    tx: &mut Tx<'_>,
    reading: &Reading,
    outran: bool,
    now: DateTime<Utc>,
) -> Result<Vec<UnitKey>, WorkError> {
    let manifest = &reading.file.manifest;
    let settings = meters::history(tx, manifest.meter_id)?;
    let vcenters = vcenters(tx, reading)?;
    // Each product's months first: a file may have thousands of collections of a product with many vCenters.
    let mut months: HashMap<Uuid, BTreeSet<(BillingMode, NaiveDate)>> = HashMap::new();
    for (collection, read) in manifest.collections.iter().zip(&reading.verified) {
        if !(*read || outran) {
            continue;
        }
        let Some(billing_mode) = mode_at(&settings, collection) else { continue };
        let begun = |month: &metering::Month| month.begin() <= instant(now);
        let reached = months_reached(collection.kind, collection.from, collection.to).filter(begun);
        let months = months.entry(collection.product_id).or_default();
        months.extend(reached.map(|month| (billing_mode, first_day(month))));
    }
    let mut keys = BTreeSet::new();
    for (product, months) in months {
        for vcenter_id in vcenters.get(&product).into_iter().flatten().copied() {
            let key = |&(billing_mode, month)| UnitKey { billing_mode, vcenter_id, month };
            keys.extend(months.iter().map(key));
        }
    }
    Ok(keys.into_iter().collect())
}

/// A vCenter touches itself; another product every vCenter on which it ever had a claim, since a census that no
/// longer names a VM withdraws its claim there, too.
fn vcenters(tx: &mut Tx<'_>, reading: &Reading) -> Result<HashMap<Uuid, Vec<Uuid>>, WorkError> {
    let products = &reading.file.manifest.products;
    let own = |kind: ProductKind| kind == ProductKind::Vcenter;
    let mut vcenters: HashMap<Uuid, Vec<Uuid>> = products
        .iter()
        .filter(|product| own(product.kind))
        .map(|product| (product.id, vec![product.id]))
        .collect();
    let others: Vec<Uuid> =
        products.iter().filter(|product| !own(product.kind)).map(|product| product.id).collect();
    for (product, vcenter) in evidence::claims(tx, &others)? {
        vcenters.entry(product).or_default().push(vcenter);
    }
    Ok(vcenters)
}

/// The mode in force at the collection's `from` (metering.md §1.1); of settings the later replaces the earlier.
fn mode_at(settings: &[Settings], collection: &Collection) -> Option<BillingMode> {
    let month = first_day(collection.from.month());
    let in_force = settings.iter().rev().find(|settings| settings.effective_from <= month);
    in_force.map(|settings| settings.billing_mode)
}
