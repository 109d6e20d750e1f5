//! Messages that cannot succeed: given up after their limit, with the reason, while everybody else goes on.

use crate::bench::{Bench, time};
use chrono::{DateTime, TimeDelta, Utc};
use platform::broker::{Disposition, Message, Work};
use platform::db::DbError;
use schema::attempts::Trouble;
use schema::dead_letters::{DeadLetter, LetterFilter};
use schema::outbox::{self, LeasedMessage, Turn};
use schema::types::{BillingMode, LetterState, UploadStatus};
use schema::{attempts, dead_letters, evidence, uploads};
use std::sync::Arc;
use std::time::Duration;
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x81);
const OTHER_METER: Uuid = Uuid::from_u128(0x82);

/// An hour of one VM on a vCenter of the file's own.
fn file(meter: Uuid, number: u8) -> Vec<u8> {
    let at = format!("2026-09-01T{number:02}:00:00Z");
    let to = format!("2026-09-01T{:02}:00:00Z", number + 1);
    let vcenter = Uuid::from_u128(meter.as_u128() + 0x1000 * u128::from(number));
    let none: [String; 0] = [];
    let lines = [host(&at, "host-1"), vm(&at, Uuid::from_u128(vcenter.as_u128() + 0x10_0000))];
    DataFile::new(meter).vcenter(vcenter).inventory(&at, &lines).events(&at, &to, &none).build()
}

fn register(upload_id: Uuid) -> Work {
    Work::Register { organization_id: ACME, upload_id }
}

/// Somebody who holds a meter.
struct Holder {
    release: std::sync::mpsc::Sender<()>,
    task: tokio::task::JoinHandle<Result<(), DbError>>,
}

