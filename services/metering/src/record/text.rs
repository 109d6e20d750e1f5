//! JSON strings: where one ends, whether its escapes are right, and what it says.

use std::borrow::Cow;

use super::fault::{Fault, Faulty};

/// A string as it stands between its quotation marks, already known to be valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// `raw` is the text between the quotation marks; `escaped` tells whether there is a backslash in it.
    pub(super) fn new(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// What the string says: borrowed unless it has escapes.
    pub(super) fn decoded(self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is a quotation mark, a backslash or a control character, exact up to and
/// including the first of them (behind it a borrow may mark too much).
fn stops(word: u64) -> u64 {
    let zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & HIGHS;
    let quote = zero(word ^ (ONES * u64::from(b'"')));
    let backslash = zero(word ^ (ONES * u64::from(b'\\')));
    let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
    quote | backslash | control
}

/// The offset of the next quotation mark, backslash or control character at or behind `at`, or the end.
fn next_stop(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let found = stops(u64::from_le_bytes(*word));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    at + found.unwrap_or(rest.len())
}

/// Finds the closing quotation mark of the string whose content begins at `start`; checks all escapes on the way.
/// Returns its offset and whether there were escapes.
#[inline]
pub(super) fn end_of_string(bytes: &[u8], start: usize) -> Faulty<(usize, bool)> {
    let mut at = start;
    let mut escaped = false;
    loop {
        at = next_stop(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = end_of_escape(bytes, at)?;
            }
            Some(_) => return Err(Fault::at(at, "a control character in a string must be escaped")),
            None => return Err(Fault::at(at, "the string has no closing quotation mark")),
        }
    }
}

/// `at` is a backslash; returns the offset behind the escape. A surrogate counts with its other half only.
fn end_of_escape(bytes: &[u8], at: usize) -> Faulty<usize> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match hex4(bytes, at + 2) {
            Some(0xd800..0xdc00) => {
                let low = (bytes.get(at + 6..at + 8) == Some(b"\\u")).then(|| hex4(bytes, at + 8)).flatten();
                match low {
                    Some(0xdc00..0xe000) => Ok(at + 12),
                    _ => Err(Fault::at(at, "a lone surrogate is no character")),
                }
            }
            Some(0xdc00..0xe000) => Err(Fault::at(at, "a lone surrogate is no character")),
            Some(_) => Ok(at + 6),
            None => Err(Fault::at(at, "\\u takes four hexadecimal digits")),
        },
        _ => Err(Fault::at(at, "an unknown escape in a string")),
    }
}

fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at + 4)?
        .iter()
        .try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
}

/// Resolves the escapes of a string that [`end_of_string`] has accepted.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(character) = chars.next() {
        let resolved = if character == '\\' { escape(&mut chars) } else { Some(character) };
        // Nothing is lost here: what does not resolve was refused before.
        out.extend(resolved);
    }
    out
}

fn escape(chars: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let high = unit(chars)?;
            if (0xd800..0xdc00).contains(&high) {
                chars.nth(1)?;
                let low = unit(chars)?;
                char::from_u32(0x1_0000 + ((high & 0x3ff) << 10 | low & 0x3ff))?
            } else {
                char::from_u32(high)?
            }
        }
        other => other,
    })
}

fn unit(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |value, _| Some(value << 4 | chars.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_found_at_every_distance() {
        for length in 0..40 {
            for stop in [b'"', b'\\', 0, 0x1f, b'\n'] {
                let mut bytes = "aé\u{7f}\u{80}z".repeat(8).into_bytes();
                bytes.truncate(length);
                bytes.push(stop);
                bytes.extend_from_slice(b"\"\\xyzxyz");
                assert_eq!(next_stop(&bytes, 0), length, "{length} {stop}");
            }
        }
        assert_eq!(next_stop(b"abcdefghijk", 0), 11);
    }

    #[test]
    fn escapes_resolve() {
        let raw = r#"a\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00z"#;
        let text = Text::new(raw, true).decoded();
        assert_eq!(text, "a\"\\/\u{8}\u{c}\n\r\tAé😀z");
    }

    #[test]
    fn half_characters_are_refused() {
        for bad in [r"\ud83d", r"\ud83dx", r"\ud83d\u0041", r"\ude00", r"\u12g4", r"\u+123", r"\x", "\\"] {
            let quoted = format!("{bad}\"");
            assert!(end_of_string(quoted.as_bytes(), 0).is_err(), "{bad}");
        }
    }
}
