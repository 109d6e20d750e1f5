//! Many workers on the same units: nothing is lost, nothing counted twice, nobody waits for ever.

use crate::bench::Bench;
use platform::broker::Disposition;
use schema::types::{BillingMode, UploadStatus};
use std::sync::Arc;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use tokio::task::JoinSet;
use uuid::Uuid;

const VCENTER: Uuid = Uuid::from_u128(0x32);

/// Each meter sees one VM of the shared vCenter from its own hour on.
fn file(meter: Uuid, number: u32) -> Vec<u8> {
    let at = format!("2026-09-01T{number:02}:00:00Z");
    let lines = [host(&at, "host-1"), vm(&at, Uuid::from_u128(0x300 + u128::from(number)))];
    let to = format!("2026-09-01T{:02}:00:00Z", number + 1);
    DataFile::new(meter).vcenter(VCENTER).events(&at, &to, &lines).build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_on_one_month_agree_with_one_worker() {
    let bench = Arc::new(Bench::new());
    let mut uploads = Vec::new();
    for number in 0..8_u32 {
        let meter = Uuid::from_u128(0x310 + u128::from(number));
        bench.register_meter(meter, BillingMode::Production).await;
        let received = format!("2026-09-01T12:00:{number:02}Z");
        uploads.push(bench.upload(meter, &file(meter, number), &received).await);
    }
    loop {
        let messages = bench.messages().await;
        if messages.is_empty() {
            break;
        }
        let mut tasks = JoinSet::new();
        // Every message twice, all at once.
        for message in messages.iter().chain(&messages) {
            let (bench, message) = (bench.clone(), message.clone());
            tasks.spawn(async move {
                loop {
                    match bench.handle(&message).await {
                        Disposition::Ack => return,
                        // It would come again by itself.
                        Disposition::Postponed => {}
                        other => panic!("{message:?}: {other:?}"),
                    }
                }
            });
        }
        while let Some(outcome) = tasks.join_next().await {
            outcome.unwrap();
        }
    }
    // VM n runs from hour n to the horizon at 8: 8 + 7 + … + 1 hours of 2048 MB.
    assert_eq!(bench.flex_core_amount().await, (2048_u64 * 36 * 1_000_000).to_string());
    for id in uploads {
        let status = bench.run(move |tx| schema::uploads::find(tx, id)).await.unwrap().status;
        assert_eq!(status, UploadStatus::Processed);
    }
}
