//! One run: the same worlds, with faults or without, from an empty database to a final state.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use e2e::{Client, PASSWORD, State, in_days, text, until_within};
use serde_json::json;
use test_support::tenants::{NewPartner, add_partner};

use crate::disk::Disk;
use crate::driver::Driver;
use crate::fleet::{Fleet, Surroundings};
use crate::plan::{Plan, Seat};
use crate::random::Random;
use crate::reader::{Read, read};
use crate::redeliver::on_broker;
use crate::sender::{Sender, Sending, Tally};
use crate::stack::answers;
use crate::worlds::{World, bytes};

const TICK: Duration = Duration::from_millis(10);
/// For all work to be done once nothing harms it any more: a lease of the outbox alone lasts a minute.
const QUIET_WITHIN: Duration = Duration::from_mins(4);
/// For the processes to serve.
const SERVING_WITHIN: Duration = Duration::from_mins(1);
/// Room beside the files.
const DISK_SPARE: u64 = 16 << 20;

/// What goes wrong, and over what time the files are sent; nothing, and at once, without.
pub struct Harm {
    /// Of the plan and of all else that is left to chance.
    pub seed: u64,
    /// What goes wrong.
    pub plan: Plan,
    /// The last file is sent then, if not later.
    pub time: Duration,
    /// Whether the schedule runs all the while. It repairs what may have been lost, so that not every run is with it.
    pub scheduled: bool,
}

/// What a run came to.
pub struct Outcome {
    /// At the end.
    pub state: State,
    /// What the callers saw.
    pub tally: Tally,
    /// What a reader saw.
    pub read: Read,
    /// Faults by kind.
    pub faults: Vec<(&'static str, usize)>,
    /// Messages delivered again.
    pub redelivered: usize,
    /// Starts of processes that came to nothing, such as without a database.
    pub failed_starts: usize,
    /// From the first file to the last answer and the last fault.
    pub sent_in: Duration,
    /// From then to quiescence.
    pub quiet_in: Duration,
    /// Why a kind of fault was left out.
    pub left_out: Option<String>,
    /// What is wrong at the end: nothing.
    pub wrong: Vec<String>,
}

struct EndOnDrop<'e>(&'e AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// A run in this folder.
pub fn run(worlds: &[World], harm: Option<&Harm>, folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder).expect("a folder");
    let disk = harm.map(|_| Disk::mount(&folder.join("disk"), 2 * bytes(worlds) + DISK_SPARE));
    let (disk, left_out) = match disk {
        Some(Ok(disk)) => (Some(disk), None),
        Some(Err(reason)) => (None, Some(format!("the store's disk could not be made small: {reason}"))),
        None => (None, None),
    };
    let surroundings = Surroundings::new(folder, folder.join("disk/store"));
    let outcome = run_in(&surroundings, disk.as_ref(), worlds, harm);
    on_broker(&surroundings, async |broker| drop(broker.delete_namespace().await));
    Outcome { left_out, ..outcome }
}

