//! Secrets that callers get and send, in good requests and bad ones.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use e2e::{Client, PASSWORD, Service, text};
use platform::clock::Clock;
use serde_json::{Value, json};
use test_support::usage_file::DataFile;
use ureq::http::Method;
use uuid::Uuid;

use super::forms::forms;
use super::secrets::Secrets;
use super::send;

const WRONG_PASSWORD: &str = "wr0ng/pass+word of \"nobody\"";
const NEW_PASSWORD: &str = "a new/password+of \"somebody\"";
const METER: Uuid = Uuid::from_u128(0x1000);

/// The secrets that callers got or sent, in bodies, headers and queries.
pub fn given(service: &Service) -> Secrets {
    let anyone = Client::with_token(service.server(), "");
    let credentials = json!({"email": "admin@acme.test", "password": PASSWORD});
    let tokens = anyone.post("/v1/auth/token", &credentials).expect(200).json();
    let (access, refresh) = (text(&tokens["access_token"]), text(&tokens["refresh_token"]));
    refuse_log_ins(service, &anyone);
    let acme = Client::with_token(service.server(), &access);
    acme.get("/v1/auth/me").expect(200);
    let meter = acme.register_meter(METER, "ACME-0001", "production");
    send_files(service, &meter);
    let next = anyone.post("/v1/auth/refresh", &json!({"refresh_token": refresh})).expect(200).json();
    anyone.post("/v1/auth/refresh", &json!({"refresh_token": refresh})).expect(401);
    acme.post("/v1/auth/logout", &json!({"refresh_token": next["refresh_token"]})).expect(204);
    let mut secrets = managed(&anyone, &service.log_in("admin@acme.test"));
    secrets.extend([
        ("password of a user", PASSWORD.to_owned()),
        ("password of a log-in that failed", WRONG_PASSWORD.to_owned()),
        ("access token", access),
        ("next access token", text(&next["access_token"])),
        ("refresh token", refresh),
        ("next refresh token", text(&next["refresh_token"])),
        ("token of a meter", meter),
    ]);
    for (_, secret) in &secrets {
        misplace(service, &acme, secret);
    }
    secrets
}

/// A key for a program, and a link for a user, who makes a password of it.
fn managed(anyone: &Client, acme: &Client) -> Secrets {
    let expires_at = Clock::machine().machine_now() + TimeDelta::days(1);
    let key = json!({"name": "nightly", "rights": ["read"], "expires_at": expires_at});
    let key = text(&acme.post("/v1/api-keys", &key).expect(201).json()["key"]);
    let user = json!({"email": "new@acme.test", "role": "partner-viewer"});
    let link = text(&acme.post("/v1/users", &user).expect(201).json()["one_time_link"]);
    let token = link.split_once('#').expect("a token in the link").1.to_owned();
    let redemption = json!({"token": token, "new_password": NEW_PASSWORD});
    let redeem = || anyone.post("/v1/auth/password/redeem", &redemption).status;
    assert_eq!((redeem() / 100, redeem() / 100), (2, 4), "it works once");
    vec![("API key", key), ("token of a link", token), ("new password", NEW_PASSWORD.to_owned())]
}

fn refuse_log_ins(service: &Service, anyone: &Client) {
    let log_in = |body: &Value| anyone.post("/v1/auth/token", body).status;
    assert_eq!(log_in(&json!({"email": "admin@acme.test", "password": WRONG_PASSWORD})), 401);
    assert_eq!(log_in(&json!({"email": "nobody@acme.test", "password": WRONG_PASSWORD})), 401);
    assert_eq!(log_in(&json!({"e-mail": "admin@acme.test", "password": WRONG_PASSWORD})), 422);
    assert_eq!(log_in(&json!({"email": "admin@acme.test", "password": [WRONG_PASSWORD]})), 422);
    assert_eq!(log_in(&json!({"email": "admin@acme.test", "Password": WRONG_PASSWORD})), 422);
    for broken in [format!("{{\"password\": {WRONG_PASSWORD:?}, "), format!("password={WRONG_PASSWORD}")] {
        for media_type in ["application/json", "application/x-www-form-urlencoded"] {
            let headers = [("content-type", media_type)];
            let answer = send(service, Method::POST, "/v1/auth/token", &headers, &broken);
            assert!(matches!(answer.status, 400 | 415), "{}", answer.text());
        }
    }
}

/// Uploads of a meter: a good one, and one that is refused.
fn send_files(service: &Service, token: &str) {
    let meter = Client::with_token(service.server(), token);
    let (at, vcenter) = ("2026-09-01T08:00:00Z", Uuid::from_u128(0x2000));
    let no_lines: [&str; 0] = [];
    let file = DataFile::new(METER).vcenter(vcenter).inventory(at, &no_lines);
    meter.process(&file.build());
    meter.upload(b"no archive").expect(422);
}

/// Sends a secret where it does not belong.
fn misplace(service: &Service, acme: &Client, secret: &str) {
    let encoded = forms(secret).swap_remove(2);
    for path in ["/v1/meters", "/v1/uploads", "/v1/auth/me", "/nothing", "/healthz"] {
        acme.get(&format!("{path}?access_token={encoded}&{encoded}=1"));
    }
    let (basic, bearer) = (
        format!("Basic {}", STANDARD.encode(format!("admin@acme.test:{secret}"))),
        format!("Bearer {secret}x"),
    );
    let cookie = format!("session={encoded}");
    for authorization in [&basic, &bearer] {
        let headers = [
            ("authorization", authorization.as_str()),
            ("cookie", &cookie),
            ("x-api-key", secret),
            ("origin", secret),
        ];
        let answer = send(service, Method::GET, "/v1/meters", &headers, "");
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
    acme.post("/v1/meters", &json!({"id": secret, "name": secret, "public_key": secret, secret: secret}))
        .expect(422);
    acme.post("/v1/auth/refresh", &json!({"refresh_token": format!("{secret}x")}));
}
