//! Does what the plan says, in its time.

use std::collections::{BTreeMap, VecDeque};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::disk::Disk;
use crate::fleet::{Fleet, Surroundings};
use crate::plan::{Event, Fault, Link, Plan, Seat, Server};
use crate::random::Random;
use crate::redeliver::redeliver;
use crate::stack;

/// A fault that cannot be done now, since another is at the same server or a server is away, comes so much later.
const LATER: Duration = Duration::from_millis(500);

/// One who does harm.
pub struct Driver<'d> {
    surroundings: &'d Surroundings,
    disk: Option<&'d Disk>,
    partners: Vec<Uuid>,
    random: Random,
    events: VecDeque<Event>,
    /// What is over when.
    ends: Vec<(Instant, End)>,
    /// Servers that are on their way.
    busy: Vec<(Server, JoinHandle<()>)>,
    /// How often each kind was done.
    pub done: BTreeMap<&'static str, usize>,
    /// How many messages came again.
    pub redelivered: usize,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Calm(Link),
    Thaw(Seat),
    /// PostgreSQL has thrown everybody out and recovered, or is about to.
    Thrown,
    Clear,
}

impl<'d> Driver<'d> {
    /// With a plan that has not begun. Without a disk to fill, its faults are left out.
    pub fn new(
        surroundings: &'d Surroundings,
        disk: Option<&'d Disk>,
        plan: &Plan,
        seed: u64,
        partners: Vec<Uuid>,
    ) -> Self {
        let events = plan.0.iter().filter(|event| disk.is_some() || event.fault != Fault::FullDisk);
        Self {
            surroundings,
            disk,
            partners,
            random: Random::new(seed, "driver"),
            events: events.copied().collect(),
            ends: Vec::new(),
            busy: Vec::new(),
            done: BTreeMap::new(),
            redelivered: 0,
        }
    }

    /// Whether there is nothing left to do.
    pub fn is_done(&self) -> bool {
        self.events.is_empty() && self.ends.is_empty() && self.busy.is_empty()
    }

    /// Does what is due.
    pub fn tend(&mut self, begun: Instant, fleet: &mut Fleet<'_>) {
        self.end_what_is_over(fleet);
        let mut later = Vec::new();
        while let Some(event) = self.events.pop_front_if(|event| event.at <= begun.elapsed()) {
            if self.begin(event, fleet) {
                *self.done.entry(event.fault.kind()).or_default() += 1;
                say(begun, &event);
            } else {
                later.push(Event { at: begun.elapsed() + LATER, ..event });
            }
        }
        self.events.extend(later);
        self.events.make_contiguous().sort_by_key(|event| event.at);
    }

    fn end_what_is_over(&mut self, fleet: &Fleet<'_>) {
        for (_, end) in self.ends.extract_if(.., |(at, _)| *at <= Instant::now()) {
            match end {
                End::Calm(link) => fleet.link(link).calm(),
                End::Thrown => {}
                End::Thaw(seat) => {
                    // It may have been killed meanwhile.
                    fleet.freeze(seat, false);
                }
                End::Clear => self.disk.into_iter().for_each(Disk::clear),
            }
        }
        for (_, job) in self.busy.extract_if(.., |(_, job)| job.is_finished()) {
            job.join().expect("a server that comes back");
        }
    }

    /// False when it cannot be done now.
    fn begin(&mut self, event: Event, fleet: &mut Fleet<'_>) -> bool {
        let end = Instant::now() + event.lasting;
        match event.fault {
            Fault::Kill(seat) => return fleet.kill(seat, event.lasting),
            Fault::Terminate(seat) => return fleet.terminate(seat, event.lasting),
            Fault::Freeze(seat) => {
                if !fleet.freeze(seat, true) {
                    return false;
                }
                self.ends.push((end, End::Thaw(seat)));
            }
            Fault::Cut(link) | Fault::Delay(link, _) | Fault::Stall(link) | Fault::LoseAnswers(link)
                if !fleet.is_up(link) =>
            {
                return false;
            }
            Fault::Crash(server) => return self.away(server, event.lasting, stack::crash),
            Fault::Stop(server) => return self.away(server, event.lasting, stack::stop),
            Fault::Backend if self.is_busy(Server::Postgresql) => return false,
            Fault::Backend => {
                self.ends.push((end, End::Thrown));
                return stack::kill_backends(&self.surroundings.database, &mut self.random) > 0;
            }
            Fault::Cut(link) => fleet.link(link).cut(),
            Fault::Delay(link, ms) => {
                fleet.link(link).delay(ms);
                self.ends.push((end, End::Calm(link)));
            }
            Fault::Stall(link) => {
                fleet.link(link).stall(true);
                self.ends.push((end, End::Calm(link)));
            }
            Fault::LoseAnswers(link) => {
                fleet.link(link).lose_answers(true);
                self.ends.push((end, End::Calm(link)));
            }
            Fault::FullDisk => {
                self.disk.into_iter().for_each(Disk::fill);
                self.ends.push((end, End::Clear));
            }
            Fault::Redeliver { partner, by_outbox } => {
                let count = self.redeliver(partner, by_outbox);
                self.redelivered += count;
                return count > 0; // what is done once more has been done once
            }
        }
        true
    }

    fn redeliver(&self, partner: u64, by_outbox: bool) -> usize {
        let count = self.partners.len();
        let first = usize::try_from(partner % count as u64).unwrap_or_default();
        let partners = self.partners.iter().cycle().skip(first).take(count / 4 + 1);
        partners.filter_map(|partner| redeliver(self.surroundings, *partner, by_outbox)).sum()
    }

    fn is_busy(&self, server: Server) -> bool {
        self.busy.iter().any(|(other, _)| *other == server)
    }

    /// A server goes, and comes back by itself.
    fn away(&mut self, server: Server, time: Duration, go: fn(Server)) -> bool {
        if self.is_busy(server) {
            return false;
        }
        // PostgreSQL that is told to stop while it recovers hangs until it is told harder.
        if server == Server::Postgresql && !stack::answers(&self.surroundings.database) {
            return false;
        }
        let job = thread::spawn(move || {
            go(server);
            thread::sleep(time);
            stack::start(server);
        });
        self.busy.push((server, job));
        true
    }
}

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        // Whatever happened, the next run finds the servers as they were.
        for (_, job) in self.busy.drain(..) {
            let _ = job.join();
        }
    }
}

fn say(begun: Instant, event: &Event) {
    let late = begun.elapsed().saturating_sub(event.at).as_millis();
    eprintln!("{event}{}", if late > 400 { format!(" ({late} ms late)") } else { String::new() });
}
