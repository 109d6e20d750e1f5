//! What every answer says beside what was asked, and to whom nothing is said.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, HttpResponse, get, post, web};
use platform::address::TrustedProxies;
use platform::clock::Clock;
use platform::config::LimitSettings;
use platform::cors::cors;
use platform::db::Db;
use platform::health::{self, Readiness};
use platform::limits::{Limits, limit_requests};
use platform::problem::{self, ApiError};
use platform::security_headers::security_headers;
use platform::telemetry::request_logger;
use test_support::database::TestDatabase;

use crate::support::db;

#[get("/v1/things")]
async fn things() -> HttpResponse {
    HttpResponse::Ok().json(["a thing"])
}

#[get("/v1/page")]
async fn page() -> HttpResponse {
    let headers = [
        ("cache-control", "public"),
        ("content-security-policy", "default-src 'self'"),
        ("x-frame-options", "SAMEORIGIN"),
    ];
    headers.iter().fold(&mut HttpResponse::Ok(), |answer, header| answer.insert_header(*header)).finish()
}

#[get("/v1/fault")]
async fn fault() -> Result<HttpResponse, ApiError> {
    Err(ApiError::internal("a fault"))
}

#[post("/v1/auth/token")]
async fn sign_in() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// Everything before the handlers, in the server's order.
struct Edge {
    limits: Limits,
    _database: TestDatabase,
}

impl Edge {
    fn new(settings: LimitSettings) -> Self {
        let database = TestDatabase::new();
        let db: Db = db(&database);
        Self { limits: Limits::new(settings, db, Clock::machine()), _database: database }
    }

    async fn send(&self, request: TestRequest) -> ServiceResponse<BoxBody> {
        let app = App::new()
            .app_data(web::Data::new(self.limits.clone()))
            .app_data(web::Data::new("10.0.0.0/8".parse::<TrustedProxies>().unwrap()))
            .app_data(web::Data::new(Readiness::default()))
            .service(things)
            .service(page)
            .service(fault)
            .service(sign_in)
            .configure(health::configure)
            .configure(problem::configure)
            .wrap(from_fn(limit_requests))
            .wrap(cors(&["https://portal.example".to_owned()]))
            .wrap(from_fn(problem::request_ids))
            .wrap(from_fn(security_headers))
            .wrap(request_logger());
        test::call_service(&test::init_service(app).await, request.to_request()).await.map_into_boxed_body()
    }

    /// Sends the same again until it is refused: over two minutes at most, if one ends in between.
    async fn until_refused(&self, limit: u32, mut request: impl FnMut() -> TestRequest) -> ServiceResponse {
        for _ in 0..=2 * limit {
            let answer = self.send(request()).await;
            if answer.status() == 429 {
                return answer;
            }
        }
        panic!("more than {limit} a minute");
    }
}

fn header<'a>(answer: &'a ServiceResponse, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

fn number(answer: &ServiceResponse, name: &str) -> u32 {
    header(answer, name).unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
}

fn from(address: &str, path: &str) -> TestRequest {
    TestRequest::get().uri(path).peer_addr(format!("{address}:1").parse().unwrap())
}

#[actix_web::test]
async fn every_answer_is_safe_in_a_browser() {
    let edge = Edge::new(LimitSettings::default());
    for (path, method, status) in [
        ("/v1/things", Method::GET, 200),
        ("/v1/things", Method::PUT, 405),
        ("/v1/fault", Method::GET, 500),
        ("/v1/nothing", Method::GET, 404),
        ("/healthz", Method::GET, 200),
        ("/healthz", Method::POST, 405),
    ] {
        let answer = edge.send(TestRequest::with_uri(path).method(method.clone())).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(header(&answer, name), Some(value), "{method} {path}");
        }
        assert!(header(&answer, "permissions-policy").unwrap().contains("camera=()"));
        assert!(header(&answer, "x-request-id").is_some());
        assert_eq!(header(&answer, "strict-transport-security"), None, "it came in the clear");
        let no_store = path.starts_with("/v1/").then_some("no-store");
        assert_eq!(header(&answer, "cache-control"), no_store, "{method} {path}");
    }
}

#[actix_web::test]
async fn what_an_answer_says_itself_stays() {
    let edge = Edge::new(LimitSettings::default());
    let answer = edge.send(TestRequest::get().uri("/v1/page")).await;
    assert_eq!(header(&answer, "cache-control"), Some("public"));
    assert_eq!(header(&answer, "content-security-policy"), Some("default-src 'self'"));
    assert_eq!(header(&answer, "x-frame-options"), Some("SAMEORIGIN"));
    assert_eq!(answer.headers().get_all("x-frame-options").count(), 1);
}

