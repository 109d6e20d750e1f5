//! Files over links that break: a public tus client and our own, unmodified, through connections that are cut.

mod link;
mod uploader;

use std::collections::VecDeque;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use aws_lc_rs::digest::{SHA256, digest};
use e2e::{Answer, Client, Service, data, program, read_json, text, until};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use crate::exact::faults;
use link::{Link, cuts};
use uploader::upload;

/// A conformance case of two files of more than half a megabyte each.
struct Case {
    folder: PathBuf,
    about: Value,
}

impl Case {
    fn new() -> Self {
        let folder = data("conformance/case-107");
        Self { about: read_json(&folder.join("case.json")), folder }
    }

    fn clock(&self) -> &str {
        self.about["clock"].as_str().unwrap()
    }

    /// Acme, with the meter of the case, and that meter's token.
    fn acme(&self, service: &Service) -> (Client, String) {
        let acme = service.log_in("admin@acme.test");
        let token =
            acme.register_meter(text(&self.about["meters"][0]).parse().unwrap(), "ACME-0001", "production");
        (acme, token)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.about["files"].as_array().unwrap().iter().map(|name| self.folder.join(text(name))).collect()
    }

    /// The figures are those of the case, to the last digit.
    fn check(&self, acme: &Client) {
        let expected = read_json(&self.folder.join("expected.json"));
        let faults = faults(acme, self.about["month"].as_str().unwrap(), &expected);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

/// The upload is processed and has the bytes of this file.
fn is_whole(acme: &Client, id: &str, file: &PathBuf) {
    let (upload, bytes) = (acme.wait_ended(id), fs::read(file).unwrap());
    assert_eq!(upload["status"], "processed", "{upload:#}");
    assert_eq!(upload["sha256"], hex(digest(&SHA256, &bytes).as_ref()));
    assert_eq!(acme.get(&format!("/v1/uploads/{id}/file")).expect(200).body, bytes);
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

fn count(acme: &Client) -> usize {
    acme.list("/v1/uploads?").len()
}

#[test]
fn a_public_client_through_a_link_that_breaks_at_random_bytes() {
    let case = Case::new();
    let service = Service::start(case.clock());
    let (acme, token) = case.acme(&service);
    for (seed, file) in (1..).zip(case.files()) {
        let size = fs::metadata(&file).unwrap().len();
        let cuts = cuts(seed, 8, size / 4);
        println!("seed {seed}: cut after {cuts:?}");
        let link = Link::start(service.server(), cuts);
        let told = upload(&link.url(), &file, acme.token(), None).ended();
        assert!(link.connections() > 8, "{told:?}");
        assert!(told.resumed_at().iter().any(|offset| *offset > 0), "nothing was kept: {told:?}");
        is_whole(&acme, &told.upload_id(), &file);
        // The same file again, by its meter, is the same upload.
        let again = upload(service.server(), &file, &token, Some(100_000)).ended();
        assert_eq!(again.upload_id(), told.upload_id());
    }
    assert_eq!(count(&acme), 2);
    case.check(&acme);
}

#[test]
fn a_public_client_goes_on_at_another_process_when_one_is_killed() {
    let case = Case::new();
    let service = Service::start(case.clock());
    let (acme, _) = case.acme(&service);
    let (first, second) = (service.start_role("ingest"), service.start_role("ingest"));
    let file = &case.files()[0];
    let link = Link::start(first.server(), VecDeque::from([300_000]));
    link.hold();
    let client = upload(&link.url(), file, acme.token(), Some(64 * 1024));
    link.until_held();
    drop(first); // as kill -9 does
    link.lead_to(second.server());
    link.release();
    let told = client.ended();
    let resumed = told.resumed_at();
    assert!(resumed.iter().any(|offset| *offset >= 3 * 64 * 1024), "{resumed:?}");
    is_whole(&acme, &told.upload_id(), file);
    assert_eq!(count(&acme), 1);
}

#[test]
fn a_public_client_is_told_that_a_file_is_refused() {
    let service = Service::start("2026-10-02T06:00:00Z");
    let acme = service.log_in("admin@acme.test");
    let file = service.folder().join("no.data");
    fs::write(&file, vec![7; 100_000]).unwrap();
    let told = upload(service.server(), &file, acme.token(), None).ended();
    assert_eq!((told.last()["success"].as_bool(), &told.last()["status"]), (Some(false), &422.into()));
    let problem: Value = serde_json::from_str(told.last()["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["code"], "not-usage-data");
    let upload = acme.get_upload(&text(&problem["upload_id"]));
    assert_eq!(upload["status"], "rejected");
}

/// A request of tus.
fn tus(
    client: &Client,
    server: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{server}{path}"))
        .header("authorization", format!("Bearer {}", client.token()))
        .header("tus-resumable", "1.0.0");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::read(agent.run(request.body(body.to_owned()).unwrap()).unwrap())
}

const BYTES: (&str, &str) = ("content-type", "application/offset+octet-stream");

#[test]
fn of_two_writers_the_second_is_told_and_what_the_first_sent_is_kept_when_it_goes() {
    let service = Service::start("2026-10-02T06:00:00Z");
    let acme = service.log_in("admin@acme.test");
    let other = service.start_role("ingest");
    let begun = tus(&acme, service.server(), "POST", "/v1/uploads/resumable", &[("upload-length", "10")], "");
    let path = begun.expect(201).header("location").to_owned();
    let mut first = TcpStream::connect(service.server().strip_prefix("http://").unwrap()).unwrap();
    write!(
        first,
        "PATCH {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: 10\r\n\r\n123",
        acme.token()
    )
    .unwrap();
    // No bytes, so that it does not matter whether it comes before.
    let at = |server: &str| tus(&acme, server, "PATCH", &path, &[BYTES, ("upload-offset", "0")], "").status;
    for server in [other.server(), service.server()] {
        until("the second writer to be told", || (at(server) == 423).then_some(()));
    }
    assert_eq!(tus(&acme, other.server(), "DELETE", &path, &[], "").status, 423);
    assert_eq!(tus(&acme, other.server(), "HEAD", &path, &[], "").expect(200).header("upload-offset"), "0");
    drop(first);
    until("the bytes of a connection that is gone", || {
        let head = tus(&acme, other.server(), "HEAD", &path, &[], "").expect(200);
        (head.header("upload-offset") == "3").then_some(())
    });
    let rest = [BYTES, ("upload-offset", "3")];
    until("the lock of a connection that is gone", || {
        let answer = tus(&acme, other.server(), "PATCH", &path, &rest, "45");
        (answer.status == 204).then_some(())
    });
}

#[test]
fn an_answer_to_head_has_no_body_whatever_it_says() {
    let service = Service::start("2026-10-02T06:00:00Z");
    let mut stream = TcpStream::connect(service.server().strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "HEAD /v1/uploads/resumable/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 401") && head.contains("tus-resumable: 1.0.0"), "{answer}");
    assert_eq!(body, "");
}

/// Our own client, with the token of a meter.
fn usagectl(service: &Service, server: &str, token: &str, file: &PathBuf) -> Command {
    let mut command = Command::new(program("usagectl"));
    command.env_clear().env("USAGECTL_CONFIG", service.folder().join("usagectl.json"));
    command.env("USAGE_METER_TOKEN", token).env("USAGE_SERVER", server);
    command.args(["upload", "--resumable"]).arg(file).stdin(Stdio::null());
    command
}

#[test]
fn our_client_goes_on_through_breaks_and_in_its_next_run() {
    let case = Case::new();
    let service = Service::start(case.clock());
    let (acme, token) = case.acme(&service);
    let files = case.files();
    let link = Link::start(service.server(), cuts(3, 4, 150_000));
    let output = usagectl(&service, &link.url(), &token, &files[0]).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("processed"), "{said}");
    assert!(link.connections() > 4, "{}", link.connections());
    // In the middle it is killed; run again, it sends the rest only.
    let size = fs::metadata(&files[1]).unwrap().len();
    let link = Link::start(service.server(), VecDeque::from([size / 2]));
    link.hold();
    let mut command = usagectl(&service, &link.url(), &token, &files[1]);
    let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    link.until_held();
    killed.kill().unwrap();
    killed.wait().unwrap();
    link.release();
    let kept = fs::read_dir(service.folder().join("uploads")).unwrap().next().unwrap().unwrap();
    let (place, meter) =
        (text(&read_json(&kept.path())["place"]), Client::with_token(service.server(), &token));
    until("the bytes of a connection that is gone", || {
        let head = tus(&meter, service.server(), "HEAD", &place, &[], "").expect(200);
        (head.header("upload-offset") != "0").then_some(())
    });
    let before = link.bytes();
    let output = usagectl(&service, &link.url(), &token, &files[1]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sent = link.bytes() - before;
    assert!(sent < size * 3 / 4, "{sent} of {size} bytes were sent again");
    assert_eq!(count(&acme), 2);
    case.check(&acme);
}
