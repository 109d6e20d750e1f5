//! Whatever the bytes: the reader answers, and it holds no more than the limits allow.

use std::sync::LazyLock;

use metering::{Limits, ReadError, Refusals, UsageFile, inflate, records};
use proptest::prelude::*;
use test_support::usage_file::records::{cluster, feature, host, vm};
use test_support::usage_file::{DataFile, Descriptor, Method};
use uuid::Uuid;

use crate::mutation::{json_char, mutate, mutations};

const T0: &str = "2026-09-01T08:00:00Z";
const T1: &str = "2026-09-01T09:00:00Z";
const ID: Uuid = Uuid::from_u128(0x1111_1111_2222_4333_8444_5555_5555_5555);

/// Sound files that use everything the format allows.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let file = |method| {
        DataFile::new(ID)
            .method(method)
            .vcenter(ID)
            .inventory(T0, &[vm(T0, ID), host(T0, "host-1"), cluster(T0, "domain-c1")])
            .events(T0, T1, &[vm(T0, ID)])
            .product(Uuid::from_u128(7), "vcd")
            .inventory(T0, &[feature(T0, ID, ID, "vcd")])
            .signature(b"c2ln")
    };
    let streamed = |method| {
        let mut zip = file(method).zip();
        zip.zip64 = true;
        for entry in &mut zip.entries {
            entry.descriptor = Some(Descriptor::Form { signature: true, wide: true });
            entry.zip64 = true;
        }
        zip.build()
    };
    let methods = [Method::Store, Method::Deflate, Method::Zstd];
    methods.into_iter().flat_map(|method| [file(method).build(), streamed(method)]).collect()
});

const ENTRY_BYTES: u64 = 1 << 20;

/// Reads as far as it goes.
fn read(bytes: &[u8]) -> Result<u64, Refusals> {
    let limits = Limits { entry_bytes: ENTRY_BYTES, manifest_bytes: ENTRY_BYTES, ..Limits::default() };
    let refused = |error| match error {
        ReadError::Refused(refusals) => refusals,
        ReadError::Io(error) => panic!("reading from memory failed: {error}"),
    };
    let file = UsageFile::open(bytes, &limits).map_err(refused)?;
    let mut buffer = Vec::new();
    let mut count = 0;
    for (collection, location) in file.manifest.collections.iter().zip(&file.locations) {
        let inflated = inflate(bytes, location, collection, &limits, &mut buffer);
        assert!(buffer.capacity() as u64 <= ENTRY_BYTES);
        inflated.map_err(refused)?;
        let kind = file.manifest.product(collection.product_id).unwrap().kind;
        count += records(&buffer, collection, kind, &limits, |_| {})?;
    }
    Ok(count)
}

/// A refusal, if it comes to one, is never empty and never longer than a hundred.
fn answers(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Err(refusals) = read(bytes) {
        prop_assert!((1..=Refusals::MAX).contains(&refusals.as_slice().len()));
    }
    Ok(())
}

#[test]
fn the_sound_files_are_sound() {
    for file in FILES.iter() {
        assert_eq!(read(file), Ok(5));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        answers(&bytes)?;
        answers(&[b"PK\x03\x04", &bytes[..]].concat())?;
        answers(&[&bytes[..], b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0"].concat())?;
    }

    #[test]
    fn mutated_files_are_answered(
        file in any::<prop::sample::Index>(),
        mutations in mutations(prop_oneof![any::<u8>(), Just(0xff), Just(0)], 4),
    ) {
        let bytes = mutate(file.get(&FILES).clone(), &mutations);
        answers(&bytes)?;
    }

    #[test]
    fn mutated_ends_are_answered(
        file in any::<prop::sample::Index>(),
        at in 1_usize..400,
        byte in any::<u8>(),
    ) {
        // The directory lies at the end: changes there are the ones that steer the reader.
        let mut bytes = file.get(&FILES).clone();
        let position = bytes.len() - at;
        bytes[position] = byte;
        answers(&bytes)?;
    }

    #[test]
    fn mutated_manifests_are_answered(mutations in mutations(json_char(), 4)) {
        let file = DataFile::new(ID).vcenter(ID).inventory(T0, &[vm(T0, ID)]);
        let json: Vec<char> = String::from_utf8(file.manifest_json()).unwrap().chars().collect();
        let json: String = mutate(json, &mutations).into_iter().collect();
        answers(&file.zip_with_manifest(json.as_bytes()).build())?;
    }

    #[test]
    fn mutated_records_are_answered(mutations in mutations(any::<u8>(), 6)) {
        let lines = format!("{}\n{}\n", vm(T0, ID), host(T0, "host-1"));
        let lines = mutate(lines.into_bytes(), &mutations);
        answers(&DataFile::new(ID).vcenter(ID).raw_collection("inventory", T0, T0, &lines).build())?;
    }
}
