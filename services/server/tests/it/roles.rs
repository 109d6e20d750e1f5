//! What each role answers and needs, and how it ends.

use std::time::Duration;

use crate::program::{Program, bare};

#[tokio::test(flavor = "multi_thread")]
async fn a_role_answers_what_is_its_own_and_ends_when_told() {
    let program = Program::new();
    assert!(program.run("migrate").status.success());
    // (role, what /readyz asks for, POST /v1/uploads, GET /v1/uploads, GET /v1/meters)
    let roles = [
        ("ingest", &["database", "store"][..], 401, 405, 404),
        ("api", &["database", "store"], 405, 401, 401),
        ("aggregator", &["broker", "database", "store"], 404, 404, 404),
        ("all", &["broker", "database", "store"], 401, 401, 401),
    ];
    for (role, checks, post_upload, get_uploads, get_meters) in roles {
        let serving = program.serve(role);
        let ready = serving.ready();
        let asked: Vec<_> = ready.json["checks"].as_object().unwrap().keys().collect();
        assert_eq!(asked, checks, "{role}");
        assert_eq!(ready.json["details"].get("outbox").is_some(), role != "api", "{role}");
        assert_eq!(serving.ask("GET", "/healthz").status, 200, "{role}");
        for (method, path, status) in [
            ("POST", "/v1/uploads", post_upload),
            ("GET", "/v1/uploads", get_uploads),
            ("GET", "/v1/meters", get_meters),
            ("GET", "/nothing", 404),
        ] {
            let answer = serving.ask(method, path);
            assert_eq!(answer.status, status, "{role}: {method} {path}");
            assert!(answer.has_request_id && answer.json["code"].is_string(), "{role}: {method} {path}");
        }
        assert_eq!(serving.ask("GET", "/openapi.json").json["openapi"], "3.1.0", "{role}");
        assert_eq!(serving.ask("GET", "/metrics").status, 404, "{role}");
        let metrics = ureq::get(format!("{}/metrics", serving.metrics)).call().unwrap();
        assert!(metrics.into_body().read_to_string().unwrap().contains("http_requests_total"), "{role}");
        let (status, took) = serving.stop();
        assert!(status.success() && took < Duration::from_secs(30), "{role}: {status} after {took:?}");
    }
    program.delete_queues().await;
}

#[test]
fn a_wrong_configuration_is_told_at_once_and_whole() {
    let output = bare("all").env("USAGE_HTTP", "nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    for name in ["USAGE_HTTP", "USAGE_DATABASE_URL", "USAGE_AMQP_URL", "USAGE_STORE", "USAGE_KEY_FILE"] {
        assert!(told.contains(name), "{name} is missing in: {told}");
    }
}

#[test]
fn a_taken_port_is_told() {
    let program = Program::new();
    assert!(program.run("migrate").status.success());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program.command("api").env("USAGE_HTTP", &address).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains(&format!("cannot listen on {address}")));
}
