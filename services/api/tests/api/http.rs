//! Requests and answers.

use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, try_read_body};
use actix_web::web::Data;
use actix_web::{App, web};
use platform::problem;
use platform::telemetry::request_logger;
use schema::types::Role;
use serde_json::Value;
use utoipa_actix_web::AppExt;
use uuid::Uuid;

use crate::world::World;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: web::Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }

    /// The body of the expected status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        assert!(self.headers.contains_key("x-request-id"));
        if status >= 400 {
            assert_eq!(self.header("content-type"), "application/problem+json");
        }
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The names and codes of the fields that are wrong.
    pub fn wrong_fields(&self) -> Vec<String> {
        let body = self.expect(422);
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let name = |error: &Value| {
            format!("{} {}", error["field"].as_str().unwrap_or("-"), error["code"].as_str().unwrap_or("-"))
        };
        errors.iter().map(name).collect()
    }
}

impl World {
    /// Sends a request through the router as the server composes it.
    pub async fn send(&self, request: TestRequest) -> Answer {
        let app = App::new()
            .app_data(Data::new(self.api.clone()))
            .app_data(Data::new(self.auth.clone()))
            .wrap(from_fn(problem::request_ids))
            .wrap(request_logger())
            .into_utoipa_app()
            .configure(api::configure)
            .map(|app| app.configure(api::serve_openapi(&api::openapi())).configure(problem::configure))
            .into_app();
        let app = init_service(app).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = try_read_body(response).await.expect("a whole body");
        Answer { status, headers, body }
    }

    pub async fn get(&self, who: (Role, Uuid), path: &str) -> Answer {
        self.send(self.request(who, Method::GET, path)).await
    }

    pub async fn post(&self, who: (Role, Uuid), path: &str, body: &Value) -> Answer {
        self.send(self.request(who, Method::POST, path).set_json(body)).await
    }

    pub fn request(&self, who: (Role, Uuid), method: Method, path: &str) -> TestRequest {
        let bearer = format!("Bearer {}", self.token(who));
        TestRequest::with_uri(path).method(method).insert_header(("authorization", bearer))
    }
}
