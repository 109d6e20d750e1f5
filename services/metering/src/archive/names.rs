//! Names and kinds of entries: regular files with plain relative paths, nothing else (usage-data.md §1).

use super::invalid;
use crate::refusal::{Refusal, quoted};

/// Longer than any name of the format (95 bytes at most), short enough to keep 20,000 of them.
const NAME_BYTES: usize = 255;

/// The name of an entry as text.
pub(super) fn decode(name: &[u8]) -> Result<String, Refusal> {
    let shown = || String::from_utf8_lossy(name.get(..NAME_BYTES.min(name.len())).unwrap_or_default());
    if name.len() > NAME_BYTES {
        let message =
            format!("the name of an entry has {} bytes; at most {NAME_BYTES} are expected", name.len());
        return Err(invalid(message).at_path(shown()));
    }
    match str::from_utf8(name) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(invalid("the name of an entry is not UTF-8").at_path(shown())),
    }
}

/// Refuses names that lead out of a folder, or to one.
pub(super) fn check(name: &str) -> Result<(), String> {
    if name.ends_with('/') {
        return Err("the entry is a directory; only files are expected".to_owned());
    }
    let drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || drive {
        return Err(format!("the entry has an absolute path, {}", quoted(name)));
    }
    if name.contains(['\\', '\0']) {
        return Err(format!("the path {} holds a backslash or a NUL", quoted(name)));
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(format!("the path {} has an empty part, . or ..", quoted(name)));
    }
    Ok(())
}

/// Refuses everything but regular files, whichever system made the entry: Unix modes lie in the upper half of the
/// external attributes, DOS attributes in the lower.
pub(super) fn check_attributes(attributes: u32) -> Result<(), String> {
    const DOS_DIRECTORY: u32 = 0x10;
    let unix_type = attributes >> 16 & 0o170_000;
    match unix_type {
        0 | 0o100_000 if attributes & DOS_DIRECTORY == 0 => Ok(()),
        0 | 0o100_000 | 0o040_000 => Err("the entry is a directory; only files are expected".to_owned()),
        0o120_000 => Err("the entry is a symbolic link; only files are expected".to_owned()),
        _ => Err(format!("the entry is no regular file (type {unix_type:#o})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_pass() {
        assert!(check("2026-10-01/8a3a2216/inventory-080000000-0.ndjson").is_ok());
        assert!(check("a..b/...c").is_ok());
        for bad in [
            "", "/", "/a", "a/", "a//b", "../a", "a/../b", "a/..", "./a", "a/.", "a\\b", "C:a", "C:/a", "a\0",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_regular_files_pass() {
        for good in [0, 0x20, 0o100_644 << 16, 0o600 << 16] {
            assert!(check_attributes(good).is_ok(), "{good:#x}");
        }
        for bad in [0x10, 0o040_755 << 16, 0o120_777 << 16, 0o010_644 << 16, 0o060_000 << 16, 0o140_000 << 16]
        {
            assert!(check_attributes(bad).is_err(), "{bad:#x}");
        }
    }

    #[test]
    fn names_are_bounded_text() {
        assert!(decode(&[b'a'; 255]).is_ok());
        assert!(decode(&[b'a'; 256]).is_err());
        assert!(decode(b"a\xff").is_err());
    }
}