#[actix_web::test]
async fn who_came_by_tls_is_told_to_stay_with_it() {
    let edge = Edge::new(LimitSettings::default());
    let told = async |address: &str, scheme: &str| {
        let request = from(address, "/v1/things").insert_header(("x-forwarded-proto", scheme));
        let answer = edge.send(request).await;
        header(&answer, "strict-transport-security").map(str::to_owned)
    };
    let expected = Some("max-age=31536000".to_owned());
    assert_eq!(told("10.0.0.1", "https").await, expected);
    assert_eq!(told("10.0.0.1", "http").await, None);
    assert_eq!(told("203.0.113.9", "https").await, None);
}

fn preflight(origin: &str) -> TestRequest {
    TestRequest::with_uri("/v1/things")
        .method(Method::OPTIONS)
        .insert_header(("origin", origin.to_owned()))
        .insert_header(("access-control-request-method", "GET"))
        .insert_header(("access-control-request-headers", "authorization"))
}

#[actix_web::test]
async fn pages_of_allowed_origins_may_ask() {
    let edge = Edge::new(LimitSettings::default());
    let answer = edge.send(preflight("https://portal.example")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("https://portal.example"));
    assert!(header(&answer, "access-control-allow-headers").unwrap().contains("authorization"));
    assert!(header(&answer, "access-control-allow-methods").unwrap().contains("PATCH"));
    let get = TestRequest::get().uri("/v1/things").insert_header(("origin", "https://portal.example"));
    let answer = edge.send(get).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("https://portal.example"));
    assert_eq!(header(&answer, "access-control-allow-credentials"), None);
    let exposed = header(&answer, "access-control-expose-headers").unwrap();
    for name in
        ["x-request-id", "ratelimit-remaining", "retry-after", "location", "etag", "content-disposition"]
    {
        assert!(exposed.contains(name), "{name}: {exposed}");
    }
    assert!(header(&answer, "vary").unwrap().to_lowercase().contains("origin"));
    let wrong = TestRequest::get().uri("/v1/nothing").insert_header(("origin", "https://portal.example"));
    let answer = edge.send(wrong).await;
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("https://portal.example"), "errors, too");
}

#[actix_web::test]
async fn pages_of_other_origins_get_nothing() {
    let edge = Edge::new(LimitSettings::default());
    for origin in
        ["https://evil.example", "https://portal.example.evil.example", "http://portal.example", "null"]
    {
        let answer = edge.send(preflight(origin)).await;
        assert!(answer.status().is_client_error(), "{origin}");
        assert_eq!(header(&answer, "access-control-allow-origin"), None, "{origin}");
        let get = TestRequest::get().uri("/v1/things").insert_header(("origin", origin));
        let answer = edge.send(get).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), None, "{origin}");
    }
}

