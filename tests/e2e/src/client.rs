//! A caller of the API with a token.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use test_support::tls::tls_file;
use ureq::http::Request;
use ureq::tls::{Certificate, TlsConfig};
use ureq::{Agent, RequestBuilder};
use uuid::Uuid;

use crate::answer::Answer;
use crate::wait::until_within;

/// A whole month of a large partner, on a machine that does other things.
const PROCESSING: Duration = Duration::from_mins(2);

/// A caller of the API with a token.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    server: String,
    token: String,
}

impl Client {
    /// Logs in.
    pub fn log_in(server: &str, email: &str, password: &str) -> Self {
        let mut client = Self::with_token(server, "");
        let credentials = json!({"email": email, "password": password});
        let tokens = client.post("/v1/auth/token", &credentials).expect(200).json();
        client.token = text(&tokens["access_token"]);
        client
    }

    /// With a token that is there already, such as a meter's.
    pub fn with_token(server: &str, token: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false);
        let config = if server.starts_with("https:") { config.tls_config(trust()) } else { config };
        Self { agent: config.build().into(), server: server.to_owned(), token: token.to_owned() }
    }

    /// Another caller at the same service.
    #[must_use]
    pub fn with_other_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Begins a file that comes in parts; its path.
    pub fn begin_resumable(&self, bytes: u64) -> String {
        let request = self.dressed(self.agent.post(format!("{}/v1/uploads/resumable", self.server)));
        let request = request.header("tus-resumable", "1.0.0").header("upload-length", bytes.to_string());
        let begun = Answer::read(request.send_empty().expect("an answer")).expect(201);
        begun.header("location").to_owned()
    }

    /// What it shows of itself.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The same caller at another process.
    #[must_use]
    pub fn at(&self, server: &str) -> Self {
        Self { server: server.to_owned(), ..self.clone() }
    }

    fn dressed<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        request.header("authorization", format!("Bearer {}", self.token))
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Answer {
        self.get_as(path, "application/json")
    }

    /// `GET` of a media type.
    pub fn get_as(&self, path: &str, accept: &str) -> Answer {
        let request = self.dressed(self.agent.get(format!("{}{path}", self.server)));
        Answer::read(request.header("accept", accept).call().expect("an answer"))
    }

    /// `POST` of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.dressed(self.agent.post(format!("{}{path}", self.server)));
        Answer::read(request.send_json(body).expect("an answer"))
    }

    /// `PUT` of JSON.
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        let request = self.dressed(self.agent.put(format!("{}{path}", self.server)));
        Answer::read(request.send_json(body).expect("an answer"))
    }

    /// Any method, with JSON if there is any.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server))
            .header("authorization", format!("Bearer {}", self.token));
        let answer = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body.to_string());
                self.agent.run(request.expect("a request"))
            }
            None => self.agent.run(request.body(()).expect("a request")),
        };
        Answer::read(answer.expect("an answer"))
    }

    /// Sends a usage data file.
    pub fn upload(&self, file: &[u8]) -> Answer {
        let request = self.dressed(self.agent.post(format!("{}/v1/uploads", self.server)));
        Answer::read(request.content_type("application/octet-stream").send(file).expect("an answer"))
    }

    /// Sends a usage data file to a service that may die meanwhile: `None` when no answer came.
    pub fn try_upload(&self, file: &[u8]) -> Option<Answer> {
        let request = self.dressed(self.agent.post(format!("{}/v1/uploads", self.server)));
        Answer::try_read(request.content_type("application/octet-stream").send(file).ok()?)
    }

    /// `PUT` of JSON to a service that may die meanwhile: `None` when no answer came.
    pub fn try_put(&self, path: &str, body: &Value) -> Option<Answer> {
        let request = self.dressed(self.agent.put(format!("{}{path}", self.server)));
        Answer::try_read(request.send_json(body).ok()?)
    }

    /// `GET` of a service that may die meanwhile: `None` when no answer came.
    pub fn try_get(&self, path: &str) -> Option<Answer> {
        let request = self.dressed(self.agent.get(format!("{}{path}", self.server)));
        Answer::try_read(request.call().ok()?)
    }

    /// An upload as it stands.
    pub fn get_upload(&self, id: &str) -> Value {
        self.get(&format!("/v1/uploads/{id}")).expect(200).json()
    }

    /// Waits until an upload is processed or rejected.
    #[track_caller]
    pub fn wait_ended(&self, id: &str) -> Value {
        until_within(PROCESSING, &format!("upload {id} to be processed"), || {
            let upload = self.get_upload(id);
            matches!(upload["status"].as_str(), Some("processed" | "rejected")).then_some(upload)
        })
    }

    /// Sends a file that has to be accepted.
    #[track_caller]
    pub fn accept(&self, file: &[u8]) -> String {
        text(&self.upload(file).expect(202).json()["id"])
    }

    /// Sends a file and waits until it is in the reports.
    #[track_caller]
    pub fn process(&self, file: &[u8]) -> Value {
        let upload = self.wait_ended(&self.accept(file));
        assert_eq!(upload["status"], "processed", "{upload:#}");
        upload
    }

    /// Registers a meter and returns its token.
    pub fn register_meter(&self, id: Uuid, contract: &str, billing_mode: &str) -> String {
        let meter = json!({"id": id, "name": format!("meter {id}"), "billing_mode": billing_mode,
            "connectivity": "offline", "contract_number": contract});
        text(&self.post("/v1/meters", &meter).expect(201).json()["token"])
    }
}

/// The authority of the test stack alone.
pub fn trust() -> TlsConfig {
    let authority = std::fs::read(tls_file("ca.pem")).expect("a file");
    TlsConfig::builder()
        .root_certs([Certificate::from_pem(&authority).expect("a certificate")].into())
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}

/// A text that has to be there.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}
