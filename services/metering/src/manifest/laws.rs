//! What must hold between the fields of a manifest (usage-data.md §2, §4).

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

use super::path::entry_path;
use super::{Collection, CollectionKind, Manifest};
use crate::limits::Limits;
use crate::refusal::{Code, Refusal, Refusals, quoted};
use crate::time::{DAY_MS, Instant, Month};

/// Checks products, collections and the months they touch.
pub(super) fn check(manifest: &Manifest, limits: &Limits) -> Result<(), Refusals> {
    let mut refusals = Refusals::new();
    let mut products = HashSet::new();
    for (index, product) in manifest.products.iter().enumerate() {
        if !products.insert(product.id) {
            let message = format!("the product {} is listed twice", product.id);
            note(&mut refusals, &format!("products[{index}].id"), message);
        }
    }
    let mut identities = HashMap::new();
    let mut paths = HashMap::new();
    let mut months = BTreeSet::new();
    for (index, collection) in manifest.collections.iter().enumerate() {
        if refusals.is_full() {
            break;
        }
        let Collection { product_id, kind, from, to, .. } = *collection;
        let field = |name: &str| format!("collections[{index}].{name}");
        if !products.contains(&product_id) {
            let message = format!("the product {product_id} is not among the manifest's products");
            note(&mut refusals, &field("product_id"), message);
        }
        if let Err((name, message)) = check_window(collection) {
            note(&mut refusals, &field(name), message);
            continue;
        }
        months.extend(touched(from, to));
        check_path(collection, &field("path"), &mut refusals);
        // The same identity has the same path, so the second is worth telling only where paths are wrong.
        if let Some(first) = paths.insert(&*collection.path, index) {
            note(&mut refusals, &field("path"), format!("collections[{first}] has the same path"));
        } else if let Some(first) = identities.insert((product_id, kind, from, to), index) {
            let message = format!("collections[{first}] has the same product, kind, from and to");
            note(&mut refusals, &format!("collections[{index}]"), message);
        }
    }
    let month_count = months.len();
    if u32::try_from(month_count).map_or(true, |count| count > limits.months) {
        let message =
            format!("the collections touch {month_count} calendar months; the limit is {}", limits.months);
        refusals.push(Refusal::new(Code::LimitExceeded, message).at_field("collections"));
    }
    refusals.into_result(())
}

fn note(refusals: &mut Refusals, field: &str, message: String) {
    refusals.push(Refusal::new(Code::ManifestInvalid, message).at_field(field));
}

/// Judges `from` and `to`; the error names the field at fault.
fn check_window(collection: &Collection) -> Result<(), (&'static str, String)> {
    let Collection { kind, from, to, .. } = *collection;
    if from > to {
        return Err(("to", format!("the collection ends ({to}) before it begins ({from})")));
    }
    let events = kind == CollectionKind::Events;
    if !events && from != to {
        return Err(("to", format!("an inventory states one instant: {from} is expected, not {to}")));
    }
    if events && from == to {
        return Err(("to", format!("an events collection of no length, at {from}")));
    }
    if to.0 - from.0 > DAY_MS {
        return Err((
            "to",
            format!("an events collection lasts at most 24 hours; this one from {from} to {to}"),
        ));
    }
    let [first, last] = touched(from, to);
    if first != last {
        let message =
            format!("an events collection may not cross the start of a month; this one from {from} to {to}");
        return Err(("to", message));
    }
    Ok(())
}

/// The first and the last month that a collection touches. `to` is exclusive: 00:00 of a month's first day does
/// not touch that month unless the collection is that one instant.
fn touched(from: Instant, to: Instant) -> [Month; 2] {
    let last = if to > from { Instant(to.0 - 1) } else { to };
    [from.month(), last.month()]
}

fn check_path(collection: &Collection, field: &str, refusals: &mut Refusals) {
    let expected = entry_path(collection.product_id, collection.kind, collection.from, collection.to);
    if collection.path != expected {
        let message = format!("the path of this collection is {expected}, not {}", quoted(&collection.path));
        note(refusals, field, message);
    }
}
