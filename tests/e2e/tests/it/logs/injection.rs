//! No caller writes a line of the log, nor a header of an answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use e2e::{Client, Service};
use serde_json::{Value, json};
use test_support::usage_file::records::{host, vm};
use test_support::usage_file::{DataFile, Entry};
use ureq::http::Method;
use uuid::Uuid;

use super::{CLOCK, send};

const METER: Uuid = Uuid::from_u128(0x1000);
const VCENTER: Uuid = Uuid::from_u128(0x2000);
/// A header, and a line in each of the formats.
const FORGED: &str = "a\r\nX-Forged: yes\r\n\r\n{\"level\":\"ERROR\",\"message\":\"FORGED\"}\n2026-01-01T00:00:00Z ERROR FORGED\u{b}\u{85}\u{2028}\u{1b}[2J\u{8}";
const FORGED_IN_PATH: &str =
    "a%0d%0aX-Forged:%20yes%0d%0a%0d%0a%7b%22message%22:%22FORGED%22%7d%0aFORGED%0b%c2%85%1b[2J";

#[test]
fn callers_write_neither_lines_nor_headers() {
    for format in ["json", "pretty"] {
        let settings = [("USAGE_LOG", "trace"), ("USAGE_LOG_FORMAT", format), ("NO_COLOR", "1")];
        let service = Service::start_with(CLOCK, &settings);
        let acme = service.log_in("admin@acme.test");
        acme.register_meter(METER, "ACME-0001", "production");
        forge_requests(&service, &acme);
        forge_raw_requests(&service);
        forge_files(&service, &acme);
        let output = service.output();
        assert!(output.contains("FORGED"), "{format}: it does not write what it should not believe");
        for line in output.lines() {
            assert_is_ours(line, format);
        }
        assert!(
            !output.contains(['\u{b}', '\u{85}', '\u{1b}', '\u{8}', '\r']),
            "{format}: a control character"
        );
    }
}

/// A line that the service wrote by itself.
fn assert_is_ours(line: &str, format: &str) {
    if format == "json" {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(entry["timestamp"].is_string() && entry["target"].is_string(), "{line}");
    } else {
        let (time, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(time.ends_with('Z') && time.len() > "2026-01-01T00:00:00Z".len(), "{line}");
        let level = rest.trim_start().split(' ').next().unwrap();
        assert!(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level), "{line}");
    }
}

#[track_caller]
fn assert_no_forged_header(answer: &e2e::Answer) {
    assert!(!answer.headers.contains_key("x-forged"), "{:?}", answer.headers);
}

fn forge_requests(service: &Service, acme: &Client) {
    let authorization = format!("Bearer {}", acme.token());
    for path in [
        "/",
        "/v1/",
        "/v1/meters/",
        "/v1/uploads/",
        "/v1/meters?month=",
        "/v1/uploads?cursor=",
        "/v1/meters?",
    ] {
        let answer = acme.get(&format!("{path}{FORGED_IN_PATH}"));
        assert!(matches!(answer.status, 404 | 422), "{path}: {}", answer.text());
        assert_no_forged_header(&answer);
    }
    let post = |path: &str, body: Value| {
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("user-agent", "a\tFORGED"),
            ("idempotency-key", "a%0d%0aX-Forged: yes"),
            ("x-forwarded-for", "FORGED, a%0d%0aX-Forged: yes"),
            ("x-request-id", "a%0d%0aX-Forged: yes"),
            ("origin", "https://FORGED%0d%0aX-Forged: yes"),
        ];
        let answer = send(service, Method::POST, path, &headers, &body.to_string());
        assert!(matches!(answer.status, 401 | 422), "{path}: {}", answer.text());
        assert_no_forged_header(&answer);
    };
    post("/v1/auth/token", json!({"email": FORGED, "password": FORGED}));
    post("/v1/auth/token", json!({"email": "FORGED@acme.test", "password": FORGED, FORGED: FORGED}));
    post("/v1/auth/refresh", json!({"refresh_token": FORGED}));
    let meter = json!({"id": Uuid::from_u128(9), "name": FORGED, "billing_mode": FORGED, "connectivity": "offline",
        "contract_number": FORGED, FORGED: FORGED});
    post("/v1/meters", meter);
}

/// What no library would send.
fn forge_raw_requests(service: &Service) {
    for head in [
        "GET /v1/meters\rX-Forged: yes HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /v1/meters\u{b}FORGED HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /v1/meters HTTP/1.1\r\nhost: a\rX-Forged: yes\r\n\r\n",
        "GET /v1/meters HTTP/1.1\r\nhost: a\u{b}\u{1b}[2JFORGED\r\n\r\n",
        "GET /v1/meters\u{85}FORGED HTTP/1.1\r\nhost: a\r\n\r\n",
        "FORGED\u{7f} / HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(service.server().trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).to_lowercase();
        assert!(!answer.contains("x-forged"), "{head:?}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("http/1.1 4"), "{head:?}: {answer}");
    }
}

/// Files, their names, their entries' names and what they say.
fn forge_files(service: &Service, acme: &Client) {
    let (at, machine) = ("2026-09-01T08:00:00Z", Uuid::from_u128(0x3000));
    let mut guest: Value = serde_json::from_str(&vm(at, machine).to_string()).unwrap();
    guest["name"] = json!(FORGED);
    let lines = [host(at, "host-1").to_string(), guest.to_string()];
    let file = DataFile::new(METER).vcenter(VCENTER).inventory(at, &lines);
    let file = file.events(at, "2026-09-01T09:00:00Z", &lines);
    let mut named = file.zip();
    named.entries.push(Entry::new(FORGED, b"FORGED"));
    let refused = [
        named.build(),
        file.clone().set("meter_version", json!(FORGED)).set("mode", json!(FORGED)).build(),
        file.clone().set(FORGED, json!(FORGED)).set("month", json!(FORGED)).build(),
        FORGED.as_bytes().to_vec(),
    ];
    for bytes in refused {
        let answer = acme.upload(&bytes);
        assert!(answer.status == 422, "{}", answer.text());
        assert_no_forged_header(&answer);
        let id = answer.json()["upload_id"].as_str().unwrap().to_owned();
        assert_no_forged_header(&acme.get(&format!("/v1/uploads/{id}/file")).expect(200));
    }
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{FORGED_IN_PATH}\tFORGED\"\r\n\r\nno archive\r\n--b--\r\n"
    );
    let authorization = format!("Bearer {}", acme.token());
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "multipart/form-data; boundary=b")];
    assert_no_forged_header(&send(service, Method::POST, "/v1/uploads", &headers, &form).expect(422));
    acme.process(&file.build());
    let rows = acme.get_as("/v1/reports/vm-history?month=2026-09", "text/csv").expect(200);
    assert!(rows.text().contains("FORGED"));
    assert_no_forged_header(&rows);
}
