//! Readers who do not read.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use e2e::{Service, until};
use test_support::activity::idle_transactions;
use test_support::usage_file::DataFile;
use uuid::Uuid;

use super::{CLOCK, Healthy, Peer};

/// So many rows are more than all buffers between the database and a reader hold.
const ROWS: u32 = 30_000;
/// More readers than the pool has connections, and the process threads for answers.
const READERS: usize = 6;
/// What a reader's machine takes unread.
const BUFFER: u32 = 8 * 1024;

const SETTINGS: [(&str, &str); 3] =
    [("USAGE_HTTP_WRITE_STALL", "2s"), ("USAGE_HTTP_KEEP_ALIVE", "60s"), ("USAGE_DATABASE_POOL", "3")];

/// VMs that are on for half an hour, 500 begin at a time.
fn month_of_rows(meter: Uuid) -> Vec<u8> {
    let month: DateTime<Utc> = "2026-09-01T00:00:00Z".parse().unwrap();
    let at = |half: u32| {
        (month + TimeDelta::minutes(30 * i64::from(half))).to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let mut file = DataFile::new(meter).vcenter(Uuid::from_u128(0x2000));
    for hour in 0..ROWS / 500 {
        let (born, gone, end) = (at(2 * hour), at(2 * hour + 1), at(2 * hour + 2));
        let lines: Vec<String> = (hour * 500..(hour + 1) * 500)
            .flat_map(|number| {
                let id = Uuid::from_u128(0x1_0000 + u128::from(number));
                let vm = format!(
                    r#"{{"type":"vm","at":"{born}","id":"{id}","moid":"vm","name":"job-{number}-{}","host":"host-1","power":"on","vcpus":1,"memory_mb":2048,"reserved_mb":0,"guest_os":"linux"}}"#,
                    "x".repeat(200),
                );
                [vm, format!(r#"{{"type":"removed","at":"{gone}","object":"vm","id":"{id}"}}"#)]
            })
            .collect();
        file = file.events(&born, &end, &lines);
    }
    file.build()
}

#[test]
fn a_table_that_nobody_reads_holds_nothing_that_others_need() {
    let service = Service::start_with(CLOCK, &SETTINGS);
    let (acme, healthy) = (service.log_in("admin@acme.test"), Healthy::at(&service));
    let meter = Uuid::from_u128(0x1000);
    acme.register_meter(meter, "ACME-0001", "production");
    acme.process(&month_of_rows(meter));
    let request = format!(
        "GET /v1/reports/vm-history?month=2026-09 HTTP/1.1\r\nhost: x\r\naccept: text/csv\r\nauthorization: Bearer {}\r\n\r\n",
        acme.token()
    );
    let mut readers: Vec<Peer> = (0..READERS)
        .map(|_| Peer::with_buffer("127.0.0.2", service.server(), Some(BUFFER)).send(&request))
        .collect();
    // Each has its answer before it, and leaves it lying.
    for reader in &readers {
        until("the beginning of an answer", || (reader.stream.peek(&mut [0; 1]).ok()? > 0).then_some(()));
    }
    healthy.is_answered();
    until("no transaction that waits for a reader", || {
        (idle_transactions(service.database()) == 0).then_some(())
    });
    healthy.is_answered();
    let all = acme.vm_history_csv("2026-09", "");
    assert_eq!(all.lines().count(), usize::try_from(ROWS).unwrap() + 1, "who reads gets all of it");
    // The service counts those that it gave up, which nobody had to tell it.
    let cut = || metric(&service, r#"http_connections_cut_total{limit="stall"}"#);
    until("readers to be given up", || (cut() == READERS.to_string()).then_some(()));
    for reader in &mut readers {
        while reader.takes_more() {}
        let size = reader.received.len();
        assert!(size < all.len(), "a part of {} bytes is not taken for the whole: {size}", all.len());
    }
    healthy.is_answered();
}

#[test]
fn who_only_asks_and_never_reads_is_cut_off() {
    let service = Service::start_with(CLOCK, &SETTINGS);
    let healthy = Healthy::at(&service);
    let request = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    let peer = Peer::with_buffer("127.0.0.2", service.server(), Some(BUFFER)).send(&request.repeat(100));
    let cut = || metric(&service, r#"http_connections_cut_total{limit="stall"}"#);
    until("a reader to be given up", || (cut() == "1").then_some(()));
    drop(peer);
    healthy.is_answered();
}

/// A line of the service's metrics, empty as long as there is none.
fn metric(service: &Service, name: &str) -> String {
    let log = service.log();
    let serving = log.iter().find(|entry| entry["message"] == "serving").unwrap();
    let url = format!("http://{}/metrics", e2e::text(&serving["metrics"]));
    let page = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
    let value = page.lines().find_map(|line| line.strip_prefix(name));
    value.unwrap_or_default().trim().to_owned()
}