impl Holder {
    async fn let_go(self) {
        self.release.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

impl Bench {
    async fn hold_meter(&self, meter: Uuid) -> Holder {
        let (held, hold) = tokio::sync::oneshot::channel();
        let (release, released) = std::sync::mpsc::channel();
        let db = self.context.db.clone();
        let task = tokio::spawn(async move {
            let hold = move |tx: &mut schema::Tx<'_>| {
                evidence::lock_meter(tx, meter)?;
                held.send(()).unwrap();
                let _ = released.recv();
                Ok(())
            };
            db.run(schema::Scope::Organization(ACME), hold).await
        });
        hold.await.unwrap();
        Holder { release, task }
    }

    /// Waits until somebody waits for a lock.
    async fn until_waiting_for_a_lock(&self) {
        let waiting = "DO $$ BEGIN ASSERT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database =
                       (SELECT oid FROM pg_database WHERE datname = current_database())); END $$";
        let mut owner = self.database.owner();
        for _ in 0..600 {
            if diesel::connection::SimpleConnection::batch_execute(&mut owner, waiting).is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nobody waits");
    }

    async fn letters(&self) -> Vec<DeadLetter> {
        self.run(|tx| dead_letters::list(tx, &LetterFilter::default(), 100)).await
    }

    async fn upload_state(&self, id: Uuid) -> (UploadStatus, String) {
        let upload = self.run(move |tx| uploads::find(tx, id)).await.unwrap();
        (upload.status, upload.errors.to_string())
    }

    /// What waits for its time, and how long.
    async fn postponed(&self) -> Vec<(LeasedMessage, TimeDelta)> {
        let now = self.context.clock.machine_now();
        let later = now + TimeDelta::days(1);
        let taken = self.context.db.machinery(move |tx| {
            let mut all = Vec::new();
            for queue in ["register", "meter", "compose"] {
                let early = outbox::lease(tx, now, now, Turn { queue, each: 100, limit: 100, except: &[] })?;
                assert_eq!(early, [], "nothing goes out before its time");
                all.extend(outbox::lease(
                    tx,
                    later,
                    later,
                    Turn { queue, each: 100, limit: 100, except: &[] },
                )?);
            }
            outbox::delete(tx, &all.iter().map(|message| message.id).collect::<Vec<_>>())?;
            Ok::<_, DbError>(all)
        });
        let wait = |message: LeasedMessage| {
            let due = message.created_at;
            (message, due - now)
        };
        taken.await.unwrap().into_iter().map(wait).collect()
    }

    /// Has a message fail until it is given up, and says how long it waited each time.
    async fn exhaust(&self, work: &Work) -> Vec<i64> {
        let mut waits = Vec::new();
        loop {
            match self.handle(work).await {
                Disposition::Postponed => {
                    let [(message, wait)] = &self.postponed().await[..] else { panic!("one comes again") };
                    assert_eq!(Work::from_json(&message.body).unwrap(), *work);
                    waits.push(wait.num_milliseconds());
                }
                Disposition::DeadLetter => return waits,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The waits as they were ordered; some of each passed before they were looked at.
fn assert_waits(found: &[i64], ordered: &[i64]) {
    assert_eq!(found.len(), ordered.len(), "{found:?}");
    for (found, ordered) in found.iter().zip(ordered) {
        assert!((ordered - 150..=*ordered).contains(found), "{found} of {ordered}");
    }
}

#[tokio::test]
async fn a_file_that_is_gone_ends_as_a_dead_letter_and_later_ones_of_its_meter_go_on() {
    let bench = Bench::new();
    for meter in [METER, OTHER_METER] {
        bench.register_meter(meter, BillingMode::Production).await;
    }
    let poison = bench.upload(METER, &file(METER, 1), "2026-09-01T06:00:00Z").await;
    let (bytes, stored) = (file(METER, 1), bench.stored(&file(METER, 1)));
    std::fs::remove_file(&stored).unwrap();
    let later = bench.upload(METER, &file(METER, 2), "2026-09-01T07:00:00Z").await;
    let other = bench.upload(OTHER_METER, &file(OTHER_METER, 1), "2026-09-01T07:00:00Z").await;
    bench.messages().await;
    assert_waits(&bench.exhaust(&register(poison)).await, &[1_000, 2_000, 4_000, 8_000]);

    let [letter] = &bench.letters().await[..] else { panic!("one letter") };
    assert_eq!((letter.queue.as_str(), letter.key.as_str()), ("register", &*poison.to_string()));
    assert_eq!((letter.attempts, letter.state), (5, LetterState::Open));
    assert!(letter.reason.contains("no file of this digest"), "{}", letter.reason);
    assert_eq!(Work::from_json(letter.message.as_ref().unwrap()).unwrap(), register(poison));
    let (status, errors) = bench.upload_state(poison).await;
    assert_eq!(status, UploadStatus::Received);
    assert!(errors.contains("processing-failed"));
    for upload in [later, other] {
        assert_eq!(bench.handle(&register(upload)).await, Disposition::Ack);
        bench.drain().await;
        assert_eq!(bench.upload_state(upload).await.0, UploadStatus::Processed);
    }

    // Another chance in vain adds to the letter, and one that is taken ends it.
    bench.exhaust(&register(poison)).await;
    let [again] = &bench.letters().await[..] else { panic!("one letter still") };
    assert_eq!((again.id, again.attempts, again.state), (letter.id, 10, LetterState::Open));
    std::fs::write(&stored, &bytes).unwrap();
    assert_eq!(bench.handle(&register(poison)).await, Disposition::Ack);
    bench.drain().await;
    assert_eq!(bench.upload_state(poison).await, (UploadStatus::Processed, "[]".to_owned()));
    let [ended] = &bench.letters().await[..] else { panic!("one letter still") };
    assert_eq!((ended.state, ended.ended_by.as_deref()), (LetterState::Resolved, None));
}

#[tokio::test]
async fn what_the_database_breaks_off_again_and_again_ends_with_much_patience() {
    let bench = Bench::with(|settings| settings.lock_timeout = Duration::from_millis(10));
    bench.register_meter(METER, BillingMode::Production).await;
    let upload = bench.upload(METER, &file(METER, 1), "2026-09-01T06:00:00Z").await;
    bench.messages().await;
    let holder = bench.hold_meter(METER).await;
    let waits = bench.exhaust(&register(upload)).await;
    let first = [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200];
    let ordered: Vec<i64> = first.into_iter().chain([60_000; 20]).collect();
    assert_waits(&waits, &ordered);
    let [letter] = &bench.letters().await[..] else { panic!("one letter") };
    assert!(letter.reason.contains("lock timeout"), "{}", letter.reason);
    assert_eq!(letter.attempts, 30);
    holder.let_go().await;
    assert_eq!(bench.handle(&register(upload)).await, Disposition::Ack);
    assert_eq!(bench.letters().await[0].state, LetterState::Resolved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspect_is_worked_on_alone_and_waiting_for_that_is_no_attempt() {
    let bench = Arc::new(Bench::new());
    for meter in [METER, OTHER_METER] {
        bench.register_meter(meter, BillingMode::Production).await;
    }
    let suspect = bench.upload(METER, &file(METER, 1), "2026-09-01T06:00:00Z").await;
    let other = bench.upload(OTHER_METER, &file(OTHER_METER, 1), "2026-09-01T06:00:00Z").await;
    let begun = async || {
        let known = bench.run(move |tx| attempts::find(tx, "register", &suspect.to_string())).await;
        known.map(|known| known.begun)
    };
    for _ in 0..2 {
        let now = bench.context.clock.machine_now();
        let key = suspect.to_string();
        bench.run(move |tx| attempts::record(tx, ("register", &key), Trouble::BegunAgain, now)).await;
    }
    let holder = bench.hold_meter(OTHER_METER).await;
    let in_work = tokio::spawn({
        let bench = bench.clone();
        async move { bench.handle(&register(other)).await }
    });
    bench.until_waiting_for_a_lock().await;
    let again = Message { work: register(suspect), redelivered: true };
    let alone = aggregator::handle(&bench.context, again);
    let mut alone = std::pin::pin!(alone);
    // Long enough to be done, if it did not wait.
    let early = tokio::time::timeout(Duration::from_millis(500), &mut alone).await;
    assert!(early.is_err(), "beside another: {early:?}");
    assert_eq!(begun().await, Some(2));
    holder.let_go().await;
    assert_eq!(in_work.await.unwrap(), Disposition::Ack);
    assert_eq!(alone.await, Disposition::Ack);
    assert_eq!(begun().await, None);
}

#[tokio::test]
async fn a_message_that_came_back_is_written_down_until_it_succeeds() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    let upload = bench.upload(METER, &file(METER, 1), "2026-09-01T06:00:00Z").await;
    let known = || bench.run(move |tx| attempts::find(tx, "register", &upload.to_string()));
    let again = Message { work: register(upload), redelivered: true };
    let (bytes, stored) = (file(METER, 1), bench.stored(&file(METER, 1)));
    // A file that was damaged here is no bad file of the partner's.
    std::fs::write(&stored, &bytes[..bytes.len() / 2]).unwrap();
    for failures in 1..=2 {
        assert_eq!(aggregator::handle(&bench.context, again.clone()).await, Disposition::Postponed);
        let known = known().await.unwrap();
        assert_eq!((known.begun, known.attempts), (0, failures), "a verdict ends the beginning");
    }
    std::fs::write(&stored, &bytes).unwrap();
    assert_eq!(aggregator::handle(&bench.context, again).await, Disposition::Ack);
    assert_eq!(known().await, None);
}

#[tokio::test]
async fn a_message_about_nothing_is_a_dead_letter_at_once() {
    let bench = Bench::new();
    let nothing = Uuid::from_u128(0x99);
    assert_eq!(bench.handle(&register(nothing)).await, Disposition::DeadLetter);
    let [letter] = &bench.letters().await[..] else { panic!("one letter") };
    assert_eq!((letter.reason.as_str(), letter.attempts), ("there is no such upload", 1));
    let before: DateTime<Utc> = time("2026-01-01T00:00:00Z");
    assert!(letter.first_failed_at > before && letter.last_failed_at >= letter.first_failed_at);
    // Of an organization that is not here, either.
    let stranger = Work::Register { organization_id: Uuid::from_u128(0x98), upload_id: nothing };
    assert_eq!(bench.handle(&stranger).await, Disposition::DeadLetter);
    let vendor = schema::Scope::Organization(test_support::tenants::VENDOR);
    let list =
        |tx: &mut schema::Tx<'_>| Ok::<_, DbError>(dead_letters::list(tx, &LetterFilter::default(), 9)?);
    let [of_operator] = &bench.context.db.run(vendor, list).await.unwrap()[..] else { panic!("one letter") };
    let raw = String::from_utf8(of_operator.raw.clone().unwrap()).unwrap();
    assert_eq!((of_operator.queue.as_str(), &of_operator.message), ("register", &None));
    assert!(raw.contains("00000000-0000-0000-0000-000000000098"), "{raw}");
}
