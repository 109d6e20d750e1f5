//! `meter-unknown`, `signature-missing`, `signature-invalid`: whose file it is.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::vm;
use uuid::Uuid;

use super::{Bad, T0, VM, World};

fn file_of(meter: Uuid) -> DataFile {
    DataFile::new(meter).vcenter(Uuid::from_u128(0x7000)).inventory(T0, &[vm(T0, VM)])
}

#[test]
fn a_meter_of_another_organization_is_as_unknown_as_one_of_nobody() {
    let mut world = World::start();
    let (globex_meter, nobodys) = (Uuid::from_u128(0x7001), Uuid::from_u128(0x7002));
    let globex = world.service.log_in("admin@globex.test");
    globex.register_meter(globex_meter, "GLOBEX-0001", "production");
    let mut answers = Vec::new();
    for meter in [globex_meter, nobodys] {
        let bad = Bad::new("a meter that is not Acme's", file_of(meter).build(), "meter-unknown");
        world.refused_at_the_door(&bad.path("manifest.json").field("meter_id"));
        let mut problem = world.acme.upload(&file_of(meter).partial().build()).expect(422).json();
        problem["upload_id"] = json!(null);
        problem["request_id"] = json!(null);
        answers.push(problem.to_string().replace(&meter.to_string(), "it"));
    }
    assert_eq!(answers[0], answers[1]);
    globex.process(&file_of(globex_meter).build());
}

#[test]
fn a_meter_with_a_key_has_to_sign() {
    let mut world = World::start();
    let (pair, other) = (Ed25519KeyPair::generate().unwrap(), Ed25519KeyPair::generate().unwrap());
    let meter = Uuid::from_u128(0x7003);
    let registration = json!({"id": meter, "name": "signing", "billing_mode": "production",
        "connectivity": "offline", "contract_number": "ACME-0001", "public_key": STANDARD.encode(pair.public_key())});
    world.acme.post("/v1/meters", &registration).expect(201);
    let signed_by = |pair: &Ed25519KeyPair| {
        let file = file_of(meter);
        let signature = STANDARD.encode(pair.sign(&file.manifest_json()));
        file.signature(signature.as_bytes())
    };
    let changed = signed_by(&pair).set("meter_version", json!("4.8.1")).build();
    for (name, file, code) in [
        ("no signature", file_of(meter).build(), "signature-missing"),
        ("a signature of another key", signed_by(&other).build(), "signature-invalid"),
        ("another manifest under the signature", changed, "signature-invalid"),
        ("no base64", file_of(meter).signature(b"?").build(), "signature-invalid"),
    ] {
        world.refused_at_the_door(&Bad::new(name, file, code).path("manifest.sig"));
    }
    world.acme.process(&signed_by(&pair).build());
}
