//! From the bytes of `manifest.json` to a [`Manifest`], in one streaming pass with bounded memory.

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess};

use super::tolerant::{Any, Keep, Key, Reading, Scalar};
use super::values::Values;
use super::{Collection, CollectionKind, Manifest, Mode, Product, ProductKind, head, laws};
use crate::limits::Limits;
use crate::refusal::{Code, Refusal, Refusals};

const MANIFEST_KEYS: [&str; 10] = [
    "format",
    "version",
    "meter_id",
    "meter_version",
    "mode",
    "month",
    "partial",
    "exported_at",
    "products",
    "collections",
];
const PRODUCT_KEYS: [&str; 4] = ["id", "kind", "version", "name"];
const COLLECTION_KEYS: [&str; 8] = ["path", "product_id", "kind", "from", "to", "records", "bytes", "sha256"];

/// Reads a manifest and checks every rule of usage-data.md §2 that needs nothing else.
///
/// # Errors
/// `not-usage-data`, `version-unsupported`, `manifest-invalid` with `field`, `limit-exceeded`.
pub(crate) fn parse(json: &[u8], limits: &Limits) -> Result<Manifest, Refusals> {
    let text = head::check(json)?;
    let mut refusals = Refusals::new();
    let reading = ReadManifest { limits, refusals: &mut refusals };
    let parsed = Any(reading).deserialize(&mut serde_json::Deserializer::from_str(text));
    // Reading stops early with an error of its own when there are too many refusals or too long a list.
    refusals.into_result(())?;
    let manifest = match parsed {
        Ok(Some(manifest)) => manifest,
        Ok(None) => return Err(broken("an object is expected").into()),
        Err(error) => return Err(broken(&error.to_string()).into()),
    };
    laws::check(&manifest, limits)?;
    Ok(manifest)
}

#[cold]
fn broken(why: &str) -> Refusal {
    Refusal::new(Code::ManifestInvalid, format!("the manifest is broken JSON: {why}"))
}

struct ReadManifest<'r> {
    limits: &'r Limits,
    refusals: &'r mut Refusals,
}

impl<'de> Reading<'de> for ReadManifest<'_> {
    type Out = Option<Manifest>;

    fn scalar(self, _: Scalar<'de>) -> Option<Manifest> {
        None
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Option<Manifest>, A::Error> {
        let mut values = Values::new(&MANIFEST_KEYS, String::new(), self.refusals);
        let mut products = Vec::new();
        let mut collections = Vec::new();
        while let Some(key) = members.next_key_seed(Key(&MANIFEST_KEYS))? {
            let Some(index) = key else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = match MANIFEST_KEYS.get(index) {
                Some(&"products") => members.next_value_seed(Any(ReadList {
                    name: "products",
                    limit: self.limits.products,
                    items: &mut products,
                    refusals: values.refusals(),
                }))?,
                Some(&"collections") => members.next_value_seed(Any(ReadList {
                    name: "collections",
                    // Each has an entry of its own, so the limit on entries bounds them before any is counted.
                    limit: self.limits.entries,
                    items: &mut collections,
                    refusals: values.refusals(),
                }))?,
                _ => members.next_value_seed(Any(Keep))?,
            };
            values.put(index, value);
            if values.refusals().is_full() {
                return Err(A::Error::custom("too many refusals"));
            }
        }
        Ok(manifest(values, products, collections))
    }
}

fn manifest(
    mut values: Values<'_, '_, 10>,
    products: Vec<Product>,
    collections: Vec<Collection>,
) -> Option<Manifest> {
    // The format was judged before; the version may still be missing or of another type.
    let version = values.count("version");
    let meter_id = values.uuid("meter_id");
    let meter_version = values.text("meter_version");
    let mode = values.word("mode", &[Mode::Offline, Mode::Online], Mode::as_str);
    let month = values.month("month");
    let partial = values.boolean("partial");
    let exported_at = values.instant("exported_at");
    let product_list = values.list("products");
    let collection_list = values.list("collections");
    version.and(product_list).and(collection_list)?;
    Some(Manifest {
        meter_id: meter_id?,
        meter_version: meter_version?,
        mode: mode?,
        month: month?,
        partial: partial?,
        exported_at: exported_at?,
        products,
        collections,
    })
}

