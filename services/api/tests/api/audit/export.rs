//! The export, and the few lines with which an outsider checks it.

use actix_web::http::Method;
use platform::audit::Sealer;
use platform::audit::heads::Heads;
use platform::auth::generate_key_pem;
use platform::clock::Clock;
use platform::config::{AuditSettings, KeySettings};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use test_support::tenants::{ACME, GLOBEX, NORTHWIND, VENDOR};

use super::{enter, export, list, registration};
use crate::http::Answer;
use crate::world::{ACME_ADMIN, GLOBEX_ADMIN, INITECH_ADMIN, NORTHWIND_ADMIN, World};

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let text = std::str::from_utf8(&answer.body).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Seals everything that waits.
async fn seal(world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.pem");
    std::fs::write(&key, generate_key_pem().unwrap().expose_secret()).unwrap();
    let settings =
        AuditSettings { heads: folder.path().join("heads"), keys: KeySettings { files: vec![key] } };
    let sealer = Sealer::new(world.api.db.clone(), Clock::machine(), Heads::open(&settings).unwrap());
    while sealer.round().await.unwrap().more {}
}

/// The few lines of whoever trusts nobody: what the description says, and a chunk's worth of entries more than one.
#[actix_web::test]
async fn an_outsider_can_recompute_the_chain_from_the_export() {
    let world = World::new().await;
    world.post(ACME_ADMIN, "/v1/meters", &registration()).await.expect(201);
    enter(&world, ACME, Some(VENDOR), 1_050).await;
    seal(&world).await;
    let answer = export(&world, ACME_ADMIN, "").await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let mut entries = lines(&answer);
    // That it was exported came after what was sealed.
    let exported =
        entries.iter().position(|entry| entry["action"] == "audit.export").map(|at| entries.remove(at));
    assert!(exported.is_none_or(|entry| entry["sequence"].is_null()));
    assert_eq!(entries.len(), 1_051);
    entries.sort_by_key(|entry| entry["sequence"].as_i64().unwrap());
    let mut hash = vec![0; 32];
    for (entry, sequence) in entries.into_iter().zip(1..) {
        assert_eq!(entry["sequence"], json!(sequence));
        let mut canonical = entry.clone();
        for name in ["sequence", "hash", "address", "address_salt"] {
            canonical.as_object_mut().unwrap().remove(name).unwrap();
        }
        hash = Sha256::digest([hash, canonical.to_string().into_bytes()].concat()).to_vec();
        assert_eq!(entry["hash"], hex::encode(&hash), "{entry}");
    }
}

#[actix_web::test]
async fn an_export_is_in_the_audit_of_each_whose_entries_it_takes() {
    let world = World::new().await;
    for organization in [ACME, GLOBEX] {
        enter(&world, organization, None, 2).await;
    }
    let exported = lines(&export(&world, NORTHWIND_ADMIN, "?action=thing.change").await);
    let of: Vec<_> = exported.iter().map(|entry| entry["organization_id"].as_str().unwrap()).collect();
    assert_eq!(of, [ACME, ACME, GLOBEX, GLOBEX].map(|id| id.to_string()), "one organization after the other");
    for (who, organization) in [(ACME_ADMIN, ACME), (GLOBEX_ADMIN, GLOBEX)] {
        let entries = list(&world, who, "?action=audit.export").await;
        let [entry] = &entries[..] else { panic!("{entries:#?}") };
        assert_eq!(entry["object"], json!({"kind": "audit", "id": organization}));
        assert_eq!(entry["actor_organization_id"], json!(NORTHWIND));
        assert_eq!(entry["after"]["action"], "thing.change");
    }
    let own = list(&world, NORTHWIND_ADMIN, &format!("?organization_id={NORTHWIND}")).await;
    assert_eq!(own.len(), 0, "nothing of its own was taken");
    assert_eq!(export(&world, INITECH_ADMIN, "").await.body, "");
}

#[actix_web::test]
async fn other_forms_are_not_to_be_had() {
    let world = World::new().await;
    enter(&world, ACME, None, 1).await;
    let accepting = async |accept: &str| {
        let request = world.request(ACME_ADMIN, Method::GET, "/v1/audit");
        world.send(request.insert_header(("accept", accept.to_owned()))).await
    };
    assert_eq!(accepting("text/csv").await.expect(406)["code"], "not-acceptable");
    assert_eq!(accepting("*/*").await.header("content-type"), "application/json");
    assert_eq!(export(&world, ACME_ADMIN, "?limit=1").await.wrong_fields(), ["limit unsupported"]);
    world.database.write("REVOKE INSERT ON audit_entries FROM usage_service;");
    export(&world, ACME_ADMIN, "").await.expect(500);
}
