//! The service behind TLS, which also speaks TLS with its database and its broker.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use e2e::{PASSWORD, Service, data, program, read_json, text};
use serde_json::json;
use test_support::tls::tls_file;

/// `usagectl` in a folder, with one more variable.
fn usagectl(folder: &Path, variable: (&str, &str), arguments: &[&str]) -> Output {
    let mut command = Command::new(program("usagectl"));
    command.env_clear().env("USAGECTL_CONFIG", folder.join("config.json")).env("USAGE_PASSWORD", PASSWORD);
    command.env(variable.0, variable.1).current_dir(folder).args(arguments).stdin(Stdio::null());
    command.output().unwrap()
}

#[track_caller]
fn ends_with(output: &Output, code: i32, words: &str) {
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(words), "{said}");
}

/// Which version of HTTP curl got a good answer in.
fn http_version(url: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--fail", "--output", "/dev/null", "--write-out", "%{http_version}"]);
    let output = command.args(arguments).arg("--cacert").arg(tls_file("ca.pem")).arg(url).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_file_comes_by_http_2_and_its_month_by_http_1_1() {
    let folder = data("samples/bitbrains");
    let about = read_json(&folder.join("case.json"));
    let upload = &about["uploads"][0];
    let month = text(&upload["month"]);
    let service = Service::start_encrypted(&text(&upload["clock"]));
    let acme = service.log_in("admin@acme.test");
    let token = acme.register_meter(text(&about["meter"]).parse().unwrap(), "ACME-0001", "production");
    let file = format!("@{}", folder.join(text(&upload["file"])).display());
    let (bearer, kind) = (format!("authorization: Bearer {token}"), "content-type: application/octet-stream");
    let send = ["--data-binary", &file, "--header", &bearer, "--header", kind];
    assert_eq!(http_version(&format!("{}/v1/uploads", service.server()), &send).as_deref(), Some("2"));
    let uploads = acme.list("/v1/uploads?");
    assert_eq!(acme.wait_ended(&text(&uploads[0]["id"]))["status"], "processed");
    let expected = read_json(&folder.join(format!("expected-{month}.json")));
    assert_eq!(e2e::lines(&acme.report(&month)), expected["lines"]);
}

#[test]
fn the_client_chooses_between_http_2_and_1_1_and_metrics_stay_plain() {
    let service = Service::start_encrypted("2026-10-01T06:00:00Z");
    let ready = format!("{}/readyz", service.server());
    let version = |arguments: &[&str]| http_version(&ready, arguments);
    assert_eq!(version(&["--tlsv1.3"]).as_deref(), Some("2"));
    assert_eq!(version(&["--tls-max", "1.2"]).as_deref(), Some("2"));
    assert_eq!(version(&["--http1.1"]).as_deref(), Some("1.1"));
    assert_eq!(version(&["--no-alpn"]).as_deref(), Some("1.1"));
    assert_eq!(http_version(&ready.replace("https:", "http:"), &[]), None);

    let log = service.log();
    let serving = log.iter().find(|entry| entry["message"] == "serving").unwrap();
    assert_eq!(serving["tls"], json!(true));
    let metrics = format!("http://{}/metrics", text(&serving["metrics"]));
    assert_eq!(http_version(&metrics, &[]).as_deref(), Some("1.1"));
}

#[test]
fn usagectl_believes_whom_it_is_told_to() {
    let service = Service::start_encrypted("2026-10-01T06:00:00Z");
    let (folder, server) = (service.folder(), service.server());
    let run = |variable, arguments: &[&str]| usagectl(folder, variable, arguments);
    let (none, login) = (("NO_COLOR", "1"), ["login", "--email", "admin@acme.test", "--server"]);
    let (ca, stranger) = (tls_file("ca.pem"), tls_file("stranger.pem"));
    let (ca, stranger) = (ca.to_str().unwrap(), stranger.to_str().unwrap());

    ends_with(&run(none, &[&login[..], &[server]].concat()), 1, "--ca-file FILE");
    let mistaken = run(none, &[&login[..], &[server, "--ca-file", stranger]].concat());
    ends_with(&mistaken, 1, "not signed by an authority that is trusted here");
    ends_with(&run(none, &["whoami"]), 1, "you are not logged in");

    ends_with(&run(none, &[&login[..], &[server, "--ca-file", ca]].concat()), 0, "logged in to https://");
    // The log-in remembers whom to believe, and another word goes before it.
    ends_with(&run(none, &["whoami"]), 0, "admin@acme.test");
    ends_with(&run(("USAGE_CA_FILE", stranger), &["whoami"]), 1, "--ca-file FILE");
    ends_with(&run(("USAGE_CA_FILE", ca), &["whoami"]), 0, "admin@acme.test");
}
