//! Sign-ins that come to nothing.

use serde_json::json;
use test_support::tls::tls_file;

use super::{Browser, CLIENT_SECRET, Kind, World, parameter};

#[test]
fn who_is_nobody_here_does_not_get_in() {
    let world = World::confidential();
    let provider = &world.provider;
    let unmapped = "no rule of the role map fits";

    provider.says("mallory", "mallory@acme.example", &["staff", "ACME-ADMINS"]);
    world.assert_refused(&world.sign_in("mallory"), unmapped);
    provider.says_all("mallory", json!({"email": "mallory@acme.example", "email_verified": true}));
    world.assert_refused(&world.sign_in("mallory"), unmapped);

    for claims in [
        json!({"email": "new@acme.example", "email_verified": false, "groups": "acme-admins"}),
        json!({"email": "admin@acme.test", "groups": "acme-admins"}),
        json!({"email_verified": true, "groups": "acme-admins"}),
    ] {
        provider.says_all("mallory", claims);
        let answer = world.sign_in("mallory");
        world.assert_refused(&answer, "the provider has not verified an e-mail address");
    }

    let other = "the user is of another organization than the role map says";
    provider.says("mallory", "admin@globex.test", &["acme-admins"]);
    world.assert_refused(&world.sign_in("mallory"), other);
    provider.says("alice", "alice@acme.example", &["acme-admins"]);
    let alice = e2e::text(&world.me("alice")["user_id"]);
    provider.says("alice", "alice@acme.example", &["northwind"]);
    world.assert_refused(&world.sign_in("alice"), other);

    provider.says("alice", "alice@acme.example", &["odd"]);
    let odd = "the role map names an organization that is not there, or not of the role's kind";
    world.assert_refused(&world.sign_in("alice"), odd);

    provider.says("alice", "alice@acme.example", &["acme-admins"]);
    world
        .service
        .database()
        .write("UPDATE users SET disabled_at = '2026-10-01Z' WHERE email = 'alice@acme.example'");
    world.assert_refused(&world.sign_in("alice"), "the user is disabled");

    // Of users who are known the audit tells, as of wrong passwords.
    let refused =
        |reason| json!(["session.log-in-refused", "system:log-in", null, {"reason": reason, "via": "oidc"}]);
    let expected = [refused("other-organization"), refused("role-map"), refused("disabled")];
    assert_eq!(world.audit(&alice)[3..], expected);
}

#[test]
fn what_comes_back_is_of_the_flow_that_was_started_and_comes_back_once() {
    let world = World::confidential();
    world.provider.says("alice", "alice@acme.example", &["acme-admins"]);
    let no_flow = "there is no such flow, or it is over";

    let flow = world.begin();
    let back = Browser::sign_in(&flow.url, "alice");
    world.assert_refused(&world.finish("somebody else's", &back), no_flow);
    let tokens = world.finish(&flow.flow, &back).expect(200).json();
    world.assert_refused(&world.finish(&flow.flow, &back), no_flow);
    let output = world.service.output();
    let refresh_token = e2e::text(&tokens["refresh_token"]);
    let parts = [parameter(&back, "code"), parameter(&back, "state"), parameter(&flow.url, "nonce")];
    for secret in [&flow.flow, &refresh_token, &CLIENT_SECRET.to_owned()].into_iter().chain(&parts) {
        assert!(!output.contains(secret), "{secret} is in the log");
    }

    let flow = world.begin();
    let back = Browser::sign_in(&flow.url, "alice");
    let forged = back.replace(&parameter(&back, "state"), "forged");
    world.assert_refused(&world.finish(&flow.flow, &forged), "the state is not the flow's");
    world.assert_refused(&world.finish(&flow.flow, &back), no_flow);

    // A code of another flow: the verifier does not fit (PKCE).
    let (one, other) = (world.begin(), world.begin());
    let (back, code) = (Browser::sign_in(&one.url, "alice"), Browser::sign_in(&other.url, "alice"));
    let swapped = back.replace(&parameter(&back, "code"), &parameter(&code, "code"));
    world.assert_refused(&world.finish(&one.flow, &swapped), "the provider does not take the code");

    // A provider that was asked for another nonce: its token is real, and not of this flow.
    let flow = world.begin();
    let nonce = parameter(&flow.url, "nonce");
    let back = Browser::sign_in(&flow.url.replace(&nonce, "of-another-flow"), "alice");
    world.assert_refused(&world.finish(&flow.flow, &back), "the ID token is of another flow");
}

#[test]
fn a_provider_for_whom_nobody_vouches_is_not_believed() {
    let stranger = tls_file("stranger.pem");
    let client = [("USAGE_OIDC_CLIENT_ID", "public"), ("USAGE_OIDC_CA", stranger.to_str().unwrap())];
    let world = World::start(&client, Kind::Encrypted);
    let answer = world.anyone.post("/v1/auth/oidc/start", &json!({})).expect(503);
    assert_eq!(answer.json()["code"], "sign-in-unavailable");
    let why =
        world.service.log().into_iter().find(|entry| entry["level"] == "WARN" && entry["error"].is_string());
    let why = e2e::text(&why.unwrap()["error"]);
    assert!(why.contains("UnknownIssuer"), "{why}");
}

#[test]
fn so_many_flows_of_a_stranger_close_the_door_to_nobody() {
    let world = World::confidential();
    let database = world.service.database();
    for (address, flows) in [("127.0.0.1", 1_000), ("2001:db8::", 100_000)] {
        database.write(&format!(
            "INSERT INTO sign_in_flows SELECT sha256(('{address}' || n)::bytea), '', '', '', '', '{address}',
                    timestamptz '2200-01-01Z' + n * interval '1 millisecond' FROM generate_series(1, {flows}) AS n"
        ));
    }
    // The first of them is the default.
    let started = world.anyone.post("/v1/auth/oidc/start", &json!({})).expect(200).json();
    let url = e2e::text(&started["authorization_url"]);
    assert_eq!(parameter(&url, "redirect_uri"), "https://portal.example/return");
}

#[test]
fn a_provider_that_is_away_can_be_asked_again() {
    let mut world = World::confidential();
    world.provider.says("alice", "alice@acme.example", &["acme-admins"]);
    let flow = world.begin();
    let back = Browser::sign_in(&flow.url, "alice");
    world.provider.stop();
    // The flow is not spent: as often as one asks, it is the provider that is missing.
    for _ in 0..2 {
        let answer = world.finish(&flow.flow, &back).expect(503);
        assert_eq!(answer.json()["code"], "sign-in-unavailable");
        assert_eq!(answer.header("retry-after"), "10");
    }
}
