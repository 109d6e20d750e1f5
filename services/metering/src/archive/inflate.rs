//! From stored bytes to inflated ones, never more than the directory declares.

use flate2::{Decompress, FlushDecompress, Status};
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

use super::chunks::Chunks;
use super::{Location, Method, ReadAt, invalid};
use crate::refusal::{ReadError, Refusal};

/// Inflates the entry at `location` into `buffer`, whose former content is lost and whose room is reused. The
/// caller has compared `location.inflated_bytes` with the limits: so much is allocated.
///
/// # Errors
/// `archive-invalid` when the data is broken, is longer or shorter than declared, is followed by other bytes, or
/// has another CRC.
pub(crate) fn inflate(
    source: &(impl ReadAt + ?Sized),
    location: &Location,
    buffer: &mut Vec<u8>,
) -> Result<(), ReadError> {
    let length = usize::try_from(location.inflated_bytes).map_err(std::io::Error::other)?;
    buffer.resize(length, 0);
    let end = location.offset.saturating_add(location.stored_bytes);
    let mut input = Chunks::new(source, location.offset..end);
    match location.method {
        Method::Store if location.stored_bytes == location.inflated_bytes => {
            source.read_exact_at(location.offset, buffer)?;
        }
        Method::Store => return Err(shorter(location.stored_bytes).into()),
        Method::Deflate => deflated(&mut input, buffer)?,
        Method::Zstd => zstandard(&mut input, buffer)?,
    }
    let crc32 = crc32fast::hash(buffer);
    if crc32 != location.crc32 {
        let message = format!("the CRC-32 of the data is {crc32:08x}, declared is {:08x}", location.crc32);
        return Err(invalid(message).into());
    }
    Ok(())
}

fn deflated(input: &mut Chunks<'_, impl ReadAt + ?Sized>, out: &mut [u8]) -> Result<(), ReadError> {
    let mut inflater = Decompress::new(false);
    let mut filled = 0;
    loop {
        let stored = input.fill()?;
        // The end mark may still be to come when all is out; one byte of room tells it from surplus data.
        let mut surplus = [0; 1];
        let room = match out.get_mut(filled..) {
            Some(room) if !room.is_empty() => room,
            _ => &mut surplus,
        };
        let (in_before, out_before) = (inflater.total_in(), inflater.total_out());
        let status = inflater
            .decompress(stored, room, FlushDecompress::None)
            .map_err(|error| invalid(format!("the deflated data is broken ({error})")))?;
        let consumed = usize::try_from(inflater.total_in() - in_before).unwrap_or(usize::MAX);
        let produced = usize::try_from(inflater.total_out() - out_before).unwrap_or(usize::MAX);
        input.consume(consumed);
        filled += produced;
        if filled > out.len() {
            return Err(longer().into());
        }
        match status {
            Status::StreamEnd => break,
            _ if consumed == 0 && produced == 0 => {
                return Err(invalid("the deflated data is cut short").into());
            }
            _ => {}
        }
    }
    ended(input, filled, out.len())
}

/// The output serves as the window (`StableOutBuffer`), so that a frame cannot ask for memory of its own, however
/// large a window it declares. Several frames in a row are one stream (RFC 8878 §3).
fn zstandard(input: &mut Chunks<'_, impl ReadAt + ?Sized>, out: &mut [u8]) -> Result<(), ReadError> {
    let broken = |code| invalid(format!("the Zstandard data is broken ({})", get_error_name(code)));
    let declared = out.len();
    let mut context = DCtx::create();
    context.set_parameter(DParameter::WindowLogMax(31)).map_err(broken)?;
    context.set_parameter(DParameter::StableOutBuffer(true)).map_err(broken)?;
    let mut output = OutBuffer::around(out);
    let mut frame_ended = false;
    while !input.is_empty() {
        let mut stored = InBuffer::around(input.fill()?);
        let filled = output.pos();
        frame_ended = context.decompress_stream(&mut output, &mut stored).map_err(broken)? == 0;
        let consumed = stored.pos();
        if consumed == 0 && output.pos() == filled {
            return Err(longer().into());
        }
        input.consume(consumed);
    }
    if !frame_ended {
        return Err(invalid("the Zstandard data is cut short").into());
    }
    ended(input, output.pos(), declared)
}

fn ended(input: &Chunks<'_, impl ReadAt + ?Sized>, filled: usize, declared: usize) -> Result<(), ReadError> {
    if !input.is_empty() {
        return Err(invalid("other bytes follow the compressed data within the entry").into());
    }
    if filled < declared {
        return Err(shorter(filled as u64).into());
    }
    Ok(())
}

#[cold]
fn longer() -> Refusal {
    invalid("the entry inflates to more bytes than the directory declares")
}

#[cold]
fn shorter(found: u64) -> Refusal {
    invalid(format!("the entry inflates to {found} bytes, fewer than the directory declares"))
}
