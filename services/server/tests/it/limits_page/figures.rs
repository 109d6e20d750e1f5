//! Figures as people read them.

/// Of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Things.
    Count,
    /// A time, in milliseconds when it is a bare number.
    Time,
    /// A time, in seconds when it is a bare number.
    Seconds,
}

/// A default as the command line has it: a number of bytes or things, or a time that is written already.
pub fn of_setting(default: &str, unit: Unit) -> String {
    match unit {
        Unit::Time | Unit::Seconds => default.to_owned(),
        Unit::Bytes | Unit::Count => default.parse().map_or_else(|_| default.to_owned(), |n| number(n, unit)),
    }
}

/// A number of such units.
pub fn number(number: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => {
            let sizes = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
            let size = sizes.into_iter().find(|(size, _)| number >= *size && number.is_multiple_of(*size));
            size.map_or_else(
                || format!("{} bytes", grouped(number)),
                |(size, name)| format!("{} {name}", number / size),
            )
        }
        Unit::Count => grouped(number),
        Unit::Time => time(number),
        Unit::Seconds => time(number * 1_000),
    }
}

/// Milliseconds.
pub fn time(ms: u64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = units.into_iter().find(|(unit, _)| ms >= *unit && ms.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{ms}ms"), |(unit, name)| format!("{}{name}", ms / unit))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.join(",")
}

#[test]
fn figures_are_short() {
    assert_eq!(number(2 << 30, Unit::Bytes), "2 GiB");
    assert_eq!(number(1_500, Unit::Bytes), "1,500 bytes");
    assert_eq!(number(20_000, Unit::Count), "20,000");
    assert_eq!([time(90_000), time(1_500), time(172_800_000)], ["90s", "1500ms", "2d"]);
}
