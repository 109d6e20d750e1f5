//! The entries in the file: their local headers agree with the directory, and they tile the file from its first
//! byte to the directory, so that nothing is hidden before, between or behind them.

use super::bytes::{Bytes, widened, zip64_field};
use super::{Entry, HAS_DESCRIPTOR, ReadAt, invalid};
use crate::refusal::{ReadError, Refusals};

const HEADER: [u8; 4] = *b"PK\x03\x04";
const HEADER_BYTES: usize = 30;
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Checks every local header, and where each entry ends: where the next one begins, or the directory. Fills in
/// `data_offset`.
pub(super) fn check(
    source: &(impl ReadAt + ?Sized),
    entries: &mut [Entry],
    directory_at: u64,
    refusals: &mut Refusals,
) -> Result<(), ReadError> {
    entries.sort_by_key(|entry| entry.header_offset);
    if let Some(first) = entries.first()
        && first.header_offset != 0
    {
        let message = format!("{} bytes precede the first entry; nothing may", first.header_offset);
        return Err(invalid(message).into());
    }
    // Where the next one is said to begin may lie beyond the file.
    let begins = entries.iter().skip(1).map(|entry| entry.header_offset.min(directory_at));
    let ends: Vec<u64> = begins.chain([directory_at]).collect();
    for (entry, end) in entries.iter_mut().zip(ends) {
        if let Err(message) = check_entry(source, entry, end)? {
            refusals.push(invalid(message).at_path(&*entry.name));
        }
        if refusals.is_full() {
            break;
        }
    }
    Ok(())
}

/// Checks one entry that has to end at `end`. The inner result is the judgement.
fn check_entry(
    source: &(impl ReadAt + ?Sized),
    entry: &mut Entry,
    end: u64,
) -> Result<Result<(), String>, ReadError> {
    const OVERLAP: &str = "the entry reaches into the one behind it or into the directory";
    let room = end.saturating_sub(entry.header_offset);
    let mut header = vec![0; HEADER_BYTES + entry.name.len()];
    if room < header.len() as u64 {
        return Ok(Err(OVERLAP.to_owned()));
    }
    source.read_exact_at(entry.header_offset, &mut header)?;
    let Some(local) = Local::read(&header) else {
        return Ok(Err("there is no local header where the directory says".to_owned()));
    };
    let extra_at = entry.header_offset + header.len() as u64;
    let data_at = extra_at + local.extra_bytes;
    entry.data_offset = data_at;
    if local.name != entry.name.as_bytes()
        || local.flags != entry.flags
        || local.method != entry.method.number()
    {
        return Ok(Err("the local header and the directory disagree on name, flags or method".to_owned()));
    }
    let Some(after) = data_at.checked_add(entry.stored_bytes).and_then(|data_end| end.checked_sub(data_end))
    else {
        return Ok(Err(OVERLAP.to_owned()));
    };
    let mut extra =
        vec![0; if local.is_zip64() { usize::try_from(local.extra_bytes).unwrap_or_default() } else { 0 }];
    source.read_exact_at(extra_at, &mut extra)?;
    if !local.agrees(entry, &extra) {
        return Ok(Err("the local header and the directory disagree on sizes or CRC".to_owned()));
    }
    if entry.flags & HAS_DESCRIPTOR != 0 {
        return check_descriptor(source, entry, end - after, after);
    }
    Ok(match after {
        0 => Ok(()),
        hidden => Err(format!("{hidden} bytes behind the entry belong to no entry")),
    })
}

/// The local header without what only people read.
struct Local<'a> {
    flags: u16,
    method: u16,
    crc32: u32,
    stored_bytes: u32,
    inflated_bytes: u32,
    name: &'a [u8],
    extra_bytes: u64,
}

impl<'a> Local<'a> {
    /// Reads a header together with the name behind it.
    fn read(header: &'a [u8]) -> Option<Self> {
        let mut fields = Bytes(header);
        let signature = fields.take(HEADER.len())?;
        fields.take(2)?; // the version that it needs
        let (flags, method) = (fields.u16()?, fields.u16()?);
        fields.take(4)?; // time and date
        let (crc32, stored_bytes, inflated_bytes) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let name_bytes = usize::from(fields.u16()?);
        let extra_bytes = u64::from(fields.u16()?);
        // A longer name is another name; the caller compares.
        let name = if name_bytes == fields.0.len() { fields.0 } else { &[] };
        let local = Self { flags, method, crc32, stored_bytes, inflated_bytes, name, extra_bytes };
        (signature == HEADER).then_some(local)
    }

    /// Whether the sizes stand in the ZIP64 field.
    fn is_zip64(&self) -> bool {
        self.stored_bytes == u32::MAX || self.inflated_bytes == u32::MAX
    }

    /// Whether sizes and CRC are those of the directory. Each may be left at 0 when a descriptor follows.
    fn agrees(&self, entry: &Entry, extra: &[u8]) -> bool {
        let sizes = || {
            let mut field = zip64_field(extra)?;
            let inflated = widened(self.inflated_bytes, &mut field)?;
            Some((inflated, widened(self.stored_bytes, &mut field)?))
        };
        let Some((inflated_bytes, stored_bytes)) = sizes() else { return false };
        let later = entry.flags & HAS_DESCRIPTOR != 0;
        let same = |local: u64, ruling: u64| local == ruling || later && local == 0;
        same(inflated_bytes, entry.inflated_bytes)
            && same(stored_bytes, entry.stored_bytes)
            && same(u64::from(self.crc32), u64::from(entry.crc32))
    }
}

/// The `after` bytes behind the data have to be a data descriptor that says what the directory says: with or
/// without its signature, with sizes of 4 or 8 bytes. All four forms differ in length.
fn check_descriptor(
    source: &(impl ReadAt + ?Sized),
    entry: &Entry,
    at: u64,
    after: u64,
) -> Result<Result<(), String>, ReadError> {
    let expected = |signature: bool, wide: bool| {
        let mut bytes = Vec::with_capacity(24);
        bytes.extend_from_slice(if signature { &DESCRIPTOR } else { &[] });
        bytes.extend_from_slice(&entry.crc32.to_le_bytes());
        for size in [entry.stored_bytes, entry.inflated_bytes] {
            let size = size.to_le_bytes();
            bytes.extend_from_slice(size.get(..if wide { 8 } else { 4 }).unwrap_or_default());
        }
        bytes
    };
    let expected = match after {
        12 => expected(false, false),
        16 => expected(true, false),
        20 => expected(false, true),
        24 => expected(true, true),
        _ => return Ok(Err(format!("{after} bytes follow the entry, which is no data descriptor"))),
    };
    let mut found = vec![0; expected.len()];
    source.read_exact_at(at, &mut found)?;
    Ok(if found == expected {
        Ok(())
    } else {
        Err("the data descriptor and the directory disagree".to_owned())
    })
}
