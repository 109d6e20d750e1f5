//! One pass over one line: a flat JSON object into slots by field. Stricter than a general JSON parser where
//! usage-data.md §3 is: no key twice at any depth, no line break of any kind between tokens.

use std::borrow::Cow;

use super::fault::{Fault, Faulty};
use super::slots::{Field, Raw, Slots};
use super::text::{Text, end_of_string};

/// How deep the value of an unknown field may nest. The format itself needs no nesting at all; the limit keeps
/// the stack bounded.
const NESTING: u32 = 32;

/// Keys that are no known field, kept until their object ends to find one that comes twice. Reused from line to
/// line, so that lines with known fields only never allocate.
pub(super) type Keys<'a> = Vec<Cow<'a, str>>;

/// Reads `line` (without its `\n`) into `slots`.
pub(super) fn object<'a>(line: &'a str, slots: &mut Slots<'a>, keys: &mut Keys<'a>) -> Faulty<()> {
    slots.clear();
    keys.clear();
    let mut scanner = Scanner { text: line, bytes: line.as_bytes(), at: 0 };
    scanner.space();
    scanner.require(b'{', "a record is one JSON object")?;
    let mut position = 0;
    scanner.members(keys, |scanner, keys| {
        let key_at = scanner.at;
        let expected = slots.expected(position).filter(|field| scanner.take_all(field.token()));
        let field = match expected {
            Some(field) => field,
            None => match scanner.key()? {
                key if let Some(field) = Field::of(&key) => field,
                key => {
                    keys.push(key);
                    return scanner.value(keys, NESTING).map(drop);
                }
            },
        };
        scanner.space();
        let value = scanner.value(keys, NESTING)?;
        if !slots.put(position, field, value) {
            return Err(Fault::twice(key_at, field.as_str()));
        }
        position += 1;
        Ok(())
    })?;
    scanner.space();
    if scanner.at < scanner.bytes.len() {
        return Err(Fault::at(scanner.at, "nothing may follow the object on its line"));
    }
    Ok(())
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Of JSON's four white space characters the two that cannot end a line.
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn require(&mut self, byte: u8, message: &'static str) -> Faulty<()> {
        if self.take(byte) { Ok(()) } else { Err(Fault::at(self.at, message)) }
    }

    fn take_all(&mut self, token: &[u8]) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(token));
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// The members of an object whose `{` is behind us, `}` included. `member` reads one, key and value.
    #[inline]
    fn members(
        &mut self,
        keys: &mut Keys<'a>,
        mut member: impl FnMut(&mut Self, &mut Keys<'a>) -> Faulty<()>,
    ) -> Faulty<()> {
        let first_key = keys.len();
        self.space();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            member(self, keys)?;
            self.space();
            if self.take(b'}') {
                return self.forget_keys(keys, first_key);
            }
            self.require(b',', "a comma or } is expected behind the value")?;
        }
    }

    /// A key, its colon and the space around that.
    fn key(&mut self) -> Faulty<Cow<'a, str>> {
        let key = self.string("a key in quotation marks is expected here")?;
        self.space();
        self.require(b':', "a colon is expected behind the key")?;
        self.space();
        Ok(key.decoded())
    }

    /// Ends an object: none of its unknown keys may come twice. Sorting keeps a line full of keys cheap.
    fn forget_keys(&self, keys: &mut Keys<'a>, first_key: usize) -> Faulty<()> {
        let Some(own) = keys.get_mut(first_key..) else { return Ok(()) };
        if own.len() > 1 {
            own.sort_unstable();
            if let Some([key, _]) = own.array_windows().find(|[key, next]| key == next) {
                return Err(Fault::twice(self.at - 1, key));
            }
        }
        keys.truncate(first_key);
        Ok(())
    }

    fn string(&mut self, expected: &'static str) -> Faulty<Text<'a>> {
        self.require(b'"', expected)?;
        let start = self.at;
        let (end, escaped) = end_of_string(self.bytes, start)?;
        self.at = end + 1;
        // Both ends lie beside an ASCII quotation mark, so that there always is such a slice.
        Ok(Text::new(self.text.get(start..end).unwrap_or_default(), escaped))
    }

    fn value(&mut self, keys: &mut Keys<'a>, nesting: u32) -> Faulty<Raw<'a>> {
        match self.peek() {
            Some(b'"') => Ok(Raw::Text(self.string("")?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.literal("null", Raw::Null),
            Some(b't') => self.literal("true", Raw::Bool(true)),
            Some(b'f') => self.literal("false", Raw::Bool(false)),
            Some(b'{' | b'[') => self.nested(keys, nesting),
            _ => Err(Fault::at(self.at, "a JSON value is expected here")),
        }
    }

    fn literal(&mut self, word: &'static str, value: Raw<'a>) -> Faulty<Raw<'a>> {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if !found {
            return Err(Fault::at(self.at, "a JSON value is expected here"));
        }
        self.at += word.len();
        Ok(value)
    }

    /// Reads over an object or an array; only unknown fields may hold one.
    fn nested(&mut self, keys: &mut Keys<'a>, nesting: u32) -> Faulty<Raw<'a>> {
        let Some(deeper) = nesting.checked_sub(1) else {
            return Err(Fault::at(self.at, format!("values nest deeper than {NESTING} levels")));
        };
        if self.take(b'{') {
            self.members(keys, |scanner, keys| {
                let key = scanner.key()?;
                keys.push(key);
                scanner.value(keys, deeper).map(drop)
            })?;
            return Ok(Raw::Object);
        }
        self.at += 1;
        self.space();
        if self.take(b']') {
            return Ok(Raw::Array);
        }
        loop {
            self.space();
            self.value(keys, deeper)?;
            self.space();
            if self.take(b']') {
                return Ok(Raw::Array);
            }
            self.require(b',', "a comma or ] is expected behind the value")?;
        }
    }

    fn number(&mut self) -> Faulty<Raw<'a>> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        // "01" and "1x" are no numbers; say so here rather than to miss a comma behind the digit.
        if self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
            return Err(Fault::at(start, "this is no JSON number"));
        }
        Ok(Raw::Number(self.text.get(start..self.at).unwrap_or_default()))
    }

    fn digits(&mut self) -> Faulty<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(Fault::at(start, "a digit is expected here")) } else { Ok(()) }
    }
}