fn run_in(
    surroundings: &Surroundings,
    disk: Option<&Disk>,
    worlds: &[World],
    harm: Option<&Harm>,
) -> Outcome {
    let mut fleet = Fleet::new(surroundings, harm.is_some_and(|harm| harm.scheduled));
    until_all_serve(&mut fleet);
    let keys: Vec<String> = worlds.iter().map(|world| set_up(surroundings, &fleet, world)).collect();
    let partners = worlds.iter().map(|world| world.partner).collect();
    let (seed, plan) = harm.map_or((0, Plan(Vec::new())), |harm| (harm.seed, harm.plan.clone()));
    let mut driver = Driver::new(surroundings, disk, &plan, seed, partners);
    let (tally, end, begun) = (Mutex::new(Tally::default()), AtomicBool::new(false), Instant::now());
    let lanes = lanes(worlds, harm);
    let (server, api) = (fleet.server(Seat::Ingest), fleet.server(Seat::Api));
    let read = thread::scope(|scope| {
        // Also when this fails.
        let at_the_end = EndOnDrop(&end);
        let callers: Vec<_> = lanes
            .into_iter()
            .map(|(world, sendings)| {
                let (partner, key, server) = (worlds[world].partner, keys[world].clone(), server.clone());
                let sender = Sender { partner, key, server, tally: &tally, end: &end };
                scope.spawn(move || sender.send_all(&sendings, begun))
            })
            .collect();
        let reader = scope.spawn(|| read(&api, &keys, &end));
        while !(driver.is_done() && callers.iter().all(ScopedJoinHandle::is_finished)) {
            driver.tend(begun, &mut fleet);
            fleet.tend();
            thread::sleep(TICK);
        }
        drop(at_the_end);
        reader.join().expect("a reader")
    });
    let sent_in = begun.elapsed();
    fleet.calm();
    until_within(SERVING_WITHIN, "PostgreSQL to recover", || answers(&surroundings.database).then_some(()));
    until_all_serve(&mut fleet);
    let quiet = Instant::now();
    let left = until_quiet(surroundings, &mut fleet);
    let quiet_in = quiet.elapsed();
    let tally = tally.into_inner().expect("a tally");
    let state = State::of(&surroundings.database);
    let mut wrong = left;
    wrong.extend(tally.wrong.iter().cloned());
    wrong.extend(read.wrong.iter().cloned());
    wrong.extend(crate::check::uploads(worlds, &tally, &state));
    wrong.extend(fleet.fallen());
    let failed_starts = fleet.failed_starts();
    drop(fleet);
    wrong.extend(crate::check::by_program(surroundings, &state));
    let faults = std::mem::take(&mut driver.done).into_iter().collect();
    let redelivered = driver.redelivered;
    Outcome {
        state,
        tally,
        read,
        faults,
        redelivered,
        failed_starts,
        sent_in,
        quiet_in,
        left_out: None,
        wrong,
    }
}

/// Partner, meters, and a key that may upload.
fn set_up(surroundings: &Surroundings, fleet: &Fleet<'_>, world: &World) -> String {
    let (contract, email) = (world.contract(), world.email());
    let partner = NewPartner { id: world.partner, name: &world.name, contract: &contract, email: &email };
    add_partner(&surroundings.database, &partner);
    let admin = Client::log_in(&fleet.server(Seat::Api), &email, PASSWORD);
    for (meter, mode) in &world.meters {
        admin.register_meter(*meter, &contract, mode);
    }
    let key =
        json!({"name": "sender", "rights": ["read", "read-uploads", "upload"], "expires_at": in_days(30)});
    text(&admin.post("/v1/api-keys", &key).expect(201).json()["key"])
}

/// The lanes of all worlds, with the place of each world, and the time of each file spread by chance.
fn lanes(worlds: &[World], harm: Option<&Harm>) -> Vec<(usize, Vec<Sending>)> {
    let mut random = Random::new(harm.map_or(0, |harm| harm.seed), "lanes");
    let time = harm.map_or(0, |harm| u64::try_from(harm.time.as_millis()).unwrap_or(u64::MAX));
    let mut lanes = Vec::new();
    for (place, world) in worlds.iter().enumerate() {
        for files in &world.lanes {
            let mut times: Vec<u64> = files.iter().map(|_| random.below(time)).collect();
            times.sort_unstable();
            let sending =
                |(file, ms): (&Vec<u8>, u64)| Sending { at: Duration::from_millis(ms), file: file.clone() };
            lanes.push((place, files.iter().zip(times).map(sending).collect()));
        }
    }
    lanes
}

fn until_all_serve(fleet: &mut Fleet<'_>) {
    until_within(SERVING_WITHIN, "the processes to serve", || {
        fleet.tend();
        fleet.all_serve().then_some(())
    });
}

/// Waits until nothing is left to do; what is left after a long time is stuck.
fn until_quiet(surroundings: &Surroundings, fleet: &mut Fleet<'_>) -> Vec<String> {
    let begun = Instant::now();
    loop {
        fleet.tend();
        let mut left = State::leftovers(&surroundings.database);
        let depths = on_broker(surroundings, async |broker| broker.depths().await);
        match depths {
            Ok(depths) => left.extend(
                depths
                    .iter()
                    .filter(|(_, count)| **count > 0)
                    .map(|(queue, count)| format!("{count} in queue {queue}")),
            ),
            Err(error) => left.push(format!("the broker does not answer: {error}")),
        }
        if left.is_empty() || begun.elapsed() > QUIET_WITHIN {
            return left.into_iter().map(|what| format!("left over: {what}")).collect();
        }
        thread::sleep(Duration::from_millis(100));
    }
}
