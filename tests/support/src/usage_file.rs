//! Usage data files for tests, good and hostile.
//!
//! ```
//! # use test_support::usage_file::{DataFile, records::vm};
//! # use uuid::Uuid;
//! let vcenter = Uuid::from_u128(1);
//! let bytes = DataFile::new(Uuid::from_u128(2))
//!     .month("2026-09")
//!     .vcenter(vcenter)
//!     .inventory("2026-09-01T08:00:00Z", &[vm("2026-09-01T08:00:00Z", Uuid::from_u128(3))])
//!     .build();
//! assert!(bytes.starts_with(b"PK"));
//! ```

pub mod records;
pub mod zip;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use zip::{Descriptor, Entry, Method, Zip};

/// A file in the making. Everything has a sound default; each method adds to it or breaks it.
#[derive(Clone, Debug)]
pub struct DataFile {
    manifest: Value,
    product: Option<Uuid>,
    entries: Vec<Entry>,
    method: Method,
    signature: Option<Vec<u8>>,
}

impl DataFile {
    /// A file of this meter for 2026-09 without products and collections.
    pub fn new(meter: Uuid) -> Self {
        let manifest = json!({
            "format": "usage-data", "version": 1,
            "meter_id": meter, "meter_version": "4.8.0", "mode": "offline",
            "month": "2026-09", "partial": false, "exported_at": "2026-10-01T00:10:00Z",
            "products": [], "collections": [],
        });
        Self { manifest, product: None, entries: Vec::new(), method: Method::Deflate, signature: None }
    }

    /// Sets `month`, such as `2026-09`.
    #[must_use]
    pub fn month(self, month: &str) -> Self {
        self.set("month", json!(month))
    }

    /// Sets `partial`.
    #[must_use]
    pub fn partial(self) -> Self {
        self.set("partial", json!(true))
    }

    /// Sets `exported_at`.
    #[must_use]
    pub fn exported_at(self, at: &str) -> Self {
        self.set("exported_at", json!(at))
    }

    /// Sets a field of the manifest, right or wrong.
    #[must_use]
    pub fn set(self, key: &str, value: Value) -> Self {
        let key = key.to_owned();
        self.edit(move |manifest| manifest[key] = value)
    }

    /// Changes the manifest as it stands by now.
    #[must_use]
    pub fn edit(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.manifest);
        self
    }

    /// Compresses the entries that follow, and the manifest, so.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Adds a vCenter, to which the collections that follow belong.
    #[must_use]
    pub fn vcenter(self, id: Uuid) -> Self {
        self.product(id, "vcenter")
    }

    /// Adds a product of `kind`, to which the collections that follow belong; one that is listed already is only
    /// turned to.
    #[must_use]
    pub fn product(mut self, id: Uuid, kind: &str) -> Self {
        self.product = Some(id);
        let products = list(&mut self.manifest, "products");
        if !products.iter().any(|product| product["id"] == json!(id)) {
            products
                .push(json!({"id": id, "kind": kind, "version": "8.0.3", "name": format!("{kind}:{id}")}));
        }
        self
    }

    /// Adds a census at one instant: one record a line, the line feeds come by themselves.
    #[must_use]
    pub fn inventory(self, at: &str, lines: &[impl ToString]) -> Self {
        self.collection("inventory", at, at, lines)
    }

    /// Adds the changes in `[from, to)`.
    #[must_use]
    pub fn events(self, from: &str, to: &str, lines: &[impl ToString]) -> Self {
        self.collection("events", from, to, lines)
    }

    /// Adds a collection of any kind.
    #[must_use]
    pub fn collection(self, kind: &str, from: &str, to: &str, lines: &[impl ToString]) -> Self {
        let content: String = lines.iter().map(|line| line.to_string() + "\n").collect();
        self.raw_collection(kind, from, to, content.as_bytes())
    }

    /// Adds a collection with exactly these bytes as its content.
    #[must_use]
    pub fn raw_collection(mut self, kind: &str, from: &str, to: &str, content: &[u8]) -> Self {
        let product = self.product.unwrap_or_default();
        let path = path(product, kind, from, to);
        list(&mut self.manifest, "collections").push(json!({
            "path": path, "product_id": product, "kind": kind, "from": from, "to": to,
            "records": content.split_inclusive(|byte| *byte == b'\n').count(),
            "bytes": content.len(), "sha256": hex::encode(Sha256::digest(content)),
        }));
        self.entries.push(Entry::of(&path, content, self.method));
        self
    }

    /// Adds `manifest.sig` with these bytes.
    #[must_use]
    pub fn signature(mut self, signature: &[u8]) -> Self {
        self.signature = Some(signature.to_vec());
        self
    }

    /// The bytes of `manifest.json`, over which a signature goes.
    pub fn manifest_json(&self) -> Vec<u8> {
        self.manifest.to_string().into_bytes()
    }

    /// The archive before it is written, to be broken by hand; its first entry is the manifest.
    pub fn zip(&self) -> Zip {
        self.zip_with_manifest(&self.manifest_json())
    }

    /// The archive with other bytes for its manifest.
    pub fn zip_with_manifest(&self, manifest_json: &[u8]) -> Zip {
        let mut entries = vec![Entry::of("manifest.json", manifest_json, self.method)];
        entries.extend(self.signature.as_ref().map(|bytes| Entry::new("manifest.sig", bytes)));
        entries.extend(self.entries.iter().cloned());
        Zip::new(entries)
    }

    /// The file.
    pub fn build(&self) -> Vec<u8> {
        self.zip().build()
    }
}

/// The path that a collection must have.
pub fn path(product: Uuid, kind: &str, from: &str, to: &str) -> String {
    let instant = |text: &str| metering::Instant::parse(text.as_bytes()).unwrap_or_default();
    let kind = metering::CollectionKind::parse(kind).unwrap_or(metering::CollectionKind::Events);
    metering::entry_path(product, kind, instant(from), instant(to))
}

/// The list `key` of a manifest, made anew where a test has put something else there.
fn list<'m>(manifest: &'m mut Value, key: &str) -> &'m mut Vec<Value> {
    if !manifest[key].is_array() {
        manifest[key] = json!([]);
    }
    match &mut manifest[key] {
        Value::Array(list) => list,
        _ => unreachable!("it was made an array just now"),
    }
}
