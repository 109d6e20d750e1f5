//! Entries become links of one chain.

use platform::audit::verify::{organizations, verify};
use platform::clock::Clock;
use platform::stop;
use std::time::Duration;
use test_support::tenants::{ACME, CONTOSO, GLOBEX, INITECH, NORTHWIND, VENDOR};
use uuid::Uuid;

use super::bench::{Bench, hash_by_hand};
use crate::support::eventually;

#[tokio::test]
async fn hashes_are_what_the_documentation_says() {
    let bench = Bench::with_chain(2).await;
    bench.enter_from(ACME, 3, None).await;
    bench.sealer.round().await.unwrap();
    let (mut hash, mut hashes) = (vec![0; 32], Vec::new());
    for entry in bench.entries().await {
        hash = hash_by_hand(&hash, &entry);
        hashes.push(hash.clone());
    }
    assert_eq!(bench.hashes(), hashes);
    assert_eq!(hashes.len(), 3);
}

#[tokio::test]
async fn each_organization_has_a_chain_of_its_own() {
    let bench = Bench::with_chain(4).await;
    bench.enter(GLOBEX, 1).await;
    bench.sealer.round().await.unwrap();
    let verified = verify(&bench.db, &bench.heads(), GLOBEX, Clock::machine().machine_now()).await.unwrap();
    assert_eq!((verified.entries, verified.heads, verified.findings), (1, 1, Vec::new()));
    // Of every organization, and of one that is gone and has heads.
    let gone = Uuid::now_v7();
    bench.heads().publish(gone, 1, &[1; 32], Clock::machine().machine_now()).unwrap();
    let mut all = vec![VENDOR, NORTHWIND, ACME, GLOBEX, INITECH, CONTOSO, gone];
    all.sort_unstable();
    assert_eq!(organizations(&bench.db, &bench.heads()).await.unwrap(), all);
    let verified = verify(&bench.db, &bench.heads(), gone, Clock::machine().machine_now()).await.unwrap();
    assert_eq!(verified.findings.len(), 1);
}

/// Nobody leads here: two sealers at once, as after a lead that was lost unnoticed. Verification beside them finds
/// nothing at any time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sealers_make_one_chain() {
    const ENTRIES: usize = 120;
    let bench = Bench::new();
    let (source, stop) = stop::pair();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (sealer, stop) = (bench.sealer.clone(), stop.clone());
        tasks.spawn(async move {
            while !stop.is_stopped() {
                // That the other one has the file is a failure, to be made good.
                sealer.round().await.unwrap();
            }
        });
    }
    for entry in 1..=ENTRIES {
        bench.enter(ACME, entry).await;
        if entry % 10 == 0 {
            assert_eq!(bench.found().await, [""; 0]);
        }
    }
    eventually("everything is sealed", async || bench.pending() == 0).await;
    source.stop();
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let verified = verify(&bench.db, &bench.heads(), ACME, Clock::machine().machine_now()).await.unwrap();
    assert_eq!((verified.entries, verified.findings), (ENTRIES as u64, Vec::new()));
}

#[tokio::test]
async fn one_leads_and_another_follows() {
    let bench = Bench::new();
    let (first, stop_first) = stop::pair();
    let (second, stop_second) = stop::pair();
    let leader = tokio::spawn(bench.sealer.clone().run(stop_first));
    eventually("the first leads", async || bench.db.try_lead("audit sealer").await.unwrap().is_none()).await;
    let follower = tokio::spawn(bench.sealer.clone().run(stop_second));
    bench.enter(ACME, 1).await;
    eventually("the leader seals", async || bench.hashes().len() == 1).await;
    first.stop();
    leader.await.unwrap();
    bench.enter(ACME, 2).await;
    eventually("the follower seals", async || bench.hashes().len() == 2).await;
    second.stop();
    tokio::time::timeout(Duration::from_secs(10), follower).await.unwrap().unwrap();
    assert_eq!(bench.found().await, [""; 0]);
}
