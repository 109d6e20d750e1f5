//! What happens to the stored files is found and named; where the store is away, nothing is said.

use super::{VCENTER, key};
use crate::bench::{Bench, month};
use aggregator::verify::{Verifier, What};
use platform::calendar::{month_of, utc};
use platform::stop;
use schema::evidence::{self, InForce};
use schema::types::BillingMode::Production;
use std::path::PathBuf;
use test_support::tenants::ACME;

impl Bench {
    /// The collection in force with the most bytes, and the file that holds it.
    async fn largest_evidence(&self) -> (InForce, PathBuf) {
        let window = (utc(month_of(month()).evidence_begin()), utc(month_of(month()).end()));
        let evidence = self.run(move |tx| evidence::in_force(tx, Production, VCENTER, window)).await;
        let largest = evidence.into_iter().max_by_key(|row| row.stored_bytes).unwrap();
        let name = hex::encode(&largest.file_sha256);
        (largest, self.folder.path().join(&name[..2]).join(name))
    }

    /// What is found, by kind, first the file's.
    async fn verify_files(&self) -> (Vec<What>, Vec<String>) {
        let compared = self.compared(key(Production, VCENTER)).await;
        let kept = compared.findings.kept();
        (kept.iter().map(|found| found.what).collect(), kept.iter().map(ToString::to_string).collect())
    }
}

#[tokio::test]
async fn every_changed_byte_of_a_stored_file_is_found() {
    let bench = Bench::two_versions(Production).await;
    let (collection, path) = bench.largest_evidence().await;
    let whole = std::fs::read(&path).unwrap();
    let name = hex::encode(&collection.file_sha256);
    let offset = usize::try_from(collection.entry_offset).unwrap();
    // The local header has 30 bytes before the name.
    let data = offset + 30 + collection.path.len();
    for (at, expected) in [(data, &[What::File, What::Collection][..]), (whole.len() - 1, &[What::File])] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        std::fs::write(&path, &flipped).unwrap();
        let (kinds, printed) = bench.verify_files().await;
        assert_eq!(kinds, expected, "{printed:#?}");
        assert!(printed[0].starts_with(&format!("file {name}: stored ")), "{printed:#?}");
        assert!(printed[0].ends_with(&format!(", recomputed {name}")), "{printed:#?}");
        if let Some(unreadable) = printed.get(1) {
            assert!(unreadable.starts_with(&format!("collection in file {name}: stored ")), "{printed:#?}");
            assert!(unreadable.contains(&collection.path), "{printed:#?}");
        }
    }
    std::fs::write(&path, &whole[..=data]).unwrap();
    assert_eq!(bench.verify_files().await.0, [What::File, What::Collection]);
    std::fs::remove_file(&path).unwrap();
    let (kinds, printed) = bench.verify_files().await;
    assert_eq!(kinds, [What::File, What::Collection]);
    assert_eq!(printed[0], format!("file {name}: stored nothing, recomputed {name}"));
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(bench.verify_files().await.1, [""; 0]);
}

#[tokio::test]
async fn of_a_store_that_is_away_nothing_is_said() {
    let bench = Bench::two_versions(Production).await;
    let away = bench.folder.path().with_extension("away");
    std::fs::rename(bench.folder.path(), &away).unwrap();
    let (_source, stop) = stop::pair();
    let verifier = Verifier::new(bench.context.clone(), stop);
    let outcome = verifier.unit(ACME, key(Production, VCENTER)).await;
    std::fs::rename(&away, bench.folder.path()).unwrap();
    let error = outcome.unwrap_err().to_string();
    assert!(error.starts_with("the store is not available"), "{error}");
}

#[tokio::test]
async fn told_to_stop_it_stops() {
    let bench = Bench::two_versions(Production).await;
    let (source, stop) = stop::pair();
    source.stop();
    let verifier = Verifier::new(bench.context.clone(), stop);
    let error = verifier.unit(ACME, key(Production, VCENTER)).await.unwrap_err().to_string();
    assert!(error.ends_with("told to stop"), "{error}");
}