#[actix_web::test]
async fn an_address_that_asks_too_often_is_told_when_to_come_again() {
    let edge = Edge::new(LimitSettings { address: 3, ..LimitSettings::default() });
    let first = edge.send(from("203.0.113.9", "/v1/things")).await;
    assert_eq!(first.status(), 200);
    assert_eq!((number(&first, "ratelimit-limit"), number(&first, "ratelimit-remaining")), (3, 2));
    assert_eq!(header(&first, "ratelimit-policy"), Some(r#"3;w=60;comment="address""#));
    let refused = edge.until_refused(3, || from("203.0.113.9", "/v1/things")).await;
    assert_eq!((number(&refused, "ratelimit-limit"), number(&refused, "ratelimit-remaining")), (3, 0));
    let wait = number(&refused, "retry-after");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(number(&refused, "ratelimit-reset"), wait);
    for name in ["x-request-id", "x-content-type-options"] {
        assert!(header(&refused, name).is_some(), "{name}");
    }
    let request_id = header(&refused, "x-request-id").unwrap().to_owned();
    let body: serde_json::Value = test::read_body_json(refused).await;
    assert_eq!((&body["code"], &body["status"]), (&"too-many-requests".into(), &429.into()));
    assert_eq!(body["request_id"], request_id);
    let another = edge.send(from("203.0.113.8", "/v1/things")).await;
    assert_eq!(another.status(), 200, "others are not meant");
}

#[actix_web::test]
async fn an_ipv6_client_is_its_network_and_a_proxied_one_itself() {
    let edge = Edge::new(LimitSettings { address: 2, ..LimitSettings::default() });
    edge.until_refused(2, || from("[2001:db8::1]", "/v1/things")).await;
    // A minute may end here, so that it is the count that tells.
    let neighbour = edge.send(from("[2001:db8::2]", "/v1/things")).await;
    assert!(neighbour.status() == 429 || number(&neighbour, "ratelimit-remaining") == 1);
    assert_eq!(number(&edge.send(from("[2001:db8:0:1::1]", "/v1/things")).await, "ratelimit-remaining"), 1);
    let forwarded =
        |client: &str| from("10.0.0.1", "/v1/things").insert_header(("x-forwarded-for", client.to_owned()));
    edge.until_refused(2, || forwarded("198.51.100.1")).await;
    assert_eq!(edge.send(forwarded("198.51.100.2")).await.status(), 200);
    let by_itself = |client: &str| {
        from("203.0.113.9", "/v1/things").insert_header(("x-forwarded-for", client.to_owned()))
    };
    let mut number = 0_u8..;
    edge.until_refused(2, move || by_itself(&format!("198.51.100.{}", number.next().unwrap()))).await;
}

#[actix_web::test]
async fn log_in_has_a_limit_of_its_own_and_probes_have_none() {
    let edge = Edge::new(LimitSettings { address: 100, sign_in: 2, ..LimitSettings::default() });
    let log_in = || {
        let request = TestRequest::post().uri("/v1/auth/token");
        request.peer_addr("203.0.113.9:1".parse().unwrap())
    };
    let refused = edge.until_refused(2, log_in).await;
    let policy = r#"100;w=60;comment="address", 2;w=60;comment="sign-in""#;
    assert_eq!(header(&refused, "ratelimit-policy"), Some(policy));
    assert_eq!(number(&refused, "ratelimit-limit"), 2);
    assert_eq!(edge.send(from("203.0.113.9", "/v1/things")).await.status(), 200);
    let edge = Edge::new(LimitSettings { address: 1, ..LimitSettings::default() });
    edge.until_refused(1, || from("203.0.113.9", "/v1/things")).await;
    for path in ["/healthz", "/readyz"] {
        let answer = edge.send(from("203.0.113.9", path)).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "ratelimit-limit")), (200, None), "{path}");
    }
}

#[actix_web::test]
async fn another_spelling_of_a_path_is_the_same_path() {
    let edge = Edge::new(LimitSettings { address: 100, sign_in: 2, ..LimitSettings::default() });
    let peer = "203.0.113.9:1".parse().unwrap();
    let log_in = |path: &str| TestRequest::post().uri(path).peer_addr(peer);
    for path in ["/v1/auth/token", "/v1/%61uth/token", "/%76%31/auth/tok%65n"] {
        let answer = edge.send(log_in(path)).await;
        assert_eq!(number(&answer, "ratelimit-limit"), 2, "{path}");
        assert_eq!(header(&answer, "cache-control"), Some("no-store"), "{path}");
    }
    edge.until_refused(2, || log_in("/v1/%61uth/token")).await;
    // What the router does not decode or mend leads nowhere, so that it needs no limit of its own.
    let edge = Edge::new(LimitSettings::default());
    for path in
        ["//v1//auth/token", "/v1//auth/token", "/v1%2Fauth%2Ftoken", "/v1/%2561uth/token", "/V1/auth/token"]
    {
        assert_eq!(edge.send(log_in(path)).await.status(), 404, "{path}");
    }
}

#[actix_web::test]
async fn only_probes_are_free_however_they_are_spelt() {
    let edge = Edge::new(LimitSettings { address: 100, ..LimitSettings::default() });
    for (path, status, limited) in [
        ("/healthz", 200, false),
        ("/health%7A", 200, false),
        ("/%72eadyz", 200, false),
        ("/healthz/", 404, true),
        ("//healthz", 404, true),
        ("/healthz%2F..%2Fv1%2Fthings", 404, true),
        ("/healthz/../v1/things", 404, true),
        ("/v1/things?/healthz", 200, true),
        ("/%761/things", 200, true),
    ] {
        let answer = edge.send(from("203.0.113.9", path)).await;
        let told = header(&answer, "ratelimit-limit").is_some();
        assert_eq!((answer.status().as_u16(), told), (status, limited), "{path}");
    }
}
