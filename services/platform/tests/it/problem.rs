//! Errors as callers see them.

use actix_web::dev::ServiceResponse;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, get, post, put, test, web};
use platform::db::DbError;
use platform::problem::{self, ApiError, ErrorItem, UniqueMeans};
use platform::store::StoreError;
use platform::telemetry::request_logger;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Deserialize)]
struct Body {
    #[expect(dead_code, reason = "only parsed")]
    count: u8,
}

#[get("/v1/fail/{how}")]
async fn fail(how: web::Path<String>) -> Result<HttpResponse, ApiError> {
    Err(match how.as_str() {
        "unauthorized" => ApiError::Unauthorized,
        "forbidden" => ApiError::Forbidden("your role does not have this right"),
        "conflict" => ApiError::conflict("already-closed", "the order is closed"),
        "busy" => ApiError::TooManyRequests { retry_after: 7 },
        "away" => DbError::Unavailable("postgres://user:hidden@db".to_owned()).into(),
        "large" => StoreError::TooLarge { limit: 3 }.into(),
        "refused" => ApiError::Unprocessable {
            code: "file-refused",
            detail: "the file is refused".to_owned(),
            errors: vec![ErrorItem {
                path: Some("manifest.json".to_owned()),
                line: Some(3),
                ..ErrorItem::default()
            }],
            upload_id: Some(Uuid::from_u128(5)),
        },
        _ => ApiError::internal("the hidden cause"),
    })
}

#[get("/v1/things/{id}")]
async fn thing(_: web::Path<Uuid>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[put("/v1/things")]
async fn replace() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[post("/v1/things")]
async fn make(_: web::Json<Body>) -> HttpResponse {
    HttpResponse::Created().finish()
}

async fn call(request: test::TestRequest) -> ServiceResponse {
    let app = App::new()
        .service(fail)
        .service(thing)
        .service(make)
        .service(replace)
        .route("/probe", web::get().to(HttpResponse::Ok))
        .configure(problem::configure)
        .wrap(from_fn(problem::request_ids))
        .wrap(request_logger());
    test::call_service(&test::init_service(app).await, request.to_request()).await.map_into_boxed_body()
}

/// Status and body, checked for what every problem has.
async fn problem(request: test::TestRequest) -> (u16, Value) {
    let response = call(request).await;
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("application/problem+json"));
    let request_id = header("x-request-id").unwrap();
    let mut body: Value = test::read_body_json(response).await;
    assert_eq!(body["status"], status);
    assert_eq!(body["request_id"], request_id);
    assert!(!body.to_string().contains("hidden"), "{body}");
    body.as_object_mut().unwrap().remove("request_id");
    (status, body)
}

async fn code_of(request: test::TestRequest) -> (u16, String) {
    let (status, body) = problem(request).await;
    (status, body["code"].as_str().unwrap().to_owned())
}

fn get(path: &str) -> test::TestRequest {
    test::TestRequest::get().uri(path)
}

#[actix_web::test]
async fn a_problem_has_the_members_of_the_specification() {
    let (status, body) = problem(get("/v1/fail/refused")).await;
    assert_eq!(status, 422);
    let expected = json!({
        "type": "urn:usage-insight:problem:file-refused",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "the file is refused",
        "code": "file-refused",
        "errors": [{"code": "", "message": "", "path": "manifest.json", "line": 3}],
        "upload_id": "00000000-0000-0000-0000-000000000005",
    });
    assert_eq!(body, expected);
}

#[actix_web::test]
async fn every_error_has_its_status_and_code() {
    for (how, status, code) in [
        ("unauthorized", 401, "unauthorized"),
        ("forbidden", 403, "forbidden"),
        ("conflict", 409, "already-closed"),
        ("large", 413, "limit-exceeded"),
        ("busy", 429, "too-many-requests"),
        ("away", 503, "unavailable"),
        ("anything", 500, "internal"),
    ] {
        assert_eq!(code_of(get(&format!("/v1/fail/{how}"))).await, (status, code.to_owned()), "{how}");
    }
}

