//! Typed access to the members of one object of the manifest. A missing or wrong value is noted and reading goes
//! on.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::{IgnoredAny, MapAccess};
use uuid::Uuid;

use super::tolerant::{Any, Keep, Key, Scalar, TEXT_BYTES};
use crate::lower_uuid;
use crate::refusal::{Code, Refusal, Refusals};
use crate::time::{Instant, Month};

/// The members of one object, and where its faults are noted.
pub(super) struct Values<'r, 'de, const N: usize> {
    keys: &'static [&'static str; N],
    found: [Option<Scalar<'de>>; N],
    /// The object's own place, such as `collections[3].`, or nothing for the document.
    place: String,
    refusals: &'r mut Refusals,
}

impl<'r, 'de, const N: usize> Values<'r, 'de, N> {
    /// An object without members yet.
    pub(super) fn new(keys: &'static [&'static str; N], place: String, refusals: &'r mut Refusals) -> Self {
        Self { keys, found: [const { None }; N], place, refusals }
    }

    /// Reads all members of an object whose known members are no arrays or objects.
    pub(super) fn read<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self, A::Error> {
        while let Some(key) = members.next_key_seed(Key(self.keys))? {
            match key {
                Some(index) => {
                    let value = members.next_value_seed(Any(Keep))?;
                    self.put(index, value);
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(self)
    }

    /// Notes the value of the key at `index`; a second one is a fault (usage-data.md is silent on manifests here,
    /// but two readers could take different ones).
    pub(super) fn put(&mut self, index: usize, value: Scalar<'de>) {
        if let (Some(slot), Some(key)) = (self.found.get_mut(index), self.keys.get(index))
            && slot.replace(value).is_some()
        {
            self.refuse(key, "the key occurs twice in one object");
        }
    }

    /// Notes a fault of the member `key`.
    #[cold]
    pub(super) fn refuse(&mut self, key: &str, message: impl Into<String>) {
        let field = format!("{}{key}", self.place);
        self.refusals.push(Refusal::new(Code::ManifestInvalid, message).at_field(field));
    }

    /// The faults so far, of this object and those before it.
    pub(super) fn refusals(&mut self) -> &mut Refusals {
        self.refusals
    }

    /// The value of `key`, taken out.
    fn take(&mut self, key: &'static str) -> Option<Scalar<'de>> {
        let index = self.keys.iter().position(|known| *known == key)?;
        self.found.get_mut(index)?.take()
    }

    /// What `convert` makes of the value of `key`; a fault that names what is `expected` when it gives it back.
    fn convert<T>(
        &mut self,
        key: &'static str,
        expected: impl Display,
        convert: impl FnOnce(Scalar<'de>) -> Result<T, Scalar<'de>>,
    ) -> Option<T> {
        let message = match self.take(key).map(convert) {
            Some(Ok(converted)) => return Some(converted),
            Some(Err(found)) => format!("{expected} is expected, not {}", found.describe()),
            None => format!("the field is missing; {expected} is expected"),
        };
        self.refuse(key, message);
        None
    }

    /// What `parse` makes of a string.
    fn parsed<T>(
        &mut self,
        key: &'static str,
        expected: impl Display,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.convert(key, expected, |value| match value {
            Scalar::Text(text) => parse(&text).ok_or(Scalar::Text(text)),
            other => Err(other),
        })
    }

    /// An array that was read where it stood.
    pub(super) fn list(&mut self, key: &'static str) -> Option<()> {
        self.convert(key, "an array", |value| if value == Scalar::Array { Ok(()) } else { Err(value) })
    }

    /// A string of a bounded length.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let expected = format_args!("a string of at most {TEXT_BYTES} bytes");
        self.convert(key, expected, |value| match value {
            Scalar::Text(text) => Ok(text.into_owned()),
            other => Err(other),
        })
    }

    /// A UUID.
    pub(super) fn uuid(&mut self, key: &'static str) -> Option<Uuid> {
        self.parsed(key, "a UUID, lower-case and hyphenated,", |text| lower_uuid::parse(text.as_bytes()))
    }

    /// A UTC instant.
    pub(super) fn instant(&mut self, key: &'static str) -> Option<Instant> {
        let expected = "a UTC time such as 2026-10-01T08:00:00Z";
        self.parsed(key, expected, |text| Instant::parse(text.as_bytes()))
    }

    /// A month.
    pub(super) fn month(&mut self, key: &'static str) -> Option<Month> {
        self.parsed(key, "a month such as 2026-10", |text| Month::from_str(text).ok())
    }

    /// One of a set of words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[T],
        name: fn(T) -> &'static str,
    ) -> Option<T> {
        let names: Vec<_> = words.iter().map(|word| name(*word)).collect();
        let expected = format!("one of {}", names.join(", "));
        self.parsed(key, expected, |text| words.iter().copied().find(|word| name(*word) == text))
    }

    /// A boolean.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.convert(key, "true or false", |value| match value {
            Scalar::Bool(value) => Ok(value),
            other => Err(other),
        })
    }

    /// A count. Those beyond 63 bits are refused: no entry has so many of anything.
    pub(super) fn count(&mut self, key: &'static str) -> Option<u64> {
        self.convert(key, "a count, an integer of at least 0,", |value| match value {
            Scalar::Integer(value) if i64::try_from(value).is_ok() => Ok(value),
            other => Err(other),
        })
    }

    /// A SHA-256 digest, its digits in either case (usage-data.md §2 does not say).
    pub(super) fn sha256(&mut self, key: &'static str) -> Option<[u8; 32]> {
        self.parsed(key, "a SHA-256 of 64 hexadecimal digits", |text| {
            let mut digest = [0; 32];
            hex::decode_to_slice(text, &mut digest).is_ok().then_some(digest)
        })
    }
}
