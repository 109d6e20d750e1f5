//! Typed access to the values of a line. A missing or wrong value is noted and reading goes on, so that a person
//! learns of all the faults of a line at once.

#![allow(clippy::option_option, reason = "the outer None is a noted fault, the inner a null in the record")]

use std::borrow::Cow;

use uuid::Uuid;

use super::fault::Fault;
use super::number::{integer, micro};
use super::slots::{Field, Raw, Slots};
use crate::lower_uuid;
use crate::refusal::quoted;
use crate::time::Instant;

/// The values of one line and the faults found in them.
#[derive(Debug)]
pub(super) struct Fields<'s, 'a> {
    slots: &'s Slots<'a>,
    faults: Vec<Fault>,
}

impl<'s, 'a> Fields<'s, 'a> {
    /// The values of a line that was scanned without a fault.
    pub(super) fn new(slots: &'s Slots<'a>) -> Self {
        Self { slots, faults: Vec::new() }
    }

    /// What was wrong with the values that were asked for.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Notes a fault of `field`.
    #[cold]
    pub(super) fn refuse(&mut self, field: Field, message: impl Into<Cow<'static, str>>) {
        self.faults.push(Fault::of(field.as_str(), message));
    }

    /// Notes that `field` is absent or not of the type that `expected` describes. Always `None`.
    #[cold]
    fn mismatch<T>(&mut self, field: Field, expected: &str) -> Option<T> {
        let message = match self.slots.get(field) {
            None => format!("the field is missing; {expected} is expected"),
            Some(raw) => format!("{expected} is expected, not {}", describe(raw)),
        };
        self.refuse(field, message);
        None
    }

    /// A string.
    pub(super) fn text(&mut self, field: Field) -> Option<Cow<'a, str>> {
        match self.slots.get(field) {
            Some(Raw::Text(text)) => Some(text.decoded()),
            _ => self.mismatch(field, "a string"),
        }
    }

    /// A string or null; the field must be there.
    pub(super) fn text_or_null(&mut self, field: Field) -> Option<Option<Cow<'a, str>>> {
        match self.slots.get(field) {
            Some(Raw::Text(text)) => Some(Some(text.decoded())),
            Some(Raw::Null) => Some(None),
            _ => self.mismatch(field, "a string or null"),
        }
    }

    /// A string, null, or nothing at all.
    pub(super) fn text_or_absent(&mut self, field: Field) -> Option<Option<Cow<'a, str>>> {
        if self.slots.get(field).is_none() { Some(None) } else { self.text_or_null(field) }
    }

    /// A UUID.
    pub(super) fn uuid(&mut self, field: Field) -> Option<Uuid> {
        let uuid = match self.slots.get(field) {
            Some(Raw::Text(text)) => lower_uuid::parse(text.decoded().as_bytes()),
            _ => None,
        };
        uuid.or_else(|| self.mismatch(field, "a UUID, lower-case and hyphenated,"))
    }

    /// The instant `at`. `last` remembers the former line's as written and as read, and is brought up to date:
    /// the lines of an inventory all state the same.
    pub(super) fn instant(&mut self, last: &mut Option<(&'a str, Instant)>) -> Option<Instant> {
        let instant = match self.slots.get(Field::At) {
            Some(Raw::Text(text)) => match text.decoded() {
                Cow::Borrowed(written) => match *last {
                    Some((former, instant)) if former == written => Some(instant),
                    _ => {
                        let read = Instant::parse(written.as_bytes());
                        *last = read.map(|read| (written, read));
                        read
                    }
                },
                Cow::Owned(written) => Instant::parse(written.as_bytes()),
            },
            _ => None,
        };
        instant.or_else(|| self.mismatch(Field::At, "a UTC time such as 2026-10-01T08:00:00Z"))
    }

    /// An unsigned integer of 32 bits.
    pub(super) fn integer(&mut self, field: Field) -> Option<u32> {
        let value = match self.slots.get(field) {
            Some(Raw::Number(digits)) => integer(digits),
            _ => None,
        };
        value.or_else(|| self.mismatch(field, "an integer from 0 to 4294967295"))
    }

    /// A plain decimal in millionths.
    pub(super) fn micro(&mut self, field: Field) -> Option<u64> {
        let value = match self.slots.get(field) {
            Some(Raw::Number(digits)) => micro(digits),
            _ => None,
        };
        let expected = "a plain decimal from 0 to below 1000000000 with at most 6 decimals";
        value.or_else(|| self.mismatch(field, expected))
    }

    /// A boolean.
    pub(super) fn boolean(&mut self, field: Field) -> Option<bool> {
        match self.slots.get(field) {
            Some(Raw::Bool(value)) => Some(value),
            _ => self.mismatch(field, "true or false"),
        }
    }

    /// One of a set of words.
    pub(super) fn word<T: Copy>(
        &mut self,
        field: Field,
        words: &[T],
        name: fn(T) -> &'static str,
    ) -> Option<T> {
        self.find(field, words, name).or_else(|| self.mismatch(field, &one_of(words, name)))
    }

    /// One of a set of words or null; the field must be there.
    pub(super) fn word_or_null<T: Copy>(
        &mut self,
        field: Field,
        words: &[T],
        name: fn(T) -> &'static str,
    ) -> Option<Option<T>> {
        if let Some(Raw::Null) = self.slots.get(field) {
            return Some(None);
        }
        let found = self.find(field, words, name).map(Some);
        found.or_else(|| self.mismatch(field, &format!("{} or null", one_of(words, name))))
    }

    fn find<T: Copy>(&self, field: Field, words: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let Some(Raw::Text(text)) = self.slots.get(field) else { return None };
        let text = text.decoded();
        words.iter().copied().find(|word| name(*word) == text)
    }
}

fn one_of<T: Copy>(words: &[T], name: fn(T) -> &'static str) -> String {
    let names: Vec<_> = words.iter().map(|word| name(*word)).collect();
    format!("one of {}", names.join(", "))
}

/// A value in a message.
fn describe(raw: Raw<'_>) -> String {
    match raw {
        Raw::Null => "null".to_owned(),
        Raw::Bool(value) => value.to_string(),
        Raw::Number(digits) => quoted(digits).trim_matches('"').to_owned(),
        Raw::Text(text) => quoted(&text.decoded()),
        Raw::Object => "an object".to_owned(),
        Raw::Array => "an array".to_owned(),
    }
}