#[actix_web::test]
async fn headers_tell_what_to_do() {
    let header = async |how: &str, name: &str| {
        let response = call(get(&format!("/v1/fail/{how}"))).await;
        response.headers().get(name).unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(header("busy", "retry-after").await, "7");
    assert_eq!(header("away", "retry-after").await, "5");
    assert_eq!(header("unauthorized", "www-authenticate").await, "Bearer");
}

#[actix_web::test]
async fn a_wrong_method_is_told_which_are_right() {
    for (path, allowed) in
        [("/v1/things", "POST, PUT"), ("/v1/things/7", "GET"), ("/v1/fail/busy", "GET"), ("/probe", "GET")]
    {
        let response = call(test::TestRequest::delete().uri(path)).await;
        assert_eq!((response.status().as_u16(), allow(&response)), (405, Some(allowed)), "{path}");
    }
    for path in ["/v1/nothing", "/", "/v1/things/7/8"] {
        let response = call(test::TestRequest::delete().uri(path)).await;
        assert_eq!((response.status().as_u16(), allow(&response)), (404, None), "{path}");
    }
}

fn allow(response: &ServiceResponse) -> Option<&str> {
    response.headers().get("allow").map(|value| value.to_str().unwrap())
}

#[actix_web::test]
async fn the_frameworks_errors_are_problems() {
    let post = |body: &'static str| {
        test::TestRequest::post()
            .uri("/v1/things")
            .insert_header(("content-type", "application/json"))
            .set_payload(body)
    };
    assert_eq!(code_of(get("/v1/nothing")).await, (404, "not-found".to_owned()));
    assert_eq!(code_of(get("/nothing")).await, (404, "not-found".to_owned()));
    assert_eq!(code_of(get("/v1/things/7")).await, (404, "not-found".to_owned()));
    let wrong_method = test::TestRequest::delete().uri("/v1/things");
    assert_eq!(code_of(wrong_method).await, (405, "method-not-allowed".to_owned()));
    let wrong_method = test::TestRequest::post().uri("/v1/things/7");
    assert_eq!(code_of(wrong_method).await, (405, "method-not-allowed".to_owned()));
    assert_eq!(code_of(post("{")).await, (400, "bad-request".to_owned()));
    assert_eq!(code_of(post(r#"{"count": 256}"#)).await, (422, "invalid".to_owned()));
    assert_eq!(code_of(post("{}")).await, (422, "invalid".to_owned()));
    let untyped = test::TestRequest::post().uri("/v1/things").set_payload("{}");
    assert_eq!(code_of(untyped).await, (415, "unsupported-media-type".to_owned()));
    let large = "[".repeat(300_000);
    let large = test::TestRequest::post()
        .uri("/v1/things")
        .insert_header(("content-type", "application/json"))
        .set_payload(large);
    assert_eq!(code_of(large).await, (413, "limit-exceeded".to_owned()));
}

#[actix_web::test]
async fn a_good_answer_carries_its_own_id_only() {
    let id = Uuid::from_u128(7);
    let request = get(&format!("/v1/things/{id}")).insert_header(("x-request-id", "chosen"));
    let response = call(request).await;
    assert_eq!(response.status(), 200);
    let found = response.headers().get("x-request-id").unwrap().to_str().unwrap();
    assert!(found.parse::<Uuid>().is_ok_and(|found| found != id), "{found}");
}

#[::core::prelude::v1::test]
fn a_violated_key_means_what_is_said() {
    use diesel::result::{DatabaseErrorKind, Error};
    let violated: diesel::QueryResult<()> =
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, Box::new("key".to_owned())));
    let error = violated.unique_means(|| ApiError::conflict("taken", "it is taken")).unwrap_err();
    assert!(matches!(error, ApiError::Conflict { code: "taken", .. }));
    let other: diesel::QueryResult<()> = Err(Error::NotFound);
    let error = other.unique_means(|| ApiError::conflict("taken", "it is taken")).unwrap_err();
    assert!(matches!(error, ApiError::Internal(_)));
}
