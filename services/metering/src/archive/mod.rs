//! A strict reader of the ZIP container (usage-data.md §1). It takes what the format allows and nothing else, so
//! that two readers can never see two different files in the same bytes.

mod bytes;
mod chunks;
mod directory;
mod end;
mod inflate;
mod layout;
mod names;
mod read_at;

use crate::limits::Limits;
use crate::refusal::{Code, ReadError, Refusal, Refusals};

pub(crate) use inflate::inflate;
pub use read_at::ReadAt;

/// The entry that comes first.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The entry that may hold the manifest's signature.
pub(crate) const SIGNATURE: &str = "manifest.sig";

/// The base64 of a signature has 88 bytes; this leaves room for line breaks and no more.
const SIGNATURE_BYTES: u64 = 1024;

/// The ZIP flag of an entry whose sizes follow its data.
const HAS_DESCRIPTOR: u16 = 1 << 3;

/// How an entry is stored: the ZIP compression methods of usage-data.md §1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Method {
    /// As it is.
    Store = 0,
    /// Raw deflate.
    Deflate = 8,
    /// Zstandard.
    Zstd = 93,
}

impl Method {
    /// The number of the method in a ZIP header.
    pub fn number(self) -> u16 {
        self as u16
    }
}

/// A ZIP compression method that the format does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ZIP method {0} is none of 0 (store), 8 (deflate) and 93 (Zstandard)")]
pub struct UnknownMethod(pub u16);

impl TryFrom<u16> for Method {
    type Error = UnknownMethod;

    fn try_from(number: u16) -> Result<Self, UnknownMethod> {
        match number {
            0 => Ok(Self::Store),
            8 => Ok(Self::Deflate),
            93 => Ok(Self::Zstd),
            other => Err(UnknownMethod(other)),
        }
    }
}

/// Where an entry's bytes lie in the file: all that is needed to inflate it later without the central directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Offset of the first stored byte (behind the local header) from the start of the file.
    pub offset: u64,
    /// Bytes as stored.
    pub stored_bytes: u64,
    /// Bytes when inflated, as the directory declares them.
    pub inflated_bytes: u64,
    /// How the bytes are stored.
    pub method: Method,
    /// CRC-32 of the inflated bytes.
    pub crc32: u32,
}

/// An entry of the central directory.
#[derive(Debug)]
struct Entry {
    name: Box<str>,
    flags: u16,
    header_offset: u64,
    data_offset: u64,
    stored_bytes: u64,
    inflated_bytes: u64,
    method: Method,
    crc32: u32,
}

/// An archive that keeps every rule of usage-data.md §1 that can be judged without its manifest.
#[derive(Debug)]
pub(crate) struct Archive {
    /// Sorted by name, names unique.
    entries: Vec<Entry>,
}

impl Archive {
    /// Reads the central directory and all local headers; inflates nothing.
    pub(crate) fn open(source: &(impl ReadAt + ?Sized), limits: &Limits) -> Result<Self, ReadError> {
        let file_bytes = source.len()?;
        if file_bytes > limits.file_bytes {
            let message =
                format!("the file has {file_bytes} bytes; the limit for a file is {}", limits.file_bytes);
            return Err(Refusal::new(Code::LimitExceeded, message).into());
        }
        let directory = end::find(source, file_bytes)?;
        let mut refusals = Refusals::new();
        let mut entries = directory::read(source, &directory, limits, &mut refusals)?;
        check_limits(&entries, limits, &mut refusals);
        refusals.into_result(())?;
        let mut refusals = Refusals::new();
        layout::check(source, &mut entries, directory.bytes.start, &mut refusals)?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        for [entry, next] in entries.array_windows() {
            if entry.name == next.name {
                refusals.push(invalid("two entries have this name").at_path(&*entry.name));
            }
        }
        Ok(refusals.into_result(Self { entries })?)
    }

    /// Where the entry of this name lies.
    pub(crate) fn locate(&self, name: &str) -> Option<Location> {
        let index = self.entries.binary_search_by(|entry| (*entry.name).cmp(name)).ok()?;
        self.entries.get(index).map(Entry::location)
    }

    /// The names of the entries in ascending order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| &*entry.name)
    }
}

impl Entry {
    fn location(&self) -> Location {
        Location {
            offset: self.data_offset,
            stored_bytes: self.stored_bytes,
            inflated_bytes: self.inflated_bytes,
            method: self.method,
            crc32: self.crc32,
        }
    }
}

/// A refusal for what usage-data.md §1 forbids.
#[cold]
pub(crate) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::ArchiveInvalid, message)
}

/// The limits of usage-data.md §1 on what the directory declares.
fn check_limits(entries: &[Entry], limits: &Limits, refusals: &mut Refusals) {
    let mut all_bytes = 0_u64;
    for entry in entries {
        if let Some(refusal) = check_entry_limits(entry, limits)
            && !refusals.push(refusal.at_path(&*entry.name))
        {
            return;
        }
        all_bytes = all_bytes.saturating_add(entry.inflated_bytes);
    }
    if all_bytes > limits.all_entries_bytes {
        let limit = limits.all_entries_bytes;
        let message =
            format!("all entries inflate to {all_bytes} bytes; the limit for all entries is {limit}");
        refusals.push(Refusal::new(Code::LimitExceeded, message));
    }
}

fn check_entry_limits(entry: &Entry, limits: &Limits) -> Option<Refusal> {
    let bytes = entry.inflated_bytes;
    let exceeded = |message| Some(Refusal::new(Code::LimitExceeded, message));
    match &*entry.name {
        MANIFEST if bytes > limits.manifest_bytes => {
            let limit = limits.manifest_bytes;
            return exceeded(format!("the manifest inflates to {bytes} bytes; the limit for it is {limit}"));
        }
        SIGNATURE if bytes > SIGNATURE_BYTES => {
            return Some(invalid(format!("{bytes} bytes are no signature; 88 bytes of base64 are expected")));
        }
        _ => {}
    }
    check_inflated(entry.stored_bytes, bytes, limits).err()
}

/// The limits on what one entry inflates to.
pub(crate) fn check_inflated(stored_bytes: u64, inflated_bytes: u64, limits: &Limits) -> Result<(), Refusal> {
    let message = if inflated_bytes > limits.entry_bytes {
        format!(
            "the entry inflates to {inflated_bytes} bytes; the limit for one entry is {}",
            limits.entry_bytes
        )
    } else if limits.exceeds_ratio(stored_bytes, inflated_bytes) {
        let ratio = limits.ratio;
        format!("{stored_bytes} stored bytes inflate to {inflated_bytes}; the limit is a ratio of {ratio}:1")
    } else {
        return Ok(());
    };
    Err(Refusal::new(Code::LimitExceeded, message))
}
