//! A sealer that ends anywhere leaves what the next one makes good, and nothing that looks like tampering.

use std::fs::OpenOptions;
use std::io::Write;
use test_support::tenants::{ACME, GLOBEX};

use super::bench::Bench;

#[tokio::test]
async fn between_the_seals_and_their_head() {
    let bench = Bench::with_chain(3).await;
    bench.enter(ACME, 4).await;
    bench.enter(ACME, 5).await;
    let sealed = bench.sealer.seal(ACME).await.unwrap();
    assert_eq!((sealed.added, sealed.last.unwrap().sequence), (2, 5));
    assert_eq!(bench.found().await, [""; 0]);
    assert_eq!((bench.lines().len(), bench.pending()), (1, 2));
    let hashes = bench.hashes();
    bench.sealer.round().await.unwrap();
    assert_eq!((bench.lines().len(), bench.pending()), (2, 0));
    assert_eq!(bench.hashes(), hashes);
    assert_eq!(bench.found().await, [""; 0]);
}

#[tokio::test]
async fn before_the_first_head() {
    let bench = Bench::new();
    bench.enter(ACME, 1).await;
    bench.sealer.seal(ACME).await.unwrap();
    assert_eq!(bench.found().await, [""; 0]);
    bench.sealer.round().await.unwrap();
    assert_eq!((bench.lines().len(), bench.pending()), (1, 0));
    assert_eq!(bench.found().await, [""; 0]);
}

#[tokio::test]
async fn between_the_head_and_the_end_of_the_work() {
    let bench = Bench::with_chain(3).await;
    bench.enter(ACME, 4).await;
    let last = bench.sealer.seal(ACME).await.unwrap().last.unwrap();
    bench.sealer.publish(&last).await.unwrap();
    assert_eq!(bench.found().await, [""; 0]);
    assert_eq!((bench.lines().len(), bench.pending()), (2, 1));
    bench.sealer.round().await.unwrap();
    assert_eq!((bench.lines().len(), bench.pending()), (2, 0), "one head is enough");
    bench.sealer.settle(ACME, last.sequence).await.unwrap();
    assert_eq!(bench.found().await, [""; 0]);
}

/// The power fails while the head is being written.
#[tokio::test]
async fn within_the_head() {
    for kept in [1, 40, 300] {
        let bench = Bench::with_chain(3).await;
        let begun = bench.lines()[0][..kept].to_owned();
        bench.enter(ACME, 4).await;
        bench.sealer.seal(ACME).await.unwrap();
        let mut file = OpenOptions::new().append(true).open(bench.file()).unwrap();
        file.write_all(begun.as_bytes()).unwrap();
        assert_eq!(bench.found().await, [""; 0], "{kept}");
        bench.sealer.round().await.unwrap();
        assert_eq!((bench.lines().len(), bench.pending()), (3, 0), "{kept}");
        assert_eq!(bench.found().await, [""; 0], "{kept}");
    }
}

/// And it was the first.
#[tokio::test]
async fn within_the_first_head() {
    let bench = Bench::new();
    bench.enter(ACME, 1).await;
    bench.sealer.seal(ACME).await.unwrap();
    std::fs::create_dir_all(bench.file().parent().unwrap()).unwrap();
    std::fs::write(bench.file(), "eyJ0").unwrap();
    bench.sealer.round().await.unwrap();
    assert_eq!((bench.lines().len(), bench.pending()), (2, 0));
    assert_eq!(bench.found().await, [""; 0]);
}

#[tokio::test]
async fn heads_that_cannot_be_published_hold_up_no_seals() {
    let bench = Bench::new();
    bench.enter(ACME, 1).await;
    bench.enter(GLOBEX, 1).await;
    // Where the folder should be.
    let folder = bench.folder.path().join("heads");
    std::fs::write(&folder, "").unwrap();
    let round = bench.sealer.round().await.unwrap();
    assert_eq!((round.unsealed, round.unpublished), (0, 2));
    assert_eq!(bench.sealer.detail().await["heads_unpublished"], 2);
    bench.enter(ACME, 2).await;
    bench.sealer.round().await.unwrap();
    assert_eq!((bench.hashes().len(), bench.pending()), (2, 3));
    std::fs::remove_file(&folder).unwrap();
    let round = bench.sealer.round().await.unwrap();
    assert_eq!((round.unsealed, round.unpublished), (0, 0));
    let detail = bench.sealer.detail().await;
    assert_eq!((&detail["waiting"], &detail["heads_unpublished"]), (&0.into(), &0.into()));
    assert_eq!((bench.lines().len(), bench.found().await), (1, Vec::new()));
}
