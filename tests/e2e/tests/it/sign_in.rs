//! Sign-in through an outside OpenID Connect provider: a real one, in a process of its own.

mod browser;
mod provider;
mod refusals;
mod usagectl;
mod users;

use e2e::{Answer, Client, Service, text};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::browser::{Browser, parameter};
use self::provider::{Kind, Provider};

/// As the demo has them.
const ACME: &str = "00000000-0000-7000-8000-000000000003";
const NORTHWIND: &str = "00000000-0000-7000-8000-000000000002";

/// As tests/oidc/provider.mjs has it.
const CLIENT_SECRET: &str = "a secret: of + tests";

/// Allowed with any port.
const CALLBACK: &str = "http://127.0.0.1:49152/callback";

/// A provider, and a service that believes it. Fields are dropped in their order.
struct World {
    service: Service,
    provider: Provider,
    anyone: Client,
    _folder: TempDir,
}

/// A sign-in on its way.
struct Flow {
    url: String,
    flow: String,
}

impl World {
    fn start(client: &[(&str, &str)], kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let provider = Provider::start(folder.path(), kind);
        let map = format!(
            "acme-admins={ACME}/partner-admin,acme-viewers={ACME}/partner-viewer,\
             northwind={NORTHWIND}/aggregator-viewer,odd={ACME}/operator-admin"
        );
        let mut settings = vec![
            ("USAGE_OIDC_ISSUER", provider.issuer.as_str()),
            ("USAGE_OIDC_REDIRECTS", "https://portal.example/return,http://127.0.0.1/callback"),
            ("USAGE_OIDC_SCOPES", "openid email groups"),
            ("USAGE_OIDC_ROLE_MAP", &map),
            ("USAGE_LIMIT_SIGN_IN", "0"),
        ];
        settings.extend(client);
        let service = Service::start_with("2026-10-05T00:00:00Z", &settings);
        let anyone = Client::with_token(service.server(), "");
        Self { service, provider, anyone, _folder: folder }
    }

    /// With a client that has a secret.
    fn confidential() -> Self {
        let client = [("USAGE_OIDC_CLIENT_ID", "confidential"), ("USAGE_OIDC_CLIENT_SECRET", CLIENT_SECRET)];
        Self::start(&client, Kind::Plain)
    }

    fn begin(&self) -> Flow {
        let answer =
            self.anyone.post("/v1/auth/oidc/start", &json!({ "redirect_uri": CALLBACK })).expect(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let started = answer.json();
        assert_eq!(started["expires_in"], 600);
        Flow { url: text(&started["authorization_url"]), flow: text(&started["flow"]) }
    }

    /// What the service answers to what came back.
    fn finish(&self, flow: &str, back: &str) -> Answer {
        let body = json!({"flow": flow, "state": parameter(back, "state"), "code": parameter(back, "code")});
        self.anyone.post("/v1/auth/oidc/return", &body)
    }

    /// The whole way.
    fn sign_in(&self, name: &str) -> Answer {
        let flow = self.begin();
        self.finish(&flow.flow, &Browser::sign_in(&flow.url, name))
    }

    /// Who somebody is after signing in.
    #[track_caller]
    fn me(&self, name: &str) -> Value {
        let tokens = self.sign_in(name).expect(200).json();
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
        self.anyone.post("/v1/auth/refresh", &json!({"refresh_token": tokens["refresh_token"]})).expect(200);
        Client::with_token(self.service.server(), &text(&tokens["access_token"]))
            .get("/v1/auth/me")
            .expect(200)
            .json()
    }

    /// What the audit tells of a user, oldest first: action, actor, before, after.
    fn audit(&self, user_id: &str) -> Vec<Value> {
        let mut entries =
            self.service.log_in("admin@acme.test").list(&format!("/v1/audit?object_id={user_id}"));
        entries.reverse();
        let told = |entry: &Value| json!([entry["action"], entry["actor"], entry["before"], entry["after"]]);
        entries.iter().map(told).collect()
    }

    /// Fails unless a sign-in is refused for this reason, of which only the log speaks.
    #[track_caller]
    fn assert_refused(&self, answer: &Answer, why: &str) {
        assert_eq!(answer.status, 401, "{why}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["code"], "sign-in-refused");
        assert_eq!(problem["detail"], "the sign-in is refused: start it again");
        let last = self.service.log().into_iter().rfind(|entry| entry["message"] == "sign-in refused");
        assert_eq!(last.unwrap()["refusal"], why);
    }
}
