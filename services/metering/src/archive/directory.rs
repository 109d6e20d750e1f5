//! The central directory, which rules (usage-data.md §1): what each entry is, before any of them is touched.

use super::bytes::{Bytes, widened, zip64_field};
use super::chunks::Chunks;
use super::end::Directory;
use super::{Entry, MANIFEST, Method, ReadAt, invalid, names};
use crate::limits::Limits;
use crate::refusal::{Code, ReadError, Refusal, Refusals};

const HEADER: [u8; 4] = *b"PK\x01\x02";
const HEADER_BYTES: usize = 46;

/// Flags that say how the entry was deflated (1, 2), that a data descriptor follows (3), that the name is UTF-8
/// (11). None of the others has a place in the format.
const KNOWN_FLAGS: u16 = 1 << 1 | 1 << 2 | super::HAS_DESCRIPTOR | 1 << 11;
/// Encryption, strong encryption, masked headers.
const ENCRYPTION_FLAGS: u16 = 1 << 0 | 1 << 6 | 1 << 13;

/// The fixed part of a directory header.
#[derive(Clone, Copy, Debug)]
struct Header {
    flags: u16,
    method: u16,
    crc32: u32,
    stored_bytes: u32,
    inflated_bytes: u32,
    name_bytes: usize,
    extra_bytes: usize,
    comment_bytes: u64,
    disk: u16,
    attributes: u32,
    offset: u32,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Bytes(bytes);
        let signature = fields.take(HEADER.len())?;
        fields.take(4)?; // the versions that made it and that it needs
        let (flags, method) = (fields.u16()?, fields.u16()?);
        fields.take(4)?; // time and date
        let (crc32, stored_bytes, inflated_bytes) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let name_bytes = usize::from(fields.u16()?);
        let extra_bytes = usize::from(fields.u16()?);
        let comment_bytes = u64::from(fields.u16()?);
        let disk = fields.u16()?;
        fields.take(2)?; // internal attributes
        let (attributes, offset) = (fields.u32()?, fields.u32()?);
        let header = Self {
            flags,
            method,
            crc32,
            stored_bytes,
            inflated_bytes,
            name_bytes,
            extra_bytes,
            comment_bytes,
            disk,
            attributes,
            offset,
        };
        (signature == HEADER).then_some(header)
    }
}

/// Reads the directory. Entries that the format forbids are noted in `refusals` and left out of the result.
///
/// # Errors
/// Immediately when the directory itself is broken, or does not begin with the manifest.
pub(super) fn read(
    source: &(impl ReadAt + ?Sized),
    directory: &Directory,
    limits: &Limits,
    refusals: &mut Refusals,
) -> Result<Vec<Entry>, ReadError> {
    if directory.entries > u64::from(limits.entries) {
        let message =
            format!("the archive has {} entries; the limit is {}", directory.entries, limits.entries);
        return Err(Refusal::new(Code::LimitExceeded, message).into());
    }
    let mut chunks = Chunks::new(source, directory.bytes.clone());
    let mut entries = Vec::new();
    let mut manifest_offset = None;
    for _ in 0..directory.entries {
        let header = chunks.take(HEADER_BYTES)?;
        let header = Header::read(header).ok_or_else(|| invalid("the central directory is broken"))?;
        let name = names::decode(chunks.take(header.name_bytes)?);
        let sizes = sizes(&header, chunks.take(header.extra_bytes)?);
        // Comments are read over: they mean nothing to this format and hide no entry.
        chunks.skip(header.comment_bytes)?;
        // First in the directory and in the file, or this is none of our files, whatever else is wrong with it.
        let offset = sizes.map(|[.., offset]| offset);
        match manifest_offset {
            None if name.as_deref() != Ok(MANIFEST) => return Err(not_first().into()),
            None => manifest_offset = Some(offset),
            Some(first) if offset < first => return Err(not_first().into()),
            Some(_) => {}
        }
        if refusals.is_full() {
            continue;
        }
        let judged = name.and_then(|name| match entry(&name, &header, sizes) {
            Ok(entry) => Ok(entry),
            Err(message) => Err(invalid(message).at_path(name)),
        });
        match judged {
            Ok(entry) => entries.push(entry),
            Err(refusal) => {
                refusals.push(refusal);
            }
        }
    }
    if manifest_offset.is_none() {
        return Err(not_first().into());
    }
    if !chunks.is_empty() {
        return Err(
            invalid("the central directory holds more than the entries that the end record counts").into()
        );
    }
    Ok(entries)
}

#[cold]
fn not_first() -> Refusal {
    let message = "manifest.json is not the first entry; a usage data file as the meter exports it is expected, \
                   not an unpacked or re-zipped one";
    Refusal::new(Code::NotUsageData, message)
}

/// Inflated bytes, stored bytes and header offset, from the ZIP64 field where the header has no room.
fn sizes(header: &Header, extra: &[u8]) -> Option<[u64; 3]> {
    let mut field = zip64_field(extra)?;
    let inflated = widened(header.inflated_bytes, &mut field)?;
    let stored = widened(header.stored_bytes, &mut field)?;
    let offset = widened(header.offset, &mut field)?;
    Some([inflated, stored, offset])
}

/// Judges one header by itself.
fn entry(name: &str, header: &Header, sizes: Option<[u64; 3]>) -> Result<Entry, String> {
    names::check(name)?;
    names::check_attributes(header.attributes)?;
    if header.flags & ENCRYPTION_FLAGS != 0 {
        return Err("the entry is encrypted; the format has no encryption".to_owned());
    }
    if header.flags & !KNOWN_FLAGS != 0 {
        return Err(format!("the entry has the ZIP flags {:#06x}, not all of which are known", header.flags));
    }
    let method = Method::try_from(header.method).map_err(|unknown| unknown.to_string())?;
    let [inflated_bytes, stored_bytes, offset] =
        sizes.ok_or("the extra fields of the entry are broken or its ZIP64 sizes are missing")?;
    if header.disk != 0 {
        return Err("the entry lies in another file of a split archive".to_owned());
    }
    if method == Method::Store && stored_bytes != inflated_bytes {
        return Err(format!(
            "the entry is stored as it is, but has {stored_bytes} and {inflated_bytes} bytes"
        ));
    }
    Ok(Entry {
        name: name.into(),
        flags: header.flags,
        header_offset: offset,
        data_offset: 0,
        stored_bytes,
        inflated_bytes,
        method,
        crc32: header.crc32,
    })
}
