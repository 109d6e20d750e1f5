//! Signed files: what their meter's key says of them, and partners that take no others.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schema::partner_settings::{self, PartnerSettings};
use serde_json::{Value, json};
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use uuid::Uuid;

use crate::files::file_of;
use crate::world::{Answer, METER, World};

/// The file, signed with this key.
fn signed(file: &DataFile, pair: &Ed25519KeyPair) -> Vec<u8> {
    let signature = STANDARD.encode(pair.sign(&file.manifest_json()));
    file.clone().signature(signature.as_bytes()).build()
}

/// The signature of the upload as it is kept.
async fn kept(world: &World, answer: &Answer) -> Value {
    let id = answer.id();
    let upload = world.of(ACME, move |tx| schema::uploads::find(tx, id)).await.unwrap();
    json!(upload.signature)
}

async fn require_signatures(world: &World, require_signatures: bool) {
    world.of(ACME, move |tx| partner_settings::set(tx, PartnerSettings { require_signatures })).await;
}

#[actix_web::test]
async fn a_meter_with_a_key_signs_its_files() {
    let world = World::new().await;
    let (pair, other) = (Ed25519KeyPair::generate().unwrap(), Ed25519KeyPair::generate().unwrap());
    let meter = Uuid::from_u128(0x1001);
    world.register(ACME, meter, Some(pair.public_key().as_ref())).await;
    let file = file_of(meter);
    let missing = world.upload(&file.build()).await;
    assert_eq!(missing.outcome(), (422, "signature-missing"));
    assert_eq!(kept(&world, &missing).await, "unsigned");
    let garbled = file.clone().signature(b"no base64!").build();
    assert_eq!(world.upload(&garbled).await.outcome(), (422, "signature-invalid"));
    let forged = world.upload(&signed(&file, &other)).await;
    assert_eq!(forged.outcome(), (422, "signature-invalid"));
    assert_eq!(forged.json["errors"][0]["path"], "manifest.sig");
    assert_eq!(kept(&world, &forged).await, Value::Null);
    let accepted = world.upload(&signed(&file, &pair)).await;
    assert_eq!((accepted.status.as_u16(), &accepted.json["signature"]), (202, &json!("verified")));
}

#[actix_web::test]
async fn without_a_key_a_signature_says_nothing() {
    let world = World::new().await;
    let file = file_of(METER);
    let unsigned = world.upload(&file.build()).await;
    assert_eq!((unsigned.status.as_u16(), &unsigned.json["signature"]), (202, &json!("unsigned")));
    let by_anybody = world.upload(&signed(&file, &Ed25519KeyPair::generate().unwrap())).await;
    assert_eq!((by_anybody.status.as_u16(), &by_anybody.json["signature"]), (202, &json!("unsigned")));
    let unread = world.upload(b"no archive").await;
    assert_eq!(kept(&world, &unread).await, Value::Null);
}

#[actix_web::test]
async fn the_state_is_a_fact_of_the_receipt() {
    let world = World::new().await;
    let first = world.upload(&file_of(METER).build()).await;
    let pair = Ed25519KeyPair::generate().unwrap();
    let key = pair.public_key().as_ref().to_vec();
    world.change(METER, move |meter, _| meter.public_key = Some(key)).await;
    assert_eq!(kept(&world, &first).await, "unsigned");
    let next = file_of(METER).exported_at("2026-10-02T05:00:00Z");
    assert_eq!(world.upload(&signed(&next, &pair)).await.json["signature"], "verified");
}

#[actix_web::test]
async fn a_partner_may_take_signed_files_alone() {
    let world = World::new().await;
    require_signatures(&world, true).await;
    let pair = Ed25519KeyPair::generate().unwrap();
    let file = file_of(METER);
    for bytes in [file.build(), signed(&file, &pair)] {
        let answer = world.upload(&bytes).await;
        assert_eq!(answer.outcome(), (422, "signature-missing"));
        assert_eq!(answer.json["errors"][0]["path"], "manifest.sig");
    }
    let key = pair.public_key().as_ref().to_vec();
    world.change(METER, move |meter, _| meter.public_key = Some(key)).await;
    assert_eq!(world.upload(&file.build()).await.outcome(), (422, "signature-missing"));
    assert_eq!(world.upload(&signed(&file, &pair)).await.json["signature"], "verified");
    require_signatures(&world, false).await;
    world.change(METER, |meter, _| meter.public_key = None).await;
    let next = file_of(METER).exported_at("2026-10-02T05:00:00Z");
    assert_eq!(world.upload(&next.build()).await.json["signature"], "unsigned");
}
