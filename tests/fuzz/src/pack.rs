//! Writes honest files: what the readers took, written again, they have to take again.

use metering::Manifest;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A manifest in JSON.
pub fn manifest_json(manifest: &Manifest) -> Vec<u8> {
    let products = manifest.products.iter().map(|product| {
        json!({
            "id": product.id, "kind": product.kind.as_str(), "version": product.version, "name": product.name,
        })
    });
    let collections = manifest.collections.iter().map(|collection| {
        json!({
            "path": collection.path, "product_id": collection.product_id, "kind": collection.kind.as_str(),
            "from": collection.from.to_string(), "to": collection.to.to_string(),
            "records": collection.records, "bytes": collection.bytes, "sha256": hex::encode(collection.sha256),
        })
    });
    let written = json!({
        "format": "usage-data", "version": 1,
        "meter_id": manifest.meter_id, "meter_version": manifest.meter_version, "mode": manifest.mode.as_str(),
        "month": manifest.month.to_string(), "partial": manifest.partial,
        "exported_at": manifest.exported_at.to_string(),
        "products": products.collect::<Vec<_>>(), "collections": collections.collect::<Vec<_>>(),
    });
    written.to_string().into_bytes()
}

/// The manifest that describes these contents, one for each of its collections.
pub fn describing(mut manifest: Manifest, contents: &[Vec<u8>]) -> Manifest {
    for (collection, content) in manifest.collections.iter_mut().zip(contents) {
        collection.bytes = content.len() as u64;
        collection.records = content.split_inclusive(|byte| *byte == b'\n').count() as u64;
        collection.sha256 = Sha256::digest(content).into();
    }
    manifest
}

/// A file of a manifest, and the contents of its collections.
pub fn file(manifest: &Manifest, contents: &[Vec<u8>], signature: Option<&[u8]>) -> Vec<u8> {
    let json = manifest_json(manifest);
    let collections = manifest.collections.iter().zip(contents);
    let collections = collections.map(|(collection, content)| (&*collection.path, &**content));
    let signature = signature.map(|signature| ("manifest.sig", signature));
    zip([("manifest.json", &*json)].into_iter().chain(signature).chain(collections))
}

/// An archive of entries stored as they are.
pub fn zip<'e>(entries: impl IntoIterator<Item = (&'e str, &'e [u8])>) -> Vec<u8> {
    let (mut out, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for (name, content) in entries {
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let name_bytes = u16::try_from(name.len()).unwrap().to_le_bytes();
        // Flags, method, time and date; CRC and sizes; lengths of the name and of no extra fields.
        let crc = crc32fast::hash(content).to_le_bytes();
        let common = [&[0, 0, 0, 0, 0, 0, 0x21, 0], &crc[..], &size, &size, &name_bytes, &[0, 0]].concat();
        out.extend([b"PK\x03\x04\x14\0", &*common, name.as_bytes(), content].concat());
        directory.extend([b"PK\x01\x02\x14\0\x14\0", &*common, &[0; 10], &offset.to_le_bytes()].concat());
        directory.extend_from_slice(name.as_bytes());
        count += 1;
    }
    let offset = u32::try_from(out.len()).unwrap().to_le_bytes();
    let bytes = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let count = count.to_le_bytes();
    out.extend(directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &bytes, &offset, &[0, 0]].concat());
    out
}
