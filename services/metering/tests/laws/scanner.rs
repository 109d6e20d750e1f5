//! The scanner takes what `serde_json` and the rules of usage-data.md §3 take, and reads the same values.

use metering::{Collection, CollectionKind, Instant, Limits, Month, ProductKind, Statement, records};
use proptest::prelude::*;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

use crate::mutation::{json_char, mutate, mutations};
use crate::reference::{Verdict, agrees, judge};

const T0: &str = "2026-09-01T08:00:00Z";

fn census() -> Collection {
    let from = Instant::parse(T0.as_bytes()).unwrap();
    Collection {
        path: "entry".to_owned(),
        product_id: Uuid::nil(),
        kind: CollectionKind::Inventory,
        from,
        to: from,
        records: 1,
        bytes: 0,
        sha256: [0; 32],
    }
}

/// Texts that JSON writes in several ways.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9:-]{0,24}", "\\PC{0,12}", any::<String>()]
}

fn record() -> impl Strategy<Value = String> {
    let sizes = (any::<u32>(), any::<u32>(), 0..=u64::from(u32::MAX) + 1);
    let words = (
        prop::sample::select(vec!["on", "off", "suspended", "up"]),
        prop::option::of(text()),
        prop::sample::select(vec!["rental", "perpetual", "demo", ""]),
    );
    (any::<bool>(), any::<u128>(), text(), text(), sizes, words).prop_map(
        |(is_vm, id, name, other, (memory, reserved, count), (power, cluster, license))| {
            if is_vm {
                vm(T0, Uuid::from_u128(id))
                    .with("name", name)
                    .with("guest_os", other)
                    .with("memory_mb", memory)
                    .with("reserved_mb", reserved)
                    .with("vcpus", count)
                    .with("power", power)
                    .to_string()
            } else {
                host(T0, &name)
                    .with("license_key", other)
                    .with("cluster", cluster)
                    .with("license", license)
                    .with("cores", count)
                    .to_string()
            }
        },
    )
}

/// Some characters of strings written as escapes, which changes nothing.
fn escaped(line: &str, every: usize) -> String {
    let escape = |(index, character): (usize, char)| match character {
        'a'..='z' if every > 0 && index % every == 0 => format!("\\u{:04x}", u32::from(character)),
        other => other.to_string(),
    };
    // Literals and numbers stand outside of strings and take no escapes.
    let in_strings = line.split('"').enumerate();
    let parts = in_strings.map(|(part, text)| {
        let plain = part % 2 == 0 || text.contains('\\') || text == "u";
        if plain { text.to_owned() } else { text.chars().enumerate().map(escape).collect() }
    });
    parts.collect::<Vec<_>>().join("\"")
}

fn check(line: &str) -> Result<(), TestCaseError> {
    // The scanner learns the order of keys from the lines before; it must not learn too much.
    let content = format!("{}\n{line}\n", vm(T0, Uuid::nil()));
    let mut agreed = None;
    let verdict = judge(line, T0);
    let read = records(content.as_bytes(), &census(), ProductKind::Vcenter, &Limits::default(), |record| {
        agreed = match &verdict {
            Verdict::Record(fields) => Some(agrees(&record.statement, fields)),
            Verdict::Refused | Verdict::Unknown => None,
        };
    });
    match verdict {
        Verdict::Record(_) => {
            prop_assert_eq!(read, Ok(2));
            prop_assert_eq!(agreed, Some(true));
        }
        Verdict::Refused => prop_assert!(read.is_err(), "taken: {}", line),
        Verdict::Unknown => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_scanner_agrees_with_serde_json(
        line in record(),
        every in 0_usize..5,
        mutations in mutations(json_char(), 3),
    ) {
        let line = escaped(&line, every);
        check(&line)?;
        let mutated: String = mutate(line.chars().collect(), &mutations).into_iter().collect();
        check(&mutated)?;
    }

    #[test]
    fn random_text_is_judged_alike(chars in prop::collection::vec(json_char(), 0..40)) {
        check(&chars.into_iter().collect::<String>())?;
    }

    #[test]
    fn decimals_are_read_exactly(micro in 0_u64..1_000_000_000_000_000, digits in 0_usize..=6) {
        let (whole, fraction) = (micro / 1_000_000, format!("{:06}", micro % 1_000_000));
        let written = match &fraction[..digits] {
            "" => whole.to_string(),
            fraction => format!("{whole}.{fraction}"),
        };
        let line = format!(
            "{{\"type\":\"cluster\",\"at\":\"{T0}\",\"id\":\"c\",\"name\":\"\",\"vsan_edition\":null,\"vsan_used_gb\":{written}}}\n"
        );
        let scale = 10_u64.pow(u32::try_from(6 - digits).unwrap());
        let mut read = None;
        let count = records(line.as_bytes(), &census(), ProductKind::Vcenter, &Limits::default(), |line| {
            if let Statement::Cluster(cluster) = &line.statement {
                read = Some(cluster.vsan_used_micro_gb);
            }
        });
        prop_assert_eq!(count, Ok(1));
        prop_assert_eq!(read, Some(micro / scale * scale));
    }

    #[test]
    fn instants_survive_printing(ms in -62_167_219_200_000_i64..=253_402_300_799_999) {
        let instant = Instant(ms);
        prop_assert_eq!(Instant::parse(instant.to_string().as_bytes()), Some(instant));
        let month: Month = instant.month();
        prop_assert!(month.begin() <= instant && instant < month.end());
    }
}
