//! Who one is after a sign-in.

use serde_json::json;

use super::{ACME, World};

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
    let refused =
        json!(["session.log-in-refused", "system:log-in", null, {"reason": "refused", "via": "oidc"}]);
    assert_eq!(world.audit(&e2e::text(&vera["user_id"])).last(), Some(&refused));
}

#[test]
fn a_password_link_ends_when_its_user_signs_in_by_the_provider() {
    let world = World::confidential();
    let admin = world.service.log_in("admin@acme.test");
    let invitation = json!({"email": "new@acme.test", "role": "partner-viewer"});
    let link = e2e::text(&admin.post("/v1/users", &invitation).expect(201).json()["one_time_link"]);
    let token = &link[link.find("upl_").unwrap()..];
    world.provider.says("nora", "new@acme.test", &["acme-viewers"]);
    world.me("nora");
    let redemption = json!({"token": token, "new_password": "a password of somebody else"});
    world.anyone.post("/v1/auth/password/redeem", &redemption).expect(401);
}

#[test]
fn the_role_map_does_not_take_an_organizations_last_admin_away() {
    let world = World::confidential();
    world.provider.says("ada", "ada@acme.example", &["acme-admins"]);
    let id = e2e::text(&world.me("ada")["user_id"]);
    let others = |disabled_at: &str| {
        let sql = format!("UPDATE users SET disabled_at = {disabled_at} WHERE organization_id = '{ACME}'");
        world.service.database().write(&format!("{sql} AND id <> '{id}'"));
    };
    others("'2026-10-01Z'");
    world.provider.says("ada", "ada@acme.example", &["acme-viewers"]);
    assert_eq!(world.me("ada")["role"], "partner-admin");
    others("null");
    let told = json!([
        "user.change-refused",
        format!("user:{id}"),
        {"role": "partner-admin"},
        {"role": "partner-viewer", "reason": "last-admin"}
    ]);
    assert!(world.audit(&id).contains(&told));
    assert_eq!(world.me("ada")["role"], "partner-viewer");
}
