//! A ZIP writer that writes what it is told, also what no reader should take.

use std::io::Write;

/// How an entry is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Store,
    /// Raw deflate.
    Deflate,
    /// Zstandard.
    Zstd,
}

/// What follows the data of an entry when its sizes were not known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// As it should be.
    Form {
        /// With `PK\x07\x08` in front or without.
        signature: bool,
        /// With sizes of 8 bytes or of 4.
        wide: bool,
    },
    /// Sizes that are not those of the entry.
    Lying,
    /// The flag is set, but nothing follows.
    Missing,
}

/// An entry: its truth, and the fields in which headers may lie about it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name in the directory.
    pub name: Vec<u8>,
    /// The name in the local header, when it is another.
    pub local_name: Option<Vec<u8>>,
    /// The bytes as stored.
    pub stored: Vec<u8>,
    /// The ZIP method number in the directory.
    pub method: u16,
    /// The method in the local header, when it is another.
    pub local_method: Option<u16>,
    /// The inflated size that both headers declare.
    pub inflated_bytes: u64,
    /// The stored size that both headers declare, when it is not that of `stored`.
    pub stored_bytes: Option<u64>,
    /// The CRC-32 that both headers declare.
    pub crc32: u32,
    /// Added to the inflated size in the local header alone.
    pub local_size_lie: u32,
    /// General purpose flags besides the descriptor's.
    pub flags: u16,
    /// External attributes; the upper half is a Unix mode.
    pub attributes: u32,
    /// Sizes and offset in ZIP64 fields, though they would fit.
    pub zip64: bool,
    /// A data descriptor behind the data, zeros in the local header.
    pub descriptor: Option<Descriptor>,
    /// Bytes before the local header that belong to nothing.
    pub gap: Vec<u8>,
    /// The entry begins at the local header of another one: no data of its own is written.
    pub shares_with: Option<usize>,
    /// A comment in the directory.
    pub comment: Vec<u8>,
}

impl Entry {
    /// An honest, deflated regular file.
    pub fn new(name: &str, content: &[u8]) -> Self {
        Self::of(name, content, Method::Deflate)
    }

    /// An honest regular file in any method.
    pub fn of(name: &str, content: &[u8], method: Method) -> Self {
        Self {
            name: name.as_bytes().to_vec(),
            local_name: None,
            stored: Vec::new(),
            method: 0,
            local_method: None,
            inflated_bytes: content.len() as u64,
            stored_bytes: None,
            crc32: crc32fast::hash(content),
            local_size_lie: 0,
            flags: 0,
            attributes: 0o100_600 << 16,
            zip64: false,
            descriptor: None,
            gap: Vec::new(),
            shares_with: None,
            comment: Vec::new(),
        }
        .recompress(content, method)
    }

    /// The same content in another method. Only for an entry whose stored bytes are still honest.
    #[must_use]
    pub fn method(self, method: Method) -> Self {
        if self.method == number(method) {
            return self;
        }
        let content = inflate(&self.stored);
        self.recompress(&content, method)
    }

    fn recompress(mut self, content: &[u8], method: Method) -> Self {
        self.method = number(method);
        self.stored = match method {
            Method::Store => content.to_vec(),
            Method::Deflate => deflate(content),
            Method::Zstd => zstd::bulk::compress(content, 3).unwrap_or_default(),
        };
        self
    }

    fn flags(&self) -> u16 {
        self.flags | if self.descriptor.is_some() { 8 } else { 0 }
    }

    fn stored_bytes(&self) -> u64 {
        self.stored_bytes.unwrap_or(self.stored.len() as u64)
    }

    fn write(&self, out: &mut Vec<u8>) {
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        out.extend_from_slice(b"PK\x03\x04\x14\x00");
        put(out, &[self.flags(), self.local_method.unwrap_or(self.method), 0, 0x21]);
        let later = self.descriptor.is_some();
        let known = |value: u64| if later { 0 } else { value };
        let (stored, inflated) = (known(self.stored_bytes()), known(self.inflated_bytes));
        let inflated = inflated + u64::from(self.local_size_lie);
        put32(out, if later { 0 } else { self.crc32 });
        let extra = sizes(out, self.zip64, [stored, inflated]);
        put(out, &[short(name.len()), short(extra.len())]);
        out.extend_from_slice(name);
        out.extend_from_slice(&extra);
        out.extend_from_slice(&self.stored);
        self.describe(out);
    }

    fn describe(&self, out: &mut Vec<u8>) {
        let (signature, wide, lie) = match self.descriptor {
            Some(Descriptor::Form { signature, wide }) => (signature, wide, 0),
            Some(Descriptor::Lying) => (true, false, 1),
            Some(Descriptor::Missing) | None => return,
        };
        if signature {
            out.extend_from_slice(b"PK\x07\x08");
        }
        put32(out, self.crc32);
        for size in [self.stored_bytes() + lie, self.inflated_bytes] {
            out.extend_from_slice(&size.to_le_bytes()[..if wide { 8 } else { 4 }]);
        }
    }

