//! `manifest.json`, at the head of a file that has an entry for each path that it names.

use std::collections::{BTreeSet, HashMap};

use metering::{
    Code, CollectionKind, DAY_MS, Instant, Month, ProductKind, UsageFile, entry_path, from_the_future,
    keeps_kinds,
};
use uuid::Uuid;

use crate::json::{Json, Reading};
use crate::{limits, pack, refusals, wide_limits};

/// What it may be refused for.
const CODES: [Code; 5] = [
    Code::NotUsageData,
    Code::VersionUnsupported,
    Code::ManifestInvalid,
    Code::LimitExceeded,
    Code::ArchiveInvalid,
];

/// `data` is the manifest.
pub fn manifest(data: &[u8]) {
    let value = str::from_utf8(data).map_or(Reading::Broken, Json::read);
    let names = entries(&value);
    let entries = || [("manifest.json", data)].into_iter().chain(names.iter().map(|name| (&**name, &[][..])));
    let file = pack::zip(entries());
    let sound = match &value {
        Reading::Value(value) if data.len() as u64 <= limits().manifest_bytes => Some(is_sound(value)),
        Reading::Value(_) | Reading::Broken => Some(false),
        // What the format does not know may come twice.
        Reading::Twice | Reading::Unknown => None,
    };
    match UsageFile::open(file.as_slice(), &limits()) {
        Ok(opened) => {
            assert_ne!(sound, Some(false), "an unsound manifest is taken");
            assert_eq!(opened.manifest_json, data);
            assert_eq!(opened.locations.len(), opened.manifest.collections.len());
            written_anew(&opened, &names);
            // What the service asks next, of whatever was taken.
            let _ = from_the_future(&opened.manifest, Instant(i64::MAX));
            assert!(keeps_kinds(&opened.manifest, |_| None).is_ok());
        }
        Err(error) => {
            let refused = refusals::of(error);
            refusals::check(&refused, &CODES);
            assert_ne!(sound, Some(true), "a sound manifest is refused: {refused}");
        }
    }
}

fn written_anew(opened: &UsageFile, names: &BTreeSet<String>) {
    let anew = pack::manifest_json(&opened.manifest);
    let entries = names.iter().map(|name| (&**name, &[][..]));
    let file = pack::zip([("manifest.json", &*anew)].into_iter().chain(entries));
    let again = UsageFile::open(file.as_slice(), &wide_limits()).map_err(refusals::of);
    assert_eq!(again.unwrap().manifest, opened.manifest);
}

/// The entries that the archive has to have, as far as an archive can.
fn entries(value: &Reading) -> BTreeSet<String> {
    let Reading::Value(value) = value else { return BTreeSet::new() };
    let listed = value.list("collections").unwrap_or_default().iter().filter_map(|one| one.text("path"));
    let possible = |name: &&str| {
        let plain = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        plain && name.len() < 100 && !name.contains(['\\', '\0', ':']) && !name.starts_with("manifest.")
    };
    listed.filter(possible).take(30).map(str::to_owned).collect()
}

/// The rules of docs/spec/usage-data.md §2, on a value.
fn is_sound(value: &Json) -> bool {
    let (Some(products), Some(collections)) = (value.list("products"), value.list("collections")) else {
        return false;
    };
    let head = value.text("format") == Some("usage-data")
        && value.integer("version") == Some(1)
        && is_uuid(value, "meter_id")
        && value.text("meter_version").is_some()
        && matches!(value.text("mode"), Some("offline" | "online"))
        && value.text("month").is_some_and(|month| month.parse::<Month>().is_ok())
        && value.truth("partial").is_some()
        && instant(value, "exported_at").is_some();
    let mut known = HashMap::new();
    let few = products.len() <= limits().products as usize && collections.len() <= 30;
    head && few
        && products.iter().all(|product| {
            let kind = product.text("kind").and_then(ProductKind::parse);
            let texts = product.text("version").is_some() && product.text("name").is_some();
            is_uuid(product, "id")
                && kind.is_some()
                && texts
                && known.insert(product.text("id"), kind).is_none()
        })
        && collections.iter().all(|one| known.contains_key(&one.text("product_id")) && is_collection(one))
        && are_distinct(collections)
}

fn is_collection(one: &Json) -> bool {
    let (Some(from), Some(to)) = (instant(one, "from"), instant(one, "to")) else { return false };
    let Some(kind) = one.text("kind").and_then(CollectionKind::parse) else { return false };
    let Some(product) = one.text("product_id").and_then(|id| Uuid::try_parse(id).ok()) else { return false };
    let window = match kind {
        CollectionKind::Inventory => from == to,
        CollectionKind::Events => {
            from < to && to.0 - from.0 <= DAY_MS && from.month() == Instant(to.0 - 1).month()
        }
    };
    let counts =
        ["records", "bytes"].iter().all(|key| one.integer(key).is_some_and(|n| i64::try_from(n).is_ok()));
    let digest = one.text("sha256");
    window
        && counts
        && digest.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
        && one.text("path") == Some(&entry_path(product, kind, from, to))
}

/// No identity twice, and not too many months.
fn are_distinct(collections: &[Json]) -> bool {
    let paths: BTreeSet<_> = collections.iter().map(|one| one.text("path")).collect();
    let months =
        collections.iter().filter_map(|one| instant(one, "from")).map(|from| from.month().to_string());
    paths.len() == collections.len() && months.collect::<BTreeSet<_>>().len() <= limits().months as usize
}

fn instant(value: &Json, key: &str) -> Option<Instant> {
    value.text(key).and_then(|text| Instant::parse(text.as_bytes()))
}

fn is_uuid(value: &Json, key: &str) -> bool {
    let text = value.text(key);
    text.is_some_and(|text| Uuid::try_parse(text).is_ok_and(|uuid| uuid.to_string() == text))
}
