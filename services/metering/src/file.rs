//! A whole file: everything that is judged before an upload is answered, except what needs the service's own
//! knowledge (meter, signature, clock, kinds of products seen before).

use memchr::memchr_iter;
use sha2::{Digest, Sha256};

use crate::archive::{self, Archive, Location, MANIFEST, ReadAt, SIGNATURE, invalid};
use crate::limits::Limits;
use crate::manifest::{self, Collection, Manifest};
use crate::refusal::{Code, ReadError, Refusal, Refusals};
use crate::time::Instant;

/// How far past the service's clock a collection may end, in milliseconds (usage-data.md §4).
const CLOCK_LEEWAY_MS: i64 = 15 * 60_000;

/// A file whose container, directory, manifest and limits are as usage-data.md §1 and §2 want them. Its
/// collections are not inflated yet.
#[derive(Clone, Debug)]
pub struct UsageFile {
    /// What the file says it holds.
    pub manifest: Manifest,
    /// The exact bytes of `manifest.json`, over which the signature goes.
    pub manifest_json: Vec<u8>,
    /// The content of `manifest.sig`, at most 1 KiB, if there is one.
    pub signature: Option<Vec<u8>>,
    /// Where each of the manifest's collections lies, in the same order.
    pub locations: Vec<Location>,
}

impl UsageFile {
    /// Reads and judges a file without inflating its collections. Peak memory is about twice the limit on
    /// the manifest at most, and far below for files as meters write them.
    ///
    /// # Errors
    /// Every code of usage-data.md §4 that can be found here, with positions; [`ReadError::Io`] when `source`
    /// cannot be read.
    pub fn open(source: &(impl ReadAt + ?Sized), limits: &Limits) -> Result<Self, ReadError> {
        let archive = Archive::open(source, limits)?;
        let manifest_json = read_entry(source, &archive, MANIFEST)?.unwrap_or_default();
        let signature = read_entry(source, &archive, SIGNATURE)?;
        let manifest =
            manifest::parse(&manifest_json, limits).map_err(|refusals| placed(refusals.into(), MANIFEST))?;
        let locations = locate(&archive, &manifest.collections)?;
        Ok(Self { manifest, manifest_json, signature, locations })
    }
}

fn read_entry(
    source: &(impl ReadAt + ?Sized),
    archive: &Archive,
    name: &str,
) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(location) = archive.locate(name) else { return Ok(None) };
    let mut bytes = Vec::new();
    archive::inflate(source, &location, &mut bytes).map_err(|error| placed(error, name))?;
    Ok(Some(bytes))
}

/// Matches the manifest's collections with the entries: none may be left over on either side.
fn locate(archive: &Archive, collections: &[Collection]) -> Result<Vec<Location>, Refusals> {
    let mut refusals = Refusals::new();
    let mut locations = Vec::with_capacity(collections.len());
    for collection in collections {
        match archive.locate(&collection.path) {
            Some(location) => locations.push(location),
            None => {
                refusals.push(
                    invalid("the manifest lists this entry, but the archive lacks it")
                        .at_path(&collection.path),
                );
            }
        }
    }
    let mut listed: Vec<&str> = collections.iter().map(|collection| &*collection.path).collect();
    listed.extend([MANIFEST, SIGNATURE]);
    listed.sort_unstable();
    for name in archive.names().filter(|name| listed.binary_search(name).is_err()) {
        if refusals.is_full() {
            break;
        }
        refusals
            .push(invalid("the archive holds this entry, but the manifest does not list it").at_path(name));
    }
    refusals.into_result(locations)
}

/// Refuses collections that end more than 15 minutes after `now`, the service's clock (usage-data.md §4).
pub fn from_the_future(manifest: &Manifest, now: Instant) -> Option<Refusals> {
    let latest = Instant(now.0.saturating_add(CLOCK_LEEWAY_MS));
    let mut refusals = Refusals::new();
    for (index, collection) in manifest.collections.iter().enumerate().filter(|(_, it)| it.to > latest) {
        let message =
            format!("the collection ends at {}, but it is {now}; is the meter's clock right?", collection.to);
        let refusal = Refusal::new(Code::FromTheFuture, message)
            .at_path(&collection.path)
            .at_field(format!("collections[{index}].to"));
        if !refusals.push(refusal) {
            break;
        }
    }
    refusals.into_result(()).err()
}

/// Inflates the collection at `location` into `buffer`, whose room is reused from entry to entry, and compares it
/// with what the manifest says.
///
/// # Errors
/// `limit-exceeded` before anything is inflated; `archive-invalid` for broken data and a wrong CRC;
/// `digest-mismatch` for each of `bytes`, `records` and `sha256` that differs. All with the entry's path.
pub fn inflate(
    source: &(impl ReadAt + ?Sized),
    location: &Location,
    collection: &Collection,
    limits: &Limits,
    buffer: &mut Vec<u8>,
) -> Result<(), ReadError> {
    let path = &*collection.path;
    // The directory was judged when the file came in; limits may have been lowered since.
    archive::check_inflated(location.stored_bytes, location.inflated_bytes, limits)
        .map_err(|refusal| refusal.at_path(path))?;
    archive::inflate(source, location, buffer).map_err(|error| placed(error, path))?;
    Ok(compare(buffer, collection)?)
}

/// Compares an inflated entry with its description.
fn compare(bytes: &[u8], collection: &Collection) -> Result<(), Refusals> {
    let mut refusals = Refusals::new();
    let mut differ = |field: &str, message: String| {
        refusals.push(Refusal::new(Code::DigestMismatch, message).at_path(&*collection.path).at_field(field));
    };
    let found = bytes.len() as u64;
    if found != collection.bytes {
        differ("bytes", format!("the entry has {found} bytes; the manifest says {}", collection.bytes));
    }
    let lines = count_lines(bytes);
    if lines != collection.records {
        differ("records", format!("the entry has {lines} lines; the manifest says {}", collection.records));
    }
    let sha256: [u8; 32] = Sha256::digest(bytes).into();
    if sha256 != collection.sha256 {
        let (found, said) = (hex::encode(sha256), hex::encode(collection.sha256));
        differ("sha256", format!("the entry has the SHA-256 {found}; the manifest says {said}"));
    }
    refusals.into_result(())
}

/// Lines, a last one without its line feed included: that it lacks one is a fault of the record.
fn count_lines(bytes: &[u8]) -> u64 {
    let unended = bytes.last().is_some_and(|last| *last != b'\n');
    memchr_iter(b'\n', bytes).count() as u64 + u64::from(unended)
}

/// Adds the entry's path to refusals that do not know it.
fn placed(error: ReadError, path: &str) -> ReadError {
    match error {
        ReadError::Refused(refusals) => {
            let mut placed = Refusals::new();
            for refusal in refusals.into_vec() {
                placed.push(refusal.at_path(path));
            }
            placed.into()
        }
        ReadError::Io(error) => ReadError::Io(error),
    }
}
