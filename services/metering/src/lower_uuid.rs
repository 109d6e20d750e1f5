//! UUIDs as the format writes them: lower-case and hyphenated (usage-data.md §2), nothing else.

use uuid::Uuid;

/// No hexadecimal digit.
const BAD: u8 = 0xff;

/// The value of each lower-case hexadecimal digit.
const NIBBLES: [u8; 256] = {
    let mut table = [BAD; 256];
    let mut digit = 0_u8;
    while digit < 16 {
        let letter = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        table[letter as usize] = digit;
        digit += 1;
    }
    table
};

/// Reads `8a3a2216-0000-0000-0000-000000000000`. The general parser of the `uuid` crate takes upper case, braces
/// and bare digits as well, and one product must not have two spellings.
pub(crate) fn parse(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; 36] = text.try_into().ok()?;
    if text[8] != b'-' || text[13] != b'-' || text[18] != b'-' || text[23] != b'-' {
        return None;
    }
    let (head, tail) = text.split_at(19);
    let high = digits(head)?;
    let low = digits(tail)?;
    Some(Uuid::from_u64_pair(high, low))
}

/// 16 digits with hyphens among them.
fn digits(text: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    let mut count = 0_u32;
    let mut seen = 0_u8;
    for letter in text {
        if *letter == b'-' {
            continue;
        }
        let nibble = NIBBLES[usize::from(*letter)];
        seen |= nibble;
        value = value << 4 | u64::from(nibble & 0xf);
        count += 1;
    }
    (count == 16 && seen < 16).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn one_spelling_only() {
        let text = "96f42878-20f2-5579-b34b-2ab9a1860e56";
        assert_eq!(parse(text.as_bytes()).map(|uuid| uuid.to_string()).as_deref(), Some(text));
        for other in [
            "",
            "96F42878-20f2-5579-b34b-2ab9a1860e56",
            "96f4287820f25579b34b2ab9a1860e56",
            "{96f42878-20f2-5579-b34b-2ab9a1860e56}",
            "96f42878-20f2-5579-b34b-2ab9a1860e5g",
            "96f42878-20f2-5579-b34b-2ab9a1860e5",
            "96f42878-20f2-5579-b34b-2ab9a1860e566",
            "96f42878-20f2-5579-b34b-2ab-a1860e56",
            "96f42878020f2-5579-b34b-2ab9a1860e56",
            "96f42878-20f2-5579-b34b-2ab9a1860e5\u{e9}",
        ] {
            assert_eq!(parse(other.as_bytes()), None, "{other}");
        }
    }
}
