//! Positional reads: the only input this library has.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;

/// Bytes that can be read at any position, such as an open file.
#[allow(
    clippy::len_without_is_empty,
    reason = "whether a file is empty is of no use to a reader of archives"
)]
pub trait ReadAt {
    /// Reads at most `buffer.len()` bytes from `offset` and returns how many: 0 only at the end (or for an
    /// empty buffer).
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize>;

    /// How many bytes there are.
    fn len(&self) -> Result<u64>;

    /// Fills the whole of `buffer` from `offset`; an end before that is `UnexpectedEof`.
    fn read_exact_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<()> {
        while !buffer.is_empty() {
            match self.read_at(offset, buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    let (_, rest) = buffer.split_at_mut_checked(read).ok_or(ErrorKind::InvalidData)?;
                    buffer = rest;
                    offset = offset.saturating_add(u64::try_from(read).map_err(Error::other)?);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl ReadAt for File {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        FileExt::read_at(self, buffer, offset)
    }

    fn len(&self) -> Result<u64> {
        Ok(self.metadata()?.len())
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..read), rest.get(..read)) {
            to.copy_from_slice(from);
        }
        Ok(read)
    }

    fn len(&self) -> Result<u64> {
        u64::try_from(self.len()).map_err(Error::other)
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.as_slice().read_at(offset, buffer)
    }

    fn len(&self) -> Result<u64> {
        ReadAt::len(self.as_slice())
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        (**self).read_at(offset, buffer)
    }

    fn len(&self) -> Result<u64> {
        (**self).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_past_the_end_is_an_error_and_not_a_short_answer() {
        let bytes = b"abcdef".to_vec();
        let mut buffer = [0; 3];
        assert!(bytes.read_exact_at(3, &mut buffer).is_ok());
        assert_eq!(&buffer, b"def");
        let end = bytes.read_exact_at(4, &mut buffer).map_err(|error| error.kind());
        assert_eq!(end, Err(ErrorKind::UnexpectedEof));
        assert!(bytes.read_exact_at(u64::MAX, &mut buffer).is_err());
    }
}