    fn list(&self, out: &mut Vec<u8>, offset: u64) {
        out.extend_from_slice(b"PK\x01\x02\x14\x03\x14\x00");
        put(out, &[self.flags(), self.method, 0, 0x21]);
        put32(out, self.crc32);
        let mut extra = sizes(out, self.zip64, [self.stored_bytes(), self.inflated_bytes]);
        if self.zip64 {
            extra[2] = 24;
            extra.extend_from_slice(&offset.to_le_bytes());
        }
        put(out, &[short(self.name.len()), short(extra.len()), short(self.comment.len()), 0, 0]);
        put32(out, self.attributes);
        put32(out, if self.zip64 { u32::MAX } else { long(offset) });
        out.extend_from_slice(&self.name);
        out.extend_from_slice(&extra);
        out.extend_from_slice(&self.comment);
    }
}

/// An archive in the making.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    /// The entries in the order of the file.
    pub entries: Vec<Entry>,
    /// The order of the directory as positions in `entries`, when it is another.
    pub directory_order: Option<Vec<usize>>,
    /// Bytes before the first local header that the offsets count.
    pub prefix: Vec<u8>,
    /// Bytes between the last entry and the directory.
    pub gap: Vec<u8>,
    /// Bytes behind the directory that belong to nothing.
    pub directory_tail: Vec<u8>,
    /// The archive comment.
    pub comment: Vec<u8>,
    /// Bytes behind everything.
    pub suffix: Vec<u8>,
    /// A ZIP64 end record and its locator.
    pub zip64: bool,
    /// The count of entries that the end record states, when it is another.
    pub count: Option<u16>,
}

impl Zip {
    /// An honest archive of these entries.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries, ..Self::default() }
    }

    /// The entry at `index`, to be changed. Panics when there is none.
    pub fn entry(&mut self, index: usize) -> &mut Entry {
        &mut self.entries[index]
    }

    /// Changes the archive as it stands.
    #[must_use]
    pub fn edit(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Writes it.
    pub fn build(&self) -> Vec<u8> {
        let mut out = self.prefix.clone();
        let mut offsets: Vec<u64> = Vec::new();
        for entry in &self.entries {
            if let Some(other) = entry.shares_with {
                offsets.push(offsets[other]);
                continue;
            }
            out.extend_from_slice(&entry.gap);
            offsets.push(out.len() as u64);
            entry.write(&mut out);
        }
        out.extend_from_slice(&self.gap);
        let directory_at = out.len() as u64;
        let order = self.directory_order.clone().unwrap_or_else(|| (0..self.entries.len()).collect());
        for index in &order {
            self.entries[*index].list(&mut out, offsets[*index]);
        }
        let directory_bytes = out.len() as u64 - directory_at;
        out.extend_from_slice(&self.directory_tail);
        self.end(&mut out, order.len(), directory_at, directory_bytes);
        out
    }

    fn end(&self, out: &mut Vec<u8>, entries: usize, directory_at: u64, directory_bytes: u64) {
        let count = self.count.unwrap_or(short(entries));
        if self.zip64 {
            let end64_at = out.len() as u64;
            out.extend_from_slice(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
            for value in [u64::from(count), u64::from(count), directory_bytes, directory_at] {
                out.extend_from_slice(&value.to_le_bytes());
            }
            out.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            out.extend_from_slice(&end64_at.to_le_bytes());
            out.extend_from_slice(b"\x01\0\0\0");
        }
        out.extend_from_slice(b"PK\x05\x06");
        let (count, wide) = if self.zip64 { (u16::MAX, Some(u32::MAX)) } else { (count, None) };
        put(out, &[0, 0, count, count]);
        put32(out, wide.unwrap_or(long(directory_bytes)));
        put32(out, wide.unwrap_or(long(directory_at)));
        put(out, &[short(self.comment.len())]);
        out.extend_from_slice(&self.comment);
        out.extend_from_slice(&self.suffix);
    }
}

/// Writes both sizes and returns the ZIP64 field that goes with them.
fn sizes(out: &mut Vec<u8>, zip64: bool, [stored, inflated]: [u64; 2]) -> Vec<u8> {
    if !zip64 {
        put32(out, long(stored));
        put32(out, long(inflated));
        return Vec::new();
    }
    put32(out, u32::MAX);
    put32(out, u32::MAX);
    let mut extra = vec![1, 0, 16, 0];
    extra.extend_from_slice(&inflated.to_le_bytes());
    extra.extend_from_slice(&stored.to_le_bytes());
    extra
}

fn put(out: &mut Vec<u8>, values: &[u16]) {
    for value in values {
        out.extend_from_slice(&value.to_le_bytes());
    }
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn short(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

fn long(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn number(method: Method) -> u16 {
    match method {
        Method::Store => 0,
        Method::Deflate => 8,
        Method::Zstd => 93,
    }
}

/// Raw deflate.
pub fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into memory cannot fail.
    let _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}

fn inflate(stored: &[u8]) -> Vec<u8> {
    let mut decoder = flate2::write::DeflateDecoder::new(Vec::new());
    let _ = decoder.write_all(stored);
    decoder.finish().unwrap_or_default()
}
