//! The end of the archive, where the central directory is announced.

use std::ops::Range;

use memchr::memmem;

use super::bytes::Bytes;
use super::{ReadAt, invalid};
use crate::refusal::{Code, ReadError, Refusal};

const END: [u8; 4] = *b"PK\x05\x06";
const END_BYTES: usize = 22;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_BYTES: usize = 20;
const END64: [u8; 4] = *b"PK\x06\x06";
const END64_BYTES: usize = 56;
const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";

/// Where the central directory lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    /// How many entries it has by its own account.
    pub(super) entries: u64,
    /// Its bytes in the file.
    pub(super) bytes: Range<u64>,
}

/// What the end records say, with the 16 and 32 bit fields of the older record widened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Announced {
    disk: u64,
    directory_disk: u64,
    entries_on_disk: u64,
    entries: u64,
    bytes: u64,
    offset: u64,
}

/// Finds the directory of a file of `file_bytes` bytes.
pub(super) fn find(source: &(impl ReadAt + ?Sized), file_bytes: u64) -> Result<Directory, ReadError> {
    let end_at = find_end(source, file_bytes)?;
    let mut end = [0; END_BYTES];
    source.read_exact_at(end_at, &mut end)?;
    let announced = read_end(&end).ok_or_else(|| invalid("the end record is broken"))?;
    let (announced, directory_end) = match find_end64(source, end_at)? {
        Some((end64, at)) if agree(announced, end64) => (end64, at),
        Some(_) => return Err(invalid("the end record and the ZIP64 end record disagree").into()),
        None => (announced, end_at),
    };
    let Announced { disk, directory_disk, entries_on_disk, entries, bytes, offset } = announced;
    if disk != 0 || directory_disk != 0 || entries_on_disk != entries {
        return Err(invalid("the archive is split over several files; one file is expected").into());
    }
    if offset.checked_add(bytes) != Some(directory_end) {
        let message = format!(
            "the central directory ({bytes} bytes at offset {offset}) does not end where the end record begins \
             (offset {directory_end}); bytes were added or lost"
        );
        return Err(invalid(message).into());
    }
    Ok(Directory { entries, bytes: offset..directory_end })
}

/// The offset of the end record: the one place in the last 64 KiB whose comment reaches exactly to the end of the
/// file. Where two fit, two readers could see two archives, so there is none.
fn find_end(source: &(impl ReadAt + ?Sized), file_bytes: u64) -> Result<u64, ReadError> {
    let tail_bytes = file_bytes.min(END_BYTES as u64 + u64::from(u16::MAX));
    let tail_at = file_bytes - tail_bytes;
    let mut tail = vec![0; usize::try_from(tail_bytes).unwrap_or_default()];
    source.read_exact_at(tail_at, &mut tail)?;
    let fits = |at: &usize| {
        let comment_at = at + END_BYTES;
        let announced = tail.get(comment_at - 2..comment_at).and_then(|bytes| Bytes(bytes).u16());
        announced.is_some_and(|bytes| comment_at + usize::from(bytes) == tail.len())
    };
    let mut ends = memmem::find_iter(&tail, &END).filter(fits);
    match (ends.next(), ends.next()) {
        (Some(at), None) => Ok(tail_at + at as u64),
        (Some(_), Some(_)) => {
            Err(invalid("two end records fit the file, one of them within a comment").into())
        }
        (None, _) => Err(no_end(source, file_bytes)?.into()),
    }
}

/// Without an end record: a ZIP that was cut short, or no ZIP.
fn no_end(source: &(impl ReadAt + ?Sized), file_bytes: u64) -> Result<Refusal, ReadError> {
    let mut head = [0; LOCAL_HEADER.len()];
    if file_bytes >= head.len() as u64 {
        source.read_exact_at(0, &mut head)?;
    }
    Ok(if head == LOCAL_HEADER {
        invalid(
            "the archive has no end record: the file was cut short or something was appended; export it again",
        )
    } else {
        let message = "the file is no ZIP archive; a usage data file as the meter exports it is expected";
        Refusal::new(Code::NotUsageData, message)
    })
}

fn read_end(record: &[u8]) -> Option<Announced> {
    let mut fields = Bytes(record);
    fields.take(END.len())?;
    Some(Announced {
        disk: u64::from(fields.u16()?),
        directory_disk: u64::from(fields.u16()?),
        entries_on_disk: u64::from(fields.u16()?),
        entries: u64::from(fields.u16()?),
        bytes: u64::from(fields.u32()?),
        offset: u64::from(fields.u32()?),
    })
}

/// The ZIP64 end record and its offset, when its locator stands before the end record at `end_at`.
fn find_end64(source: &(impl ReadAt + ?Sized), end_at: u64) -> Result<Option<(Announced, u64)>, ReadError> {
    let Some(locator_at) = end_at.checked_sub(LOCATOR_BYTES as u64) else { return Ok(None) };
    let mut locator = [0; LOCATOR_BYTES];
    source.read_exact_at(locator_at, &mut locator)?;
    if !locator.starts_with(&LOCATOR) {
        return Ok(None);
    }
    let broken = || invalid("the ZIP64 end record is broken");
    let end64_at = read_locator(&locator).ok_or_else(broken)?;
    if end64_at.checked_add(END64_BYTES as u64) != Some(locator_at) {
        return Err(invalid("the ZIP64 end record does not end where its locator begins").into());
    }
    let mut record = [0; END64_BYTES];
    source.read_exact_at(end64_at, &mut record)?;
    let announced = read_end64(&record).ok_or_else(broken)?;
    Ok(Some((announced, end64_at)))
}

/// The offset of the ZIP64 end record.
fn read_locator(locator: &[u8]) -> Option<u64> {
    let mut fields = Bytes(locator);
    fields.take(LOCATOR.len())?;
    let disk = fields.u32()?;
    let offset = fields.u64()?;
    let disks = fields.u32()?;
    // Some writers state no disk at all.
    (disk == 0 && disks <= 1).then_some(offset)
}

fn read_end64(record: &[u8]) -> Option<Announced> {
    let mut fields = Bytes(record);
    let signature = fields.take(END64.len())?;
    // The size counts from behind itself. More than the fixed fields would be room for hidden bytes.
    let size = fields.u64()?;
    fields.take(4)?;
    let announced = Announced {
        disk: u64::from(fields.u32()?),
        directory_disk: u64::from(fields.u32()?),
        entries_on_disk: fields.u64()?,
        entries: fields.u64()?,
        bytes: fields.u64()?,
        offset: fields.u64()?,
    };
    (signature == END64 && size == END64_BYTES as u64 - 12).then_some(announced)
}

/// Whether the older record says the same or that it has no room for it.
fn agree(end: Announced, end64: Announced) -> bool {
    let short = |old: u64, new: u64| old == new || old == u64::from(u16::MAX);
    let long = |old: u64, new: u64| old == new || old == u64::from(u32::MAX);
    short(end.disk, end64.disk)
        && short(end.directory_disk, end64.directory_disk)
        && short(end.entries_on_disk, end64.entries_on_disk)
        && short(end.entries, end64.entries)
        && long(end.bytes, end64.bytes)
        && long(end.offset, end64.offset)
}
