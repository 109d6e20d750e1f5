//! Reading a file through.

use std::fs::File;
use std::io;
use std::path::Path;

use metering::{Limits, ReadError, Refusals, UsageFile, inflate, records};

use super::summary::Summary;
use crate::commands::upload::name;
use crate::progress;

/// What a file holds, and what is wrong with it.
#[derive(Debug)]
pub struct Findings {
    /// The file's own size.
    pub size_bytes: u64,
    /// What it holds, where archive and manifest could be read.
    pub summary: Option<Summary>,
    /// Everything that is wrong, as far as it was collected.
    pub refusals: Refusals,
}

impl Findings {
    /// Opens the file and reads every collection.
    pub fn of(path: &Path) -> io::Result<Self> {
        let source = File::open(path)?;
        let size_bytes = source.metadata()?.len();
        let limits = Limits::default();
        match UsageFile::open(&source, &limits) {
            Ok(file) => {
                let refusals = verify(&source, &file, &limits, path)?;
                Ok(Self { size_bytes, summary: Some(Summary::of(&file)), refusals })
            }
            Err(ReadError::Refused(refusals)) => Ok(Self { size_bytes, summary: None, refusals }),
            Err(ReadError::Io(error)) => Err(error),
        }
    }
}

/// Inflates every collection, which checks its digests, and reads its records; the refusals of all together.
fn verify(source: &File, file: &UsageFile, limits: &Limits, path: &Path) -> io::Result<Refusals> {
    let collections = &file.manifest.collections;
    let progress = progress::steps(collections.len() as u64, "collections").with_message(name(path));
    let mut all = Refusals::new();
    let mut buffer = Vec::new();
    for (collection, location) in collections.iter().zip(&file.locations) {
        let Some(product) = file.manifest.product(collection.product_id) else { continue };
        let read = inflate(source, location, collection, limits, &mut buffer)
            .and_then(|()| Ok(records(&buffer, collection, product.kind, limits, |_| {})?));
        match read {
            Ok(_) => {}
            Err(ReadError::Io(error)) => return Err(error),
            Err(ReadError::Refused(refusals)) => refusals.into_vec().into_iter().for_each(|refusal| {
                all.push(refusal);
            }),
        }
        if all.is_full() {
            break;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(all)
}
