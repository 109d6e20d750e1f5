//! One more day costs that day, and what comes of it is what comes of metering everything again.

use crate::bench::Bench;
use diesel::prelude::*;
use diesel::sql_types::Text;
use schema::types::{BillingMode, UploadStatus};
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{cluster, feature, host, removed, vm};
use uuid::Uuid;

const METERS: [Uuid; 2] = [Uuid::from_u128(0x51), Uuid::from_u128(0x52)];
const VCENTER: Uuid = Uuid::from_u128(0x53);
const DIRECTOR: Uuid = Uuid::from_u128(0x54);

fn machine(number: u32) -> Uuid {
    Uuid::from_u128(0x500 + u128::from(number))
}

/// What the meters saw of a day: a VM that comes, one that goes, one that is resized, a host whose licence changes, a
/// cluster that fills, and an organization that moves from VM to VM.
fn day(meter: usize, day: u32) -> Vec<u8> {
    let at = |hour: u32, minute: u32| format!("2026-09-{day:02}T{hour:02}:{minute:02}:00Z");
    let (midnight, next) = (at(0, 0), format!("2026-09-{:02}T00:00:00Z", day + 1));
    let mut census = vec![
        host(&midnight, "host-1"),
        host(&midnight, "host-2").with("license", if day.is_multiple_of(2) { "perpetual" } else { "rental" }),
        cluster(&midnight, "domain-c8").with("vsan_edition", "standard").with("vsan_used_gb", 10 * day),
    ];
    census.extend((day.saturating_sub(3)..=day).map(|number| {
        let host = format!("host-{}", 1 + number % 2);
        vm(&midnight, machine(number)).with("host", host).with("name", format!("vm {number} by {meter}"))
    }));
    let changes = [
        vm(&at(9, 30), machine(day)).with("memory_mb", 4096 + day),
        removed(&at(17, 45), "vm", machine(day.saturating_sub(1))),
    ];
    let claim = feature(&at(1, 0), VCENTER, machine(day.saturating_sub(day % 3)), "vcd").with("org", "Sales");
    let file = DataFile::new(METERS[meter]).partial().vcenter(VCENTER).inventory(&midnight, &census);
    let file = file.events(&midnight, &next, &changes).product(DIRECTOR, "vcd");
    file.inventory(&at(1, 0), &[claim]).build()
}

/// Days in the order of receipt: in turn, one that comes late, and the second meter behind the first.
const RECEIVED: [(usize, u32); 13] = [
    (0, 1),
    (0, 2),
    (1, 1),
    (0, 3),
    (0, 5),
    (0, 6),
    (1, 2),
    (0, 4),
    (0, 7),
    (1, 3),
    (0, 8),
    (0, 12),
    (0, 13),
];

async fn bench() -> Bench {
    let bench = Bench::new();
    for meter in METERS {
        bench.register_meter(meter, BillingMode::Production).await;
    }
    bench
}

/// What the database keeps of the results, all versions of it.
fn results(bench: &Bench) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let mut conn = bench.database.service();
    let tenant = diesel::sql_query("SELECT set_config('app.organization', $1, false)");
    tenant.bind::<Text, _>(ACME.to_string()).execute(&mut conn).unwrap();
    ["vm_history", "unit_versions", "unit_totals"]
        .into_iter()
        .flat_map(|table| {
            let sql =
                format!("SELECT (to_jsonb(t) - 'made_at')::text AS line FROM {table} t ORDER BY to_jsonb(t)");
            diesel::sql_query(sql).load::<Line>(&mut conn).unwrap()
        })
        .map(|line| line.line)
        .collect()
}

#[tokio::test]
async fn going_on_and_beginning_anew_keep_the_same_versions() {
    let (going_on, anew) = (bench().await, bench().await);
    for (place, (meter, number)) in RECEIVED.into_iter().enumerate() {
        let received = format!("2026-09-20T00:00:{place:02}Z");
        for bench in [&going_on, &anew] {
            bench.upload(METERS[meter], &day(meter, number), &received).await;
            bench.drain().await;
        }
        anew.database.write("DELETE FROM unit_checkpoints");
        assert_eq!(results(&going_on), results(&anew), "after day {number} of meter {meter}");
    }
    let rows = going_on
        .run(|tx| schema::history::stored_rows(tx, BillingMode::Production, VCENTER, crate::bench::month()))
        .await;
    assert!(rows > 50, "{rows} rows");
}

#[tokio::test]
async fn one_more_day_reads_that_day_alone() {
    let bench = bench().await;
    for number in 1..6 {
        bench.upload(METERS[0], &day(0, number), "2026-09-20T00:00:00Z").await;
        bench.drain().await;
    }
    bench.forget_files();
    let last = bench.upload(METERS[0], &day(0, 6), "2026-09-20T00:00:01Z").await;
    bench.drain().await;
    let upload = bench.run(move |tx| schema::uploads::find(tx, last)).await.unwrap();
    assert_eq!(upload.status, UploadStatus::Processed);
}

#[tokio::test]
async fn a_damaged_checkpoint_costs_time_and_nothing_else() {
    let (bench, other) = (bench().await, bench().await);
    for bench in [&bench, &other] {
        bench.upload(METERS[0], &day(0, 1), "2026-09-20T00:00:00Z").await;
        bench.drain().await;
    }
    bench.database.write("UPDATE unit_checkpoints SET state = '\\xffffffffffff'");
    for bench in [&bench, &other] {
        bench.upload(METERS[0], &day(0, 2), "2026-09-20T00:00:01Z").await;
        bench.drain().await;
    }
    assert_eq!(results(&bench), results(&other));
}
