//! Registered collections as pieces of evidence, read from the store.

use crate::error::WorkError;
use crate::stored::digest;
use metering::evidence::Piece;
use metering::{Collection, CollectionKind, Location, Method, ProductKind, Sources};
use platform::calendar::instant;
use platform::store::{Digest, Store, StoreError};
use schema::evidence::InForce;
use std::collections::HashMap;
use std::fs::File;
use std::io::ErrorKind;

/// The stored files that hold a unit's evidence. A file is opened a piece at a time: an online meter's month has
/// hundreds.
pub struct StoredFiles {
    store: Store,
    digests: Vec<Digest>,
    index: HashMap<Digest, usize>,
}

impl StoredFiles {
    pub fn new(store: Store) -> Self {
        Self { store, digests: Vec::new(), index: HashMap::new() }
    }

    /// The name of a source in the store.
    pub fn name(&self, source: usize) -> Option<&Digest> {
        self.digests.get(source)
    }

    /// The piece of a registered collection.
    pub fn piece(&mut self, row: &InForce) -> Result<Piece, WorkError> {
        let file = digest(&row.file_sha256)?;
        let source = *self.index.entry(file).or_insert_with(|| {
            self.digests.push(file);
            self.digests.len() - 1
        });
        let (Some(product_kind), Some(kind), Ok(sha256), Ok(method), Ok(crc32)) = (
            ProductKind::parse(&row.product_kind),
            CollectionKind::parse(&row.kind),
            row.sha256.as_slice().try_into(),
            Method::try_from(row.method.cast_unsigned()),
            u32::try_from(row.crc32),
        ) else {
            return Err(WorkError::Inconsistent(format!("collection {} as registered", row.path)));
        };
        let location = Location {
            offset: row.entry_offset.cast_unsigned(),
            stored_bytes: row.stored_bytes.cast_unsigned(),
            inflated_bytes: row.inflated_bytes.cast_unsigned(),
            method,
            crc32,
        };
        let collection = Collection {
            path: row.path.clone(),
            product_id: row.product_id,
            kind,
            from: instant(row.from_at),
            to: instant(row.to_at),
            records: row.records.cast_unsigned(),
            // A verified entry has the size that its manifest stated.
            bytes: location.inflated_bytes,
            sha256,
        };
        Ok(Piece { source, location, meter: row.meter_id, product_kind, collection })
    }
}

impl Sources for StoredFiles {
    type File = File;

    fn open(&self, source: usize) -> std::io::Result<File> {
        let digest = self.name(source).ok_or_else(|| std::io::Error::other("no such source"))?;
        self.store.open(digest).map_err(|error| match error {
            StoreError::NotFound => ErrorKind::NotFound.into(),
            other => std::io::Error::other(other),
        })
    }
}
