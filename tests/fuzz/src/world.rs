//! What a collection under test stands among: a vCenter that was counted an hour before, with one of each object.

use metering::{Collection, CollectionKind, Instant, Manifest, Mode, Product, ProductKind, entry_path};
use uuid::Uuid;

use crate::pack;

pub const VCENTER: Uuid = Uuid::from_u128(0x8a3a_2216_d220_5d7c_9156_6f05_98da_bc42);
const OTHER: Uuid = Uuid::from_u128(0x1111_1111_2222_4333_8444_5555_5555_5555);
const METER: Uuid = Uuid::from_u128(0x96f4_2878_20f2_5579_b34b_2ab9_a186_0e56);

const CENSUS_AT: &str = "2026-09-01T07:00:00Z";
const FROM: &str = "2026-09-01T08:00:00Z";
const TO: &str = "2026-09-01T09:00:00Z";

const CENSUS: &str = concat!(
    r#"{"type":"host","at":"2026-09-01T07:00:00Z","id":"host-1","name":"h","cluster":"domain-c1","license":"rental","#,
    r#""license_key":"k","connection":"connected","sockets":2,"cores":32,"memory_mb":65536}"#,
    "\n",
    r#"{"type":"vm","at":"2026-09-01T07:00:00Z","id":"11111111-2222-4333-8444-555555555555","moid":"vm-1","name":"v","#,
    r#""host":"host-1","power":"on","vcpus":4,"memory_mb":8192,"reserved_mb":0,"guest_os":"linux"}"#,
    "\n",
    r#"{"type":"cluster","at":"2026-09-01T07:00:00Z","id":"domain-c1","name":"c","vsan_edition":"standard","#,
    r#""vsan_used_gb":5974.601}"#,
    "\n",
);

/// A collection to be read, of a product of this kind.
pub fn collection(kind: CollectionKind, product: ProductKind) -> Collection {
    let product = if product == ProductKind::Vcenter { VCENTER } else { OTHER };
    described(kind, product, FROM, if kind == CollectionKind::Events { TO } else { FROM })
}

fn described(kind: CollectionKind, product_id: Uuid, from: &str, to: &str) -> Collection {
    let (from, to) = (instant(from), instant(to));
    let path = entry_path(product_id, kind, from, to);
    Collection { path, product_id, kind, from, to, records: 0, bytes: 0, sha256: [0; 32] }
}

fn instant(text: &str) -> Instant {
    Instant::parse(text.as_bytes()).unwrap()
}

/// A file of the earlier census and one of this collection; and both in one.
pub fn files(collection: &Collection, product: ProductKind, content: &[u8]) -> [Vec<u8>; 3] {
    let census = described(CollectionKind::Inventory, VCENTER, CENSUS_AT, CENSUS_AT);
    let census = (census, CENSUS.as_bytes().to_vec());
    let tested = (collection.clone(), content.to_vec());
    [
        file(vec![census.clone()], product),
        file(vec![tested.clone()], product),
        file(vec![census, tested], product),
    ]
}

fn file(parts: Vec<(Collection, Vec<u8>)>, kind: ProductKind) -> Vec<u8> {
    let (collections, contents): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let product = |id, kind| Product { id, kind, version: "8".to_owned(), name: "p".to_owned() };
    let other = (kind != ProductKind::Vcenter).then(|| product(OTHER, kind));
    let manifest = Manifest {
        meter_id: METER,
        meter_version: "4.8.0".to_owned(),
        mode: Mode::Offline,
        month: instant(FROM).month(),
        partial: false,
        exported_at: instant(TO),
        products: [product(VCENTER, ProductKind::Vcenter)].into_iter().chain(other).collect(),
        collections,
    };
    pack::file(&pack::describing(manifest, &contents), &contents, None)
}
