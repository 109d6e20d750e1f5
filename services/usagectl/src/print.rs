//! How answers look: tables for people, JSON for programs.

pub mod exact;
pub mod field;
pub mod figures;
pub mod reasons;
pub mod table;

use std::io::Write;

use serde::Serialize;

use crate::error::Error;

/// Where a command prints its answer.
pub type Out<'a> = &'a mut dyn Write;

/// Prints a value as indented JSON.
pub fn json(out: Out<'_>, value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(out, "{text}")?;
    Ok(())
}

/// A foreign text that a terminal can be trusted with: names are opaque and come from anywhere, so control
/// characters are shown and not obeyed.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// `1 file`, `2 files`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Bytes in the largest binary unit that keeps the figure at 1 or more, with one decimal rounded down.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut scale = 1_u64;
    let mut name = "B";
    for unit in UNITS {
        if bytes / scale < 1024 {
            break;
        }
        scale *= 1024;
        name = unit;
    }
    match scale {
        1 => format!("{bytes} B"),
        _ => format!("{}.{} {name}", bytes / scale, bytes % scale * 10 / scale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_at_a_glance() {
        let sizes = [0, 1023, 1024, 1536, 1 << 20, (2 << 30) + (900 << 20), u64::MAX].map(size);
        assert_eq!(sizes, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "2.8 GiB", "16777215.9 TiB"]);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[31m\nb"), "a\u{fffd}[31m\u{fffd}b");
    }
}
