//! A whole collection: its lines one after the other.

use std::ops::Range;

use memchr::memchr_iter;

use super::Line;
use super::fault::Fault;
use super::fields::Fields;
use super::scan::{self, Keys};
use super::slots::{Field, Slots};
use super::statement::statement;
use crate::limits::Limits;
use crate::manifest::{Collection, CollectionKind, ProductKind};
use crate::refusal::{Code, Refusal, Refusals, quoted};
use crate::time::Instant;

/// Reads the records of an inflated entry and hands each to `each` in the order of the lines. Returns how many
/// there are. Texts borrow from `bytes`.
///
/// Lines behind a bad one are read on, for the sake of their refusals; what `each` was given is worth nothing
/// when the result is an error.
///
/// # Errors
/// `record-invalid` for a line that usage-data.md §3 forbids and `limit-exceeded` for one that is too long, with
/// path, line and field; the first 100.
pub fn records<'a>(
    bytes: &'a [u8],
    collection: &Collection,
    product: ProductKind,
    limits: &Limits,
    mut each: impl FnMut(&Line<'a>),
) -> Result<u64, Refusals> {
    let mut reader = Reader {
        bytes,
        // One check for the whole entry; only an entry that fails it is checked line by line.
        text: str::from_utf8(bytes).ok(),
        collection,
        product,
        line_bytes: limits.line_bytes,
        slots: Slots::new(),
        keys: Keys::new(),
        last_at: None,
        number: 0,
        refusals: Refusals::new(),
    };
    let mut start = 0;
    for end in memchr_iter(b'\n', bytes) {
        reader.number += 1;
        if let Some(line) = reader.line(start..end) {
            each(&line);
        } else if reader.refusals.is_full() {
            return Err(reader.refusals);
        }
        start = end + 1;
    }
    if start < bytes.len() {
        reader.number += 1;
        reader.cut_short(start..bytes.len());
    }
    reader.refusals.into_result(reader.number)
}

struct Reader<'a, 'c> {
    bytes: &'a [u8],
    text: Option<&'a str>,
    collection: &'c Collection,
    product: ProductKind,
    line_bytes: u64,
    slots: Slots<'a>,
    keys: Keys<'a>,
    /// The last `at` as written and as read: lines of one instant follow each other.
    last_at: Option<(&'a str, Instant)>,
    number: u64,
    refusals: Refusals,
}

impl<'a> Reader<'a, '_> {
    /// Refuses a line that is too long. The limit is on the line without its line feed (usage-data.md §1 does not
    /// say).
    fn fits(&mut self, line: &Range<usize>) -> bool {
        let line_bytes = line.len() as u64;
        let fits = line_bytes <= self.line_bytes;
        if !fits {
            let message =
                format!("the line has {line_bytes} bytes; the limit for a line is {}", self.line_bytes);
            self.push(Code::LimitExceeded, message, None);
        }
        fits
    }

    /// Refuses a last line without its line feed, too long or not.
    fn cut_short(&mut self, line: Range<usize>) {
        if self.fits(&line) {
            let message = "the last line does not end in a line feed; is the entry cut short?";
            self.push(Code::RecordInvalid, message.to_owned(), None);
        }
    }

    /// Reads one line; `None` when it is refused.
    fn line(&mut self, range: Range<usize>) -> Option<Line<'a>> {
        if !self.fits(&range) {
            return None;
        }
        let Some(text) = self.text_of(range) else {
            self.push(Code::RecordInvalid, "the line is not UTF-8".to_owned(), None);
            return None;
        };
        if let Err(fault) = scan::object(text, &mut self.slots, &mut self.keys) {
            return self.fault(text, fault);
        }
        self.values()
    }

    fn text_of(&self, range: Range<usize>) -> Option<&'a str> {
        match self.text {
            Some(text) => text.get(range),
            None => str::from_utf8(self.bytes.get(range)?).ok(),
        }
    }

    /// Judges the values of a line whose JSON is sound.
    fn values(&mut self) -> Option<Line<'a>> {
        let mut fields = Fields::new(&self.slots);
        let statement = statement(&mut fields, self.collection.kind, self.product);
        let at = fields.instant(&mut self.last_at);
        if let Some(at) = at {
            check_at(&mut fields, self.collection, at);
        }
        let faults = fields.into_faults();
        if faults.is_empty() {
            return Some(Line { number: self.number, at: at?, statement: statement? });
        }
        for Fault(fault) in faults {
            self.push(Code::RecordInvalid, fault.message.into_owned(), fault.field);
        }
        None
    }

    fn fault<T>(&mut self, line: &str, Fault(fault): Fault) -> Option<T> {
        let message = match (explain(line), fault.at) {
            (Some(cause), _) => cause.to_owned(),
            (None, Some(at)) => {
                let found = line.get(at..).map_or_else(String::new, |rest| match rest {
                    "" => ", but the line ends".to_owned(),
                    rest => format!(", not {}", quoted(rest)),
                });
                // A key that comes twice is well placed already.
                let found = if fault.field.is_some() { String::new() } else { found };
                format!("column {}: {}{found}", at + 1, fault.message)
            }
            (None, None) => fault.message.into_owned(),
        };
        self.push(Code::RecordInvalid, message, fault.field);
        None
    }

    #[cold]
    fn push(&mut self, code: Code, message: String, field: Option<String>) {
        let path = Some(self.collection.path.clone());
        self.refusals.push(Refusal { code, message, path, line: Some(self.number), field });
    }
}

/// The line break mistakes that people make, by name.
fn explain(line: &str) -> Option<&'static str> {
    if line.trim_matches([' ', '\t', '\r']).is_empty() {
        return Some("the line is blank; each line holds one JSON object");
    }
    if line.starts_with('\u{feff}') {
        return Some("the line begins with a byte order mark; the format has none");
    }
    if line.ends_with('\r') {
        return Some("the line ends in CR LF; the format ends lines in LF alone");
    }
    None
}

/// usage-data.md §3: an inventory states one instant, events lie in `[from, to)`.
fn check_at(fields: &mut Fields<'_, '_>, collection: &Collection, at: Instant) {
    let (from, to) = (collection.from, collection.to);
    match collection.kind {
        CollectionKind::Inventory if at != from => {
            fields.refuse(Field::At, format!("{at} is not the instant of the inventory, {from}"));
        }
        CollectionKind::Events if at < from || at >= to => {
            fields.refuse(
                Field::At,
                format!("{at} does not lie in the collection, from {from} to before {to}"),
            );
        }
        CollectionKind::Inventory | CollectionKind::Events => {}
    }
}
