//! What stands before the handlers, in real processes.

use e2e::{Answer, Client, Service};

const CLOCK: &str = "2026-10-01T06:00:00Z";
const LIMIT: u32 = 20;

fn asked_of(client: &Client) -> Answer {
    client.get("/v1/auth/me")
}

#[test]
fn two_processes_share_a_limit() {
    let service = Service::start_with(CLOCK, &[("USAGE_LIMIT_USER", &LIMIT.to_string())]);
    let other = service.start_role("api");
    let here = service.log_in("viewer@acme.test");
    let there = here.at(other.server());
    let mut allowed = 0;
    let refused = loop {
        // Over two minutes at most, if one ends in between.
        assert!(allowed <= 2 * LIMIT, "more than {LIMIT} a minute");
        match [asked_of(&here), asked_of(&there)].into_iter().find(|answer| answer.status == 429) {
            Some(refused) => break refused,
            None => allowed += 2,
        }
    };
    assert_eq!(refused.json()["code"], "too-many-requests");
    assert_eq!((refused.header("ratelimit-limit"), refused.header("ratelimit-remaining")), ("20", "0"));
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
    service.log_in("admin@acme.test").get("/v1/auth/me").expect(200);
}

#[test]
fn answers_are_for_those_who_asked() {
    let settings =
        [("USAGE_CORS_ORIGINS", "https://portal.example"), ("USAGE_TRUSTED_PROXIES", "127.0.0.0/8")];
    let service = Service::start_with(CLOCK, &settings);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let ask = |path: &str, headers: &[(&str, &str)]| {
        let request = agent.get(format!("{}{path}", service.server()));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Answer::read(request.call().expect("an answer"))
    };
    for (path, status) in
        [("/v1/auth/me", 401), ("/v1/nothing", 404), ("/openapi.json", 200), ("/healthz", 200)]
    {
        let answer = ask(path, &[]).expect(status);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("ratelimit-limit").is_empty(), path == "/healthz", "{path}");
        let from_portal = ask(path, &[("origin", "https://portal.example"), ("x-forwarded-proto", "https")]);
        assert_eq!(from_portal.header("access-control-allow-origin"), "https://portal.example", "{path}");
        assert!(from_portal.header("strict-transport-security").starts_with("max-age="), "{path}");
    }
}
