//! Constants as the sources declare them.

use super::figures::{Unit, number, time};

/// The value of a constant that a file declares.
#[track_caller]
pub fn constant(file: &str, name: &str, unit: Unit) -> String {
    let expression = expression(file, name).unwrap_or_else(|| panic!("no constant {name}"));
    let call = expression.split_once('(').filter(|(path, _)| path.contains("::"));
    let (path, inner) = call.unwrap_or(("", expression));
    let value =
        || evaluate(file, inner.trim_end_matches(')')).unwrap_or_else(|| panic!("{name} = {expression}"));
    let unit_ms = match path.rsplit("::").next().unwrap_or_default() {
        "" => return range(file, expression).unwrap_or_else(|| number(value(), unit)),
        "from_millis" | "milliseconds" => 1,
        "from_secs" | "seconds" => 1_000,
        "from_mins" | "minutes" => 60_000,
        "from_hours" | "hours" => 3_600_000,
        "days" => 86_400_000,
        other => panic!("{name}: what is {other}?"),
    };
    time(value() * unit_ms)
}

/// What stands between `const NAME: … =` and the semicolon.
fn expression<'a>(file: &'a str, name: &str) -> Option<&'a str> {
    let (_, declared) = file.split_once(&format!("const {name}:"))?;
    let (_, value) = declared.split_once(" = ")?;
    Some(value.split_once(';')?.0.trim())
}

fn range(file: &str, expression: &str) -> Option<String> {
    let (from, to) = expression.split_once("..=")?;
    Some(format!("{} to {}", evaluate(file, from)?, evaluate(file, to)?))
}

/// Products and shifts of numbers, and of other constants of the file.
fn evaluate(file: &str, text: &str) -> Option<u64> {
    if let Some((left, right)) = text.split_once("<<") {
        return Some(evaluate(file, left)? << evaluate(file, right)?);
    }
    text.split('*').try_fold(1, |product, factor| {
        let factor = factor.trim().replace('_', "");
        let is_number = factor.starts_with(|first: char| first.is_ascii_digit());
        let value = if is_number {
            let digits: String = factor.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u64>().ok()?
        } else {
            let name = text.split('*').map(str::trim).find(|name| name.replace('_', "") == factor)?;
            evaluate(file, expression(file, name)?)?
        };
        Some(product * value)
    })
}

#[test]
fn constants_are_read_as_they_are_written() {
    let file = "const A: u64 = 16 * 1024;\npub const B: Duration = Duration::from_secs(90);\nconst C: u64 = 2 * A;\n\
                const D: TimeDelta = TimeDelta::days(366);\nconst E: usize = 1 << 16;\nconst F: R = 12..=1024;\n\
                const G: i64 = 15 * 60;\nconst H: i32 = 4_096;";
    let read = |name, unit| constant(file, name, unit);
    assert_eq!([read("A", Unit::Bytes), read("C", Unit::Bytes)], ["16 KiB", "32 KiB"]);
    assert_eq!(
        [read("B", Unit::Time), read("D", Unit::Time), read("G", Unit::Seconds)],
        ["90s", "366d", "15m"]
    );
    assert_eq!(
        [read("E", Unit::Count), read("F", Unit::Count), read("H", Unit::Count)],
        ["65,536", "12 to 1024", "4,096"]
    );
}