/// An element of one of the manifest's lists.
trait Item: Sized {
    /// Reads an element that is an object; `None` when a fault was noted.
    fn read<'de, A: MapAccess<'de>>(
        members: A,
        place: String,
        refusals: &mut Refusals,
    ) -> Result<Option<Self>, A::Error>;
}

impl Item for Product {
    fn read<'de, A: MapAccess<'de>>(
        members: A,
        place: String,
        refusals: &mut Refusals,
    ) -> Result<Option<Self>, A::Error> {
        let mut values = Values::new(&PRODUCT_KEYS, place, refusals).read(members)?;
        let id = values.uuid("id");
        let kind = values.word("kind", &ProductKind::ALL, ProductKind::as_str);
        let version = values.text("version");
        let name = values.text("name");
        let product = || Some(Self { id: id?, kind: kind?, version: version?, name: name? });
        Ok(product())
    }
}

impl Item for Collection {
    fn read<'de, A: MapAccess<'de>>(
        members: A,
        place: String,
        refusals: &mut Refusals,
    ) -> Result<Option<Self>, A::Error> {
        let mut values = Values::new(&COLLECTION_KEYS, place, refusals).read(members)?;
        let path = values.text("path");
        let product_id = values.uuid("product_id");
        let kinds = [CollectionKind::Inventory, CollectionKind::Events];
        let kind = values.word("kind", &kinds, CollectionKind::as_str);
        let (from, to) = (values.instant("from"), values.instant("to"));
        let (records, bytes) = (values.count("records"), values.count("bytes"));
        let sha256 = values.sha256("sha256");
        let collection = || {
            Some(Self {
                path: path?,
                product_id: product_id?,
                kind: kind?,
                from: from?,
                to: to?,
                records: records?,
                bytes: bytes?,
                sha256: sha256?,
            })
        };
        Ok(collection())
    }
}

/// Reads a list of items. What it returns stands for the list among the manifest's values.
struct ReadList<'r, T> {
    name: &'static str,
    limit: u32,
    items: &'r mut Vec<T>,
    refusals: &'r mut Refusals,
}

impl<'de, T: Item> Reading<'de> for ReadList<'_, T> {
    type Out = Scalar<'de>;

    fn scalar(self, value: Scalar<'de>) -> Scalar<'de> {
        value
    }

    fn array<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Scalar<'de>, A::Error> {
        let mut count = 0_u32;
        loop {
            let place = format!("{}[{count}]", self.name);
            let item = ReadItem { place, items: &mut *self.items, refusals: &mut *self.refusals };
            // One element beyond the limit is read over: it settles the matter.
            let over = count >= self.limit;
            let more = if over {
                elements.next_element::<IgnoredAny>()?.is_some()
            } else {
                elements.next_element_seed(Any(item))?.is_some()
            };
            if over && more {
                let message =
                    format!("the manifest lists more than {} {}; that is the limit", self.limit, self.name);
                let refusal = Refusal::new(Code::LimitExceeded, message).at_field(self.name);
                self.refusals.push(refusal);
                return Err(A::Error::custom("the list is too long"));
            }
            if self.refusals.is_full() {
                return Err(A::Error::custom("too many refusals"));
            }
            if !more {
                return Ok(Scalar::Array);
            }
            count += 1;
        }
    }
}

struct ReadItem<'r, T> {
    place: String,
    items: &'r mut Vec<T>,
    refusals: &'r mut Refusals,
}

impl<'de, T: Item> Reading<'de> for ReadItem<'_, T> {
    type Out = ();

    fn scalar(self, value: Scalar<'de>) {
        let message = format!("an object is expected, not {}", value.describe());
        self.refusals.push(Refusal::new(Code::ManifestInvalid, message).at_field(self.place));
    }

    fn object<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.items.extend(T::read(members, format!("{}.", self.place), self.refusals)?);
        Ok(())
    }
}
