//! The little-endian fields of ZIP structures.

/// Takes fields off the front of a structure; `None` past its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// The next two bytes.
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next four bytes.
    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes.
    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

/// `value`, or the next eight bytes of `extra` when `value` says that it has no room for the truth.
pub(super) fn widened(value: u32, extra: &mut Bytes<'_>) -> Option<u64> {
    if value == u32::MAX { extra.u64() } else { Some(u64::from(value)) }
}

/// The ZIP64 field among the extra fields of a header, empty when there is none. `None` when the extra fields are
/// broken or have two of it.
pub(super) fn zip64_field(extra: &[u8]) -> Option<Bytes<'_>> {
    const ZIP64: u16 = 0x0001;
    let mut rest = Bytes(extra);
    let mut found = None;
    while !rest.0.is_empty() {
        let (id, length) = (rest.u16()?, rest.u16()?);
        let field = rest.take(usize::from(length))?;
        if id == ZIP64 && found.replace(field).is_some() {
            return None;
        }
    }
    Some(Bytes(found.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_fields_are_read_strictly() {
        let zip64 = [1, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        let other = [9, 9, 2, 0, 7, 7];
        let both = [&other[..], &zip64[..]].concat();
        let value = zip64_field(&both).and_then(|mut field| widened(u32::MAX, &mut field));
        assert_eq!(value, Some(0x0807_0605_0403_0201));
        assert_eq!(zip64_field(&other).map(|field| field.0.len()), Some(0));
        assert!(zip64_field(&[&zip64[..], &zip64[..]].concat()).is_none());
        assert!(zip64_field(&both[..both.len() - 1]).is_none());
        assert!(zip64_field(&[1, 0]).is_none());
    }
}
