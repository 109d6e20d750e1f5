//! Who one is after a sign-in.

use serde_json::json;

use super::World;

#[test]
fn the_provider_says_who_somebody_is_and_the_role_map_what() {
    let world = World::confidential();
    let provider = &world.provider;

    provider.says("alice", "Alice@acme.example", &["staff", "acme-viewers", "acme-admins"]);
    let alice = world.me("alice");
    assert_eq!((&alice["email"], &alice["role"]), (&json!("alice@acme.example"), &json!("partner-admin")));
    assert_eq!(alice["organization"]["name"], "Acme Cloud");

    // The same person, whatever their address is by now; and what they may do follows.
    provider.says("alice", "alice@new.example", &["acme-viewers"]);
    let again = world.me("alice");
    assert_eq!(again["user_id"], alice["user_id"]);
    assert_eq!((&again["email"], &again["role"]), (&json!("alice@acme.example"), &json!("partner-viewer")));

    let id = e2e::text(&alice["user_id"]);
    let told = |action, before, after| json!([action, format!("user:{id}"), before, after]);
    let expected = [
        told("user.create", json!(null), json!({"email": "alice@acme.example", "role": "partner-admin"})),
        told("user.link", json!(null), json!({"issuer": provider.issuer, "subject": "alice"})),
        told("session.log-in", json!(null), json!({"via": "oidc"})),
        told("user.change", json!({"role": "partner-admin"}), json!({"role": "partner-viewer"})),
        told("session.log-in", json!(null), json!({"via": "oidc"})),
    ];
    assert_eq!(world.audit(&id), expected);

    // A user who was there before, with a password of their own.
    provider.says("vera", "viewer@acme.test", &["acme-viewers"]);
    let vera = world.me("vera");
    let by_password = world.service.log_in("viewer@acme.test").get("/v1/auth/me").expect(200).json();
    assert_eq!(vera, by_password);
    assert_eq!(world.me("vera"), by_password);

    // The next owner of the address is not that user.
    provider.says("victor", "viewer@acme.test", &["acme-viewers"]);
    world.assert_refused(&world.sign_in("victor"), "the user has another subject, or somebody was as quick");
}
