//! Sign-in through an outside provider, as far as it goes without one; tests/e2e has one.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use api::OidcProvider;
use chrono::TimeDelta;
use clap::{Args, FromArgMatches};
use platform::auth::OpaqueToken;
use platform::config::{Deployment, Environment, Faults, OidcArgs};
use platform::db::DbError;
use schema::identity::sign_in_flows::{self, Flow};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::Arc;

use crate::http::Answer;
use crate::world::World;

const START: &str = "/v1/auth/oidc/start";
const RETURN: &str = "/v1/auth/oidc/return";

impl World {
    /// A service whose provider is away.
    async fn with_provider() -> Self {
        let mut world = Self::new().await;
        // Nobody listens where somebody just did.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let line = [
            format!("--oidc-issuer=http://127.0.0.1:{port}"),
            "--oidc-client-id=client".to_owned(),
            "--oidc-redirects=https://portal.example/return".to_owned(),
            "--oidc-role-map=a=00000000-0000-7000-8000-000000000003/partner-admin".to_owned(),
        ];
        let command = OidcArgs::augment_args(clap::Command::new("test").no_binary_name(true));
        let args = OidcArgs::from_arg_matches(&command.get_matches_from(line)).unwrap();
        let mut faults = Faults::default();
        let settings = args.resolve(&Environment::of([]), Deployment::Development, &mut faults).unwrap();
        world.api.oidc = Some(Arc::new(OidcProvider::new(settings, world.api.clock.clone()).unwrap()));
        world
    }

    async fn ask(&self, path: &str, body: &Value) -> Answer {
        self.send(TestRequest::with_uri(path).method(Method::POST).set_json(body)).await
    }

    /// Hands in what came back for a flow.
    async fn come_back(&self, flow: &str, state: &str) -> Answer {
        self.ask(RETURN, &json!({"flow": flow, "state": state, "code": "code"})).await
    }

    /// A flow that was started, and is good for this long.
    async fn flow(&self, name: &str, life: TimeDelta) {
        let flow = Flow {
            flow_sha256: OpaqueToken::digest(name).to_vec(),
            state_sha256: OpaqueToken::digest("state").to_vec(),
            nonce_sha256: OpaqueToken::digest("nonce").to_vec(),
            verifier: "verifier".to_owned(),
            redirect_uri: "https://portal.example/return".to_owned(),
            address: "192.0.2.1".to_owned(),
            expires_at: self.api.clock.machine_now() + life,
        };
        let added = self.api.db.machinery(move |tx| Ok::<_, DbError>(sign_in_flows::insert(tx, &flow)?));
        added.await.unwrap();
    }

    async fn flows(&self) -> i64 {
        self.api.db.machinery(|tx| Ok::<_, DbError>(sign_in_flows::count(tx)?)).await.unwrap()
    }
}

#[actix_web::test]
async fn without_a_provider_there_is_no_such_sign_in() {
    let world = World::new().await;
    for path in [START, RETURN] {
        assert_eq!(world.ask(path, &json!({})).await.expect(404)["code"], "not-found");
    }
}

#[actix_web::test]
async fn a_provider_that_is_away_is_no_refusal_and_leaves_nothing() {
    let world = World::with_provider().await;
    let answer = world.ask(START, &json!({})).await;
    assert_eq!(answer.expect(503)["code"], "sign-in-unavailable");
    assert_eq!(answer.header("retry-after"), "10");
    assert_eq!(world.flows().await, 0);
}

#[actix_web::test]
async fn all_that_is_wrong_is_told_before_the_provider_is_asked() {
    let world = World::with_provider().await;
    let elsewhere = json!({"redirect_uri": "https://portal.example.evil/return"});
    assert_eq!(world.ask(START, &elsewhere).await.wrong_fields(), ["redirect_uri invalid"]);
    let unknown = json!({"redirect": "https://portal.example/return"});
    assert_eq!(world.ask(START, &unknown).await.wrong_fields(), ["redirect unknown"]);
    let long = json!({"flow": "", "state": "x".repeat(257), "id_token": "x"});
    let expected = ["flow invalid", "state invalid", "code missing", "id_token unknown"];
    assert_eq!(world.ask(RETURN, &long).await.wrong_fields(), expected);
}

#[actix_web::test]
async fn a_flow_is_spent_by_its_answer_and_not_by_a_provider_that_is_away() {
    let world = World::with_provider().await;
    let minute = TimeDelta::minutes(1);
    let refused =
        async |flow, state| world.come_back(flow, state).await.expect(401)["code"] == "sign-in-refused";
    assert!(refused("unknown", "state").await);
    world.flow("expired", -minute).await;
    assert!(refused("expired", "state").await);
    world.flow("stolen", minute).await;
    assert!(refused("stolen", "another state").await);
    assert!(refused("stolen", "state").await, "who guesses has one try");
    world.flow("good", minute).await;
    for _ in 0..2 {
        assert_eq!(world.come_back("good", "state").await.expect(503)["code"], "sign-in-unavailable");
    }
    assert_eq!(world.flows().await, 1);
}
